/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_LOGOUT_H
#define SAML_LOGOUT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/reason.h"
#include "lib/wire.h"

/* How a message came (SAML bindings 3.4, 3.5). */
enum saml_binding {
	SAML_BINDING_REDIRECT, /* the query string, as it stood in the URL */
	SAML_BINDING_POST /* base64 of the form's SAMLRequest or SAMLResponse */
};

/* What the caller hands over to have looked at. */
struct saml_logout_input {
	enum saml_binding binding;
	const char *text;
	size_t size;
	int64_t now;
};

#define SAML_SESSION_INDEXES_MAX 64

/* StatusCodes of a LogoutResponse (core 3.2.2.2). */
#define SAML_STATUS(word)   "urn:oasis:names:tc:SAML:2.0:status:" word
#define SAML_STATUS_SUCCESS SAML_STATUS("Success")
#define SAML_STATUS_FAILURE SAML_STATUS("Responder")
#define SAML_STATUS_PARTIAL SAML_STATUS("PartialLogout") /* below another */

/*
 * A LogoutRequest or LogoutResponse (core 3.7) whose signature was verified: a
 * detached one of the query (bindings 3.4.4.1) or an enveloped one. Missing
 * texts are NULL.
 */
struct saml_logout {
	int is_response;
	char *issuer;
	char *id;
	int64_t issued;       /* IssueInstant */
	int64_t replay_until; /* after it, it is refused for its age */
	/* of a request */
	char *name_id;
	char *name_id_format;
	char *name_qualifier;
	char *sp_name_qualifier;
	char *session_indexes[SAML_SESSION_INDEXES_MAX];
	size_t session_index_count; /* 0: all sessions of that name */
	char *relay_state;          /* of the query; to be sent back */
	/* of a response */
	char *in_response_to;
	char *status;        /* the top-level StatusCode */
	char *status_second; /* the one below it */
};

void saml_logout_clear(struct saml_logout *logout);

/*
 * To and from the body of a VERB_RESULT. What comes back is complete, within
 * the caps and holds nothing else but TAG_OUTCOME: get gives GATE_EPROTO
 * otherwise, or GATE_ENOMEM, and nothing to clear.
 */
void saml_logout_put(const struct saml_logout *logout, struct wire_msg *msg);
int saml_logout_get(struct saml_logout *logout, const struct wire_msg *msg);

#endif
