/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/guard.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * No kind of mapping goes into a core: what mmap(2) alone left out would go in
 * where a library has it on the heap. Inherited by children. See core(5).
 */
static void
empty_cores(void)
{
	int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	(void)!write(fd, "0", 1);
	close(fd);
}

void
guard_process(void)
{
	static const struct rlimit none = { 0, 0 };

	/* in this order: who is not dumpable has no say in /proc any more */
	empty_cores();
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

#if !defined(__SANITIZE_ADDRESS__)
/*
 * All or nothing: with a limit, MCL_FUTURE would make allocations fail once it
 * is reached. What holds secrets is locked by itself anyway.
 */
int
guard_memory(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur == RLIM_INFINITY &&
	    mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}
#else
/* A sanitizer's shadow is more than any machine has. */
int
guard_memory(void)
{
	return 0;
}
#endif
