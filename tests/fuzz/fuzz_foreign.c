/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lists of others: whatever they have in them, each rule made of it is one rule
 * in one line, and all of them together are good. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/foreign.h"
#include "ipwhitelist/rules.h"
#include "lib/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What was told, as a file. */
struct told {
	FILE *file;
	char *text;
	size_t size;
	int notes;
};

static int
each(const char *rule, int line, void *data)
{
	struct told *told = data;

	if (line < 0 || strpbrk(rule, "\r\n") != NULL ||
	    (strncmp(rule, "allow ", 6) != 0 && strncmp(rule, "deny ", 5) != 0))
		abort();
	fprintf(told->file, "%s\n", rule);
	return 0;
}

static void
note(int line, const char *text, void *data)
{
	if (line < 0 || text[0] == '\0')
		abort();
	((struct told *)data)->notes++;
}

static void
complain(const char *file, int line, const char *text, void *data)
{
	(void)file;
	(void)line;
	(void)text;
	(void)data;
	abort();
}

/* The first letter says which of them, and what is asked for. */
static int
bring_in(struct told *told, uint8_t which, const uint8_t *bytes, size_t size)
{
	static const char *const services[] = { "login", "su" };
	static int (*const importers[])(
	    const struct foreign *, const char *, size_t) = { foreign_access,
		foreign_nginx, foreign_csv, foreign_cloud };
	const struct foreign foreign = {
		.each = each,
		.note = note,
		.data = told,
		.services = services,
		.service_count = which & 4 ? 2 : 0,
		.keeps_open = (which & 8) != 0,
		.has_brackets = (which & 16) != 0,
		.options = which & 4 ? "service sshd" : NULL,
	};

	return importers[which & 3](&foreign, (const char *)bytes, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct told told = { .notes = 0 };
	struct source *source;
	struct rules *rules;
	int r;

	if (size == 0)
		return 0;
	told.file = open_memstream(&told.text, &told.size);
	if (told.file == NULL)
		abort();
	r = bring_in(&told, bytes[0], bytes + 1, size - 1);
	fclose(told.file);
	if ((r != 0 && r != GATE_EINVAL && r != GATE_ETOOBIG) ||
	    (r == GATE_EINVAL && told.notes == 0))
		abort();
	if (source_parse(
		&source, "told", told.text, told.size, complain, NULL) != 0 ||
	    rules_new(&rules, &source, 1, NULL, NULL, complain, NULL) != 0)
		abort();
	rules_free(&rules);
	source_free(&source);
	free(told.text);
	return 0;
}
