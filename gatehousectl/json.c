/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/json.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehousectl/options.h"
#include "gatehousectl/say.h"
#include "lib/clock.h"
#include "lib/error.h"

/* Set once a value could not be put: what is printed must be whole. */
static int incomplete;

static json_t *
make_text(const char *text)
{
	json_t *value = json_string(text);
	char *clean;

	if (value != NULL)
		return value;
	clean = visible(text);
	if (clean != NULL)
		value = json_string(clean);
	free(clean);
	return value;
}

void
json_put(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value) != 0)
		incomplete = 1;
}

void
json_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		incomplete = 1;
}

void
json_put_text(json_t *object, const char *name, const char *text)
{
	json_put(object, name,
	    text != NULL && text[0] != '\0' ? make_text(text) : json_null());
}

void
json_put_time(json_t *object, const char *name, int64_t epoch)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(epoch, text);
	json_put_text(object, name, epoch > 0 ? text : NULL);
}

void
json_put_span(json_t *object, const char *name, int64_t milliseconds)
{
	json_put(object, name,
	    milliseconds >= 0 ? json_integer(milliseconds / 1000)
			      : json_null());
}

void
json_put_value(json_t *object, const char *name, const char *text)
{
	if (json_object_get(object, name) == NULL)
		json_put(object, name, json_array());
	if (text != NULL)
		json_add(json_object_get(object, name), make_text(text));
}

static int
show(json_t *value, size_t flags)
{
	int r = CTL_DONE;

	if (value == NULL || incomplete) {
		complain("%s", gate_strerror(GATE_ENOMEM));
		r = CTL_FAILED;
	} else if (json_dumpf(value, stdout, flags) != 0 ||
	    putchar('\n') == EOF)
		r = CTL_FAILED; /* main says how standard output failed */
	json_decref(value);
	return r;
}

int
json_show(json_t *value)
{
	return show(value, JSON_INDENT(2));
}

int
json_show_line(json_t *value)
{
	int r = show(value, JSON_COMPACT);

	return fflush(stdout) == 0 ? r : CTL_FAILED;
}

static void
wipe_free(void *memory)
{
	if (memory != NULL)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

void
json_wipe(void)
{
	json_set_alloc_funcs(malloc, wipe_free);
}
