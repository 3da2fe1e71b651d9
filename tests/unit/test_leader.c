/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The process that holds a session: which one it is, and how it ends. Ends
 * children of this program only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gatehoused/leader.h"
#include "lib/clock.h"

#define GRACE 1000

/* A child that waits, once it is set up; ready is called in it. */
static pid_t
child(void (*ready)(void))
{
	int ends[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(60);
		if (ready != NULL)
			ready();
		if (write(ends[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	close(ends[1]);
	return pid;
}

static struct leader
leader_for(pid_t pid)
{
	const struct peer peer = { .uid = getuid(), .pid = pid };
	struct leader leader;

	leader_of(&peer, &leader);
	return leader;
}

/* The signal that a child has died of; 0 while it lives. */
static int
died_of(pid_t pid)
{
	int status = 0;
	pid_t found = waitpid(pid, &status, WNOHANG);

	assert_true(found >= 0);
	return found == 0 ? 0 : WTERMSIG(status);
}

/* Of one that is not a child of ours: gone, or not waited for by who is. */
static int
is_over(pid_t pid)
{
	char path[64], text[256] = "", *name;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 1;
	name = fgets(text, sizeof(text), file);
	fclose(file);
	name = name != NULL ? strrchr(text, ')') : NULL;
	return name == NULL || name[2] == 'Z' || name[2] == 'X';
}

static void
finish(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
is_known(void **state)
{
	pid_t first = child(NULL), second = child(NULL);
	struct leader a = leader_for(first), b = leader_for(second), again;

	(void)state;
	assert_int_equal(a.pid, first);
	assert_true(a.started > 0);
	again = leader_for(first);
	assert_true(leader_same(&a, &again));
	assert_false(leader_same(&a, &b));
	b = (struct leader){ 0 };
	assert_false(leader_same(&b, &b));
	finish(first);
	finish(second);
	again = leader_for(first);
	assert_int_equal(again.pid, 0);
	assert_int_equal(again.started, 0);
}

/* A pid that is another user's by now is not the peer's any more. */
static void
is_the_peers(void **state)
{
	pid_t pid = child(NULL);
	struct peer peer = { .uid = getuid() + 1, .pid = pid };
	struct leader leader;

	(void)state;
	leader_of(&peer, &leader);
	assert_int_equal(leader.pid, 0);
	peer.uid = 0;
	peer.pid = 1; /* never, whoever claims it */
	leader_of(&peer, &leader);
	assert_int_equal(leader.pid, 0);
	peer.pid = 0; /* of another namespace */
	leader_of(&peer, &leader);
	assert_int_equal(leader.pid, 0);
	finish(pid);
}

static void
odd_name(void)
{
	prctl(PR_SET_NAME, "a) S 1 1 1 (b");
}

static void
name_is_no_matter(void **state)
{
	pid_t plain = child(NULL), odd = child(odd_name);
	struct leader a = leader_for(plain), b = leader_for(odd);

	(void)state;
	/* started one after the other, by the same clock */
	assert_true(b.started >= a.started && b.started < a.started + 6000);
	finish(plain);
	finish(odd);
}

static void
ends(void **state)
{
	pid_t pids[3] = { child(NULL), child(NULL), child(NULL) };
	struct leader leaders[3] = { leader_for(pids[0]), { 0 },
		leader_for(pids[2]) };
	unsigned char is_left[3] = { 0 };
	int64_t start = clock_mono_ms();

	(void)state;
	leaders_end(leaders, 3, GRACE, is_left);
	assert_true(clock_mono_ms() - start < 900);
	assert_int_equal(died_of(pids[0]), SIGHUP);
	assert_int_equal(died_of(pids[1]), 0); /* unknown: left alone */
	assert_int_equal(died_of(pids[2]), SIGHUP);
	assert_int_equal(is_left[0] + is_left[1] + is_left[2], 0);
	/* who is gone is no trouble */
	leaders_end(leaders, 3, GRACE, is_left);
	assert_int_equal(is_left[0], 0);
	finish(pids[1]);
}

/* The pid is right, the start is not: another process by now. */
static void
another_is_left_alone(void **state)
{
	pid_t pid = child(NULL);
	struct leader leader = leader_for(pid);
	unsigned char is_left = 0;

	(void)state;
	leader.started--;
	leaders_end(&leader, 1, GRACE, &is_left);
	assert_int_equal(died_of(pid), 0);
	leader.started = 0;
	leaders_end(&leader, 1, GRACE, &is_left);
	assert_int_equal(died_of(pid), 0);
	assert_int_equal(is_left, 0);
	finish(pid);
}

static void
ignore_all(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
}

static void
stubborn_is_killed(void **state)
{
	pid_t pid = child(ignore_all);
	struct leader leader = leader_for(pid);
	unsigned char is_left = 0;

	(void)state;
	leaders_end(&leader, 1, GRACE, &is_left);
	assert_int_equal(died_of(pid), SIGKILL);
	assert_int_equal(is_left, 0);
}

static void
ignore_hangup(void)
{
	signal(SIGHUP, SIG_IGN);
}

static void
stopped_is_woken(void **state)
{
	pid_t pid = child(ignore_hangup);
	struct leader leader = leader_for(pid);
	unsigned char is_left = 0;

	(void)state;
	kill(pid, SIGSTOP);
	leaders_end(&leader, 1, GRACE, &is_left);
	assert_int_equal(died_of(pid), SIGTERM);
}

/* In a child: another one that has a terminal of its own, whose pid comes with
 * the byte, and with it a job. */
static int pids_of_shell[2];

static void
wait_for_ever(int end)
{
	const pid_t pid = getpid();

	alarm(60);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (write(end, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	for (;;)
		pause();
}

static void
with_shell(void)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);

	if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0)
		_exit(1);
	if (fork() != 0)
		return; /* the terminal is open as long as this one lives */
	setsid();
	if (open(ptsname(terminal), O_RDWR) < 0)
		_exit(1);
	close(terminal);
	if (fork() == 0)
		wait_for_ever(pids_of_shell[1]);
	wait_for_ever(pids_of_shell[1]);
}

/* Whichever is the first in its session is the shell. */
static void
shell_is_killed(void **state)
{
	struct leader leader, other[2];
	unsigned char is_left = 0;
	pid_t pid, pids[2];
	int shell, i;

	(void)state;
	assert_int_equal(pipe(pids_of_shell), 0);
	pid = child(with_shell);
	for (i = 0; i < 2; i++) {
		assert_int_equal(
		    read(pids_of_shell[0], &pids[i], sizeof(pids[i])),
		    sizeof(pids[i]));
		other[i] = leader_for(pids[i]);
		assert_true(leader_lives(&other[i]));
	}
	shell = getsid(pids[0]) == pids[0] ? 0 : 1;
	assert_int_equal(getsid(pids[shell]), pids[shell]);
	leader = leader_for(pid);
	leaders_end(&leader, 1, 300, &is_left);
	assert_int_equal(died_of(pid), SIGHUP);
	assert_int_equal(is_left, 0);
	assert_true(is_over(pids[shell]));
	assert_false(is_over(pids[!shell]));
	kill(pids[!shell], SIGKILL);
	close(pids_of_shell[0]);
	close(pids_of_shell[1]);
}

static void
lives(void **state)
{
	pid_t pid = child(NULL);
	struct leader leader = leader_for(pid), later = leader;

	(void)state;
	assert_true(leader_lives(&leader));
	later.started++; /* the pid is another one's by now */
	assert_false(leader_lives(&later));
	finish(pid);
	assert_false(leader_lives(&leader));
}

/* Without a grace to speak of, once the daemon ends. */
static void
in_a_hurry(void **state)
{
	pid_t pid = child(ignore_all);
	struct leader leader = leader_for(pid);
	int64_t begun = clock_mono_ms();
	unsigned char is_left = 0;

	(void)state;
	leaders_hurry();
	leaders_end(&leader, 1, 60000, &is_left);
	assert_int_equal(died_of(pid), SIGKILL);
	assert_true(clock_mono_ms() - begun < 30000);
}

/* More than are waited for at a time. */
static void
many(void **state)
{
	enum {
		MANY = 70
	};
	struct leader leaders[MANY];
	unsigned char is_left[MANY] = { 0 };
	pid_t pids[MANY];
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		pids[i] = child(NULL);
		leaders[i] = leader_for(pids[i]);
	}
	leaders_end(leaders, MANY, GRACE, is_left);
	for (i = 0; i < MANY; i++)
		assert_int_equal(died_of(pids[i]), SIGHUP);
}

/* What could not be ended is not told to have ended. */
static void
without_descriptors(void **state)
{
	pid_t pid = child(NULL);
	struct leader leaders[2] = { leader_for(pid), { 0 } };
	unsigned char is_left[2] = { 0 };
	struct rlimit old, none;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	leaders_end(leaders, 2, GRACE, is_left);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(died_of(pid), 0);
	assert_int_equal(is_left[0], 1);
	assert_int_equal(is_left[1], 0);
	finish(pid);
}

static void
never_oneself(void **state)
{
	struct leader leader = leader_for(getpid());
	unsigned char is_left = 0;

	(void)state;
	assert_int_equal(leader.pid, getpid());
	leaders_end(&leader, 1, GRACE, &is_left);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_known), cmocka_unit_test(is_the_peers),
		cmocka_unit_test(name_is_no_matter), cmocka_unit_test(ends),
		cmocka_unit_test(another_is_left_alone),
		cmocka_unit_test(stubborn_is_killed),
		cmocka_unit_test(stopped_is_woken), cmocka_unit_test(many),
		cmocka_unit_test(without_descriptors),
		cmocka_unit_test(never_oneself),
		cmocka_unit_test(shell_is_killed), cmocka_unit_test(lives),
		cmocka_unit_test(in_a_hurry), /* and from then on */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
