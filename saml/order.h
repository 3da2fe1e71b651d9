/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_ORDER_H
#define SAML_ORDER_H

#include "saml/composer.h"
#include "saml/fields.h"

/*
 * What a composer is ordered to write, as wire fields: for both ends of it.
 * The structs of composer.h have their first members in common, so that what
 * is of no one kind is reached without knowing the kind.
 */
struct saml_message {
	const char *id, *destination, *relay_state;
	int64_t now, binding;
};

union saml_order {
	struct saml_message message;
	struct saml_authn_request authn_request;
	struct saml_logout_request logout_request;
	struct saml_logout_response logout_response;
};

extern const struct saml_fields saml_authn_request_fields;
extern const struct saml_fields saml_logout_request_fields;
extern const struct saml_fields saml_logout_response_fields;
extern const struct saml_fields saml_outgoing_fields;

/* The longest of their texts, in bytes. */
#define SAML_ORDER_TEXT_MAX 4096

/*
 * Whether a message can be made of what object, of this table, holds: nothing
 * that is required is missing, each text is UTF-8 of at most its row's length
 * and without control characters, which XML cannot hold or would change; times
 * can be written, URLs can stand in a header. 0; or GATE_EINVAL and why.
 */
int saml_order_check(const struct saml_fields *fields, const void *object,
    char *why, size_t why_size);

/*
 * Takes a message that has the table's fields and no other but TAG_OUTCOME over
 * into object, which is zeroed; to be freed by saml_fields_free in any case.
 * 0, GATE_EPROTO, GATE_ENOMEM.
 */
int saml_order_get(
    const struct saml_fields *fields, void *object, const struct wire_msg *msg);

#endif
