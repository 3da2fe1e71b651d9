/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_LOGOUT_MESSAGE_H
#define SAML_LOGOUT_MESSAGE_H

#include <libxml/tree.h>

#include "saml/check.h"
#include "saml/logout.h"
#include "saml/parse.h"

/*
 * A samlp:LogoutRequest or samlp:LogoutResponse (core 3.7.1, 3.7.2), its parts
 * by name; NULL for what is not there.
 */
struct saml_logout_message {
	xmlNode *node;
	int is_response;
	xmlNode *issuer;
	xmlNode *signature;
	xmlNode *name;    /* of a request */
	xmlNode *indexes; /* the first SessionIndex; its siblings follow */
	xmlNode *status;  /* of a response */
};

/*
 * Finds the parts, and refuses what is not of that structure: not_logout,
 * bad_id, bad_structure, issuer_missing. Nothing is believed yet.
 */
int saml_logout_message_read(struct saml_logout_message *message, xmlNode *node,
    const struct saml_census *census, struct refusal *refusal);

/*
 * Checks a message that a signature was verified for, in every respect but
 * that signature, and takes from it who is to be signed out, or what became of
 * it. 0, GATE_EREFUSED, GATE_ENOMEM; logout is the caller's to clear in any
 * case.
 */
int saml_logout_message_check(const struct saml_check *check,
    const struct saml_logout_message *message, struct saml_logout *logout);

#endif
