/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "saml/query.h"

#define ENCODING "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

/* What is looked for, and by which name. */
enum parameter {
	REQUEST,
	RESPONSE,
	RELAY_STATE,
	ALGORITHM,
	SIGNATURE,
	ENCODED_AS,
	PARAMETERS
};
static const char *const names[PARAMETERS] = {
	[REQUEST] = "SAMLRequest",
	[RESPONSE] = "SAMLResponse",
	[RELAY_STATE] = "RelayState",
	[ALGORITHM] = "SigAlg",
	[SIGNATURE] = "Signature",
	[ENCODED_AS] = "SAMLEncoding",
};

/* Only what a URL's query may hold: it ends where the fragment begins. */
static int
check_characters(const char *text, size_t size, struct refusal *refusal)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (text[i] <= ' ' || text[i] > '~' || text[i] == '#')
			return refuse(refusal, REASON_BAD_STRUCTURE,
			    "character 0x%02x at offset %zu does not belong "
			    "into a query string",
			    (unsigned char)text[i], i);
	}
	return 0;
}

static int
is_name(const char *text, size_t size, const char *name)
{
	return strlen(name) == size && memcmp(text, name, size) == 0;
}

/* One NAME=VALUE: two of a name would let two readers see two messages. */
static int
take_pair(struct saml_query_value found[PARAMETERS], const char *pair,
    size_t size, struct refusal *refusal)
{
	const char *equals = memchr(pair, '=', size);
	size_t name_size = equals != NULL ? (size_t)(equals - pair) : size;
	size_t i;

	for (i = 0; i < PARAMETERS; i++) {
		if (!is_name(pair, name_size, names[i]))
			continue;
		if (found[i].text != NULL || equals == NULL)
			return refuse(refusal, REASON_BAD_STRUCTURE,
			    "the parameter %s stands twice in the query "
			    "string, or without a value",
			    names[i]);
		found[i].text = equals + 1;
		found[i].size = size - name_size - 1;
	}
	return 0;
}

static int
take_pairs(struct saml_query_value found[PARAMETERS], const char *text,
    size_t size, struct refusal *refusal)
{
	const char *end = text + size, *next;
	int r = 0;

	for (; text < end && r == 0; text = next + 1) {
		next = memchr(text, '&', (size_t)(end - text));
		if (next == NULL)
			next = end;
		r = take_pair(found, text, (size_t)(next - text), refusal);
	}
	return r;
}

/* DEFLATE is all there is, and what is meant where nothing is said. */
static int
check_encoding(const struct saml_query_value *value, struct refusal *refusal)
{
	char *text = NULL;
	size_t size;
	int r;

	if (value->text == NULL)
		return 0;
	r = saml_query_decode(value, &text, &size, refusal);
	if (r == 0 && strcmp(text, ENCODING) != 0)
		r = refuse(refusal, REASON_BAD_STRUCTURE,
		    "SAMLEncoding \"%.100s\": only DEFLATE is understood",
		    text);
	free(text);
	return r;
}

int
saml_query_read(struct saml_query *query, const char *text, size_t size,
    struct refusal *refusal)
{
	struct saml_query_value found[PARAMETERS];
	int r;

	memset(found, 0, sizeof(found));
	if ((r = check_characters(text, size, refusal)) != 0 ||
	    (r = take_pairs(found, text, size, refusal)) != 0)
		return r;
	if ((found[REQUEST].text != NULL) == (found[RESPONSE].text != NULL))
		return refuse(refusal, REASON_BAD_STRUCTURE,
		    "there must be one SAMLRequest or one SAMLResponse in the "
		    "query string");
	query->is_response = found[RESPONSE].text != NULL;
	query->message = found[query->is_response ? RESPONSE : REQUEST];
	query->relay_state = found[RELAY_STATE];
	query->algorithm = found[ALGORITHM];
	query->signature = found[SIGNATURE];
	return check_encoding(&found[ENCODED_AS], refusal);
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that %XX stands for at text; -1 for none, or a NUL. */
static int
escaped(const char *text, const char *end)
{
	int high, low;

	if (end - text < 3 || (high = hex(text[1])) < 0 ||
	    (low = hex(text[2])) < 0 || (high | low) == 0)
		return -1;
	return high << 4 | low;
}

int
saml_query_decode(const struct saml_query_value *value, char **text,
    size_t *size, struct refusal *refusal)
{
	const char *in = value->text, *end = in + value->size;
	char *out;
	int c;

	if ((*text = out = malloc(value->size + 1)) == NULL)
		return GATE_ENOMEM;
	for (; in < end; in++) {
		c = *in == '+' ? ' ' : (unsigned char)*in;
		if (*in == '%') {
			if ((c = escaped(in, end)) < 0) {
				free(*text);
				*text = NULL;
				return refuse(refusal, REASON_BAD_STRUCTURE,
				    "a %% in the query string that no two "
				    "hexadecimal digits follow, or a NUL");
			}
			in += 2;
		}
		*out++ = (char)c;
	}
	*out = '\0';
	*size = (size_t)(out - *text);
	return 0;
}

int
saml_query_signed(const struct saml_query *query, char **text, size_t *size)
{
	const char *kind = names[query->is_response ? RESPONSE : REQUEST];
	const struct saml_query_value *relay = &query->relay_state;
	int n;

	n = asprintf(text, "%s=%.*s%s%s%.*s&%s=%.*s", kind,
	    (int)query->message.size, query->message.text,
	    relay->text != NULL ? "&" : "",
	    relay->text != NULL ? "RelayState=" : "",
	    relay->text != NULL ? (int)relay->size : 0,
	    relay->text != NULL ? relay->text : "", names[ALGORITHM],
	    (int)query->algorithm.size, query->algorithm.text);
	if (n < 0)
		return GATE_ENOMEM;
	*size = (size_t)n;
	return 0;
}
