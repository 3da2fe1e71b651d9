/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_SSO_H
#define WEB_SSO_H

#include "web/exchange.h"
#include "web/return_url.h"

/*
 * The answer of an IdP is posted by a page of the IdP's: anybody could have a
 * browser post an answer that is his own, and sign its person in under his
 * name (login CSRF). So whoever begins is given a cookie, and what is on record
 * with the request has its hash, and whereto he is to go.
 */

/* Sends the browser to an IdP, NULL for the only one; an answer in any case. */
void sso_begin(
    struct exchange *x, const char *entity_id, const char *return_url);

/*
 * An answer has come with this RelayState, to a request with this on record:
 * 0 and the URL, if it is the same browser; GATE_EREFUSED. The cookie is taken
 * from the browser: it is good once.
 */
int sso_check(struct exchange *x, const char *relay_state, const char *data,
    char return_url[RETURN_URL_SIZE]);

/* Whether a RelayState is of a request of ours. */
int sso_is_ours(const char *relay_state);

#endif
