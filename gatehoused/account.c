/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/account.h"

#include <pwd.h>
#include <string.h>

#include "lib/error.h"

/* "nobody" is above the system's range, and no person either. */
#define NOBODY_UID 65534

int
account_uid(const char *user, uid_t *uid, struct refusal *refusal)
{
	char buffer[16384];
	struct passwd entry, *found = NULL;
	int r;

	r = getpwnam_r(user, &entry, buffer, sizeof(buffer), &found);
	if (found != NULL) {
		*uid = found->pw_uid;
		return 0;
	}
	if (r == 0)
		return GATE_ENOTFOUND;
	return refuse(refusal, REASON_USER_LOOKUP,
	    "looking up \"%s\" failed: %s", user, strerror(r));
}

int
account_may(
    const struct config *config, const char *user, struct refusal *refusal)
{
	uid_t uid;
	int r = account_uid(user, &uid, refusal);

	if (r != 0)
		return r;
	if (uid == 0 && !config->allow_root)
		return refuse(refusal, REASON_ROOT_REFUSED, NULL);
	if (uid != 0 && !config->allow_system &&
	    ((int64_t)uid <= config->system_uid_max || uid == NOBODY_UID))
		return refuse(refusal, REASON_SYSTEM_ACCOUNT,
		    "\"%s\" has uid %u; see [users] allow_system", user,
		    (unsigned)uid);
	return 0;
}
