/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_TERM_H
#define IPWHITELIST_TERM_H

#include <stddef.h>
#include <stdint.h>

#include "ipwhitelist/target.h"
#include "lib/attributes.h"

/* What a rule may ask of whoever comes, beside the address. */
enum term_kind {
	TERM_SERVICE,
	TERM_USER,
	TERM_GROUP,
	TERM_ATTRIBUTE,
	TERM_KINDS,
};

/*
 * A name that a rule asks for, or one that somebody has. Of an attribute there
 * is a value too, "*" being any but an empty one.
 */
struct term {
	enum term_kind kind;
	uint64_t hash; /* of all the rest */
	struct piece name;
	struct piece value;
};

/* Makes one; the pieces stay the caller's. */
struct term term_make(
    enum term_kind kind, struct piece name, struct piece value);

/* Compared byte by byte. */
int term_same(const struct term *a, const struct term *b);

/* Who comes. NULL: there is none, or it is not known (unknown). */
struct subject {
	const char *service;
	const char *user;
	const char *const *groups;
	size_t group_count;
	const struct attributes *attributes;
	/* what is not known yet, bits 1 << TERM_... */
	unsigned unknown;
};

/* All that is so of a subject, to be compared with terms. */
#define FACTS_FEW 48
struct facts {
	struct term *all;
	size_t count;
	unsigned unknown;
	struct term few[FACTS_FEW];
};

/* Makes them, the subject's texts staying the caller's: 0 or GATE_ENOMEM. */
int facts_init(struct facts *facts, const struct subject *subject);
void facts_clear(struct facts *facts);

/* Nonzero if a term is among them. */
int facts_have(const struct facts *facts, const struct term *term);

#endif
