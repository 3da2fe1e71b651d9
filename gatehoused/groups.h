/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_GROUPS_H
#define GATEHOUSED_GROUPS_H

/*
 * Whether one of the system's groups has a user: 1, 0, or -1 where nobody can
 * tell: there is no such group, or the system's database does not answer. Who
 * has no account is in no group. Looks in the database anew each time, so that
 * it may take as long as that does: not within a transaction of the store.
 */
int groups_have(const char *group, const char *user);

#endif
