/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Callers who break the protocol, or come in crowds: whatever they send, the
 * daemon lives, answers others and forgets them.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/wire.h"
#include "tests/unit/hostile.h"

#define SEED      20261122
#define AT_ONCE   900 /* before request_timeout would end it anyway */
#define DRIBBLERS 200
#define TOO_MANY  1300 /* [gate] connections is 1024, RLIMIT_NOFILE too */

/* Does the daemon hang up by itself, whatever it says before? */
static int
is_hung_up(int fd, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[256];
	ssize_t n;

	while (poll(&p, 1, clock_left_ms(deadline)) == 1) {
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return 1;
	}
	return 0;
}

static void
hangs_up_on_garbage(void **state)
{
	char bytes[4096];
	size_t i, size;
	int fd, round;

	(void)state;
	srandom(SEED);
	for (round = 0; round < 300; round++) {
		fd = barge_in();
		assert_int_not_equal(fd, -1);
		size = 1 + (size_t)random() % sizeof(bytes);
		for (i = 0; i < size; i++)
			bytes[i] = (char)random();
		if (round % 3 == 0) /* half right */
			memcpy(bytes, "ETAG\1\0", size < 6 ? size : 6);
		(void)send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (round % 3 == 1 && size >= 12)
			assert_true(is_hung_up(fd, clock_mono_ms() + AT_ONCE));
		close(fd);
	}
	HONEST();
	assert_at_rest();
}

/* Fields of any tag, with what has its place in other fields. */
static void
fill_randomly(struct wire_msg *msg)
{
	static const char *const texts[] = { "", "x", "root", "nobody", "-x",
		"../../etc/passwd", "192.0.2.1", "192.0.2.0/24", "%s%n%s",
		"a\nb\x1b[2J", "\xff\xfe", "gt-", "' OR 1=1; --",
		"<samlp:Response>" };
	static char large[70000];
	int fields = (int)(random() % 8);

	memset(large, 'A', sizeof(large));
	while (fields-- > 0) {
		uint16_t tag = (uint16_t)(random() % 45);

		switch (random() % 4) {
		case 0:
			wire_put_num(msg, tag, random() % 12 - 1);
			break;
		case 1:
			wire_put_num(
			    msg, tag, random() % 2 ? INT64_MIN : INT64_MAX);
			break;
		case 2:
			wire_put_str(msg, tag,
			    texts[random() % (sizeof(texts) / sizeof(*texts))]);
			break;
		default:
			wire_put_bytes(msg, tag, large,
			    (size_t)(random() % 50 ? random() % 300 : 70000));
		}
	}
}

/* Any verb; now and then a login, or an answer, that is right so far. */
static void
ask_randomly(struct wire_msg *msg)
{
	uint16_t verb =
	    (uint16_t)(random() % 20 == 0 ? random() : random() % 70);
	int kind = (int)(random() % 6);

	if (kind == 0)
		verb = VERB_LOGIN;
	if (kind == 1)
		verb = VERB_ANSWER;
	wire_begin(msg, verb);
	if (kind == 0) {
		wire_put_num(msg, TAG_STEP, random() % STEP_COUNT);
		wire_put_str(msg, TAG_SERVICE, "portal");
		wire_put_str(msg, TAG_USER, random() % 2 ? "mallory" : NULL);
		wire_put_str(msg, TAG_RHOST, DAEMON_ADDRESS);
	}
	fill_randomly(msg);
}

/* Asks once; on a new connection where the last answer has ended the old. */
static int
ask_anew(struct client **client, int round)
{
	int r;

	srandom(SEED + (unsigned)round);
	ask_randomly(client_msg(*client));
	r = daemon_ask(*client);
	if (r != GATE_ECLOSED)
		return r;
	client_free(client);
	*client = daemon_connect();
	assert_non_null(*client);
	srandom(SEED + (unsigned)round);
	ask_randomly(client_msg(*client));
	return daemon_ask(*client);
}

static void
answers_whatever_is_asked(void **state)
{
	struct client *client = daemon_connect();
	struct wire_msg *msg;
	int round, answered[3] = { 0 };

	(void)state;
	assert_non_null(client);
	for (round = 0; round < 2000; round++) {
		assert_int_equal(ask_anew(&client, round), 0);
		msg = client_msg(client);
		while (wire_verb(msg) == VERB_ROW)
			assert_int_equal(
			    client_next(client, clock_mono_ms() + 5000), 0);
		assert_true(wire_verb(msg) == VERB_RESULT ||
		    wire_verb(msg) == VERB_PROMPT);
		answered[wire_verb(msg) == VERB_PROMPT ? 0
			: daemon_outcome(client) == 0  ? 1
						       : 2]++;
	}
	client_free(&client);
	print_message("%d prompts, %d done, %d refused\n", answered[0],
	    answered[1], answered[2]);
	assert_true(answered[0] > 50 && answered[1] > 50 && answered[2] > 50);
	HONEST();
	assert_at_rest();
}

static void
keeps_to_the_order_of_a_dialogue(void **state)
{
	struct client *client = daemon_connect();
	struct wire_msg *msg;
	char session[32];
	int abandoned = daemon_audited("\"abandoned\"");

	(void)state;
	assert_non_null(client);
	msg = client_msg(client);
	wire_begin(msg, VERB_ANSWER);
	wire_put_str(msg, TAG_TEXT, DAEMON_PASSWORD);
	assert_int_equal(daemon_ask(client), 0);
	assert_int_equal(daemon_outcome(client), OUTCOME_DENIED);
	assert_int_equal(wire_num(msg, TAG_ERROR, 0), GATE_EPROTO);
	client_free(&client);

	/* a second login on the same connection gives the first one up */
	client = daemon_begin_login();
	msg = client_msg(client);
	wire_begin(msg, VERB_LOGIN);
	wire_put_num(msg, TAG_STEP, STEP_PASSWORD);
	wire_put_str(msg, TAG_USER, "mallory");
	assert_int_equal(daemon_ask(client), 0);
	assert_int_equal(wire_verb(msg), VERB_PROMPT);
	assert_int_equal(daemon_audited("\"abandoned\""), abandoned + 1);
	/* so that alice's password is mallory's answer: it does not do */
	wire_begin(msg, VERB_ANSWER);
	wire_put_str(msg, TAG_TEXT, DAEMON_PASSWORD);
	assert_int_equal(daemon_ask(client), 0);
	assert_int_equal(daemon_outcome(client), OUTCOME_DENIED);
	/* with the decision all is said */
	wire_begin(msg, VERB_ANSWER);
	wire_put_str(msg, TAG_TEXT, DAEMON_PASSWORD);
	assert_int_equal(daemon_ask(client), GATE_ECLOSED);
	client_free(&client);

	client = daemon_begin_login();
	daemon_end_login(client, session);
	client_free(&client);
	assert_at_rest();
}

/* Sends a header that announces size bytes, and part of the body. */
static int
announce(uint32_t size, size_t sent)
{
	static char frame[65536] = "ETAG\1\0\1\0";
	int fd = barge_in();

	assert_int_not_equal(fd, -1);
	memcpy(frame + 8, &size, sizeof(size));
	assert_int_equal(
	    send(fd, frame, 12 + sent, MSG_NOSIGNAL), (ssize_t)(12 + sent));
	return fd;
}

static void
believes_no_announcement(void **state)
{
	static const uint32_t sizes[] = { WIRE_BODY_LOGIN + 1, UINT32_MAX };
	int fds[400];
	long before;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fds[i] = announce(sizes[i], 0);
		assert_true(is_hung_up(fds[i], clock_mono_ms() + AT_ONCE));
		close(fds[i]);
	}
	before = daemon_memory();
	for (i = 0; i < 400; i++)
		fds[i] = announce(WIRE_BODY_LOGIN, i % 8 * 1000);
	HONEST();
	/* 800 MiB were announced; a message begins with 16 KiB */
	assert_in_range(daemon_memory() - before, 0, 400 * 20);
	for (i = 0; i < 400; i++)
		close(fds[i]);
	assert_at_rest();
}

/* Half a frame holds up nobody, and is given one second (the setting). */
static void
lets_no_half_frame_hang(void **state)
{
	int64_t start = clock_mono_ms();
	int fds[200];
	size_t i;

	(void)state;
	for (i = 0; i < 200; i++)
		fds[i] = announce(1000, i);
	for (i = 0; i < 5; i++)
		HONEST();
	for (i = 0; i < 200; i++) {
		assert_true(is_hung_up(fds[i], start + 5000));
		close(fds[i]);
	}
	assert_in_range(clock_mono_ms() - start, 900, 5000);
	assert_at_rest();
}

/*
 * Callers whose time is up while their bytes come, one by one: of the thread
 * that takes them and the one that sweeps, each must know what the other does.
 */
static void
ends_callers_who_dribble(void **state)
{
	int64_t until = clock_mono_ms() + 3500;
	int fds[DRIBBLERS], i, ended = 0;

	(void)state;
	for (i = 0; i < DRIBBLERS; i++)
		fds[i] = announce(WIRE_BODY_LOGIN, 0);
	while (clock_mono_ms() < until)
		for (i = 0; i < DRIBBLERS; i++) {
			if (send(fds[i], "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) ==
			    1)
				continue;
			close(fds[i]);
			fds[i] = announce(WIRE_BODY_LOGIN, 0);
			ended++;
		}
	crowd_out(fds, DRIBBLERS);
	assert_in_range(ended, DRIBBLERS, 4 * DRIBBLERS);
	HONEST();
	assert_at_rest();
}

static void
records_who_hangs_up(void **state)
{
	int before = daemon_audited("\"abandoned\"");
	struct client *clients[50];
	size_t i;

	(void)state;
	for (i = 0; i < 50; i++)
		clients[i] = daemon_begin_login();
	for (i = 0; i < 50; i++)
		client_free(&clients[i]);
	HONEST();
	assert_at_rest();
	assert_int_equal(daemon_audited("\"abandoned\""), before + 50);
	assert_int_equal(daemon_audited(DAEMON_PASSWORD), 0);
}

static void
stands_a_crowd(void **state)
{
	static int fds[CROWD];
	int64_t start = clock_mono_ms();

	(void)state;
	assert_int_equal(crowd_in(fds, CROWD), CROWD);
	HONEST();
	print_message("%d connections and a login after %d ms\n", CROWD,
	    (int)(clock_mono_ms() - start));
	crowd_out(fds, CROWD);
	HONEST();
	assert_at_rest();
}

static long
log_size(void)
{
	struct stat st;

	assert_int_equal(stat(scratch_path("daemon.log"), &st), 0);
	return (long)st.st_size;
}

/* More than there are descriptors: the daemon keeps calm, and its log short. */
static void
stands_a_crowd_that_does_not_fit(void **state)
{
	static int fds[TOO_MANY];
	long before = log_size();

	(void)state;
	(void)crowd_in(fds, TOO_MANY);
	poll(NULL, 0, 200); /* time for a daemon that spins to write much */
	assert_in_range(log_size() - before, 0, TOO_MANY * 100);
	crowd_out(fds, TOO_MANY);
	assert_at_rest();
	HONEST();
	assert_at_rest();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hangs_up_on_garbage),
		cmocka_unit_test(answers_whatever_is_asked),
		cmocka_unit_test(keeps_to_the_order_of_a_dialogue),
		cmocka_unit_test(believes_no_announcement),
		cmocka_unit_test(lets_no_half_frame_hang),
		cmocka_unit_test(ends_callers_who_dribble),
		cmocka_unit_test(records_who_hangs_up),
		cmocka_unit_test(stands_a_crowd),
		cmocka_unit_test(stands_a_crowd_that_does_not_fit),
	};

	return cmocka_run_group_tests_name(
	    "hostile", tests, hostile_setup, daemon_teardown);
}
