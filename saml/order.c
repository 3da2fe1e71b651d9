/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/order.h"

#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "lib/utf8.h"
#include "saml/time.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define ROW(tag, kind, type, member)                                           \
	{                                                                      \
		tag, SAML_FIELD_##kind, offsetof(struct type, member),         \
		    SAML_ORDER_TEXT_MAX                                        \
	}

/* What every message begins with. */
#define MESSAGE_ROWS(type)                                                     \
	ROW(TAG_REQUEST_ID, REQUIRED, type, id),                               \
	    ROW(TAG_DESTINATION, REQUIRED, type, destination),                 \
	    ROW(TAG_RELAY_STATE, TEXT, type, relay_state),                     \
	    ROW(TAG_NOW, NUMBER, type, now),                                   \
	    ROW(TAG_BINDING, NUMBER, type, binding)

static const struct saml_field authn_request_rows[] = {
	MESSAGE_ROWS(saml_authn_request),
	ROW(TAG_FORCE, NUMBER, saml_authn_request, force_authn),
	ROW(TAG_PASSIVE, NUMBER, saml_authn_request, is_passive),
	ROW(TAG_NAME_ID_FORMAT, TEXT, saml_authn_request, name_id_format),
	ROW(TAG_AUTHN_CONTEXTS, TEXT, saml_authn_request, authn_contexts),
	ROW(TAG_MINIMUM, NUMBER, saml_authn_request, minimum),
};

static const struct saml_field logout_request_rows[] = {
	MESSAGE_ROWS(saml_logout_request),
	ROW(TAG_NAME_ID, REQUIRED, saml_logout_request, name_id),
	ROW(TAG_NAME_ID_FORMAT, TEXT, saml_logout_request, name_id_format),
	ROW(TAG_NAME_QUALIFIER, TEXT, saml_logout_request, name_qualifier),
	ROW(TAG_SP_NAME_QUALIFIER, TEXT, saml_logout_request,
	    sp_name_qualifier),
	ROW(TAG_SESSION_INDEX, TEXT, saml_logout_request, session_index),
	ROW(TAG_LOGOUT_REASON, TEXT, saml_logout_request, reason),
};

static const struct saml_field logout_response_rows[] = {
	MESSAGE_ROWS(saml_logout_response),
	ROW(TAG_IN_RESPONSE_TO, TEXT, saml_logout_response, in_response_to),
	ROW(TAG_STATUS, REQUIRED, saml_logout_response, status),
	ROW(TAG_STATUS_SECOND, TEXT, saml_logout_response, status_second),
	ROW(TAG_STATUS_MESSAGE, TEXT, saml_logout_response, status_message),
};

/* As large as the texts that go into it make it, encoded. */
#define OUTGOING_MAX WIRE_BODY_LOGIN
#define OUTGOING_ROW(tag, kind, member)                                        \
	{                                                                      \
		tag, SAML_FIELD_##kind,                                        \
		    offsetof(struct saml_outgoing, member), OUTGOING_MAX       \
	}

static const struct saml_field outgoing_rows[] = {
	OUTGOING_ROW(TAG_BINDING, NUMBER, binding),
	OUTGOING_ROW(TAG_URL, REQUIRED, url),
	OUTGOING_ROW(TAG_FIELD, TEXT, field),
	OUTGOING_ROW(TAG_MESSAGE, TEXT, message),
	OUTGOING_ROW(TAG_RELAY_STATE, TEXT, relay_state),
};

/* clang-format off */
const struct saml_fields saml_authn_request_fields = {
	authn_request_rows, COUNT(authn_request_rows)
};
const struct saml_fields saml_logout_request_fields = {
	logout_request_rows, COUNT(logout_request_rows)
};
const struct saml_fields saml_logout_response_fields = {
	logout_response_rows, COUNT(logout_response_rows)
};
const struct saml_fields saml_outgoing_fields = {
	outgoing_rows, COUNT(outgoing_rows)
};
/* clang-format on */

/* XML can hold (1.0, 2.2), and a parser gives back, what is in the text. */
static const char *
xml_flaw(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	const unsigned char *end = p + strlen(text);
	int32_t point;

	while (p < end) {
		point = utf8_next(&p, end);
		if (point < 0)
			return "is not UTF-8";
		if (point < 0x20 || point == 0x7f)
			return "holds a control character";
		if (point == 0xfffe || point == 0xffff)
			return "holds what is no character";
	}
	return NULL;
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

/* The ASCII part of an NCName, of which we make our IDs. */
static const char *
id_flaw(const char *text)
{
	if (strchr(DIGITS "-.", text[0]) != NULL ||
	    text[strspn(text, LETTERS DIGITS "_-.")] != '\0')
		return "is no NCName";
	return NULL;
}

/* It goes into a Location header and a form's action, with a query added. */
static const char *
url_flaw(const char *text)
{
	const char *rest = text;

	if (strncasecmp(text, "https://", 8) == 0)
		rest = text + 8;
	else if (strncasecmp(text, "http://", 7) == 0)
		rest = text + 7;
	if (rest == text || rest[0] == '\0' || rest[0] == '/')
		return "is no URL with http or https and a host";
	if (strchr(text, '#') != NULL)
		return "has a fragment";
	/* RFC 3986, 2: all that a URI is made of */
	if (text[strspn(text, LETTERS DIGITS "-._~:/?[]@!$&'()*+,;=%")] != '\0')
		return "holds a character that no URL may";
	return NULL;
}

/* It does not go into XML. */
static const char *
relay_state_flaw(const char *text)
{
	return utf8_check(text, strlen(text)) == 0 ? NULL : "is not UTF-8";
}

/* What a text is called, and what it may be, by its tag. */
static const struct text_rule {
	uint16_t tag;
	const char *name;
	const char *(*flaw)(const char *text);
} text_rules[] = {
	{ TAG_REQUEST_ID, "the ID", id_flaw },
	{ TAG_DESTINATION, "the destination", url_flaw },
	{ TAG_RELAY_STATE, "RelayState", relay_state_flaw },
	{ TAG_NAME_ID_FORMAT, "the NameID format", xml_flaw },
	{ TAG_AUTHN_CONTEXTS, "authn_context", xml_flaw },
	{ TAG_NAME_ID, "the NameID", xml_flaw },
	{ TAG_NAME_QUALIFIER, "NameQualifier", xml_flaw },
	{ TAG_SP_NAME_QUALIFIER, "SPNameQualifier", xml_flaw },
	{ TAG_SESSION_INDEX, "the SessionIndex", xml_flaw },
	{ TAG_LOGOUT_REASON, "the reason", xml_flaw },
	{ TAG_IN_RESPONSE_TO, "InResponseTo", xml_flaw },
	{ TAG_STATUS, "the status", xml_flaw },
	{ TAG_STATUS_SECOND, "the second status", xml_flaw },
	{ TAG_STATUS_MESSAGE, "the status message", xml_flaw },
	/* of speaker.h */
	{ TAG_ENTITY_ID, "[saml] entity_id", xml_flaw },
	{ TAG_ACS_URL, "[saml] acs_url", url_flaw },
	{ TAG_SLO_URL, "[saml] slo_url", url_flaw },
	{ TAG_REQUESTED_ATTRIBUTES, "[saml] requested_attributes", xml_flaw },
	{ TAG_DISPLAY_NAME, "[saml] display_name", xml_flaw },
	{ TAG_CONTACT, "[saml] contact", xml_flaw },
};

static int
check_text(
    const struct saml_field *row, const char *text, char *why, size_t why_size)
{
	const struct text_rule *rule = text_rules;
	const char *flaw = NULL;

	while (rule < text_rules + COUNT(text_rules) && rule->tag != row->tag)
		rule++;
	if (rule == text_rules + COUNT(text_rules))
		return 0; /* not for XML, as PEM */
	if (text == NULL || text[0] == '\0')
		flaw = row->kind == SAML_FIELD_REQUIRED ? "is missing" : NULL;
	else if (strlen(text) > row->max)
		flaw = "is too long";
	else
		flaw = rule->flaw(text);
	if (flaw == NULL)
		return 0;
	snprintf(why, why_size, "%s %s", rule->name, flaw);
	return GATE_EINVAL;
}

static int
check_number(
    const struct saml_field *row, int64_t number, char *why, size_t why_size)
{
	char text[SAML_TIME_SIZE];

	if (number >= 0 &&
	    (row->tag != TAG_NOW || saml_time_format(number, text) == 0) &&
	    (row->tag != TAG_BINDING || number <= SAML_BINDING_POST))
		return 0;
	snprintf(why, why_size, "%s is out of range",
	    row->tag == TAG_NOW           ? "the time"
		: row->tag == TAG_BINDING ? "the binding"
					  : "a number");
	return GATE_EINVAL;
}

int
saml_order_check(const struct saml_fields *fields, const void *object,
    char *why, size_t why_size)
{
	const struct saml_field *row = fields->rows;
	const char *at;
	int r = 0;

	for (; r == 0 && row < fields->rows + fields->count; row++) {
		at = (const char *)object + row->offset;
		r = row->kind == SAML_FIELD_NUMBER
		    ? check_number(row, *(const int64_t *)at, why, why_size)
		    : check_text(row, *(const char *const *)at, why, why_size);
	}
	return r;
}

int
saml_order_get(
    const struct saml_fields *fields, void *object, const struct wire_msg *msg)
{
	struct wire_field field;
	uint32_t seen = 0;
	size_t cursor = 0;
	int r = 0;

	while (r == 0 && wire_next(msg, &cursor, &field)) {
		if (field.tag == TAG_OUTCOME)
			continue;
		r = saml_fields_take(fields, object, &seen, &field);
		if (r == GATE_ENOTFOUND)
			r = GATE_EPROTO;
	}
	return r == 0 ? saml_fields_complete(fields, seen) : r;
}

void
saml_outgoing_clear(struct saml_outgoing *outgoing)
{
	/* RelayState stands in each of them, and is a secret */
	secret_str_free(&outgoing->url);
	secret_str_free(&outgoing->message);
	secret_str_free(&outgoing->relay_state);
	saml_fields_free(&saml_outgoing_fields, outgoing);
	memset(outgoing, 0, sizeof(*outgoing));
}

void
saml_outgoing_put(const struct saml_outgoing *outgoing, struct wire_msg *msg)
{
	saml_fields_put(&saml_outgoing_fields, outgoing, msg);
}
