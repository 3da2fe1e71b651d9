/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Another user of the machine, who may not sign people in: what he asks is
 * denied, however it is put, and he cannot keep others from signing in.
 */
#include <grp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/wire.h"
#include "tests/unit/hostile.h"

#define NOBODY    65534
#define ATTACK_MS 1500

/* Only root can become somebody else. */
static void
need_another_user(void)
{
	if (geteuid() == 0)
		return;
	print_message("not root: cannot become another user\n");
	skip();
}

/* Starts an attack of another user. */
static pid_t
let_loose(int (*attack)(const char *session), const char *session)
{
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 ||
		    setuid(NOBODY) != 0)
			_exit(255);
		_exit(attack(session));
	}
	return pid;
}

/* Waits for its end: how often it got what it should not. */
static int
spoils_of(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Answers prompts as well as can be; gives the outcome. */
static int64_t
converse(struct client *client)
{
	struct wire_msg *msg = client_msg(client);
	int64_t kind;
	int turns;

	for (turns = 0; turns < 8; turns++) {
		if (daemon_ask(client) != 0)
			return -1;
		if (wire_verb(msg) != VERB_PROMPT)
			return daemon_outcome(client);
		kind = wire_num(msg, TAG_KIND, -1);
		wire_begin(msg, VERB_ANSWER);
		wire_put_str(msg, TAG_TEXT,
		    kind == KIND_USER       ? DAEMON_USER
			: kind == KIND_CODE ? "123456"
					    : DAEMON_PASSWORD);
	}
	return -1;
}

struct forged {
	uint16_t verb;
	int64_t step;
	const char *user, *session;
};

/* All that would be an honest request, were it somebody else who asks. */
static int64_t
forge(const struct forged *f)
{
	struct client *client = daemon_connect();
	struct wire_msg *msg;
	int64_t outcome;

	if (client == NULL)
		return OUTCOME_GRANTED; /* told as a success: it must not be */
	msg = client_msg(client);
	wire_begin(msg, f->verb);
	wire_put_num(msg, TAG_STEP, f->step);
	wire_put_str(msg, TAG_SERVICE, "portal");
	wire_put_str(msg, TAG_USER, f->user);
	wire_put_str(msg, TAG_RHOST, DAEMON_ADDRESS);
	wire_put_str(msg, TAG_SSH, DAEMON_ADDRESS " 1 127.0.0.1 22");
	wire_put_str(msg, TAG_SESSION, f->session);
	wire_put_num(msg, TAG_PID, getppid());
	wire_put_num(msg, TAG_ALL, 1);
	wire_put_str(msg, TAG_TEXT, DAEMON_PASSWORD);
	outcome = converse(client);
	if (outcome == OUTCOME_GRANTED || wire_str(msg, TAG_SESSION) != NULL ||
	    wire_str(msg, TAG_REASON) != NULL ||
	    wire_str(msg, TAG_DETAIL) != NULL)
		fprintf(stderr,
		    "verb %d, step %d, user \"%s\", session \"%s\": outcome "
		    "%d\n",
		    f->verb, (int)f->step, f->user,
		    f->session != NULL ? f->session : "", (int)outcome);
	client_free(&client);
	return outcome;
}

static int
sign_others_in(const char *session)
{
	static const uint16_t verbs[] = { VERB_LOGIN, VERB_ACCOUNT, VERB_OPEN,
		VERB_CLOSE, VERB_CHAUTHTOK };
	static const char *const users[] = { DAEMON_USER, "root" };
	int verb, step, user, with, granted = 0;

	for (verb = 0; verb < 5; verb++)
		for (step = 0; step < STEP_COUNT; step++)
			for (user = 0; user < 2; user++)
				for (with = 0; with < 2; with++)
					granted +=
					    forge(&(struct forged){ verbs[verb],
						step, users[user],
						with ? session : NULL }) ==
					    OUTCOME_GRANTED;
	return granted;
}

static int
administer(const char *session)
{
	static const uint16_t verbs[] = { VERB_SESSION_LIST, VERB_SESSION_SHOW,
		VERB_SESSION_END, VERB_USER_ADD, VERB_USER_REMOVE,
		VERB_USER_LIST, VERB_USER_SHOW, VERB_USER_SET,
		VERB_USER_DISABLE, VERB_USER_ENABLE, VERB_USER_MUST_CHANGE,
		VERB_OTP_ENROLL, VERB_OTP_CONFIRM, VERB_OTP_RECOVERY,
		VERB_OTP_SHOW, VERB_OTP_REMOVE, VERB_OTP_IMPORT,
		VERB_KEY_ROTATE, VERB_ALLOWLIST_TEST, VERB_CLOCK_ACCEPT,
		VERB_TICKET };
	size_t i;
	int granted = 0;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		struct forged f = { verbs[i], 0, DAEMON_USER, session };

		granted += forge(&f) != OUTCOME_DENIED &&
		    /* to another, a session is not there */
		    !(forge(&f) == OUTCOME_UNAVAILABLE &&
			(f.verb == VERB_SESSION_SHOW ||
			    f.verb == VERB_SESSION_END));
	}
	return granted;
}

/* Asks and asks, and reads no answer. */
static int
never_read(const char *session)
{
	/* headers of frames without a body */
	static const char status[12] = { 'E', 'T', 'A', 'G', 1, 0,
		VERB_STATUS };
	static const char answer[12] = { 'E', 'T', 'A', 'G', 1, 0,
		VERB_ANSWER };
	int64_t deadline = clock_mono_ms() + ATTACK_MS;
	int fds[100], i;

	(void)session;
	for (i = 0; i < 100; i++) {
		fds[i] = barge_in();
		/* one answer more: so both, row and result, find no room */
		if (i % 2)
			(void)send(fds[i], answer, sizeof(answer),
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	while (clock_mono_ms() < deadline) {
		for (i = 0; i < 100; i++)
			(void)send(fds[i], status, sizeof(status),
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	return 0;
}

/* Comes back whenever it is thrown out. */
static int
crowd(const char *session)
{
	static int fds[CROWD];
	int64_t deadline = clock_mono_ms() + ATTACK_MS;

	(void)session;
	while (clock_mono_ms() < deadline) {
		(void)crowd_in(fds, CROWD);
		crowd_out(fds, CROWD);
	}
	return 0;
}

static int
is_open(const char *session)
{
	struct client *client = daemon_connect();
	struct wire_msg *msg;
	int open;

	assert_non_null(client);
	msg = client_msg(client);
	wire_begin(msg, VERB_SESSION_SHOW);
	wire_put_str(msg, TAG_SESSION, session);
	assert_int_equal(daemon_ask(client), 0);
	open = wire_verb(msg) == VERB_ROW && wire_str(msg, TAG_STATE) != NULL &&
	    strcmp(wire_str(msg, TAG_STATE), "open") == 0;
	client_free(&client);
	return open;
}

/* A session of alice's, opened as sshd would open it. */
static void
open_session_of_alice(char session[32])
{
	struct client *client = daemon_begin_login();
	struct wire_msg *msg;

	daemon_end_login(client, session);
	client_free(&client);
	client = daemon_connect();
	assert_non_null(client);
	msg = client_msg(client);
	wire_begin(msg, VERB_OPEN);
	wire_put_str(msg, TAG_SERVICE, "portal");
	wire_put_str(msg, TAG_USER, DAEMON_USER);
	wire_put_str(msg, TAG_SESSION, session);
	assert_int_equal(daemon_ask(client), 0);
	assert_int_equal(daemon_outcome(client), OUTCOME_GRANTED);
	client_free(&client);
	assert_true(is_open(session));
}

static void
gives_others_no_rights(void **state)
{
	char session[32];

	(void)state;
	need_another_user();
	open_session_of_alice(session);
	assert_int_equal(spoils_of(let_loose(sign_others_in, session)), 0);
	assert_true(is_open(session));
	assert_int_equal(spoils_of(let_loose(administer, session)), 0);
	assert_true(is_open(session));
	HONEST();
	assert_at_rest();
}

/* The slowest of the honest logins while the attack goes on. */
static int
slowest_during(int (*attack)(const char *session))
{
	pid_t pid = let_loose(attack, NULL);
	int64_t until = clock_mono_ms() + ATTACK_MS;
	int64_t worst = 0, took;

	while (clock_mono_ms() < until) {
		took = daemon_login();
		worst = took > worst ? took : worst;
	}
	assert_int_equal(spoils_of(pid), 0);
	print_message("the slowest login took %d ms\n", (int)worst);
	return (int)worst;
}

static void
waits_for_nobody_who_does_not_read(void **state)
{
	(void)state;
	need_another_user();
	assert_in_range(slowest_during(never_read), 0, SOON);
	HONEST();
	assert_at_rest();
}

/* Who may not sign people in cannot take the room of who may. */
static void
stands_a_crowd_of_somebody_else(void **state)
{
	(void)state;
	need_another_user();
	assert_in_range(slowest_during(crowd), 0, SOON);
	HONEST();
	assert_at_rest();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_others_no_rights),
		cmocka_unit_test(stands_a_crowd_of_somebody_else),
		cmocka_unit_test(waits_for_nobody_who_does_not_read),
	};

	return cmocka_run_group_tests_name(
	    "hostile user", tests, hostile_setup, daemon_teardown);
}
