/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/header.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/percent.h"
#include "lib/utf8.h"

/* Beside what is unreserved; nothing that separates. */
#define PLAIN "@:/+!$&'()*"

const char *const header_names[HEADER_COUNT] = {
	[HEADER_USER] = "X-Gatehouse-User",
	[HEADER_GROUPS] = "X-Gatehouse-Groups",
	[HEADER_SESSION] = "X-Gatehouse-Session",
	[HEADER_METHOD] = "X-Gatehouse-Method",
	[HEADER_ATTRIBUTES] = "X-Gatehouse-Attributes",
	[HEADER_TOKEN] = "X-Gatehouse-Token",
	[HEADER_PREVIOUS] = "X-Gatehouse-Previous-Session",
};

struct value {
	char text[HEADER_VALUE_MAX + 4];
	size_t used;
};

static int
put_byte(struct value *value, char c)
{
	if (value->used == HEADER_VALUE_MAX)
		return GATE_ETOOBIG;
	value->text[value->used++] = c;
	return 0;
}

static int
put_text(struct value *value, const char *text)
{
	if (utf8_check(text, strlen(text)) != 0)
		return GATE_EINVAL;
	for (; *text != '\0'; text++) {
		if (value->used + 3 > HEADER_VALUE_MAX)
			return GATE_ETOOBIG;
		if (percent_is_unreserved((unsigned char)*text) ||
		    strchr(PLAIN, *text) != NULL) {
			value->text[value->used++] = *text;
		} else {
			percent_write(
			    (unsigned char)*text, value->text + value->used);
			value->used += 3;
		}
	}
	return 0;
}

/* One of a list: an empty one would not be told from none. */
static int
put_item(struct value *value, const char *text)
{
	if (text[0] == '\0')
		return GATE_EINVAL;
	if (value->used > 0 && put_byte(value, ',') != 0)
		return GATE_ETOOBIG;
	return put_text(value, text);
}

static int
put_user(struct value *value, const struct identity *identity)
{
	return identity->user != NULL ? put_text(value, identity->user) : 0;
}

static int
put_groups(struct value *value, const struct identity *identity)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < identity->group_count; i++)
		r = put_item(value, identity->groups[i]);
	return r;
}

static int
put_session(struct value *value, const struct identity *identity)
{
	return identity->session != NULL ? put_text(value, identity->session)
					 : 0;
}

static int
put_method(struct value *value, const struct identity *identity)
{
	return identity->method != NULL ? put_text(value, identity->method) : 0;
}

static int
put_attribute(struct value *value, const struct attribute *attribute)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < attribute->value_count; i++)
		if ((r = put_item(value, attribute->name)) == 0 &&
		    (r = put_byte(value, '=')) == 0)
			r = put_text(value, attribute->values[i]);
	return r;
}

static int
put_attributes(struct value *value, const struct identity *identity)
{
	const struct attributes *list = identity->attributes;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && list != NULL && i < list->count; i++)
		r = put_attribute(value, &list->items[i]);
	return r;
}

static int
put_token(struct value *value, const struct identity *identity)
{
	return identity->token != NULL ? put_text(value, identity->token) : 0;
}

static int
put_previous(struct value *value, const struct identity *identity)
{
	return identity->previous != NULL ? put_text(value, identity->previous)
					  : 0;
}

static int (*const makers[HEADER_COUNT])(
    struct value *, const struct identity *) = {
	[HEADER_USER] = put_user,
	[HEADER_GROUPS] = put_groups,
	[HEADER_SESSION] = put_session,
	[HEADER_METHOD] = put_method,
	[HEADER_ATTRIBUTES] = put_attributes,
	[HEADER_TOKEN] = put_token,
	[HEADER_PREVIOUS] = put_previous,
};

int
headers_make(struct headers *headers, const struct identity *identity)
{
	struct value value;
	size_t i;
	int r = 0;

	memset(headers, 0, sizeof(*headers));
	for (i = 0; r == 0 && i < HEADER_COUNT; i++) {
		value.used = 0;
		if ((r = makers[i](&value, identity)) != 0)
			break;
		value.text[value.used] = '\0';
		if ((headers->values[i] = strdup(value.text)) == NULL)
			r = GATE_ENOMEM;
	}
	if (r != 0)
		headers_clear(headers);
	return r;
}

void
headers_clear(struct headers *headers)
{
	size_t i;

	for (i = 0; i < HEADER_COUNT; i++)
		free(headers->values[i]);
	memset(headers, 0, sizeof(*headers));
}
