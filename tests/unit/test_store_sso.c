/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/attributes.h"
#include "lib/error.h"
#include "lib/store.h"
#include "tests/unit/scratch_store.h"

/* What single sign-on keeps: requests, attributes, and who a name is. */
#define IDP "https://idp.example.org/"

/* Runs the body of a test within one transaction. */
#define IN_WRITE(name)                                                         \
	static int name##_change(struct store_tx *tx, void *data);             \
	static void name(void **state)                                         \
	{                                                                      \
		(void)state;                                                   \
		assert_int_equal(store_write(store, name##_change, NULL), 0);  \
	}                                                                      \
	static int name##_change(                                              \
	    struct store_tx *tx, __attribute__((unused)) void *data)

/* --- requests --- */

static struct store_request
request_of(const char *id, int64_t expires)
{
	struct store_request request = {
		.kind = REQUEST_LOGOUT,
		.idp = IDP,
		.service = "portal",
		.force_authn = 1,
		.created = 1700000000,
		.expires = expires,
		.data = "/deep?a=1&b=\xc3\xa9",
	};

	snprintf(request.id, sizeof(request.id), "%s", id);
	return request;
}

IN_WRITE(test_request)
{
	struct store_request in = request_of("_1", 1800000000), out;
	int64_t count = -1;

	assert_int_equal(store_request_count(tx, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_request_add(tx, &in), 0);
	assert_int_equal(store_request_add(tx, &in), GATE_EEXISTS);
	memset(&out, 0xff, sizeof(out));
	assert_int_equal(store_request_peek(tx, "_1", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(store_request_count(tx, &count), 0);
	assert_int_equal(count, 1);
	memset(&out, 0xff, sizeof(out));
	assert_int_equal(store_request_take(tx, "_1", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(store_request_take(tx, "_1", &out), GATE_ENOTFOUND);
	assert_int_equal(store_request_peek(tx, "_1", &out), GATE_ENOTFOUND);
	assert_int_equal(store_request_count(tx, &count), 0);
	assert_int_equal(count, 0);
	return 0;
}

IN_WRITE(test_request_bounds)
{
	struct store_request in = request_of("_1", 1800000000), out;

	memset(in.data, 'x', sizeof(in.data));
	assert_int_equal(store_request_add(tx, &in), GATE_ETOOBIG);
	in.data[sizeof(in.data) - 1] = '\0';
	assert_int_equal(store_request_add(tx, &in), 0);
	assert_int_equal(store_request_peek(tx, "_1", &out), 0);
	assert_string_equal(in.data, out.data);
	in = request_of("", 1800000000);
	assert_int_equal(store_request_add(tx, &in), GATE_EINVAL);
	return 0;
}

static int
unknown_kind(struct store_tx *tx, __attribute__((unused)) void *data)
{
	struct store_request in = request_of("_2", 1800000000), out;

	in.kind = (enum store_request_kind)2;
	assert_int_equal(store_request_add(tx, &in), 0);
	return store_request_peek(tx, "_2", &out);
}

static void
test_unknown_kind_is_not_believed(void **state)
{
	(void)state;
	assert_int_equal(store_write(store, unknown_kind, NULL), GATE_ESTORE);
}

static int64_t
pruned(struct store_tx *tx, int64_t now, int64_t ended_before, int64_t limit)
{
	int64_t dropped = -1;

	assert_int_equal(
	    store_prune(tx, now, 0, ended_before, limit, &dropped), 0);
	return dropped;
}

IN_WRITE(test_prune_requests)
{
	struct store_request request = request_of("_1", 500), out;

	assert_int_equal(store_request_add(tx, &request), 0);
	request = request_of("_2", 501);
	assert_int_equal(store_request_add(tx, &request), 0);
	assert_int_equal(pruned(tx, 499, 0, 9), 0);
	assert_int_equal(pruned(tx, 500, 0, 9), 1);
	assert_int_equal(store_request_peek(tx, "_1", &out), GATE_ENOTFOUND);
	assert_int_equal(store_request_peek(tx, "_2", &out), 0);
	return 0;
}

/* --- attributes --- */

static const uint8_t some[] = { 1, 0, 2, 0xff };

static void
assert_kept(struct store_tx *tx, const char *owner, int kept)
{
	uint8_t *bytes = NULL;
	size_t size = 99;

	assert_int_equal(store_attributes_get(tx, owner, &bytes, &size), 0);
	assert_int_equal(size, kept ? sizeof(some) : 0);
	assert_true((bytes != NULL) == kept);
	if (kept)
		assert_memory_equal(bytes, some, sizeof(some));
	free(bytes);
}

IN_WRITE(test_attributes)
{
	static uint8_t large[ATTRIBUTES_ENCODED_MAX + 1];

	assert_kept(tx, "a", 0);
	assert_int_equal(store_attributes_put(tx, "a", some, sizeof(some)), 0);
	assert_kept(tx, "a", 1);
	assert_int_equal(store_attributes_put(tx, "a", some, 1), GATE_EEXISTS);
	assert_int_equal(store_attributes_move(tx, "a", "b"), 0);
	assert_kept(tx, "a", 0);
	assert_kept(tx, "b", 1);
	assert_int_equal(store_attributes_move(tx, "a", "c"), 0);
	assert_kept(tx, "c", 0);
	assert_int_equal(store_attributes_drop(tx, "b"), 0);
	assert_kept(tx, "b", 0);
	assert_int_equal(store_attributes_put(tx, "n", NULL, 0), 0);
	assert_kept(tx, "n", 0);
	assert_int_equal(store_attributes_put(tx, "", some, 1), GATE_EINVAL);
	assert_int_equal(
	    store_attributes_put(tx, "l", large, sizeof(large)), GATE_ETOOBIG);
	assert_int_equal(
	    store_attributes_put(tx, "l", large, sizeof(large) - 1), 0);
	return 0;
}

/* --- who a name is --- */

/* A session of this id, not ended, and something kept with it. */
static void
add_session(struct store_tx *tx, const char *id, const char *issuer,
    const char *name_id, const char *index)
{
	struct store_session session = { .user = "alice",
		.signed_in = 1000 + id[0] };

	snprintf(session.id, sizeof(session.id), "%s", id);
	snprintf(session.issuer, sizeof(session.issuer), "%s", issuer);
	snprintf(session.name_id, sizeof(session.name_id), "%s", name_id);
	snprintf(
	    session.session_index, sizeof(session.session_index), "%s", index);
	assert_int_equal(store_session_add(tx, &session), 0);
	assert_int_equal(store_attributes_put(tx, id, some, sizeof(some)), 0);
}

static void
end_session(struct store_tx *tx, const char *id)
{
	struct store_session session;

	assert_int_equal(store_session_get(tx, id, &session), 0);
	session.state = SESSION_ENDED;
	session.ended = 5000;
	assert_int_equal(store_session_update(tx, &session), 0);
}

struct ids {
	char text[64];
	int stop_after;
};

static int
collect(const struct store_session *session, void *data)
{
	struct ids *ids = data;

	strncat(
	    ids->text, session->id, sizeof(ids->text) - strlen(ids->text) - 1);
	return --ids->stop_after == 0 ? 42 : 0;
}

static const char *
named(struct store_tx *tx, const char *issuer, const char *name_id,
    const char *index)
{
	static struct ids ids;

	ids = (struct ids){ 0 };
	assert_int_equal(
	    store_session_named(tx, issuer, name_id, index, collect, &ids), 0);
	return ids.text;
}

IN_WRITE(test_named_sessions)
{
	struct ids ids = { .stop_after = 1 };

	add_session(tx, "a", IDP, "alice", "_1");
	add_session(tx, "b", IDP, "alice", "_2");
	add_session(tx, "c", "https://other/", "alice", "_1");
	add_session(tx, "d", IDP, "bob", "_1");
	add_session(tx, "e", "", "", "");
	assert_string_equal(named(tx, IDP, "alice", NULL), "ba");
	assert_string_equal(named(tx, IDP, "alice", "_1"), "a");
	assert_string_equal(named(tx, IDP, "alice", ""), "");
	assert_string_equal(named(tx, IDP, "carol", NULL), "");
	/* Sessions without an IdP are no IdP's to end. */
	assert_string_equal(named(tx, "", "", NULL), "");
	end_session(tx, "b");
	assert_string_equal(named(tx, IDP, "alice", NULL), "a");
	assert_int_equal(
	    store_session_named(tx, IDP, "bob", NULL, collect, &ids), 42);
	return 0;
}

static void
add_ticket(
    struct store_tx *tx, uint8_t first, const char *name_id, const char *index)
{
	struct store_ticket ticket = { .hash = { first },
		.user = "alice",
		.issuer = IDP,
		.expires = 500 };
	char owner[STORE_OWNER_MAX];

	snprintf(ticket.name_id, sizeof(ticket.name_id), "%s", name_id);
	snprintf(
	    ticket.session_index, sizeof(ticket.session_index), "%s", index);
	assert_int_equal(store_ticket_put(tx, &ticket), 0);
	store_ticket_owner(ticket.hash, owner);
	assert_int_equal(
	    store_attributes_put(tx, owner, some, sizeof(some)), 0);
}

static int
has_ticket(struct store_tx *tx, uint8_t first)
{
	uint8_t hash[STORE_HASH_SIZE] = { first };
	struct store_ticket ticket;
	char owner[STORE_OWNER_MAX];
	int r = store_ticket_peek(tx, hash, &ticket);

	assert_true(r == 0 || r == GATE_ENOTFOUND);
	/* What is kept with it is there as long as it is. */
	store_ticket_owner(hash, owner);
	assert_kept(tx, owner, r == 0);
	return r == 0;
}

IN_WRITE(test_revoked_tickets)
{
	int64_t dropped = -1;

	add_ticket(tx, 1, "alice", "_1");
	add_ticket(tx, 2, "alice", "_2");
	add_ticket(tx, 3, "bob", "_1");
	assert_int_equal(
	    store_ticket_revoke(tx, "https://o/", "alice", NULL, &dropped), 0);
	assert_int_equal(dropped, 0);
	assert_int_equal(
	    store_ticket_revoke(tx, IDP, "alice", "_2", &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_true(has_ticket(tx, 1) && !has_ticket(tx, 2));
	add_ticket(tx, 2, "alice", "_2");
	assert_int_equal(
	    store_ticket_revoke(tx, IDP, "alice", NULL, &dropped), 0);
	assert_int_equal(dropped, 2);
	assert_true(!has_ticket(tx, 1) && !has_ticket(tx, 2));
	assert_true(has_ticket(tx, 3));
	return 0;
}

static int
is_out(struct store_tx *tx, const char *issuer, const char *name_id,
    const char *index, int64_t authn_instant)
{
	int r = store_logout_find(tx, issuer, name_id, index, authn_instant);

	assert_true(r == 0 || r == GATE_ENOTFOUND);
	return r == 0;
}

IN_WRITE(test_logout_of_one_index)
{
	assert_false(is_out(tx, IDP, "alice", "_1", 100));
	assert_int_equal(
	    store_logout_mark(tx, IDP, "alice", "_1", 100, 900), 0);
	assert_true(is_out(tx, IDP, "alice", "_1", 0));
	assert_true(is_out(tx, IDP, "alice", "_1", 100));
	assert_false(is_out(tx, IDP, "alice", "_1", 101));
	assert_false(is_out(tx, IDP, "alice", "_2", 100));
	assert_false(is_out(tx, IDP, "alice", "", 100));
	assert_false(is_out(tx, IDP, "bob", "_1", 100));
	assert_false(is_out(tx, "https://other/", "alice", "_1", 100));
	return 0;
}

IN_WRITE(test_logout_of_all)
{
	assert_int_equal(
	    store_logout_mark(tx, IDP, "alice", NULL, 100, 900), 0);
	assert_true(is_out(tx, IDP, "alice", "_1", 100));
	assert_true(is_out(tx, IDP, "alice", "", 100));
	assert_false(is_out(tx, IDP, "alice", "_1", 101));
	assert_false(is_out(tx, IDP, "bob", "", 100));
	/* the later of two */
	assert_int_equal(
	    store_logout_mark(tx, IDP, "alice", "_1", 200, 999), 0);
	assert_true(is_out(tx, IDP, "alice", "_1", 200));
	assert_false(is_out(tx, IDP, "alice", "_2", 200));
	return 0;
}

IN_WRITE(test_the_last_logout_counts)
{
	assert_int_equal(
	    store_logout_mark(tx, IDP, "alice", "_1", 100, 900), 0);
	assert_int_equal(
	    store_logout_mark(tx, IDP, "alice", "_1", 200, 1000), 0);
	assert_true(is_out(tx, IDP, "alice", "_1", 200));
	/* one that was long on its way takes nothing back */
	assert_int_equal(
	    store_logout_mark(tx, IDP, "alice", "_1", 150, 950), 0);
	assert_true(is_out(tx, IDP, "alice", "_1", 200));
	assert_int_equal(pruned(tx, 1000, 0, 9), 0);
	assert_true(is_out(tx, IDP, "alice", "_1", 200));
	assert_int_equal(pruned(tx, 1001, 0, 9), 1);
	assert_false(is_out(tx, IDP, "alice", "_1", 200));
	return 0;
}

IN_WRITE(test_attributes_go_with_their_owner)
{
	add_session(tx, "a", IDP, "alice", "_1");
	add_session(tx, "b", IDP, "alice", "_2");
	end_session(tx, "b");
	add_ticket(tx, 1, "alice", "_1");
	end_session(tx, "a");
	assert_int_equal(pruned(tx, 501, 1, 9), 1);
	assert_false(has_ticket(tx, 1));
	assert_kept(tx, "a", 1);
	assert_int_equal(pruned(tx, 501, 9999, 1), 1);
	assert_kept(tx, "a", 0);
	assert_kept(tx, "b", 1);
	return 0;
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_request),
		TEST(test_request_bounds),
		TEST(test_unknown_kind_is_not_believed),
		TEST(test_prune_requests),
		TEST(test_attributes),
		TEST(test_named_sessions),
		TEST(test_revoked_tickets),
		TEST(test_logout_of_one_index),
		TEST(test_logout_of_all),
		TEST(test_the_last_logout_counts),
		TEST(test_attributes_go_with_their_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
