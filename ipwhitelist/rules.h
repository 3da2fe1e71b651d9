/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_RULES_H
#define IPWHITELIST_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "ipwhitelist/source.h"

/*
 * All rules of all files, made into one table that is never changed, so that
 * any number of threads may ask it; a change makes another one, which shares
 * what is the same. What no rule covers is denied.
 *
 * What decides is where a rule is about, not where it stands:
 *
 *   1. Of the rules that hold, those of the longest prefix decide.
 *   2. Where at one prefix some allow and some deny, deny wins.
 *   3. A country comes after all networks but any, 0.0.0.0/0 and ::/0.
 *   4. Who has no address is judged by the rules for local alone.
 *
 * An IPv6 network wider than the mapped addresses, as ::/0, has no IPv4 in it.
 */
struct rules;

/* What a host's name stands for: the last good answer, made elsewhere. A name
 * that is not among them has no addresses. */
struct rules_name {
	const char *name; /* without "name:" */
	const struct address *addresses;
	size_t count;
};
struct rules_names {
	const struct rules_name *all;
	size_t count;
};

/*
 * Makes rules of sources, which stay the caller's, too, and of names, which are
 * copied (NULL: none). before, or NULL, are those that these are to follow:
 * sources that they have in common are not looked at again, and a small change
 * is small work. 0, GATE_ENOMEM, GATE_ETOOBIG; or GATE_ECONFIG with a complaint
 * for each set that is not there or stands in itself.
 */
int rules_new(struct rules **rules, struct source *const *sources, size_t count,
    const struct rules_names *names, const struct rules *before,
    source_complaint *complain, void *data);
void rules_free(struct rules **rules);

/* Who comes, from where, and when. */
struct rules_query {
	const struct address *address; /* NULL: local */
	/* Two letters; "" where it has none. NULL: nobody looked it up, and
	 * every deny of a country holds. */
	const char *country;
	struct subject subject;
	int64_t now; /* seconds of the epoch */
};

/*
 * What is decided, and the rule that did; file is NULL where none did. Texts
 * are the rules'. Where the subject has something unknown, who may yet turn out
 * to be allowed is allowed, provisionally if that matters.
 */
struct rules_verdict {
	int allowed;
	int provisional;
	const char *file;
	int line;
	const char *text;
	const char *note;
};

/* Decides. NULL rules, and a lack of memory, deny. */
void rules_judge(const struct rules *rules, const struct rules_query *query,
    struct rules_verdict *verdict);

/* How many rules there are. */
size_t rules_count(const struct rules *rules);

/* How many networks stand in layers made after the rules were last made as a
 * whole: small work is done with more of these. */
size_t rules_changes(const struct rules *rules);

/* Nonzero if the address is in the set of this name. */
int rules_set_has(
    const struct rules *rules, const char *set, const struct address *address);

/* Tells of every host's name that rules are about, some twice; ends at what is
 * not 0 and returns it. */
typedef int rules_host(struct piece name, void *data);
int rules_hosts(const struct rules *rules, rules_host *tell, void *data);

/* Nonzero if the country matters to some rule. */
int rules_ask_country(const struct rules *rules);

#endif
