/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int
sandbox_drop(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const struct __user_cap_data_struct none[2] = { 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    syscall(SYS_capset, &header, none) != 0 || chdir("/") != 0)
		return GATE_EIO;
	return 0;
}

static const struct {
	int resource;
	rlim_t limit;
} limits[] = {
	{ RLIMIT_CORE, 0 },
	{ RLIMIT_FSIZE, 0 },
	{ RLIMIT_NPROC, 0 },
	{ RLIMIT_MSGQUEUE, 0 },
	/* those that are open stay open; poll(2) of one must stay possible */
	{ RLIMIT_NOFILE, 1 },
};

static int
set_limits(void)
{
	struct rlimit limit;
	size_t i;

	for (i = 0; i < COUNT(limits); i++) {
		limit.rlim_cur = limit.rlim_max = limits[i].limit;
		if (setrlimit(limits[i].resource, &limit) != 0)
			return GATE_EIO;
	}
	return 0;
}

/* One call that is allowed, if its arguments are as said. */
struct rule {
	int call;
	unsigned count;
	struct scmp_arg_cmp args[2];
};

/* clang-format off */
#define CALL(name) { .call = SCMP_SYS(name) }
#define CALL_IF(name, n, ...)                                                  \
	{ .call = SCMP_SYS(name), .count = n, .args = { __VA_ARGS__ } }
#define EQUALS(arg, value) { arg, SCMP_CMP_EQ, value, 0 }
#define MASKED(arg, mask, value) { arg, SCMP_CMP_MASKED_EQ, mask, value }
#define NO_EXEC(arg) MASKED(arg, PROT_EXEC, 0)
/* clang-format on */

/* Memory of no file, and of the kind that RLIMIT_DATA counts. */
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

static const struct rule rules[] = {
	/* the socket: without sendmsg and recvmsg no descriptor passes, and
	 * without an address there is nobody to send to but the other end */
	CALL(recvfrom),
	CALL_IF(sendto, 1, EQUALS(4, 0)),
	CALL(poll),
	CALL(ppoll),
	CALL(restart_syscall),
	CALL(sched_yield), /* before it waits */
	/* memory */
	CALL(brk),
	CALL_IF(
	    mmap, 2, NO_EXEC(2), MASKED(3, MAP_TYPE | MAP_ANONYMOUS, PRIVATE)),
	CALL_IF(mprotect, 1, NO_EXEC(2)),
	CALL(munmap),
	CALL(mremap),
	CALL(madvise),
	CALL(mlock),
	CALL(munlock),
	CALL_IF(prlimit64, 2, EQUALS(0, 0), EQUALS(1, RLIMIT_DATA)),
	/* OpenSSL: locks, random numbers, whether it was forked */
	CALL(futex),
	CALL(getrandom),
	CALL(getpid),
	/* the clock, where the kernel has no vDSO for it */
	CALL(clock_gettime),
	CALL(gettimeofday),
	/* the end: exit, or abort(3) with its last words */
	CALL_IF(write, 1, EQUALS(0, STDERR_FILENO)),
	CALL(exit),
	CALL(exit_group),
	CALL(gettid),
	CALL(rt_sigprocmask),
	CALL(rt_sigreturn),
#ifdef __SANITIZE_ADDRESS__
	/* the allocator's and the report's own; that of leaks needs ptrace(2)
	 * and a thread, and cannot be had in here */
	CALL(sigaltstack),
#endif
};

static int
add_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp self = EQUALS(0, (scmp_datum_t)getpid());
	const struct rule *rule;
	int r = 0;

	for (rule = rules; r == 0 && rule < rules + COUNT(rules); rule++)
		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule->call,
		    rule->count, rule->args);
	/* abort(3) signals itself, and nobody else */
	if (r == 0)
		r = seccomp_rule_add_array(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &self);
	return r;
}

int
sandbox_enter(void)
{
	scmp_filter_ctx filter = NULL;
	int r;

	r = set_limits();
	if (r != 0)
		return r;
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return GATE_EIO;
	r = seccomp_attr_set(
	    filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (r == 0)
		r = add_rules(filter);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	if (r != 0)
		errno = -r;
	return r == 0 ? 0 : GATE_EIO;
}
