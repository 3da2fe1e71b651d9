/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_SOURCE_H
#define IPWHITELIST_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "ipwhitelist/rule.h"

/*
 * The rules of one file, as they were read. Never changed afterwards, so that
 * any number of threads may look at it, and that rules made anew can share what
 * is the same (rules.h).
 */
struct source;

/* Each error of a file, by line (0: the file as a whole). */
typedef void source_complaint(
    const char *file, int line, const char *text, void *data);

/*
 * Reads a file: 0 and *source; or GATE_ECONFIG with a complaint for every bad
 * line, GATE_EUNSAFE, GATE_EIO, GATE_ETOOBIG or GATE_ENOMEM with one for the
 * file, and *source NULL. A file without rules is good.
 */
int source_load(struct source **source, const char *path,
    source_complaint *complain, void *data);

/* The same from text, which is copied; name stands for the file. */
int source_parse(struct source **source, const char *name, const char *text,
    size_t size, source_complaint *complain, void *data);

/* One more owner; each frees it. */
struct source *source_keep(struct source *source);
void source_free(struct source **source);

const char *source_name(const struct source *source);

/* --- its rules, 0 to source_count - 1, in the order of their lines --- */

uint32_t source_count(const struct source *source);
int source_line(const struct source *source, uint32_t rule);
int source_allows(const struct source *source, uint32_t rule);

/* The text without the note, and the note or ""; the source's own. */
const char *source_text(const struct source *source, uint32_t rule);
const char *source_note(const struct source *source, uint32_t rule);

/* What it is about; names are pieces of the source. */
void source_target(
    const struct source *source, uint32_t rule, struct target *target);

/*
 * What it asks beside the address: nonzero if there is anything. when is NULL
 * where it always holds. The source's own.
 */
struct condition {
	const struct term *terms;
	uint32_t term_count;
	const struct when *when;
};
int source_condition(
    const struct source *source, uint32_t rule, struct condition *condition);

/* Rules whose target is no network, range or any, by their place in a list:
 * SOURCE_NONE behind the last. */
#define SOURCE_NONE UINT32_MAX
uint32_t source_special(const struct source *source, uint32_t place);

/* --- its sets --- */

struct source_set {
	struct piece name;
	struct piece items; /* for rule_item, which takes all of them */
	int line;
};
size_t source_sets(const struct source *source, const struct source_set **sets);

#endif
