/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDP_LOGOUT_H
#define IDP_LOGOUT_H

#include "tests/idp/keys.h"
#include "tests/idp/options.h"

/*
 * Prints a LogoutRequest or LogoutResponse (SAML core 3.7) as a browser would
 * carry it to options->destination: the whole URL (bindings 3.4), signed in its
 * query; or the form's body (3.5), the message signed inside. 0, GATE_ECRYPTO,
 * GATE_ENOMEM, GATE_EIO.
 */
int logout_print(const struct keys *keys, const struct options *options,
    enum command command);

#endif
