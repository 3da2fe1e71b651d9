/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/harden.h"

#include <cap-ng.h>
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/become.h"
#include "lib/error.h"
#include "lib/guard.h"
#include "lib/log.h"

int
harden_become(const char *user)
{
	int r = become(user, CAP_KILL);

	if (r != 0)
		return r;
	if (geteuid() == 0)
		log_warn("running as root; [gate] run_as names a better user");
	/* the kernel sets dumpable anew when the user changes */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
		log_error("no_new_privs, dumpable: %s", strerror(errno));
		return GATE_EPERM;
	}
	return 0;
}

void
harden_memory(void)
{
	guard_process();
	if (!guard_memory())
		log_debug("memory is not locked as a whole: RLIMIT_MEMLOCK");
}
