/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/source_state.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"

#define STATE_MAX (64u << 10)

#define TEXT(name)                                                             \
	{                                                                      \
#name, 1, offsetof(struct source_state, name)                  \
	}
#define NUMBER(name)                                                           \
	{                                                                      \
#name, 0, offsetof(struct source_state, name)                  \
	}

static const struct row {
	const char *name;
	int is_text;
	size_t offset;
} rows[] = {
	TEXT(url),
	TEXT(etag),
	TEXT(last_modified),
	TEXT(sha256),
	TEXT(last_error),
	NUMBER(fetched),
	NUMBER(checked),
	NUMBER(next),
	NUMBER(entities),
	NUMBER(valid_until),
	NUMBER(cache_duration),
	NUMBER(failures),
	NUMBER(unread),
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void *
member(const struct source_state *state, const struct row *row)
{
	return (char *)(uintptr_t)state + row->offset;
}

void
source_state_clear(struct source_state *state)
{
	const struct row *row;

	for (row = rows; row < rows + ROWS; row++)
		if (row->is_text)
			free(*(char **)member(state, row));
	memset(state, 0, sizeof(*state));
}

int
source_state_set(char **text, const char *value)
{
	char *copy = value != NULL ? strdup(value) : NULL;

	if (value != NULL && copy == NULL)
		return GATE_ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

/* What is missing, or null, is none. */
static int
take(struct source_state *state, const struct row *row, const json_t *value)
{
	if (value == NULL || json_is_null(value))
		return 0;
	if (row->is_text && json_is_string(value))
		return source_state_set(
		    member(state, row), json_string_value(value));
	if (row->is_text || !json_is_integer(value) ||
	    json_integer_value(value) < 0)
		return GATE_EPROTO;
	*(int64_t *)member(state, row) = json_integer_value(value);
	return 0;
}

static int
read_state(struct source_state *state, const char *bytes, size_t size)
{
	json_t *object = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
	const struct row *row;
	int r = json_is_object(object) ? 0 : GATE_EPROTO;

	for (row = rows; r == 0 && row < rows + ROWS; row++)
		r = take(state, row, json_object_get(object, row->name));
	json_decref(object);
	return r;
}

static char *
state_path(const char *file)
{
	char *path;

	return asprintf(&path, "%s.state", file) != -1 ? path : NULL;
}

int
source_state_load(struct source_state *state, const char *file)
{
	char *path = state_path(file), *bytes = NULL;
	size_t size;
	int r = GATE_ENOMEM;

	memset(state, 0, sizeof(*state));
	if (path != NULL)
		r = file_read(
		    path, FILE_TRUSTED, STATE_MAX, &bytes, &size, NULL, 0);
	if (r == GATE_EIO && errno == ENOENT)
		r = GATE_ENOTFOUND;
	if (r == 0)
		r = read_state(state, bytes, size);
	if (r != 0)
		source_state_clear(state);
	free(bytes);
	free(path);
	return r;
}

/* A text that is not UTF-8 is left out, like one that is not there. */
static json_t *
make_value(const struct source_state *state, const struct row *row)
{
	const char *text;
	json_t *value;

	if (!row->is_text)
		return json_integer(*(int64_t *)member(state, row));
	text = *(char **)member(state, row);
	value = text != NULL ? json_string(text) : NULL;
	return value != NULL ? value : json_null();
}

int
source_state_save(const struct source_state *state, const char *file)
{
	json_t *object = json_object();
	char *path = state_path(file), *text = NULL;
	const struct row *row;
	int r = object != NULL && path != NULL ? 0 : GATE_ENOMEM;

	for (row = rows; r == 0 && row < rows + ROWS; row++)
		if (json_object_set_new(
			object, row->name, make_value(state, row)) != 0)
			r = GATE_ENOMEM;
	if (r == 0 && (text = json_dumps(object, JSON_INDENT(2))) == NULL)
		r = GATE_ENOMEM;
	if (r == 0)
		r = file_replace(path, 0644, text, strlen(text));
	free(text);
	free(path);
	json_decref(object);
	return r;
}
