/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/become.h"

#include <cap-ng.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config.h"
#include "lib/error.h"
#include "lib/log.h"

int
become(const char *user, int capability)
{
	char buffer[16384];
	struct passwd entry, *found = NULL;

	if (user[0] == '\0')
		return 0;
	if (getpwnam_r(user, &entry, buffer, sizeof(buffer), &found) != 0 ||
	    found == NULL) {
		log_error("[gate] run_as: there is no user \"%s\"", user);
		return GATE_ENOTFOUND;
	}
	if (found->pw_uid == geteuid())
		return 0;
	if (geteuid() != 0) {
		log_error("only root can become \"%s\"", user);
		return GATE_EPERM;
	}
	capng_clear(CAPNG_SELECT_BOTH);
	if (capability >= 0)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
		    (unsigned)capability);
	if (capng_change_id((int)found->pw_uid, (int)found->pw_gid,
		CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0) {
		log_error("cannot become \"%s\": %s", user, strerror(errno));
		return GATE_EPERM;
	}
	return 0;
}

/* A user's entry and its texts. */
struct entry {
	struct passwd passwd;
	char buffer[16384];
};

/* The owner of the folder that the store is in; NULL: root, or none yet. */
static const char *
store_owner(const struct config *config, struct entry *entry)
{
	const char *slash = strrchr(config->store_path, '/');
	struct passwd *found = NULL;
	char folder[PATH_MAX];
	struct stat st;
	int length;

	if (slash == NULL)
		return NULL;
	length = snprintf(folder, sizeof(folder), "%.*s",
	    (int)(slash - config->store_path) + 1, config->store_path);
	if (length < 0 || (size_t)length >= sizeof(folder) ||
	    stat(folder, &st) != 0 || st.st_uid == 0 ||
	    getpwuid_r(st.st_uid, &entry->passwd, entry->buffer,
		sizeof(entry->buffer), &found) != 0 ||
	    found == NULL)
		return NULL;
	return found->pw_name;
}

int
become_daemon(const struct config *config, char *why, size_t why_size)
{
	const char *user = config->run_as;
	struct entry entry;
	int r;

	if (geteuid() != 0)
		return 0;
	if (user[0] == '\0')
		user = store_owner(config, &entry);
	if (user == NULL)
		return 0;
	r = become(user, -1);
	if (r != 0)
		snprintf(
		    why, why_size, "cannot become gatehoused's user, %s", user);
	return r;
}
