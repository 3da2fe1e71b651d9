/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/store.h"
#include "tests/unit/scratch_store.h"

/*
 * Most tests are a list of words said within one transaction: the body of a
 * change, and the test that has it run and committed.
 */
#define IN_WRITE(name)                                                         \
	static int name##_change(struct store_tx *tx, void *data);             \
	static void name(void **state)                                         \
	{                                                                      \
		(void)state;                                                   \
		assert_int_equal(store_write(store, name##_change, NULL), 0);  \
	}                                                                      \
	static int name##_change(                                              \
	    struct store_tx *tx, __attribute__((unused)) void *data)

/* --- replay marks --- */

IN_WRITE(test_replay)
{
	assert_int_equal(store_replay_claim(tx, "https://a", "_1", 100), 0);
	assert_int_equal(
	    store_replay_claim(tx, "https://a", "_1", 900), GATE_EEXISTS);
	assert_int_equal(store_replay_claim(tx, "https://a", "_2", 100), 0);
	/* Another IdP may choose the same ID, and texts do not run together. */
	assert_int_equal(store_replay_claim(tx, "https://b", "_1", 100), 0);
	assert_int_equal(store_replay_claim(tx, "https://a_", "1", 100), 0);
	assert_int_equal(store_replay_claim(tx, "", "_1", 100), GATE_EINVAL);
	assert_int_equal(
	    store_replay_claim(tx, "https://a", "", 100), GATE_EINVAL);
	return 0;
}

/* --- tickets --- */

static struct store_ticket
ticket_of(uint8_t first)
{
	struct store_ticket ticket = {
		.user = "alice",
		.issuer = "https://idp.example.org/",
		.name_id = "alice@example.org",
		.session_index = "_index",
		.name_id_format = "urn:format",
		.name_qualifier = "urn:qualifier",
		.sp_name_qualifier = "urn:sp-qualifier",
		.authn_context = "urn:context",
		.authn_instant = 1700000000,
		.service = "portal",
		.has_attributes = 1,
		.kept_names = "e3b0",
		.session_not_on_or_after = 5000000000,
		.expires = 1800000000,
	};

	memset(ticket.hash, 0xfe, sizeof(ticket.hash));
	ticket.hash[0] = first;
	ticket.hash[1] = 0;
	return ticket;
}

IN_WRITE(test_ticket)
{
	struct store_ticket in = ticket_of(1), other = ticket_of(2), out;

	assert_int_equal(store_ticket_put(tx, &in), 0);
	assert_int_equal(store_ticket_put(tx, &in), GATE_EEXISTS);
	memset(&out, 0xff, sizeof(out));
	assert_int_equal(store_ticket_peek(tx, in.hash, &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	memset(&out, 0xff, sizeof(out));
	assert_int_equal(store_ticket_take(tx, in.hash, &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(store_ticket_take(tx, in.hash, &out), GATE_ENOTFOUND);
	assert_int_equal(store_ticket_peek(tx, in.hash, &out), GATE_ENOTFOUND);
	assert_int_equal(
	    store_ticket_peek(tx, other.hash, &out), GATE_ENOTFOUND);
	memset(in.name_id, 'x', sizeof(in.name_id));
	assert_int_equal(store_ticket_put(tx, &in), GATE_ETOOBIG);
	in.name_id[sizeof(in.name_id) - 1] = '\0';
	assert_int_equal(store_ticket_put(tx, &in), 0);
	assert_int_equal(store_ticket_take(tx, in.hash, &out), 0);
	assert_string_equal(in.name_id, out.name_id);
	return 0;
}

/* --- sessions --- */

static struct store_session
session_of(const char *id, const char *user, int64_t signed_in)
{
	struct store_session session = {
		.service = "sshd",
		.address = "2001:db8::1",
		.tty = "ssh",
		.pid = 4711,
		.method = "sso",
		.issuer = "https://idp.example.org/",
		.name_id = "o'brien; -- \xc3\xa9",
		.session_index = "_index",
		.name_id_format = "urn:format",
		.name_qualifier = "urn:qualifier",
		.sp_name_qualifier = "urn:sp-qualifier",
		.authn_context = "urn:context",
		.authn_instant = 1700000000,
		.pid_started = 99,
		.signed_in = signed_in,
		.not_after = 5000000000,
	};

	snprintf(session.id, sizeof(session.id), "%s", id);
	snprintf(session.user, sizeof(session.user), "%s", user);
	return session;
}

/* Fills up with NULs, so that records can be compared as a whole. */
#define SET(member, text) strncpy(member, text, sizeof(member))

IN_WRITE(test_session)
{
	struct store_session in = session_of("one", "alice", 1000), out;

	assert_int_equal(store_session_add(tx, &in), 0);
	assert_int_equal(store_session_add(tx, &in), GATE_EEXISTS);
	memset(&out, 0xff, sizeof(out));
	assert_int_equal(store_session_get(tx, "one", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(store_session_get(tx, "two", &out), GATE_ENOTFOUND);

	in.state = SESSION_ENDED;
	in.pid = 1;
	in.pid_started = 2;
	in.opened = 1001;
	in.ended = 1002;
	SET(in.tty, "pts/3");
	SET(in.address, "192.0.2.1");
	SET(in.method, "password+otp");
	SET(in.end_reason, "closed");
	assert_int_equal(store_session_update(tx, &in), 0);
	assert_int_equal(store_session_get(tx, "one", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));

	snprintf(in.id, sizeof(in.id), "two");
	assert_int_equal(store_session_update(tx, &in), GATE_ENOTFOUND);
	memset(in.tty, 'x', sizeof(in.tty));
	assert_int_equal(store_session_update(tx, &in), GATE_ETOOBIG);
	assert_int_equal(store_session_add(tx, &in), GATE_ETOOBIG);
	in = session_of("", "alice", 1000);
	assert_int_equal(store_session_add(tx, &in), GATE_EINVAL);
	return 0;
}

struct ids {
	char text[64];
	int stop_after;
};

static int
collect_session(const struct store_session *session, void *data)
{
	struct ids *ids = data;

	strncat(
	    ids->text, session->id, sizeof(ids->text) - strlen(ids->text) - 1);
	return --ids->stop_after == 0 ? 42 : 0;
}

static const char *
listed(struct store_tx *tx, const char *user, int all, int64_t limit)
{
	static struct ids ids;

	ids = (struct ids){ 0 };
	assert_int_equal(
	    store_session_list(tx, user, all, limit, collect_session, &ids), 0);
	return ids.text;
}

/* a and d are alice's, b and c bob's; c and d have ended. */
static void
add_four(struct store_tx *tx)
{
	static const char *const users[] = { "alice", "bob", "bob", "alice" };
	struct store_session session;
	char id[2] = "a";
	int i;

	for (i = 0; i < 4; i++, id[0]++) {
		session = session_of(id, users[i], 1000 + i);
		session.state = i < 2 ? SESSION_OPEN : SESSION_ENDED;
		session.ended = i < 2 ? 0 : 2000 + i;
		assert_int_equal(store_session_add(tx, &session), 0);
	}
}

IN_WRITE(test_session_list)
{
	struct ids ids = { .stop_after = 2 };

	add_four(tx);
	assert_string_equal(listed(tx, NULL, 0, 99), "ba");
	assert_string_equal(listed(tx, NULL, 1, 99), "dcba");
	assert_string_equal(listed(tx, NULL, 7, 3), "dcb");
	assert_string_equal(listed(tx, "alice", 0, 99), "a");
	assert_string_equal(listed(tx, "alice", 1, 99), "da");
	assert_string_equal(listed(tx, "bob", 1, 1), "c");
	assert_string_equal(listed(tx, "nobody", 1, 99), "");
	assert_int_equal(
	    store_session_list(tx, NULL, 1, 99, collect_session, &ids), 42);
	assert_string_equal(ids.text, "dc");
	return 0;
}

/* --- users --- */

IN_WRITE(test_user)
{
	struct store_user in = { .name = "alice",
		.verifier = "$y$j9T$abc",
		.changed = 1000,
		.disabled = 1 },
			  out;

	assert_int_equal(store_user_add(tx, &in), 0);
	assert_int_equal(store_user_add(tx, &in), GATE_EEXISTS);
	memset(&out, 0xff, sizeof(out));
	assert_int_equal(store_user_get(tx, "alice", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(store_user_get(tx, "Alice", &out), GATE_ENOTFOUND);

	assert_int_equal(store_user_password(tx, "alice", "$y$new", 2000), 0);
	assert_int_equal(store_user_get(tx, "alice", &out), 0);
	assert_string_equal(out.verifier, "$y$new");
	assert_int_equal(out.changed, 2000);

	assert_int_equal(
	    store_user_password(tx, "bob", "x", 1), GATE_ENOTFOUND);
	assert_int_equal(store_user_remove(tx, "bob"), GATE_ENOTFOUND);
	assert_int_equal(store_user_remove(tx, "alice"), 0);
	assert_int_equal(store_user_get(tx, "alice", &out), GATE_ENOTFOUND);
	return 0;
}

static int
collect_user(const struct store_user *user, void *data)
{
	strcat(data, user->name);
	return 0;
}

IN_WRITE(test_user_list)
{
	struct store_user user = { .name = "b" };
	char names[16] = "";

	assert_int_equal(store_user_add(tx, &user), 0);
	user.name[0] = 'a';
	assert_int_equal(store_user_add(tx, &user), 0);
	assert_int_equal(store_user_list(tx, collect_user, names), 0);
	assert_string_equal(names, "ab");
	return 0;
}

/* --- the clock, and house-keeping --- */

IN_WRITE(test_clock)
{
	int64_t wall = -1;

	assert_int_equal(store_clock_get(tx, &wall), 0);
	assert_int_equal(wall, 0);
	assert_int_equal(store_clock_raise(tx, 5000000000), 0);
	assert_int_equal(store_clock_raise(tx, 4000000000), 0);
	assert_int_equal(store_clock_get(tx, &wall), 0);
	assert_int_equal(wall, 5000000000);
	assert_int_equal(store_clock_set(tx, 3000000000), 0);
	assert_int_equal(store_clock_get(tx, &wall), 0);
	assert_int_equal(wall, 3000000000);
	return 0;
}

static int64_t
pruned(struct store_tx *tx, int64_t now, int64_t ended_before, int64_t limit)
{
	int64_t dropped = -1;

	assert_int_equal(
	    store_prune(tx, now, 0, ended_before, limit, &dropped), 0);
	return dropped;
}

IN_WRITE(test_prune_times)
{
	struct store_ticket ticket = ticket_of(1), out;
	int64_t dropped;

	ticket.expires = 500;
	assert_int_equal(store_ticket_put(tx, &ticket), 0);
	assert_int_equal(store_replay_claim(tx, "i", "_1", 500), 0);
	assert_int_equal(pruned(tx, 500, 0, 9), 0);
	assert_int_equal(store_ticket_peek(tx, ticket.hash, &out), 0);
	assert_int_equal(store_replay_claim(tx, "i", "_1", 500), GATE_EEXISTS);
	assert_int_equal(pruned(tx, 501, 0, 9), 2);
	assert_int_equal(
	    store_ticket_peek(tx, ticket.hash, &out), GATE_ENOTFOUND);
	assert_int_equal(store_replay_claim(tx, "i", "_1", 500), 0);
	assert_int_equal(store_prune(tx, 0, 0, 0, -1, &dropped), GATE_EINVAL);
	return 0;
}

/* What guards against something stays longer than what only waits. */
IN_WRITE(test_prune_slack)
{
	struct store_ticket ticket = ticket_of(1);
	struct store_request request = { .id = "_q", .expires = 500 };
	int64_t dropped = -1;

	ticket.expires = 500;
	assert_int_equal(store_ticket_put(tx, &ticket), 0);
	assert_int_equal(store_replay_claim(tx, "i", "_1", 500), 0);
	assert_int_equal(store_logout_mark(tx, "i", "n", NULL, 400, 500), 0);
	assert_int_equal(store_request_add(tx, &request), 0);
	assert_int_equal(store_prune(tx, 499, 60, 0, 9, &dropped), 0);
	assert_int_equal(dropped, 0);
	assert_int_equal(store_prune(tx, 500, 60, 0, 9, &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_int_equal(
	    store_request_peek(tx, "_q", &request), GATE_ENOTFOUND);
	assert_int_equal(store_prune(tx, 560, 60, 0, 9, &dropped), 0);
	assert_int_equal(dropped, 0);
	assert_int_equal(store_logout_find(tx, "i", "n", "", 400), 0);
	assert_int_equal(store_prune(tx, 561, 60, 0, 9, &dropped), 0);
	assert_int_equal(dropped, 3);
	assert_int_equal(
	    store_logout_find(tx, "i", "n", "", 400), GATE_ENOTFOUND);
	return 0;
}

IN_WRITE(test_prune_sessions)
{
	struct store_session session = session_of("e", "carol", 1004);

	add_four(tx); /* c ended at 2002, d at 2003; a and b are open */
	assert_int_equal(store_session_add(tx, &session), 0);
	assert_int_equal(pruned(tx, 0, 1004, 9), 0);
	assert_int_equal(pruned(tx, 0, 1005, 9), 1);
	assert_string_equal(listed(tx, NULL, 1, 9), "dcba");
	assert_int_equal(pruned(tx, 0, 2003, 9), 1);
	assert_string_equal(listed(tx, NULL, 1, 9), "dba");
	assert_int_equal(pruned(tx, 0, 9999, 9), 1);
	assert_string_equal(listed(tx, NULL, 1, 9), "ba");
	return 0;
}

IN_WRITE(test_prune_limit)
{
	struct store_ticket ticket;
	char id[16];
	int i;

	for (i = 0; i < 10; i++) {
		ticket = ticket_of((uint8_t)i);
		assert_int_equal(store_ticket_put(tx, &ticket), 0);
		snprintf(id, sizeof(id), "_%d", i);
		assert_int_equal(store_replay_claim(tx, "i", id, 500 + i), 0);
	}
	assert_int_equal(pruned(tx, 5000000000, 0, 4), 8);
	assert_int_equal(pruned(tx, 5000000000, 0, 4), 8);
	assert_int_equal(pruned(tx, 5000000000, 0, 4), 4);
	assert_int_equal(pruned(tx, 5000000000, 0, 4), 0);
	return 0;
}

/* --- transactions --- */

static int
clock_change(struct store_tx *tx, void *data)
{
	assert_int_equal(store_clock_set(tx, 77), 0);
	return *(int *)data;
}

static int
clock_look(struct store_tx *tx, void *wall)
{
	return store_clock_get(tx, wall);
}

static void
test_refused_change_is_undone(void **state)
{
	int64_t wall = -1;
	int result = GATE_EREFUSED;

	(void)state;
	assert_int_equal(
	    store_write(store, clock_change, &result), GATE_EREFUSED);
	assert_int_equal(store_read(store, clock_look, &wall), 0);
	assert_int_equal(wall, 0);
	result = 0;
	assert_int_equal(store_write(store, clock_change, &result), 0);
	assert_int_equal(store_read(store, clock_look, &wall), 0);
	assert_int_equal(wall, 77);
}

static int
clock_vandal(struct store_tx *tx, void *data)
{
	(void)data;
	(void)store_clock_set(tx, 88);
	return 0;
}

static void
test_read_cannot_change(void **state)
{
	int64_t wall = -1;

	(void)state;
	assert_int_equal(store_read(store, clock_vandal, NULL), GATE_ESTORE);
	assert_int_equal(store_read(store, clock_look, &wall), 0);
	assert_int_equal(wall, 0);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_replay),
		TEST(test_ticket),
		TEST(test_session),
		TEST(test_session_list),
		TEST(test_user),
		TEST(test_user_list),
		TEST(test_clock),
		TEST(test_prune_times),
		TEST(test_prune_slack),
		TEST(test_prune_sessions),
		TEST(test_prune_limit),
		TEST(test_refused_change_is_undone),
		TEST(test_read_cannot_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
