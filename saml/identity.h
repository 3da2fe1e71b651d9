/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_IDENTITY_H
#define SAML_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attributes.h"
#include "lib/wire.h"

/*
 * What a validated assertion says, read from the verified element only. A text
 * that the assertion does not have is NULL, a time 0.
 */
struct saml_identity {
	char *user;   /* mapped by [saml] user_from */
	char *issuer; /* the IdP's entityID */
	char *assertion_id;
	char *in_response_to; /* NULL: unsolicited */
	char *name_id;
	char *name_id_format;
	char *name_qualifier;
	char *sp_name_qualifier;
	char *session_index;
	char *authn_context; /* AuthnContextClassRef */
	int64_t authn_instant;
	int64_t not_on_or_after;         /* the earliest end of what holds */
	int64_t session_not_on_or_after; /* 0: none */
	int64_t replay_until; /* after it, it is refused as expired */
	struct attributes attributes;
};

/* The longest user name and NameID, in bytes. */
#define SAML_IDENTITY_TEXT_MAX 256
/*
 * The longest of a URI, an ID or a SessionIndex: SAML core 8.3.6 has 1024 for
 * entityIDs. Values of attributes are as long as max_response lets them be.
 */
#define SAML_URI_MAX 1024

/* Empty; the texts put in are freed with it. 0 or GATE_ENOMEM. */
int saml_identity_new(struct saml_identity **identity);
void saml_identity_free(struct saml_identity **identity);

/*
 * To and from the body of a worker's VERB_RESULT. What comes back is complete,
 * within the caps above and holds nothing else but TAG_OUTCOME and TAG_TRACE:
 * get gives GATE_EPROTO otherwise, or GATE_ENOMEM.
 */
void saml_identity_put(
    const struct saml_identity *identity, struct wire_msg *msg);
int saml_identity_get(
    struct saml_identity **identity, const struct wire_msg *msg);

#endif
