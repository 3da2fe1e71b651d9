/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/groups.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

#define UNTOLD (-1)

/* An entry of a group holds the names of all its members. */
#define ENTRY_SIZE     16384
#define ENTRY_MOST     (4u << 20)

#define GROUPS_AT_ONCE 64

/* The group's id: 0, or an errno; ENOENT where there is none. */
static int
find(const char *name, gid_t *gid)
{
	struct group entry, *found = NULL;
	size_t size = ENTRY_SIZE;
	char *buffer = NULL, *larger;
	int r = ERANGE;

	for (; r == ERANGE && size <= ENTRY_MOST; size *= 4) {
		larger = realloc(buffer, size);
		if (larger == NULL) {
			r = ENOMEM;
			break;
		}
		buffer = larger;
		r = getgrnam_r(name, &entry, buffer, size, &found);
	}
	if (r == 0 && found == NULL)
		r = ENOENT;
	if (r == 0)
		*gid = found->gr_gid;
	free(buffer);
	return r;
}

static int
among(gid_t gid, const gid_t *gids, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (gids[i] == gid)
			return 1;
	return 0;
}

/* The ids of all groups of a user are asked for twice where they are many. */
static int
is_member(const char *user, gid_t primary, gid_t gid)
{
	gid_t few[GROUPS_AT_ONCE], *many;
	int count = GROUPS_AT_ONCE, r;

	if (getgrouplist(user, primary, few, &count) >= 0)
		return among(gid, few, count);
	many = calloc((size_t)count, sizeof(*many));
	if (many == NULL)
		return UNTOLD;
	r = getgrouplist(user, primary, many, &count) >= 0
	    ? among(gid, many, count)
	    : UNTOLD;
	free(many);
	return r;
}

int
groups_have(const char *group, const char *user)
{
	char buffer[ENTRY_SIZE];
	struct passwd entry, *found = NULL;
	gid_t gid;
	int r = find(group, &gid);

	if (r != 0) {
		log_warn("who is in group \"%s\" cannot be told: %s", group,
		    r == ENOENT ? "there is no such group" : strerror(r));
		return UNTOLD;
	}
	r = getpwnam_r(user, &entry, buffer, sizeof(buffer), &found);
	if (r == 0)
		return found != NULL ? is_member(user, found->pw_gid, gid) : 0;
	log_warn("the groups of \"%s\" cannot be told: %s", user, strerror(r));
	return UNTOLD;
}
