/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_TARGET_H
#define IPWHITELIST_TARGET_H

#include <stddef.h>

#include "lib/network.h"

/* A piece of a longer text, which is not ended by NUL. */
struct piece {
	const char *at;
	size_t length;
};

/* What a rule or a set is about. */
enum target_kind {
	TARGET_NETWORK, /* 203.0.113.0/24 or one address */
	TARGET_RANGE,   /* 203.0.113.5-203.0.113.20 */
	TARGET_ANY,     /* any: all of IPv4 and IPv6 */
	TARGET_LOCAL,   /* local: there is no address */
	TARGET_COUNTRY, /* country DE */
	TARGET_NAME,    /* name:host.example.org */
	TARGET_SET,     /* office */
};

struct target {
	enum target_kind kind;
	struct network network;
	struct address first; /* of a range, both ends in it */
	struct address last;
	struct piece name; /* the country's, host's or set's */
};

/*
 * Reads one from a word: 0; or GATE_EINVAL, and why says what is wrong and what
 * would be right. Of a country the word is "country" alone, its name is
 * empty then, and target_country reads it from the next one.
 */
int target_read(
    struct target *target, struct piece word, char *why, size_t why_size);
int target_country(
    struct target *target, struct piece word, char *why, size_t why_size);

/* Nonzero if a set may have this name. */
int target_is_set_name(struct piece name);

/* The number of a country's code, 0 to TARGET_COUNTRIES - 1; -1 if it is not
 * two letters. */
#define TARGET_COUNTRIES (26 * 26)
int target_country_number(struct piece code);

/* Whether a piece is this word. */
int piece_is(struct piece piece, const char *word);

#endif
