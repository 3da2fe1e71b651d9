/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_RULES_RECORD_H
#define IPWHITELIST_RULES_RECORD_H

#include "ipwhitelist/layer.h"
#include "ipwhitelist/pairs.h"
#include "ipwhitelist/rules.h"

/* A file, and the number that its first rule has in tables and lists. */
struct numbered {
	struct source *source;
	uint32_t base;
};

struct rules {
	struct numbered *files; /* by base */
	size_t file_count;
	uint32_t next; /* the next base that was never used in a layer */
	struct sets *sets;
	struct rules_names names;
	/* All networks as they were when the table was last made as a whole;
	 * and those that came or changed since, which hide theirs. */
	struct layer *below;
	struct layer *above; /* NULL: none */
	struct lists *place_lists;
	uint32_t places[PLACES];
};

/* The file that a rule is of, and *place its place there. */
const struct source *rules_source(
    const struct rules *rules, uint32_t number, uint32_t *place);

#endif
