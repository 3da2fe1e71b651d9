/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_OUTGOING_H
#define WEB_OUTGOING_H

#include "lib/wire.h"
#include "web/exchange.h"

/*
 * Whether an answer of gatehoused has a message that the browser is to take to
 * an IdP (OUTGOING of lib/protocol.h).
 */
int outgoing_is(const struct wire_msg *answer);

/*
 * Sends the browser there with it: by a redirect, or by a page with a form
 * (SAML bindings 3.4, 3.5). Where the request came from a form of ours, whose
 * policy does not let it lead elsewhere, by a page that leads on by itself.
 */
void outgoing_send(struct exchange *x, const struct wire_msg *answer);

#endif
