/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/reason.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *word;
	const char *help;
} reasons[] = {
#define REASON_ROW(name, word, help) [REASON_##name] = { word, help },
	REASONS(REASON_ROW)
#undef REASON_ROW
};

const char *
reason_word(enum reason reason)
{
	if ((unsigned)reason >= REASON_COUNT)
		reason = REASON_INTERNAL;
	return reasons[reason].word;
}

const char *
reason_help(enum reason reason)
{
	if ((unsigned)reason >= REASON_COUNT)
		reason = REASON_INTERNAL;
	return reasons[reason].help;
}

enum reason
reason_from_error(int error)
{
	switch (error) {
	case GATE_EFULL:
		return REASON_STORE_FULL;
	case GATE_ESTORE:
		return REASON_STORE_FAILED;
	case GATE_EPERM:
		return REASON_PEER;
	case GATE_EPROTO:
		return REASON_REQUEST;
	default:
		return REASON_INTERNAL;
	}
}

enum reason
reason_from_word(const char *word)
{
	unsigned i;

	for (i = 0; i < REASON_COUNT; i++)
		if (strcmp(reasons[i].word, word) == 0)
			return (enum reason)i;
	return REASON_INTERNAL;
}

void
reason_plain(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f)
			*text = '?';
}

int
refuse(struct refusal *refusal, enum reason reason, const char *format, ...)
{
	va_list ap;

	refusal->reason = reason;
	if (format == NULL) {
		snprintf(refusal->detail, sizeof(refusal->detail), "%s",
		    reason_help(reason));
		return GATE_EREFUSED;
	}
	va_start(ap, format);
	vsnprintf(refusal->detail, sizeof(refusal->detail), format, ap);
	va_end(ap);
	/* it may quote what a stranger sent: no line of a log can be forged */
	reason_plain(refusal->detail);
	return GATE_EREFUSED;
}
