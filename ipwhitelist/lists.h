/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_LISTS_H
#define IPWHITELIST_LISTS_H

#include <stddef.h>
#include <stdint.h>

#include "ipwhitelist/source.h"

/*
 * The rules that are about one and the same place, a network or a country. Of
 * most there is one; where there are many, as one for each user, those that may
 * hold are found by a name that they ask for.
 *
 * Rules are numbers below LISTS_RULE_MAX. A place keeps one value for all of
 * its rules. Filled first, then finished and never changed.
 */
struct lists;

#define LISTS_RULE_MAX 0x7fffffffu
#define LISTS_EMPTY    UINT32_MAX /* the value of a place without a rule */

/* What a rule asks: nonzero if anything. Is kept with the lists. */
typedef int lists_asks(
    uint32_t rule, struct condition *condition, const void *data);

int lists_new(struct lists **lists); /* 0 or GATE_ENOMEM */
void lists_free(struct lists **lists);

/* Adds the rules of a place, ascending, and gives its value: 0, GATE_ENOMEM. */
int lists_add(
    struct lists *lists, const uint32_t *rules, size_t count, uint32_t *value);

/* Says that all are there: 0 or GATE_ENOMEM. */
int lists_finish(struct lists *lists, lists_asks *asks, const void *data);

/* The rules of a value, in no order that matters; how many. */
size_t lists_rules(
    const struct lists *lists, const uint32_t *value, const uint32_t **rules);

/*
 * Tells of the rules of a value that may hold for these facts: of all that do,
 * and of some others. One may be told of twice. NULL facts: of all. What tell
 * returns unless it is 0 ends it.
 */
typedef int lists_tell(uint32_t rule, void *data);
void lists_each(const struct lists *lists, uint32_t value,
    const struct facts *facts, lists_tell *tell, void *data);

/* Nonzero if facts would make lists_each tell of fewer. */
int lists_are_long(const struct lists *lists, uint32_t value);

#endif
