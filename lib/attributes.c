/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/attributes.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/words.h"

/*
 * The encoded form: the byte FORM, then for each text a byte, NAME or VALUE,
 * its length in two, the higher one first, and its bytes. Several machines may
 * share a store.
 */
#define FORM  1
#define NAME  'n'
#define VALUE 'v'
#define HEAD  3 /* bytes in front of a text */

/*
 * Makes room for one more in an array that has count items. Arrays grow by
 * doubling, so that there is something to do at powers of two only.
 */
static void *
make_room(void *items, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return items;
	return reallocarray(items, count == 0 ? 1 : count * 2, size);
}

/* Appends a name of length bytes without a NUL in them. */
static int
add_name(struct attributes *list, const char *name, size_t length)
{
	struct attribute *items;
	char *copy;

	items = make_room(list->items, list->count, sizeof(*items));
	if (items == NULL)
		return GATE_ENOMEM;
	list->items = items;
	if ((copy = strndup(name, length)) == NULL)
		return GATE_ENOMEM;
	items[list->count++] = (struct attribute){ .name = copy };
	return 0;
}

static int
add_value(struct attributes *list, const char *value, size_t length)
{
	struct attribute *last;
	char **values, *copy;

	if (list->count == 0)
		return GATE_EINVAL;
	last = &list->items[list->count - 1];
	values = make_room(last->values, last->value_count, sizeof(*values));
	if (values == NULL)
		return GATE_ENOMEM;
	last->values = values;
	if ((copy = strndup(value, length)) == NULL)
		return GATE_ENOMEM;
	values[last->value_count++] = copy;
	return 0;
}

int
attributes_add(struct attributes *list, const char *name)
{
	return add_name(list, name, strlen(name));
}

int
attributes_add_value(struct attributes *list, const char *value)
{
	return add_value(list, value, strlen(value));
}

void
attributes_clear(struct attributes *list)
{
	struct attribute *item;
	size_t i, j;

	for (i = 0; i < list->count; i++) {
		item = &list->items[i];
		for (j = 0; j < item->value_count; j++)
			free(item->values[j]);
		free(item->values);
		free(item->name);
	}
	free(list->items);
	*list = (struct attributes){ 0 };
}

static int
has_value(const struct attribute *item, const char *value)
{
	size_t i;

	for (i = 0; i < item->value_count; i++) {
		if (value != NULL ? strcmp(item->values[i], value) == 0
				  : item->values[i][0] != '\0')
			return 1;
	}
	return 0;
}

int
attributes_have(
    const struct attributes *list, const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].name, name) == 0 &&
		    has_value(&list->items[i], value))
			return 1;
	}
	return 0;
}

/*
 * Writes the text at *used, where there are bytes to write to, and moves on:
 * without any it counts.
 */
static int
put(uint8_t *bytes, size_t *used, char kind, const char *text)
{
	size_t length = strlen(text);

	if (length > ATTRIBUTES_ENCODED_MAX - HEAD ||
	    *used > ATTRIBUTES_ENCODED_MAX - HEAD - length)
		return GATE_ETOOBIG;
	if (bytes != NULL) {
		bytes[*used] = (uint8_t)kind;
		bytes[*used + 1] = (uint8_t)(length >> 8);
		bytes[*used + 2] = (uint8_t)length;
		memcpy(bytes + *used + HEAD, text, length);
	}
	*used += HEAD + length;
	return 0;
}

/* Writes or counts all that is wanted of the list. */
static int
put_all(const struct attributes *list, const char *wanted, uint8_t *bytes,
    size_t *used)
{
	const struct attribute *item;
	size_t i, j;
	int all = words_have(wanted, "*");
	int r = 0;

	*used = 1;
	if (bytes != NULL)
		bytes[0] = FORM;
	for (i = 0; i < list->count && r == 0; i++) {
		item = &list->items[i];
		if (!all && !words_have(wanted, item->name))
			continue;
		r = put(bytes, used, NAME, item->name);
		for (j = 0; j < item->value_count && r == 0; j++)
			r = put(bytes, used, VALUE, item->values[j]);
	}
	return r;
}

int
attributes_encode(const struct attributes *list, const char *wanted,
    uint8_t **bytes, size_t *size)
{
	int r;

	*bytes = NULL;
	*size = 0;
	r = put_all(list, wanted, NULL, size);
	if (r != 0 || *size == 1) {
		*size = 0;
		return r;
	}
	if ((*bytes = malloc(*size)) == NULL) {
		*size = 0;
		return GATE_ENOMEM;
	}
	return put_all(list, wanted, *bytes, size);
}

/* Takes the text at *used, which has to end within size bytes. */
static int
take(struct attributes *list, const uint8_t *bytes, size_t size, size_t *used)
{
	const uint8_t *head = bytes + *used;
	const char *text = (const char *)head + HEAD;
	size_t length, left = size - *used;
	int r;

	if (left < HEAD)
		return GATE_EPROTO;
	length = (size_t)head[1] << 8 | head[2];
	if (length > left - HEAD || memchr(text, '\0', length) != NULL)
		return GATE_EPROTO;
	if (head[0] == NAME)
		r = add_name(list, text, length);
	else if (head[0] == VALUE)
		r = add_value(list, text, length);
	else
		r = GATE_EPROTO;
	*used += HEAD + length;
	return r == GATE_EINVAL ? GATE_EPROTO : r;
}

int
attributes_decode(struct attributes *list, const uint8_t *bytes, size_t size)
{
	size_t used = 1;
	int r = 0;

	if (size == 0)
		return 0;
	if (size == 1 || size > ATTRIBUTES_ENCODED_MAX || bytes[0] != FORM)
		return GATE_EPROTO;
	while (used < size && r == 0)
		r = take(list, bytes, size, &used);
	if (r != 0)
		attributes_clear(list);
	return r;
}
