/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/spawn.h"

/* Runs a script of the shell with these descriptors: its exit status. */
static int
status_of(const char *script, const int *fds, size_t count)
{
	const char *const argv[] = { "name", "-c", script, NULL };
	const char *const envp[] = { "ONLY=this", NULL };
	const struct spawn what = { .program = "/bin/sh",
		.argv = argv,
		.envp = envp,
		.fds = fds,
		.fd_count = count };
	int status;
	pid_t pid;

	assert_int_equal(spawn(&what, &pid), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
hands_on_what_is_named(void **state)
{
	int ends[2], stray = dup(STDERR_FILENO);
	char text[64] = "";
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	{
		const int fds[] = { SPAWN_NOTHING, ends[1], ends[1] };

		assert_int_equal(status_of("test -c /dev/stdin && "
					   "! test -e /proc/$$/fd/3 && "
					   "echo $0 $ONLY$HOME >&2 && exit 7",
				     fds, 3),
		    7);
	}
	close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "name this\n");
	close(ends[0]);
	close(stray);
}

static void
leaves_in_place_what_is_there(void **state)
{
	const int fds[] = { SPAWN_NOTHING, SPAWN_NOTHING, STDERR_FILENO };

	(void)state;
	assert_int_equal(status_of("test -e /dev/stderr", fds, 3), 0);
}

/* 1 would be written over by 2 before it goes to its place, 0. */
static void
refuses_what_would_be_lost(void **state)
{
	const char *const none[] = { NULL };
	const int fds[] = { 1, SPAWN_NOTHING };
	const struct spawn what = { .program = "/bin/true",
		.argv = none,
		.envp = none,
		.fds = fds,
		.fd_count = 2 };
	pid_t pid;

	(void)state;
	assert_int_equal(spawn(&what, &pid), GATE_EINVAL);
}

static void
is_of_no_session_and_no_mask_of_ours(void **state)
{
	const int fds[] = { SPAWN_NOTHING, SPAWN_NOTHING, SPAWN_NOTHING };
	sigset_t all, before;

	(void)state;
	sigfillset(&all);
	assert_int_equal(sigprocmask(SIG_BLOCK, &all, &before), 0);
	assert_int_equal(
	    status_of("trap 'exit 9' TERM; kill -TERM $$; exit 1", fds, 3), 9);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	/* the first in its session */
	assert_int_equal(
	    status_of(
		"read -r _ _ _ _ _ s _ < /proc/$$/stat; [ $s = $$ ]", fds, 3),
	    0);
}

static void
says_why_not(void **state)
{
	const char *const argv[] = { "x", NULL };
	const int fds[] = { SPAWN_NOTHING };
	const struct spawn what = { .program = "/nonexistent/program",
		.argv = argv,
		.envp = argv + 1,
		.fds = fds,
		.fd_count = 1 };
	pid_t pid;

	(void)state;
	assert_int_equal(spawn(&what, &pid), GATE_EIO);
	assert_int_equal(errno, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_on_what_is_named),
		cmocka_unit_test(leaves_in_place_what_is_there),
		cmocka_unit_test(refuses_what_would_be_lost),
		cmocka_unit_test(is_of_no_session_and_no_mask_of_ours),
		cmocka_unit_test(says_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
