/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/template.h"

#include <string.h>

#include "lib/error.h"
#include "web/escape.h"

#define NAME_MAX_LENGTH 31
#define FIELDS_MAX      16 /* of one message */

/* The fields of a row, and those around it. */
struct scope {
	const struct template_field *fields;
	const struct scope *outer;
};

struct writer {
	struct buffer *buffer;
	const struct catalogue *catalogue;
	const char *at;
	int depth;
};

static const struct template_field *
find(const struct scope *scope, const char *name, size_t length)
{
	const struct template_field *field;

	for (; scope != NULL; scope = scope->outer)
		for (field = scope->fields; field->name != NULL; field++)
			if (strlen(field->name) == length &&
			    memcmp(field->name, name, length) == 0)
				return field;
	return NULL;
}

static int
is_empty(const struct template_field *field)
{
	return (field->text == NULL || field->text[0] == '\0') &&
	    (field->rows == NULL || field->rows[0] == NULL);
}

/*
 * "{name}" with an optional mark before the name, which is moved past. *field
 * is NULL if there is none, as for "{.}".
 */
static int
take_name(struct writer *writer, const struct scope *scope, char *mark,
    const struct template_field **field)
{
	const char *name = writer->at + 1, *end = strchr(name, '}');

	if (end == NULL || end - name > NAME_MAX_LENGTH)
		return GATE_EINVAL;
	*mark = strchr("?!*.", *name) != NULL ? *name++ : '\0';
	if (*mark == '.' && end != name)
		return GATE_EINVAL;
	*field = find(scope, name, (size_t)(end - name));
	writer->at = end + 1;
	return 0;
}

/* All the fields that a message may name, as the catalogue wants them. */
static int
fields_of(const char *message, const struct scope *scope,
    struct catalogue_field fields[FIELDS_MAX + 1])
{
	const struct template_field *field;
	size_t count = 0;

	while ((message = strchr(message, '{')) != NULL) {
		field = find(scope, message + 1, strcspn(message + 1, "}"));
		if (field == NULL || count == FIELDS_MAX)
			return GATE_EINVAL;
		fields[count].name = field->name;
		fields[count++].text = field->text != NULL ? field->text : "";
		message++;
	}
	fields[count].name = NULL;
	fields[count].text = NULL;
	return 0;
}

int
template_message(const char **template, char message[TEMPLATE_MESSAGE_MAX])
{
	const char *begin = strstr(*template, "[["), *end;

	if (begin == NULL || (end = strstr(begin, "]]")) == NULL ||
	    end - begin >= TEMPLATE_MESSAGE_MAX)
		return 0;
	begin += 2;
	memcpy(message, begin, (size_t)(end - begin));
	message[end - begin] = '\0';
	*template = end + 2;
	return 1;
}

static int
put_message(struct writer *writer, const struct scope *scope)
{
	char message[TEMPLATE_MESSAGE_MAX], text[TEMPLATE_MESSAGE_MAX];
	struct catalogue_field fields[FIELDS_MAX + 1];
	int r;

	if (!template_message(&writer->at, message))
		return GATE_EINVAL;
	if ((r = fields_of(message, scope, fields)) != 0)
		return r;
	if (catalogue_fill(writer->catalogue, message, fields, text,
		sizeof(text)) >= sizeof(text))
		r = GATE_ETOOBIG;
	else
		escape_html(writer->buffer, text);
	explicit_bzero(text, sizeof(text));
	return r;
}

static int put_block(
    struct writer *writer, const struct scope *scope, int is_shown);

/* What is between {*name} and {.}: once for each row. */
static int
put_rows(struct writer *writer, const struct scope *scope,
    const struct template_field *field, int is_shown)
{
	const struct template_field *const *row = is_shown ? field->rows : NULL;
	const char *begin = writer->at;
	struct scope inner = { .outer = scope };
	int r = 0;

	if (row == NULL || *row == NULL)
		return put_block(writer, NULL, 0);
	for (; r == 0 && *row != NULL; row++) {
		writer->at = begin;
		inner.fields = *row;
		r = put_block(writer, &inner, 1);
	}
	return r;
}

/* At a "{": a field, or a block; {.} is *is_end. */
static int
put_field(
    struct writer *writer, const struct scope *scope, int is_shown, int *is_end)
{
	const struct template_field *field;
	char mark;

	if (take_name(writer, scope, &mark, &field) != 0)
		return GATE_EINVAL;
	*is_end = mark == '.';
	if (*is_end)
		return 0;
	/* what is not shown may speak of rows that are not there */
	if (field == NULL && is_shown)
		return GATE_EINVAL;
	if (mark == '*')
		return put_rows(writer, scope, field, is_shown);
	if (mark != '\0')
		return put_block(writer, scope,
		    is_shown && is_empty(field) == (mark == '!'));
	if (!is_shown || field->text == NULL)
		return 0;
	if (field->is_markup)
		buffer_add_text(writer->buffer, field->text);
	else
		escape_html(writer->buffer, field->text);
	return 0;
}

static int
skip_message(struct writer *writer)
{
	const char *end = strstr(writer->at, "]]");

	if (end == NULL)
		return GATE_EINVAL;
	writer->at = end + 2;
	return 0;
}

/* Up to {.}, or to the end of the template where no block is open. */
static int
put_block(struct writer *writer, const struct scope *scope, int is_shown)
{
	int r = 0, is_end = 0;
	size_t length;

	if (++writer->depth > TEMPLATE_DEPTH_MAX)
		return GATE_EINVAL;
	while (r == 0 && !is_end && *writer->at != '\0') {
		length = strcspn(writer->at, "{[");
		if (length == 0 && writer->at[0] == '[' && writer->at[1] != '[')
			length = 1;
		if (is_shown)
			buffer_add(writer->buffer, writer->at, length);
		writer->at += length;
		if (length > 0)
			continue;
		if (*writer->at == '{')
			r = put_field(writer, scope, is_shown, &is_end);
		else
			r = is_shown ? put_message(writer, scope)
				     : skip_message(writer);
	}
	writer->depth--;
	/* one block too few was closed, or one too many */
	if (r == 0 && is_end != (writer->depth > 0))
		r = GATE_EINVAL;
	return r;
}

int
template_write(struct buffer *buffer, const char *template,
    const struct template_field *fields, const struct catalogue *catalogue)
{
	const struct scope scope = { .fields = fields };
	struct writer writer = {
		.buffer = buffer, .catalogue = catalogue, .at = template
	};
	int r;

	r = put_block(&writer, &scope, 1);
	return r != 0 ? r : buffer->error;
}
