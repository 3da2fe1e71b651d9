/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/become.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

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
		CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0) {
		log_error("cannot become \"%s\": %s", user, strerror(errno));
		return GATE_EPERM;
	}
	return 0;
}
