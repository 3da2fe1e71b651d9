/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_ALLOWLIST_H
#define IPWHITELIST_ALLOWLIST_H

#include <stddef.h>
#include <stdint.h>

#include "lib/address.h"

/*
 * The IP allowlist: a rules file turned into a table that is never changed
 * afterwards, so that any number of threads may look into it. What no rule
 * covers is denied.
 *
 * One rule a line, "#" starts a comment:
 *
 *	allow 203.0.113.0/24	# the office
 *	allow 2001:db8::/32
 *	allow 198.51.100.7
 */
struct allowlist;

/* What a look-up is about; grows with the rule language. */
struct allowlist_query {
	const struct address *address;
};

/* The rule that decided; all zero when none did. */
struct allowlist_verdict {
	int allowed;
	int line;         /* in the rules file */
	const char *rule; /* its text, owned by the table */
};

/* Each error of a rules file, by line (0: the file as a whole). */
typedef void allowlist_complaint(
    const char *file, int line, const char *text, void *data);

/*
 * Reads a rules file: 0 and *list; or GATE_ECONFIG with a complaint for every
 * bad line, GATE_EUNSAFE, GATE_EIO or GATE_ENOMEM with one for the file, and
 * *list untouched: the caller keeps the table it has. A file without a rule is
 * good, and lets nobody in.
 */
int allowlist_load(struct allowlist **list, const char *path,
    allowlist_complaint *complain, void *data);

/* The same from text in memory; name stands for the file in complaints. */
int allowlist_parse(struct allowlist **list, const char *name, const char *text,
    size_t size, allowlist_complaint *complain, void *data);

void allowlist_free(struct allowlist **list);

/*
 * Finds the longest prefix that covers the address. A NULL list denies. An
 * IPv6 rule wider than the mapped addresses, as ::/0, covers no IPv4.
 */
void allowlist_lookup(const struct allowlist *list,
    const struct allowlist_query *query, struct allowlist_verdict *verdict);

/* How many rules there are. */
size_t allowlist_count(const struct allowlist *list);

#endif
