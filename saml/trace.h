/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_TRACE_H
#define SAML_TRACE_H

#include <stddef.h>

#include "lib/wire.h"

/*
 * The steps that a message has passed, told to an administrator who wants to
 * know (gatehousectl sso check --explain). A NULL trace takes nothing, and
 * costs nothing.
 */
struct saml_trace;

int saml_trace_new(struct saml_trace **trace);
void saml_trace_free(struct saml_trace **trace);

/* Notes a step that was passed: a sentence, never with a secret, of which only
 * printable ASCII is kept. A lack of memory loses the line, nothing else. */
void saml_trace_add(struct saml_trace *trace, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

size_t saml_trace_count(const struct saml_trace *trace);
const char *saml_trace_line(const struct saml_trace *trace, size_t i);

/* To and from the TRACEs of a VERB_RESULT, whatever its outcome. */
void saml_trace_put(const struct saml_trace *trace, struct wire_msg *msg);
void saml_trace_get(struct saml_trace *trace, const struct wire_msg *msg);

#endif
