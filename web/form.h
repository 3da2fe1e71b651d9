/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include <stddef.h>

/*
 * A form that a browser has posted, or a query string: application/
 * x-www-form-urlencoded (WHATWG URL, 5). Its bytes are in memory for secrets:
 * there may be passwords in it.
 */
struct form;

/* What one may hold at most; sizes in bytes, of names and values decoded. */
struct form_limits {
	size_t size; /* of the whole, as it came */
	size_t fields;
	size_t name;
	size_t value;
};

/* No limits allow more fields than this. */
#define FORM_FIELDS_MAX 64

/*
 * Takes a form apart: all of it, or nothing. An empty text is a form without
 * fields; a name without "=" has an empty value. Names that stand twice are
 * refused, as the next reader may take the other one; so are a NUL, an escape
 * that is none, what is not UTF-8, an empty name, and every character that
 * browsers escape. 0; GATE_EINVAL, GATE_ETOOBIG (over a limit), GATE_ENOMEM.
 */
int form_parse(struct form **form, const char *text, size_t size,
    const struct form_limits *limits);
void form_free(struct form **form);

/* The value of a field, owned by the form; NULL if there is none. */
const char *form_get(const struct form *form, const char *name);

/* How many fields there are. */
size_t form_count(const struct form *form);

/*
 * Nonzero if a Content-Type (NULL: absent) is that of such a form, with no
 * parameter but charset=utf-8.
 */
int form_type(const char *content_type);

#endif
