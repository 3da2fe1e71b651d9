/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_LOGOUT_H
#define GATEHOUSED_LOGOUT_H

#include "gatehoused/request.h"
#include "saml/idp_info.h"

/* Which message is to be sent: they may go to different places. */
enum logout_kind {
	LOGOUT_REQUEST,
	LOGOUT_RESPONSE
};

/* The way to an IdP that a logout message takes (metadata 2.4.1). */
struct logout_way {
	struct saml_idp_info info;
	enum saml_binding binding;
	const char *destination; /* points into info */
};

/*
 * Finds the way to an IdP, by the binding wished for where there is a choice. 0
 * and *way; or GATE_EREFUSED and *refusal: SSO is off, the IdP is gone from the
 * metadata or takes no logout messages, or [saml] lacks slo_url or the key to
 * sign them with. The way is to be cleared in any case.
 */
int logout_way_find(struct request *request, const char *entity_id,
    enum logout_kind kind, enum saml_binding wished, struct logout_way *way,
    struct refusal *refusal);
void logout_way_clear(struct logout_way *way);

/* An error of the machinery, made a refusal; 0 and GATE_EREFUSED stay. */
int logout_fault(int error, struct refusal *refusal);

/* How much of a logout was done: "complete", "partial" or "failed". */
#define LOGOUT_COMPLETE "complete"
#define LOGOUT_PARTIAL  "partial"
#define LOGOUT_FAILED   "failed"

#endif
