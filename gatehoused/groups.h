/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_GROUPS_H
#define GATEHOUSED_GROUPS_H

#include <stddef.h>

/*
 * Whether one of the system's groups has a user: 1, 0, or -1 where nobody can
 * tell: there is no such group, or the system's database does not answer. Who
 * has no account is in no group. Looks in the database anew each time, so that
 * it may take as long as that does: not within a transaction of the store.
 */
int groups_have(const char *group, const char *user);

/* The names of all groups of a user; begin with zeros. */
struct group_list {
	char **names;
	size_t count;
};

/*
 * Likewise, all of them; those that have no name are left out. 0, and an empty
 * list for who has no account; GATE_EIO where nobody can tell, which is logged;
 * GATE_ENOMEM.
 */
int groups_of(const char *user, struct group_list *groups);
void groups_clear(struct group_list *groups);

#endif
