/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include <stddef.h>

#include "lib/catalogue.h"
#include "web/buffer.h"

/*
 * Pages with holes. In a template
 *
 *	{name}              is the text of a field, escaped;
 *	{?name} ... {.}     is there if the field is not empty,
 *	{!name} ... {.}     if it is,
 *	{*name} ... {.}     once for each of the field's rows;
 *	[[A {b} message.]]  is that message in the page's language, with its
 *	                    fields filled in, and escaped.
 *
 * Nothing else is special, and there is no way to leave a text unescaped: that
 * is up to the field.
 */
struct template_field {
	const char *name; /* NULL: the last */
	const char *text; /* NULL: empty */
	/* nonzero: the text is HTML of our own making */
	int is_markup;
	/* lists of fields, which NULL ends; looked into before these */
	const struct template_field *const *rows;
};

/* {?a}{?b}... this deep. */
#define TEMPLATE_DEPTH_MAX 8
/* The longest message, its fields filled in, in bytes. */
#define TEMPLATE_MESSAGE_MAX 4096

/*
 * Writes a page. A field that is not in the list is a mistake of ours, and the
 * page is not written: GATE_EINVAL, as for a template that is broken; GATE_
 * ETOOBIG, GATE_ENOMEM. NULL as catalogue is English.
 */
int template_write(struct buffer *buffer, const char *template,
    const struct template_field *fields, const struct catalogue *catalogue);

/*
 * Finds the next message in a template, and moves *template past it: 1, or 0
 * if there is none. For whoever checks that all are translated.
 */
int template_message(const char **template, char message[TEMPLATE_MESSAGE_MAX]);

#endif
