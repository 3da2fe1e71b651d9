/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/error.h"
#include "lib/guard.h"
#include "lib/log.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#ifdef __SANITIZE_ADDRESS__
/* Leaks are looked for at the end, by a thread that cannot be had in here. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

static int
limit(int resource, rlim_t most)
{
	struct rlimit both = { most, most }, now;

	if (getrlimit(resource, &now) == 0 && now.rlim_max < most)
		both.rlim_cur = both.rlim_max = now.rlim_max;
	return setrlimit(resource, &both);
}

int
web_sandbox_drop(unsigned long descriptors)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const struct __user_cap_data_struct none[2] = { 0 };

	guard_process();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_capset, &header, none) != 0 || chdir("/") != 0 ||
	    limit(RLIMIT_CORE, 0) != 0 || limit(RLIMIT_FSIZE, 0) != 0 ||
	    limit(RLIMIT_NOFILE, descriptors) != 0) {
		log_error("cannot give up privileges: %s", strerror(errno));
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

#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

static const struct rule rules[] = {
	/* who calls */
	CALL(accept4),
	CALL(epoll_wait),
	CALL(epoll_pwait),
	CALL(epoll_ctl),
	CALL(recvfrom),
	CALL(sendto),
	CALL(sendmsg),
	CALL(read),
	CALL(write),
	CALL(writev),
	CALL(shutdown),
	CALL(close),
	CALL(getpeername),
	CALL(getsockname),
	CALL(getsockopt),
	CALL(setsockopt),
	CALL(fcntl),
	/* whom we ask: no network, no other kind of socket */
	CALL_IF(socket, 1, EQUALS(0, AF_UNIX)),
	CALL(connect),
	CALL(lstat),
	CALL(newfstatat),
	CALL(poll),
	CALL(ppoll),
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
	/* threads and time */
	CALL(futex),
	CALL(sched_yield),
	CALL(sched_getaffinity),
	CALL(restart_syscall),
	CALL(clock_gettime),
	CALL(clock_nanosleep),
	CALL(gettimeofday),
	CALL(rt_sigtimedwait),
	CALL(rt_sigprocmask),
	CALL(rt_sigreturn),
	CALL(set_robust_list),
	CALL(rseq),
	CALL(getrandom),
	CALL(getpid),
	CALL(gettid),
	CALL(exit),
	CALL(exit_group),
#ifdef __SANITIZE_ADDRESS__
	CALL(sigaltstack),
#endif
};

/* The C library looks for files of the system's when it likes to know how many
 * processors there are, and goes on without. */
static const int refused[] = { SCMP_SYS(openat), SCMP_SYS(open),
	SCMP_SYS(readlink), SCMP_SYS(prctl) };

static int
add_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp self = EQUALS(0, (scmp_datum_t)getpid());
	const struct rule *rule;
	size_t i;
	int r = 0;

	for (rule = rules; r == 0 && rule < rules + COUNT(rules); rule++)
		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule->call,
		    rule->count, rule->args);
	for (i = 0; r == 0 && i < COUNT(refused); i++)
		r = seccomp_rule_add(
		    filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	/* abort(3) signals itself, and nobody else */
	if (r == 0)
		r = seccomp_rule_add_array(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &self);
	return r;
}

int
web_sandbox_enter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = -ENOMEM;

	if (filter != NULL)
		r = seccomp_attr_set(
		    filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* of all threads: those that serve run already */
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	/* a tree in place of a list: it is gone through at each call */
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = add_rules(filter);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	if (r == 0)
		return 0;
	log_error("cannot shut itself in: %s", strerror(r < 0 ? -r : r));
	return GATE_EIO;
}
