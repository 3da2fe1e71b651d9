/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_CHECK_H
#define SAML_CHECK_H

#include <stdint.h>

#include <libxml/tree.h>

#include "lib/reason.h"
#include "saml/encryption.h"
#include "saml/metadata.h"
#include "saml/settings.h"
#include "saml/worker.h"

/* What every check of a message is given, and where it says why it refuses. */
struct saml_check {
	const struct saml_settings *settings;
	const struct saml_request *request;
	const struct saml_decryption_keys *keys; /* ours; NULL: none */
	struct saml_trace *trace;                /* NULL: not wanted */
	struct refusal *refusal;
	/* found out on the way */
	const struct saml_idp *idp; /* the one that is to have issued it */
	const char *in_response_to; /* that it has to answer; NULL: none */
};

/*
 * Reads the time in an attribute; SAML_TIME_NONE without one. 0, or
 * GATE_EREFUSED (bad_time).
 */
int saml_check_time(const struct saml_check *check, const xmlNode *node,
    const char *name, int64_t *epoch);

/* Reads an IssueInstant, which must be there and not in the future. 0, or
 * GATE_EREFUSED (bad_time, issue_instant). */
int saml_check_issued(
    const struct saml_check *check, const xmlNode *node, int64_t *epoch);

/*
 * Holds a NotBefore or a NotOnOrAfter (exclusive, as its name has it) against
 * the time of the request, with the skew that is allowed; SAML_TIME_NONE
 * passes. 0, or GATE_EREFUSED (not_yet_valid; expired).
 */
int saml_check_begun(
    const struct saml_check *check, const xmlNode *node, int64_t not_before);
int saml_check_not_over(const struct saml_check *check, const xmlNode *node,
    int64_t not_on_or_after);

/*
 * Holds an InResponseTo against the request that is waiting, or against there
 * being none. 0, or GATE_EREFUSED (in_response_to, unsolicited).
 */
int saml_check_in_response_to(
    const struct saml_check *check, const xmlNode *node);

/*
 * Holds the Address of confirmation data against the client's, where [saml]
 * check_address wants it and there is one. 0, or GATE_EREFUSED
 * (confirmation_address), also where the client's is unknown.
 */
int saml_check_address(const struct saml_check *check, const xmlNode *node);

/* Copies a text; NULL gives NULL. 0 or GATE_ENOMEM. */
int saml_copy(char **copy, const char *text);

#endif
