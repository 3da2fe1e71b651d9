/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "gatehousectl/table.h"
#include "gatehousectl/command.h"
#include "lib/error.h"
#include "lib/protocol.h"

static void
show_pair(struct table *table, const char *key, const char *text)
{
	table_cell(table, key);
	table_cell(table, text);
}

/* On the wire all is text; a text of digits is a count, and "-" nothing. */
static void
put_pair(json_t *object, const char *key, const char *text)
{
	if (text[0] != '\0' && text[strspn(text, "0123456789")] == '\0')
		json_put(object, key, json_integer(atoll(text)));
	else
		json_put_text(
		    object, key, strcmp(text, "-") == 0 ? NULL : text);
}

/* Each KEY of the row with the TEXT that follows it. */
static void
walk(const struct wire_msg *row, struct table *table, json_t *object)
{
	struct wire_field field;
	const char *key = NULL;
	size_t cursor = 0;

	while (wire_next(row, &cursor, &field)) {
		if (field.tag == TAG_KEY)
			key = field.bytes;
		if (field.tag != TAG_TEXT || key == NULL)
			continue;
		if (table != NULL)
			show_pair(table, key, field.bytes);
		else
			put_pair(object, key, field.bytes);
	}
}

static int
show(const struct wire_msg *row, void *data)
{
	const struct options *options = data;
	struct table *table = NULL;
	json_t *object;
	int r;

	if (options->json) {
		object = json_object();
		walk(row, NULL, object);
		return json_show(object);
	}
	r = table_new(&table, 2);
	if (r == 0) {
		walk(row, table, NULL);
		r = table_print(table);
	}
	table_free(&table);
	if (r != 0)
		complain("%s", gate_strerror(r));
	return r == 0 ? CTL_DONE : CTL_FAILED;
}

int
status(const struct options *options)
{
	struct options copy = *options;
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_STATUS);

	if (r == CTL_DONE)
		r = ask_done(ask, show, &copy);
	ask_free(&ask);
	return r;
}

/* A question without anything to it, and an answer of yes or no. */
static int
plain(const struct options *options, uint16_t verb)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, verb);

	if (r == CTL_DONE)
		r = ask_done(ask, NULL, NULL);
	ask_free(&ask);
	return r;
}

int
clock_accept(const struct options *options)
{
	return plain(options, VERB_CLOCK_ACCEPT);
}

int
reload(const struct options *options)
{
	return plain(options, VERB_RELOAD);
}
