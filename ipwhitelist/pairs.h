/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_PAIRS_H
#define IPWHITELIST_PAIRS_H

#include "ipwhitelist/rules.h"
#include "ipwhitelist/sets.h"
#include "ipwhitelist/table.h"

/* What rules come to before they are made into a table: pairs of where and the
 * number of the rule. */
struct pairs {
	struct table_item *networks;
	size_t count, room;
	/* beside networks: local and countries */
	struct place_pair {
		uint32_t place;
		uint32_t rule;
	} * places;
	size_t place_count, place_room;
};

/* The places. */
#define PLACE_LOCAL 0
#define PLACES      (1 + TARGET_COUNTRIES) /* local, and each country */

/* What is needed to know what a rule is about. */
struct meaning {
	const struct sets *sets;
	const struct rules_names *names;
};

/* Adds all that a rule of a source is about, under this number: 0 or
 * GATE_ENOMEM. */
int pairs_add(struct pairs *pairs, const struct meaning *meaning,
    const struct source *source, uint32_t rule, uint32_t number);

/* Adds one: 0 or GATE_ENOMEM. */
int pairs_put(
    struct pairs *pairs, const struct network *network, uint32_t number);

/* Nonzero if a name is this host's (RFC 4343: whatever the case). */
int pairs_is_host(const struct rules_name *name, struct piece host);

void pairs_clear(struct pairs *pairs);

#endif
