/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_IDP_INFO_H
#define SAML_IDP_INFO_H

#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"

/*
 * What the rest of the gate has to know of an IdP, as the worker read it in
 * the metadata: where to send people. Missing texts are NULL.
 */
struct saml_idp_info {
	char *entity_id;
	char *display_name;
	char *sso_redirect;
	char *sso_post;
	char *slo_redirect;
	char *slo_post;
	char
	    *slo_redirect_response; /* ResponseLocation, else as slo_redirect */
	char *slo_post_response;
	int64_t wants_signed;
	int64_t valid_until; /* 0: no end */
};

void saml_idp_info_clear(struct saml_idp_info *info);

/* To and from the body of a VERB_RESULT; get gives GATE_EPROTO, GATE_ENOMEM. */
void saml_idp_info_put(const struct saml_idp_info *info, struct wire_msg *msg);
int saml_idp_info_get(struct saml_idp_info *info, const struct wire_msg *msg);

#endif
