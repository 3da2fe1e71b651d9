/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMPOSE_REDIRECT_H
#define COMPOSE_REDIRECT_H

#include "saml/compose/key_pair.h"

/*
 * The URL that carries a message to destination (bindings 3.4.4): DEFLATE,
 * base64 and URL encoding, as the parameter field; then RelayState (NULL or
 * empty: none); then, with a pair, SigAlg and Signature over all before it. 0
 * and *url, freed by the caller; GATE_ECRYPTO, GATE_ENOMEM.
 */
int redirect_write(const struct key_pair *pair, const char *destination,
    const char *field, const char *xml, const char *relay_state, char **url);

#endif
