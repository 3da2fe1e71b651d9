/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/groups.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/log.h"

#define UNTOLD (-1)

/* An entry of a group holds the names of all its members. */
#define ENTRY_SIZE     16384
#define ENTRY_MOST     (4u << 20)

#define GROUPS_AT_ONCE 64

/*
 * Asks for an entry of the database with a larger buffer until it fits: 0, or
 * an errno; ENOENT where there is none.
 */
typedef int ask_entry(const void *key, struct group *entry, char *buffer,
    size_t size, struct group **found);

static int
by_name(const void *key, struct group *entry, char *buffer, size_t size,
    struct group **found)
{
	return getgrnam_r(key, entry, buffer, size, found);
}

static int
by_gid(const void *key, struct group *entry, char *buffer, size_t size,
    struct group **found)
{
	return getgrgid_r(*(const gid_t *)key, entry, buffer, size, found);
}

/* The group's id, and unless name is NULL a copy of its name. */
static int
find(ask_entry *ask, const void *key, gid_t *gid, char **name)
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
		r = ask(key, &entry, buffer, size, &found);
	}
	if (r == 0 && found == NULL)
		r = ENOENT;
	if (r == 0)
		*gid = found->gr_gid;
	if (r == 0 && name != NULL && (*name = strdup(found->gr_name)) == NULL)
		r = ENOMEM;
	free(buffer);
	return r;
}

/* The user's ids of groups: those of many are asked for twice. 0 or an errno;
 * *gids is few, or the caller's to free. */
static int
list_gids(const char *user, gid_t primary, gid_t few[GROUPS_AT_ONCE],
    gid_t **gids, int *count)
{
	*gids = few;
	*count = GROUPS_AT_ONCE;
	if (getgrouplist(user, primary, few, count) >= 0)
		return 0;
	*gids = calloc((size_t)*count, sizeof(**gids));
	if (*gids == NULL)
		return ENOMEM;
	if (getgrouplist(user, primary, *gids, count) >= 0)
		return 0;
	free(*gids);
	*gids = few;
	return EIO;
}

static void
complain(const char *user, int error)
{
	log_warn(
	    "the groups of \"%s\" cannot be told: %s", user, strerror(error));
}

static int
is_member(const char *user, gid_t primary, gid_t gid)
{
	gid_t few[GROUPS_AT_ONCE], *gids;
	int count, i, is;

	if (list_gids(user, primary, few, &gids, &count) != 0)
		return UNTOLD;
	for (i = is = 0; i < count && !is; i++)
		is = gids[i] == gid;
	if (gids != few)
		free(gids);
	return is;
}

/* The user's own group: 0, or an errno; ENOENT where there is no account. */
static int
find_primary(const char *user, gid_t *primary)
{
	char buffer[ENTRY_SIZE];
	struct passwd entry, *found = NULL;
	int r = getpwnam_r(user, &entry, buffer, sizeof(buffer), &found);

	if (r == 0 && found == NULL)
		r = ENOENT;
	if (r == 0)
		*primary = found->pw_gid;
	return r;
}

int
groups_have(const char *group, const char *user)
{
	gid_t gid, primary;
	int r = find(by_name, group, &gid, NULL);

	if (r != 0) {
		log_warn("who is in group \"%s\" cannot be told: %s", group,
		    r == ENOENT ? "there is no such group" : strerror(r));
		return UNTOLD;
	}
	r = find_primary(user, &primary);
	if (r == 0)
		return is_member(user, primary, gid);
	if (r == ENOENT)
		return 0;
	complain(user, r);
	return UNTOLD;
}

/* Adds the names of groups; one that has no entry has no name. */
static int
name_all(struct group_list *groups, const gid_t *gids, int count)
{
	gid_t gid;
	int i, r = 0;

	groups->names = calloc((size_t)count, sizeof(*groups->names));
	if (groups->names == NULL)
		return ENOMEM;
	for (i = 0; i < count && (r == 0 || r == ENOENT); i++) {
		r = find(by_gid, &gids[i], &gid, &groups->names[groups->count]);
		groups->count += r == 0;
	}
	return r == ENOENT ? 0 : r;
}

int
groups_of(const char *user, struct group_list *groups)
{
	gid_t few[GROUPS_AT_ONCE], *gids = few, primary;
	int count = 0;
	int r = find_primary(user, &primary);

	if (r == ENOENT)
		return 0;
	if (r == 0)
		r = list_gids(user, primary, few, &gids, &count);
	if (r == 0)
		r = name_all(groups, gids, count);
	if (gids != few)
		free(gids);
	if (r == 0)
		return 0;
	complain(user, r);
	return r == ENOMEM ? GATE_ENOMEM : GATE_EIO;
}

void
groups_clear(struct group_list *groups)
{
	size_t i;

	for (i = 0; i < groups->count; i++)
		free(groups->names[i]);
	free(groups->names);
	memset(groups, 0, sizeof(*groups));
}
