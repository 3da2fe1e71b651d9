/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/idp_info.h"

#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/fields.h"
#include "saml/identity.h"

#define TEXT(tag, member)                                                      \
	{                                                                      \
		tag, SAML_FIELD_TEXT, offsetof(struct saml_idp_info, member),  \
		    SAML_URI_MAX                                               \
	}
#define NUMBER(tag, member)                                                    \
	{                                                                      \
		tag, SAML_FIELD_NUMBER,                                        \
		    offsetof(struct saml_idp_info, member), 0                  \
	}

static const struct saml_field rows[] = {
	TEXT(TAG_ENTITY_ID, entity_id),
	TEXT(TAG_DISPLAY_NAME, display_name),
	TEXT(TAG_SSO_REDIRECT, sso_redirect),
	TEXT(TAG_SSO_POST, sso_post),
	TEXT(TAG_SLO_REDIRECT, slo_redirect),
	TEXT(TAG_SLO_POST, slo_post),
	TEXT(TAG_SLO_REDIRECT_RESPONSE, slo_redirect_response),
	TEXT(TAG_SLO_POST_RESPONSE, slo_post_response),
	NUMBER(TAG_WANTS_SIGNED, wants_signed),
	NUMBER(TAG_VALID_UNTIL, valid_until),
};

static const struct saml_fields fields = { rows,
	sizeof(rows) / sizeof(rows[0]) };

void
saml_idp_info_clear(struct saml_idp_info *info)
{
	saml_fields_free(&fields, info);
	memset(info, 0, sizeof(*info));
}

void
saml_idp_info_put(const struct saml_idp_info *info, struct wire_msg *msg)
{
	saml_fields_put(&fields, info, msg);
}

int
saml_idp_info_get(struct saml_idp_info *info, const struct wire_msg *msg)
{
	struct wire_field field;
	uint32_t seen = 0;
	size_t cursor = 0;
	int r = 0;

	memset(info, 0, sizeof(*info));
	while (r == 0 && wire_next(msg, &cursor, &field)) {
		if (field.tag == TAG_OUTCOME)
			continue;
		r = saml_fields_take(&fields, info, &seen, &field);
		if (r == GATE_ENOTFOUND)
			r = GATE_EPROTO;
	}
	if (r == 0)
		r = saml_fields_complete(&fields, seen);
	if (r == 0 && info->entity_id == NULL)
		r = GATE_EPROTO;
	if (r != 0)
		saml_idp_info_clear(info);
	return r;
}
