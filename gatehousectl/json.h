/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_JSON_H
#define GATEHOUSECTL_JSON_H

#include <jansson.h>
#include <stdint.h>

/*
 * Puts a value into an object; what is missing becomes null, so that each
 * name is always there: a NULL or empty text, a time of 0. A text that is not
 * UTF-8 is made visible. A lack of memory is told by json_show.
 */
void json_put_text(json_t *object, const char *name, const char *text);
void json_put_time(json_t *object, const char *name, int64_t epoch);

/* How long: whole seconds of milliseconds; null for less than 0, which is none.
 */
void json_put_span(json_t *object, const char *name, int64_t milliseconds);

/*
 * Adds a text to the array that stands in an object under a name; it is made
 * there, even without a text (NULL).
 */
void json_put_value(json_t *object, const char *name, const char *text);

/* Any value into an object or to the end of an array, which takes it over. */
void json_put(json_t *object, const char *name, json_t *value);
void json_add(json_t *array, json_t *value);

/*
 * Prints to standard output and drops the reference: CTL_DONE; or CTL_FAILED
 * and a complaint for NULL, or where a value in it could not be made.
 */
int json_show(json_t *value);

/* The same on one line, which is out at once. */
int json_show_line(json_t *value);

/* Has the memory of values wiped when it is freed; before the first of them. */
void json_wipe(void);

#endif
