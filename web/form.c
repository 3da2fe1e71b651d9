/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/form.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/error.h"
#include "lib/percent.h"
#include "lib/secret.h"
#include "lib/utf8.h"

#define TYPE "application/x-www-form-urlencoded"

struct pair {
	const char *name, *value;
};

struct form {
	char *memory; /* every name and value, each with its NUL */
	size_t size;
	size_t used;
	struct pair pairs[FORM_FIELDS_MAX];
	size_t count;
};

/*
 * Decodes what is between text and end behind what there is; *decoded is where
 * it begins.
 */
static int
decode(struct form *form, const char *text, const char *end, size_t max,
    const char **decoded)
{
	char *begin = form->memory + form->used, *out = begin;
	int c;

	for (; text < end; text++) {
		c = (unsigned char)*text;
		if (c <= ' ' || c > '~')
			return GATE_EINVAL;
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			if ((c = percent_byte(text, end)) < 0)
				return GATE_EINVAL;
			text += 2;
		}
		*out++ = (char)c;
	}
	/* a NUL is not UTF-8 to utf8_check */
	if (utf8_check(begin, (size_t)(out - begin)) != 0)
		return GATE_EINVAL;
	if ((size_t)(out - begin) > max)
		return GATE_ETOOBIG;
	*out++ = '\0';
	form->used += (size_t)(out - begin);
	*decoded = begin;
	return 0;
}

static int
take_pair(struct form *form, const char *text, const char *end,
    const struct form_limits *limits)
{
	const char *equals = memchr(text, '=', (size_t)(end - text));
	const char *name_end = equals != NULL ? equals : end;
	struct pair pair;
	int r;

	if (form->count >= limits->fields || form->count >= FORM_FIELDS_MAX)
		return GATE_ETOOBIG;
	if ((r = decode(form, text, name_end, limits->name, &pair.name)) != 0 ||
	    (r = decode(form, equals != NULL ? equals + 1 : end, end,
		 limits->value, &pair.value)) != 0)
		return r;
	if (pair.name[0] == '\0' || form_get(form, pair.name) != NULL)
		return GATE_EINVAL;
	form->pairs[form->count++] = pair;
	return 0;
}

int
form_parse(struct form **form, const char *text, size_t size,
    const struct form_limits *limits)
{
	const char *end = text + size, *next;
	struct form *new = NULL;
	int r = 0;

	if (size > limits->size)
		return GATE_ETOOBIG;
	if ((new = calloc(1, sizeof(*new))) == NULL)
		return GATE_ENOMEM;
	/* two NULs for each field, between which "&" stood at least */
	new->size = size + FORM_FIELDS_MAX + 1;
	if ((new->memory = secret_alloc(new->size)) == NULL)
		r = GATE_ENOMEM;
	for (; r == 0 && size > 0; text = next + 1) {
		next = memchr(text, '&', (size_t)(end - text));
		if (next == NULL)
			next = end;
		r = take_pair(new, text, next, limits);
		if (next == end)
			break;
	}
	if (r == 0) {
		*form = new;
		new = NULL;
	}
	form_free(&new);
	return r;
}

void
form_free(struct form **form)
{
	if (*form == NULL)
		return;
	secret_free((*form)->memory, (*form)->size);
	free(*form);
	*form = NULL;
}

const char *
form_get(const struct form *form, const char *name)
{
	size_t i;

	for (i = 0; i < form->count; i++)
		if (strcmp(form->pairs[i].name, name) == 0)
			return form->pairs[i].value;
	return NULL;
}

size_t
form_count(const struct form *form)
{
	return form->count;
}

int
form_type(const char *content_type)
{
	static const char *const parameters[] = { "charset=utf-8",
		"charset=\"utf-8\"" };
	const char *at = content_type;
	size_t i;

	if (at == NULL || strncasecmp(at, TYPE, strlen(TYPE)) != 0)
		return 0;
	at += strlen(TYPE);
	at += strspn(at, " \t");
	if (*at == '\0')
		return 1;
	if (*at++ != ';')
		return 0;
	at += strspn(at, " \t");
	for (i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (strcasecmp(at, parameters[i]) == 0)
			return 1;
	return 0;
}
