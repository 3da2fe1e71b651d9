/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/reason.h"

/* More than any message passes, and little enough for every answer. */
#define LINES_MAX 48
#define LINE_MAX  320

struct saml_trace {
	char *lines[LINES_MAX];
	size_t count;
};

int
saml_trace_new(struct saml_trace **trace)
{
	*trace = calloc(1, sizeof(**trace));
	return *trace != NULL ? 0 : GATE_ENOMEM;
}

void
saml_trace_free(struct saml_trace **trace)
{
	size_t i;

	if (*trace == NULL)
		return;
	for (i = 0; i < (*trace)->count; i++)
		free((*trace)->lines[i]);
	free(*trace);
	*trace = NULL;
}

void
saml_trace_add(struct saml_trace *trace, const char *format, ...)
{
	char text[LINE_MAX], *line;
	va_list ap;

	if (trace == NULL || trace->count == LINES_MAX)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	reason_plain(text);
	if ((line = strdup(text)) != NULL)
		trace->lines[trace->count++] = line;
}

size_t
saml_trace_count(const struct saml_trace *trace)
{
	return trace != NULL ? trace->count : 0;
}

const char *
saml_trace_line(const struct saml_trace *trace, size_t i)
{
	return trace->lines[i];
}

void
saml_trace_put(const struct saml_trace *trace, struct wire_msg *msg)
{
	size_t i;

	for (i = 0; i < saml_trace_count(trace); i++)
		wire_put_str(msg, TAG_TRACE, trace->lines[i]);
}

void
saml_trace_get(struct saml_trace *trace, const struct wire_msg *msg)
{
	struct wire_field field;
	size_t cursor = 0;

	while (trace != NULL && wire_next(msg, &cursor, &field)) {
		if (field.tag == TAG_TRACE)
			saml_trace_add(trace, "%s", field.bytes);
	}
}
