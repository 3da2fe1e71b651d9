/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "tests/unit/scratch.h"
#include "web/conversations.h"

/* What gatehouse-login says: a script, in which each step is what is sent after
 * something has come. */
struct line {
	uint16_t verb;
	int style, kind;
	const char *text;
};

static struct conversations *table;
static const struct line *script;
static int listener;
static pthread_t thread;
static unsigned heard_verbs[16];
static size_t heard;
static char rhost[] = "192.0.2.1";

static struct address
client(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

static int
new_of(const char *text, struct talk **talk)
{
	struct address address = client(text);

	return talk_new(table, &address, talk);
}

static int
set_up(void **state)
{
	int r = scratch_setup(state);

	return r == 0 ? conversations_new(&table, 8, 60000) : r;
}

static int
tear_down(void **state)
{
	conversations_free(&table);
	conversations_free(&table);
	return scratch_teardown(state);
}

/* --- a peer --- */

static void *
answer(void *data)
{
	int fd = accept(listener, NULL, NULL);
	int64_t deadline = clock_mono_ms() + 20000;
	const struct line *line = script;
	struct wire_msg *msg;

	(void)data;
	if (wire_msg_new(&msg, WIRE_BODY_LOGIN) != 0)
		abort();
	while (wire_recv(fd, msg, deadline) == 0) {
		heard_verbs[heard++] = wire_verb(msg);
		for (; line->verb != 0; line++) {
			wire_begin(msg, line->verb);
			wire_put_num(msg, TAG_STYLE, line->style);
			wire_put_num(msg, TAG_KIND, line->kind);
			wire_put_str(msg, TAG_TEXT, line->text);
			if (wire_send(fd, msg, deadline) != 0)
				break;
			if (line->verb != VERB_ROW) {
				line++;
				break;
			}
		}
		if (line->verb == 0)
			break;
	}
	/* KEPT, or the end */
	if (wire_recv(fd, msg, deadline) == 0)
		heard_verbs[heard++] = wire_verb(msg);
	wire_msg_free(&msg);
	close(fd);
	return NULL;
}

static const char *
peer(const struct line *lines)
{
	static char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	script = lines;
	heard = 0;
	assert_true((size_t)snprintf(path, sizeof(path), "%s",
			scratch_path("login.sock")) < sizeof(path));
	memcpy(address.sun_path, path, sizeof(path));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(pthread_create(&thread, NULL, answer, NULL), 0);
	return path;
}

static void
peer_gone(void)
{
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(listener);
}

static void
fill(struct wire_msg *msg, void *data)
{
	wire_put_str(msg, TAG_RHOST, data);
}

static int
begin(struct talk *talk, const struct line *lines)
{
	return talk_begin(talk, peer(lines), VERB_WEB_LOGIN, fill, rhost);
}

/* --- */

static void
asks_and_answers(void **state)
{
	static const struct line lines[] = {
		{ VERB_ROW, PROMPT_INFO, KIND_TEXT, "first" },
		{ VERB_ROW, PROMPT_ERROR, KIND_TEXT, "bad" },
		{ VERB_ROW, PROMPT_ERROR, KIND_TEXT, "worse" },
		{ VERB_ROW, PROMPT_INFO, KIND_OTPAUTH, "otpauth://a" },
		{ VERB_PROMPT, PROMPT_HIDDEN, KIND_CODE, "Code: " },
		{ VERB_PROMPT, PROMPT_HIDDEN, KIND_CODE, "Code: " },
		{ VERB_ROW, PROMPT_INFO, KIND_RECOVERY, "a b c" },
		{ VERB_RESULT, 0, 0, NULL },
		{ 0, 0, 0, NULL },
	};
	struct talk *talk;

	(void)state;
	assert_int_equal(new_of("192.0.2.1", &talk), 0);
	assert_int_equal(begin(talk, lines), 0);
	assert_int_equal(talk->state, TALK_ASKED);
	assert_string_equal(talk->notes.text, "first");
	assert_string_equal(talk->errors.text, "bad\nworse");
	assert_string_equal(talk->otpauth.text, "otpauth://a");
	assert_int_equal(talk->step, 0);
	assert_int_equal(talk_answer(talk, "000000"), 0);
	assert_int_equal(talk->state, TALK_ASKED);
	assert_int_equal(talk->step, 1);
	/* what was said is for one page, the picture until it has worked */
	assert_int_equal(talk->errors.used, 0);
	assert_int_equal(talk->notes.used, 0);
	assert_string_equal(talk->otpauth.text, "otpauth://a");
	assert_int_equal(talk_answer(talk, "123456"), 0);
	assert_int_equal(talk->state, TALK_OVER);
	assert_string_equal(talk->codes.text, "a b c");
	assert_int_equal(talk->otpauth.used, 0);
	assert_int_equal(talk_confirm(talk), 0);
	talk_drop(&talk);
	peer_gone();
	assert_int_equal(heard, 4);
	assert_int_equal(heard_verbs[0], VERB_WEB_LOGIN);
	assert_int_equal(heard_verbs[1], VERB_ANSWER);
	assert_int_equal(heard_verbs[3], VERB_WEB_KEPT);
}

static void
believes_nothing_else(void **state)
{
	static const struct line strange[] = { { VERB_STATUS, 0, 0, NULL },
		{ 0, 0, 0, NULL } };
	static const struct line mute[] = { { VERB_ROW, 0, 0, NULL },
		{ 0, 0, 0, NULL } };
	static const struct line away[] = { { 0, 0, 0, NULL } };
	const struct line *all[] = { strange, mute, away };
	struct line many[80] = { 0 };
	struct talk *talk;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(new_of("192.0.2.1", &talk), 0);
		assert_true(begin(talk, all[i]) < 0);
		talk_drop(&talk);
		peer_gone();
		assert_int_equal(unlink(scratch_path("login.sock")), 0);
	}
	for (i = 0; i < 79; i++)
		many[i] = (struct line){ VERB_ROW, PROMPT_INFO, 0, "x" };
	assert_int_equal(new_of("192.0.2.1", &talk), 0);
	assert_int_equal(begin(talk, many), GATE_EPROTO);
	talk_drop(&talk);
	peer_gone();
	/* nobody is there */
	assert_int_equal(new_of("192.0.2.1", &talk), 0);
	assert_true(talk_begin(talk, scratch_path("none"), VERB_WEB_LOGIN, fill,
			rhost) < 0);
	talk_drop(&talk);
}

static void
cancels(void **state)
{
	static const struct line lines[] = {
		{ VERB_PROMPT, PROMPT_HIDDEN, KIND_CODE, "Code: " },
		{ VERB_RESULT, 0, 0, NULL },
		{ 0, 0, 0, NULL },
	};
	struct talk *talk;

	(void)state;
	assert_int_equal(new_of("192.0.2.1", &talk), 0);
	assert_int_equal(begin(talk, lines), 0);
	assert_int_equal(talk_answer(talk, NULL), 0);
	assert_int_equal(talk->state, TALK_OVER);
	talk_drop(&talk);
	peer_gone();
	assert_int_equal(heard_verbs[1], VERB_WEB_CANCEL);
}

static void
has_room_for_so_many(void **state)
{
	struct talk *talks[8], *more;
	char text[32];
	int i;

	(void)state;
	assert_int_equal(new_of("192.0.2.1", &talks[0]), 0);
	assert_int_equal(new_of("192.0.2.1", &talks[1]), 0);
	/* a quarter of eight */
	assert_int_equal(new_of("192.0.2.1", &more), GATE_EFULL);
	for (i = 2; i < 8; i++) {
		snprintf(text, sizeof(text), "2001:db8:%d::1", i);
		assert_int_equal(new_of(text, &talks[i]), 0);
	}
	assert_int_equal(new_of("198.51.100.1", &more), GATE_EFULL);
	assert_int_equal(conversations_count(table), 8);
	talk_drop(&talks[0]);
	assert_int_equal(new_of("198.51.100.1", &talks[0]), 0);
	for (i = 0; i < 8; i++)
		talk_drop(&talks[i]);
	assert_int_equal(conversations_count(table), 0);
}

static void
is_found_by_its_handle(void **state)
{
	char handle[BROWSER_HANDLE_SIZE], other[BROWSER_HANDLE_SIZE];
	struct talk *talk, *found;

	(void)state;
	assert_int_equal(new_of("192.0.2.1", &talk), 0);
	memcpy(handle, talk->handle, sizeof(handle));
	assert_true(browser_handle_is(handle));
	found = talk;
	talk_keep(&talk);
	assert_null(talk);
	assert_int_equal(browser_handle_mint(other), 0);
	assert_int_equal(talk_find(table, other, &talk), GATE_ENOTFOUND);
	assert_int_equal(talk_find(table, handle, &talk), 0);
	assert_ptr_equal(talk, found);
	talk_drop(&talk);
	assert_int_equal(talk_find(table, handle, &talk), GATE_ENOTFOUND);
}

static char shared[BROWSER_HANDLE_SIZE];

static void *
find_it(void *data)
{
	struct talk *talk = NULL;
	int *r = data;

	*r = talk_find(table, shared, &talk);
	if (*r == 0)
		talk_keep(&talk);
	return NULL;
}

/* Of those that come while it is in somebody's hands one waits. */
static void
is_waited_for_by_one(void **state)
{
	pthread_t waiter;
	struct talk *talk, *other;
	int r = 1;

	(void)state;
	assert_int_equal(new_of("192.0.2.1", &talk), 0);
	memcpy(shared, talk->handle, sizeof(shared));
	assert_int_equal(pthread_create(&waiter, NULL, find_it, &r), 0);
	while (!__atomic_load_n(&talk->is_awaited, __ATOMIC_RELAXED))
		clock_sleep_until(clock_mono_ms() + 1);
	assert_int_equal(talk_find(table, shared, &other), GATE_ETIMEOUT);
	talk_keep(&talk);
	assert_int_equal(pthread_join(waiter, NULL), 0);
	assert_int_equal(r, 0);
	/* what is over while somebody waits is not found */
	assert_int_equal(talk_find(table, shared, &talk), 0);
	assert_int_equal(pthread_create(&waiter, NULL, find_it, &r), 0);
	while (!__atomic_load_n(&talk->is_awaited, __ATOMIC_RELAXED))
		clock_sleep_until(clock_mono_ms() + 1);
	talk_drop(&talk);
	assert_int_equal(pthread_join(waiter, NULL), 0);
	assert_int_equal(r, GATE_ENOTFOUND);
}

static void
is_over_after_a_while(void **state)
{
	char handle[BROWSER_HANDLE_SIZE];
	struct talk *talk, *kept;

	(void)state;
	assert_int_equal(new_of("192.0.2.1", &talk), 0);
	assert_int_equal(new_of("192.0.2.1", &kept), 0);
	memcpy(handle, talk->handle, sizeof(handle));
	talk->until = kept->until = clock_mono_ms() - 1;
	talk_keep(&talk);
	assert_int_equal(talk_find(table, handle, &talk), GATE_ENOTFOUND);
	/* the one makes room, the other is in somebody's hands */
	assert_int_equal(new_of("192.0.2.1", &talk), 0);
	assert_int_equal(conversations_count(table), 2);
	talk_drop(&talk);
	talk_drop(&kept);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_and_answers),
		TEST(believes_nothing_else),
		TEST(cancels),
		TEST(has_room_for_so_many),
		TEST(is_found_by_its_handle),
		TEST(is_waited_for_by_one),
		TEST(is_over_after_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
