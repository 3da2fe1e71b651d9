/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_HOME_H
#define WEB_HOME_H

#include "lib/address.h"
#include "web/exchange.h"

/*
 * Whether a session may be used from where this request comes ([web] bind), if
 * its person has signed in at that address; NULL: it is not known.
 */
int home_is(const struct exchange *x, const struct address *signed_in);

#endif
