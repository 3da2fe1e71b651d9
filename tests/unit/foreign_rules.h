/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FOREIGN_RULES_H
#define TESTS_FOREIGN_RULES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipwhitelist/foreign.h"
#include "ipwhitelist/rules.h"
#include "lib/error.h"

/* What an importer told: the rules, one a line, and its notes as "LINE: TEXT"
 * in lines. */
struct told {
	char rules[1 << 16];
	char notes[1 << 16];
};

static inline void
put(char *text, size_t size, int line, const char *more)
{
	const size_t used = strlen(text);

	if (line < 0)
		snprintf(text + used, size - used, "%s\n", more);
	else
		snprintf(text + used, size - used, "%d: %s\n", line, more);
}

static inline int
told_rule(const char *rule, int line, void *data)
{
	struct told *told = data;

	assert_in_range(line, 0, 1000000);
	put(told->rules, sizeof(told->rules), -1, rule);
	return 0;
}

static inline void
told_note(int line, const char *text, void *data)
{
	struct told *told = data;

	put(told->notes, sizeof(told->notes), line, text);
}

typedef int importer(const struct foreign *foreign, const char *, size_t);

/* What it returns; options but for who is told. */
static inline int
bring_in(importer *import, const struct foreign *options, const char *text,
    struct told *told)
{
	struct foreign foreign = *options;

	told->rules[0] = told->notes[0] = '\0';
	foreign.each = told_rule;
	foreign.note = told_note;
	foreign.data = told;
	return import(&foreign, text, strlen(text));
}

static inline void
no_complaint(const char *file, int line, const char *text, void *data)
{
	(void)data;
	fail_msg("%s:%d: %s", file, line, text);
}

static inline struct rules *
rules_of(const char *text, const struct rules_names *names)
{
	struct source *source;
	struct rules *rules;

	assert_int_equal(source_parse(&source, "rules", text, strlen(text),
			     no_complaint, NULL),
	    0);
	assert_int_equal(
	    rules_new(&rules, &source, 1, names, NULL, no_complaint, NULL), 0);
	source_free(&source);
	return rules;
}

#endif
