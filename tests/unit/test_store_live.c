/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store knows of sessions that live: activity, tokens, what is handed
 * over, holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/store_live.h"
#include "tests/unit/scratch_store.h"

#define IN_WRITE(name)                                                         \
	static int name##_change(struct store_tx *tx, void *data);             \
	static void name(void **state)                                         \
	{                                                                      \
		(void)state;                                                   \
		assert_int_equal(store_write(store, name##_change, NULL), 0);  \
	}                                                                      \
	static int name##_change(                                              \
	    struct store_tx *tx, __attribute__((unused)) void *data)

static struct store_session
session_of(const char *id)
{
	struct store_session session = {
		.state = SESSION_OPEN,
		.user = "alice",
		.service = "portal",
		.tty = "pts/3",
		.pid = 4711,
		.pid_started = 99,
		.method = "sso",
		.signed_in = 1000,
		.opened = 1001,
		.not_after = 9000,
		.last = 5000,
		.start = 4000,
		.ends = 86404000,
		.idle = 900000,
		.class = UINT64_MAX - 2,
		.asks = 3,
	};

	snprintf(session.id, sizeof(session.id), "%s", id);
	return session;
}

static struct store_session
add(struct store_tx *tx, const char *id)
{
	struct store_session session = session_of(id);

	assert_int_equal(store_session_add(tx, &session), 0);
	return session;
}

/* Ends one as it is on record. */
static void
end(struct store_tx *tx, const char *id, const char *reason, int64_t ended)
{
	struct store_session session;

	assert_int_equal(store_session_get(tx, id, &session), 0);
	session.state = SESSION_ENDED;
	session.ended = ended;
	snprintf(session.end_reason, sizeof(session.end_reason), "%s", reason);
	assert_int_equal(store_session_update(tx, &session), 0);
}

static struct store_session
get(struct store_tx *tx, const char *id)
{
	struct store_session session;

	assert_int_equal(store_session_get(tx, id, &session), 0);
	return session;
}

struct all {
	struct store_live live[8];
	size_t count;
	size_t stop_at;
};

static int
collect(const struct store_live *live, void *data)
{
	struct all *all = data;

	assert_in_range(all->count, 0, 7);
	all->live[all->count++] = *live;
	return all->count == all->stop_at ? 42 : 0;
}

/* The ids of those that live, one after the other. */
static const char *
lives(struct store_tx *tx, const char *after, int64_t limit)
{
	static char ids[64];
	struct all all = { .count = 0 };
	size_t i;

	assert_int_equal(
	    store_session_live(tx, after, limit, collect, &all), 0);
	ids[0] = '\0';
	for (i = 0; i < all.count; i++)
		strcat(ids, all.live[i].id);
	return ids;
}

/* --- the table of them --- */

IN_WRITE(test_what_is_loaded)
{
	static const uint8_t hash[STORE_HASH_SIZE] = { 7, 8, 9 };
	struct all all = { .count = 0 };
	const struct store_live *live = all.live;

	add(tx, "one");
	assert_int_equal(store_session_token_put(tx, "one", hash), 0);
	add(tx, "two");
	assert_int_equal(store_session_live(tx, "", 9, collect, &all), 0);
	assert_int_equal(all.count, 2);
	assert_string_equal(live->id, "one");
	assert_string_equal(live->user, "alice");
	assert_string_equal(live->service, "portal");
	assert_string_equal(live->tty, "pts/3");
	assert_int_equal(live->state, SESSION_OPEN);
	assert_int_equal(live->pid, 4711);
	assert_int_equal(live->pid_started, 99);
	assert_int_equal(live->signed_in, 1000);
	assert_int_equal(live->opened, 1001);
	assert_int_equal(live->not_after, 9000);
	assert_int_equal(live->last, 5000);
	assert_int_equal(live->start, 4000);
	assert_int_equal(live->ends, 86404000);
	assert_int_equal(live->idle, 900000);
	assert_true(live->class == UINT64_MAX - 2);
	assert_int_equal(live->asks, 3);
	assert_int_equal(live->token_size, STORE_HASH_SIZE);
	assert_memory_equal(live->token, hash, sizeof(hash));
	assert_int_equal(live[1].token_size, 0);
	return 0;
}

IN_WRITE(test_those_that_live_and_no_others)
{
	struct store_session session = session_of("e");
	struct all all = { .stop_at = 2 };
	int64_t dropped;

	session.state = SESSION_ENDED;
	session.ended = 1;
	assert_int_equal(store_session_add(tx, &session), 0);
	add(tx, "d");
	add(tx, "b");
	add(tx, "a");
	session = session_of("c");
	session.state = SESSION_SIGNED_IN;
	assert_int_equal(store_session_add(tx, &session), 0);
	assert_string_equal(lives(tx, "", 9), "abcd");
	assert_string_equal(lives(tx, "", 2), "ab");
	assert_string_equal(lives(tx, "b", 9), "cd");
	assert_string_equal(lives(tx, "b", 0), "");
	assert_string_equal(lives(tx, "d", 9), "");
	assert_int_equal(
	    store_session_live(tx, "", -1, collect, &all), GATE_EINVAL);
	assert_int_equal(store_session_live(tx, "", 9, collect, &all), 42);

	end(tx, "b", "closed", 2000);
	assert_string_equal(lives(tx, "", 9), "acd");
	/* nobody goes on with it */
	session = session_of("b");
	assert_int_equal(store_session_update(tx, &session), GATE_ENOTFOUND);
	assert_int_equal(get(tx, "b").state, SESSION_ENDED);
	assert_string_equal(lives(tx, "", 9), "acd");
	/* c was never opened */
	assert_int_equal(store_prune(tx, 0, 0, 1001, 9, &dropped), 0);
	assert_int_equal(dropped, 2); /* and e */
	assert_string_equal(lives(tx, "", 9), "ad");
	assert_int_equal(store_session_get(tx, "a", &session), 0);
	assert_int_equal(store_session_get(tx, "c", &session), GATE_ENOTFOUND);
	return 0;
}

IN_WRITE(test_a_session_as_it_lives)
{
	struct store_session in = add(tx, "one"), out;

	out = get(tx, "one");
	assert_memory_equal(&in, &out, sizeof(in));
	in.tty[0] = 'x';
	in.pid = 12;
	in.pid_started = 13;
	in.opened = 14;
	in.ends = 15;
	in.idle = 16;
	in.class = 17;
	in.asks = 18;
	in.previous[0] = 'p';
	assert_int_equal(store_session_update(tx, &in), 0);
	out = get(tx, "one");
	assert_memory_equal(&in, &out, sizeof(in));
	in.address[0] = 'a';
	assert_int_equal(store_session_update(tx, &in), 0);
	assert_string_equal(get(tx, "one").address, "a");
	in.method[0] = 'm';
	assert_int_equal(store_session_update(tx, &in), 0);
	assert_string_equal(get(tx, "one").method, "mso");
	/* what is not written back */
	in.start = in.handed = 1;
	in.last = 9999;
	assert_int_equal(store_session_update(tx, &in), 0);
	out = get(tx, "one");
	assert_int_equal(out.start, 4000);
	assert_int_equal(out.handed, 0);
	assert_int_equal(out.last, 5000);
	memset(in.address, 'x', sizeof(in.address));
	assert_int_equal(store_session_update(tx, &in), GATE_ETOOBIG);

	end(tx, "one", "closed", 2000);
	out = get(tx, "one");
	assert_int_equal(out.pid, 12);
	assert_int_equal(out.pid_started, 13);
	assert_int_equal(out.opened, 14);
	assert_string_equal(out.tty, "xts/3");
	assert_string_equal(out.previous, "p");
	assert_int_equal(out.last, 5000);
	assert_int_equal(out.start, 0);
	assert_int_equal(out.ends, 0);
	assert_int_equal(out.idle, 0);
	assert_int_equal(out.asks, 0);
	return 0;
}

/* --- activity --- */

IN_WRITE(test_activity_moves_forward_alone)
{
	struct store_session stale = add(tx, "one");

	assert_int_equal(store_activity_put(tx, "one", 6000), 0);
	assert_int_equal(get(tx, "one").last, 6000);
	assert_int_equal(store_activity_put(tx, "one", 5999), 0);
	assert_int_equal(get(tx, "one").last, 6000);
	/* a copy of before does not bring the old time back */
	assert_int_equal(store_session_update(tx, &stale), 0);
	assert_int_equal(get(tx, "one").last, 6000);
	stale.state = SESSION_ENDED;
	stale.ended = 2000;
	assert_int_equal(store_session_update(tx, &stale), 0);
	assert_int_equal(get(tx, "one").last, 6000);
	/* and it is over */
	assert_int_equal(store_activity_put(tx, "one", 7000), 0);
	assert_int_equal(get(tx, "one").last, 6000);
	assert_int_equal(store_activity_put(tx, "none", 7000), 0);
	return 0;
}

IN_WRITE(test_an_end_knows_better)
{
	struct store_session session = add(tx, "one");

	assert_int_equal(store_activity_put(tx, "one", 6000), 0);
	session.state = SESSION_ENDED;
	session.ended = 2000;
	session.last = 6500; /* was not put on record before */
	assert_int_equal(store_session_update(tx, &session), 0);
	assert_int_equal(get(tx, "one").last, 6500);
	return 0;
}

/* --- session tokens --- */

IN_WRITE(test_tokens)
{
	static const uint8_t first[STORE_HASH_SIZE] = { 1 },
			     second[STORE_HASH_SIZE] = { 2 };
	char id[STORE_SESSION_ID_MAX];

	add(tx, "one");
	add(tx, "two");
	assert_int_equal(
	    store_session_token_find(tx, first, id), GATE_ENOTFOUND);
	assert_int_equal(
	    store_session_token_put(tx, "none", first), GATE_ENOTFOUND);
	assert_int_equal(store_session_token_put(tx, "one", first), 0);
	assert_int_equal(store_session_token_put(tx, "one", first), 0);
	assert_int_equal(
	    store_session_token_put(tx, "two", first), GATE_EEXISTS);
	assert_int_equal(store_session_token_find(tx, first, id), 0);
	assert_string_equal(id, "one");
	/* another ends it */
	assert_int_equal(store_session_token_put(tx, "one", second), 0);
	assert_int_equal(
	    store_session_token_find(tx, first, id), GATE_ENOTFOUND);
	assert_int_equal(store_session_token_find(tx, second, id), 0);
	assert_int_equal(store_session_token_put(tx, "two", first), 0);
	assert_int_equal(store_session_token_put(tx, "two", NULL), 0);
	assert_int_equal(
	    store_session_token_find(tx, first, id), GATE_ENOTFOUND);
	/* so does an end */
	end(tx, "one", "closed", 2000);
	assert_int_equal(
	    store_session_token_find(tx, second, id), GATE_ENOTFOUND);
	assert_int_equal(
	    store_session_token_put(tx, "one", second), GATE_ENOTFOUND);
	return 0;
}

/* --- work that survives --- */

IN_WRITE(test_what_is_handed_over)
{
	struct store_session other = session_of("f");
	char id[STORE_SESSION_ID_MAX] = "";

	add(tx, "a");
	add(tx, "b");
	add(tx, "c");
	add(tx, "d");
	add(tx, "e");
	snprintf(other.service, sizeof(other.service), "sshd");
	assert_int_equal(store_session_add(tx, &other), 0);
	end(tx, "a", "idle", 2000);
	end(tx, "b", "idle", 2002);
	end(tx, "c", "idle", 2001);
	end(tx, "d", "closed", 2003);
	end(tx, "f", "idle", 2004);
	assert_int_equal(
	    store_session_previous(tx, "bob", "portal", 0, id), GATE_ENOTFOUND);
	assert_int_equal(
	    store_session_previous(tx, "alice", "su", 0, id), GATE_ENOTFOUND);
	assert_int_equal(
	    store_session_previous(tx, "alice", "portal", 2003, id),
	    GATE_ENOTFOUND);
	assert_int_equal(
	    store_session_previous(tx, "alice", "portal", 2001, id), 0);
	assert_string_equal(id, "b");
	assert_int_equal(get(tx, "b").handed, 1);
	assert_int_equal(get(tx, "c").handed, 0);
	assert_int_equal(
	    store_session_previous(tx, "alice", "portal", 2001, id), 0);
	assert_string_equal(id, "c");
	assert_int_equal(
	    store_session_previous(tx, "alice", "portal", 2001, id),
	    GATE_ENOTFOUND);
	return 0;
}

/* --- processes that outlive their sessions --- */

static int
join_ids(const char *id, void *data)
{
	strcat(data, id);
	return 0;
}

static void
check_holders(struct store_tx *tx, const char *ids)
{
	char all[64] = "";

	assert_int_equal(store_session_holders(tx, join_ids, all), 0);
	assert_string_equal(all, ids);
}

IN_WRITE(test_who_is_to_be_hung_up)
{
	struct store_session other = session_of("e");

	add(tx, "a");
	add(tx, "b");
	add(tx, "c");
	add(tx, "d");
	other.pid = other.pid_started = 0;
	assert_int_equal(store_session_add(tx, &other), 0);
	check_holders(tx, "");
	end(tx, "a", "closed", 2000);
	end(tx, "b", "max_age", 2001);
	end(tx, "c", "gone", 2002);
	end(tx, "d", "idle", 2003);
	end(tx, "e", "idle", 2004);
	check_holders(tx, "bd");
	assert_int_equal(store_session_let_go(tx, "b"), 0);
	check_holders(tx, "d");
	assert_int_equal(get(tx, "b").pid, 4711);
	assert_int_equal(get(tx, "b").pid_started, 0);
	assert_int_equal(get(tx, "a").pid_started, 99);
	add(tx, "f");
	assert_int_equal(store_session_let_go(tx, "f"), 0);
	assert_int_equal(store_session_let_go(tx, "g"), 0);
	assert_int_equal(store_session_let_all_go(tx), 0);
	check_holders(tx, "");
	assert_int_equal(get(tx, "f").pid_started, 99);
	end(tx, "f", "user", 2005);
	check_holders(tx, "f");
	return 0;
}

/* --- what the bits of classes stand for --- */

static int
join_asks(int64_t number, const char *text, void *data)
{
	char *all = data;

	snprintf(
	    all + strlen(all), 64 - strlen(all), "%d:%s;", (int)number, text);
	return 0;
}

IN_WRITE(test_asks)
{
	static char large[STORE_ASKS_MAX + 1];
	char all[64] = "";
	int64_t number = 9;

	assert_int_equal(store_asks_put(tx, "", &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(store_asks_put(tx, "group:a\n", &number), 0);
	assert_int_equal(number, 1);
	assert_int_equal(store_asks_put(tx, "group:b\n", &number), 0);
	assert_int_equal(number, 2);
	assert_int_equal(store_asks_put(tx, "group:a\n", &number), 0);
	assert_int_equal(number, 1);
	assert_int_equal(store_asks_list(tx, join_asks, all), 0);
	assert_string_equal(all, "1:group:a\n;2:group:b\n;");
	memset(large, 'x', sizeof(large) - 1);
	assert_int_equal(store_asks_put(tx, large, &number), GATE_ETOOBIG);
	large[STORE_ASKS_MAX - 1] = '\0';
	assert_int_equal(store_asks_put(tx, large, &number), 0);
	assert_int_equal(number, 3);
	return 0;
}

/* --- holds --- */

static struct store_hold
hold_of(const char *session, const char *label)
{
	struct store_hold hold = {
		.holder = "pbx", .taken = 10, .until = 20, .end = 30
	};

	snprintf(hold.session, sizeof(hold.session), "%s", session);
	snprintf(hold.label, sizeof(hold.label), "%s", label);
	return hold;
}

static int
join_holds(const struct store_hold *hold, void *data)
{
	strcat(strcat(data, hold->session), hold->label);
	return 0;
}

static const char *
holds(struct store_tx *tx, const char *session, int64_t limit)
{
	static char all[64];

	all[0] = '\0';
	assert_int_equal(
	    store_hold_list(tx, session, limit, join_holds, all), 0);
	return all;
}

IN_WRITE(test_holds)
{
	struct store_hold in = hold_of("a", "1"), out;

	assert_int_equal(store_hold_put(tx, &in), GATE_ENOTFOUND);
	add(tx, "a");
	assert_int_equal(store_hold_put(tx, &in), 0);
	assert_int_equal(store_hold_get(tx, "a", "pbx", "1", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	in.until = 25;
	in.taken = 11;
	in.end = 31;
	assert_int_equal(store_hold_put(tx, &in), 0);
	assert_int_equal(store_hold_get(tx, "a", "pbx", "1", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(
	    store_hold_get(tx, "a", "other", "1", &out), GATE_ENOTFOUND);
	assert_int_equal(
	    store_hold_drop(tx, "a", "other", "1"), GATE_ENOTFOUND);
	assert_int_equal(store_hold_drop(tx, "a", "pbx", "1"), 0);
	assert_int_equal(store_hold_drop(tx, "a", "pbx", "1"), GATE_ENOTFOUND);
	in.label[0] = '\0';
	assert_int_equal(store_hold_put(tx, &in), GATE_EINVAL);
	memset(in.label, 'x', sizeof(in.label));
	assert_int_equal(store_hold_put(tx, &in), GATE_ETOOBIG);
	return 0;
}

IN_WRITE(test_holds_go_with_their_session)
{
	struct store_session session = session_of("b");
	struct store_hold hold;
	int64_t dropped;

	add(tx, "a");
	session.state = SESSION_SIGNED_IN;
	assert_int_equal(store_session_add(tx, &session), 0);
	hold = hold_of("a", "1");
	assert_int_equal(store_hold_put(tx, &hold), 0);
	hold = hold_of("a", "2");
	hold.end = 29;
	assert_int_equal(store_hold_put(tx, &hold), 0);
	hold = hold_of("a", "3");
	assert_int_equal(store_hold_put(tx, &hold), 0);
	hold = hold_of("b", "1");
	assert_int_equal(store_hold_put(tx, &hold), 0);
	assert_string_equal(holds(tx, NULL, 9), "a1a2a3b1");
	assert_string_equal(holds(tx, NULL, 2), "a1a2");
	assert_string_equal(holds(tx, "b", 9), "b1");
	assert_int_equal(store_hold_prune(tx, 29, 9, &dropped), 0);
	assert_int_equal(dropped, 0);
	assert_int_equal(store_hold_prune(tx, 30, 9, &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_string_equal(holds(tx, NULL, 9), "a1a3b1");
	assert_int_equal(store_hold_prune(tx, 99, -1, &dropped), GATE_EINVAL);
	assert_int_equal(store_hold_prune(tx, 99, 1, &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_int_equal(store_prune(tx, 0, 0, 1001, 9, &dropped), 0);
	assert_string_equal(holds(tx, NULL, 9), "a3");
	end(tx, "a", "closed", 2000);
	assert_string_equal(holds(tx, NULL, 9), "");
	return 0;
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_loaded),
		TEST(test_those_that_live_and_no_others),
		TEST(test_a_session_as_it_lives),
		TEST(test_activity_moves_forward_alone),
		TEST(test_an_end_knows_better),
		TEST(test_tokens),
		TEST(test_what_is_handed_over),
		TEST(test_who_is_to_be_hung_up),
		TEST(test_asks),
		TEST(test_holds),
		TEST(test_holds_go_with_their_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
