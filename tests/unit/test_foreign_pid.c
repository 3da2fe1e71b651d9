/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who opens a session may not say which process is ended with it: another's
 * pid in the message means nothing to a real gatehoused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "tests/unit/daemon.h"

static pid_t
waiting_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(10);
		for (;;)
			pause();
	}
	return pid;
}

/* Signs in, opens the session in the name of victim, and holds it. */
static void
open_for(pid_t victim, int tell)
{
	struct client *client = daemon_begin_login();
	struct wire_msg *msg;
	char session[32];

	daemon_end_login(client, session);
	client_free(&client);
	client = daemon_connect();
	assert_non_null(client);
	msg = client_msg(client);
	wire_begin(msg, VERB_OPEN);
	wire_put_str(msg, TAG_SERVICE, "portal");
	wire_put_str(msg, TAG_USER, DAEMON_USER);
	wire_put_str(msg, TAG_RHOST, DAEMON_ADDRESS);
	wire_put_str(msg, TAG_SESSION, session);
	wire_put_num(msg, TAG_PID, victim);
	if (daemon_ask(client) != 0 ||
	    daemon_outcome(client) != OUTCOME_GRANTED ||
	    write(tell, session, sizeof(session)) != sizeof(session))
		_exit(1);
	alarm(10);
	for (;;)
		pause();
}

static int
died_of(pid_t pid, int flags)
{
	int status = 0;
	pid_t found = waitpid(pid, &status, flags);

	assert_true(found >= 0);
	return found == 0 ? 0 : WTERMSIG(status);
}

static void
never_signalled(void **state)
{
	pid_t victim = waiting_child(), holder;
	struct client *client;
	char session[32];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	holder = fork();
	assert_true(holder >= 0);
	if (holder == 0)
		open_for(victim, ends[1]);
	close(ends[1]);
	assert_int_equal(
	    read(ends[0], session, sizeof(session)), sizeof(session));
	client = daemon_connect();
	assert_non_null(client);
	wire_begin(client_msg(client), VERB_SESSION_END);
	wire_put_str(client_msg(client), TAG_SESSION, session);
	assert_int_equal(daemon_ask(client), 0);
	assert_int_equal(daemon_outcome(client), OUTCOME_GRANTED);
	client_free(&client);
	/* the daemon has waited for who really holds it */
	assert_int_equal(died_of(holder, 0), SIGHUP);
	assert_int_equal(died_of(victim, WNOHANG), 0);
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    never_signalled, daemon_setup, daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
