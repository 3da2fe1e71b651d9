/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "session/live.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define NOW    (1700000000 * SECOND)
#define IDLE   (15 * MINUTE)

static struct live *live;

static int
setup(void **state)
{
	(void)state;
	return live_new(&live, NOW, MINUTE);
}

static int
teardown(void **state)
{
	(void)state;
	live_free(&live);
	live_free(&live);
	return live != NULL;
}

/* anna's, with a limit of 15 minutes and no other. */
static struct live_session
session_of(const char *id)
{
	return (struct live_session){ .id = id,
		.user = "anna",
		.service = "sshd",
		.start = NOW,
		.activity = NOW,
		.limits = { .idle = IDLE } };
}

static int
add(const char *id)
{
	struct live_session session = session_of(id);

	return live_add(live, &session, NOW, 0);
}

static int
check(const char *id, int64_t now)
{
	struct live_view view;

	return live_check(live, LIVE_ID(id), now, &view);
}

static int
touch(const char *id, int64_t now, int64_t when)
{
	return live_touch(live, LIVE_ID(id), now, when);
}

static void
ends_at_its_limit(void **state)
{
	struct live_view view;

	(void)state;
	assert_int_equal(add("a"), 0);
	assert_int_equal(
	    live_check(live, LIVE_ID("a"), NOW + MINUTE, &view), 0);
	assert_string_equal(view.id, "a");
	assert_string_equal(view.user, "anna");
	assert_string_equal(view.service, "sshd");
	assert_int_equal(view.idle_left, 14 * MINUTE);
	assert_int_equal(view.age_left, LIVE_NEVER);
	assert_int_equal(check("a", NOW + IDLE - 1), 0);
	assert_int_equal(
	    live_check(live, LIVE_ID("a"), NOW + IDLE, &view), GATE_EREFUSED);
	assert_int_equal(view.state, LIVE_IDLE);
	assert_int_equal(view.idle_left, 0);
	assert_int_equal(view.activity, NOW);
	/* it is there to be looked at, and nothing brings it back */
	assert_int_equal(touch("a", NOW + IDLE, NOW + IDLE), GATE_EREFUSED);
	assert_int_equal(touch("a", NOW + IDLE, NOW + IDLE - 1), GATE_EREFUSED);
	assert_int_equal(live_get(live, LIVE_ID("a"), NOW + IDLE, &view), 0);
	assert_int_equal(view.state, LIVE_IDLE);
	assert_int_equal(check("b", NOW), GATE_ENOTFOUND);
}

static void
is_kept_by_activity_alone(void **state)
{
	(void)state;
	assert_int_equal(add("a"), 0);
	/* never back */
	assert_int_equal(touch("a", NOW + 10 * MINUTE, NOW + 9 * MINUTE), 0);
	assert_int_equal(touch("a", NOW + 10 * MINUTE, NOW + 5 * MINUTE), 0);
	assert_int_equal(check("a", NOW + 9 * MINUTE + IDLE - 1), 0);
	assert_int_equal(check("a", NOW + 9 * MINUTE + IDLE), GATE_EREFUSED);
	/* never ahead */
	assert_int_equal(touch("a", NOW + 10 * MINUTE, LIVE_NEVER), 0);
	assert_int_equal(check("a", NOW + 10 * MINUTE + IDLE - 1), 0);
	assert_int_equal(check("a", NOW + 10 * MINUTE + IDLE), GATE_EREFUSED);
	/* to check is not to touch */
	assert_int_equal(check("a", NOW + 24 * MINUTE), 0);
	assert_int_equal(check("a", NOW + 25 * MINUTE), GATE_EREFUSED);
}

static void
has_an_end_that_nothing_moves(void **state)
{
	struct live_session session = session_of("a");
	struct live_view view;
	int64_t now;

	(void)state;
	session.limits.max_age = 60 * MINUTE;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	session.id = "b";
	session.not_after = NOW + 30 * MINUTE;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	for (now = NOW; now < NOW + 30 * MINUTE; now += MINUTE) {
		assert_int_equal(touch("a", now, now), 0);
		assert_int_equal(touch("b", now, now), 0);
	}
	assert_int_equal(
	    live_check(live, LIVE_ID("b"), now, &view), GATE_EREFUSED);
	assert_int_equal(view.state, LIVE_MAX_AGE);
	for (; now < NOW + 60 * MINUTE; now += MINUTE)
		assert_int_equal(touch("a", now, now), 0);
	assert_int_equal(check("a", now - 1), 0);
	assert_int_equal(touch("a", now, now), GATE_EREFUSED);
}

static void
may_have_no_limit(void **state)
{
	struct live_session session = session_of("a");
	struct live_view view;

	(void)state;
	session.limits.idle = 0;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	assert_int_equal(
	    live_check(live, LIVE_ID("a"), LIVE_NEVER - 1, &view), 0);
	assert_int_equal(view.idle_left, LIVE_NEVER);
	assert_int_equal(live_soonest(live), LIVE_NEVER);
}

/* What the caller says of the future is not believed. */
static void
begins_now_at_the_latest(void **state)
{
	struct live_session session = session_of("a");

	(void)state;
	session.start = session.activity = NOW + 10 * MINUTE;
	session.limits.max_age = 5 * MINUTE;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	assert_int_equal(check("a", NOW + 5 * MINUTE), GATE_EREFUSED);
	session.id = "b";
	session.limits.max_age = 0;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	assert_int_equal(check("b", NOW + IDLE), GATE_EREFUSED);
}

static void
is_found_by_its_token(void **state)
{
	struct live_session session = session_of("a");
	uint8_t token[LIVE_HASH_SIZE] = { 1 }, other[LIVE_HASH_SIZE] = { 2 };
	struct live_view view;

	(void)state;
	session.token = token;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	assert_int_equal(add("b"), 0);
	assert_int_equal(live_check(live, LIVE_TOKEN(token), NOW, &view), 0);
	assert_string_equal(view.id, "a");
	assert_int_equal(
	    live_check(live, LIVE_TOKEN(other), NOW, &view), GATE_ENOTFOUND);
	/* an empty one is nobody's */
	memset(other, 0, sizeof(other));
	assert_int_equal(
	    live_check(live, LIVE_TOKEN(other), NOW, &view), GATE_ENOTFOUND);
	session.id = "c";
	assert_int_equal(live_add(live, &session, NOW, 0), GATE_EEXISTS);
	assert_int_equal(live_token(live, "b", token), GATE_EEXISTS);
	assert_int_equal(live_token(live, "c", token), GATE_ENOTFOUND);
	other[0] = 2;
	assert_int_equal(live_token(live, "a", other), 0);
	assert_int_equal(live_token(live, "a", other), 0);
	assert_int_equal(
	    live_check(live, LIVE_TOKEN(token), NOW, &view), GATE_ENOTFOUND);
	assert_int_equal(live_token(live, "b", token), 0);
	assert_int_equal(live_check(live, LIVE_TOKEN(token), NOW, &view), 0);
	assert_string_equal(view.id, "b");
	assert_int_equal(live_token(live, "b", NULL), 0);
	assert_int_equal(live_remove(live, LIVE_TOKEN(token)), GATE_ENOTFOUND);
	assert_int_equal(live_remove(live, LIVE_TOKEN(other)), 0);
	assert_int_equal(live_count(live), 1);
}

static void
refuses_what_it_cannot_keep(void **state)
{
	char text[STORE_USER_MAX + 1];
	struct live_session session = session_of("a");

	(void)state;
	memset(text, 'x', sizeof(text));
	text[STORE_USER_MAX] = '\0';
	session.user = text;
	assert_int_equal(live_add(live, &session, NOW, 0), GATE_ETOOBIG);
	session = session_of(text);
	assert_int_equal(live_add(live, &session, NOW, 0), GATE_ETOOBIG);
	session = session_of("a");
	session.service = text;
	assert_int_equal(live_add(live, &session, NOW, 0), GATE_ETOOBIG);
	session = session_of("");
	assert_int_equal(live_add(live, &session, NOW, 0), GATE_EINVAL);
	session = session_of("a");
	session.user = "";
	assert_int_equal(live_add(live, &session, NOW, 0), GATE_EINVAL);
	assert_int_equal(live_count(live), 0);
	assert_int_equal(add("a"), 0);
	assert_int_equal(add("a"), GATE_EEXISTS);
}

static void
limits_a_users_sessions(void **state)
{
	struct live_session session;
	struct live_view oldest;
	char id[16];
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		snprintf(id, sizeof(id), "s%c", '0' + i);
		session = session_of(id);
		session.start = NOW - 100 + (i == 1 ? -5 : i);
		assert_int_equal(live_add(live, &session, NOW, 3), 0);
	}
	session = session_of("more");
	assert_int_equal(live_add(live, &session, NOW, 3), GATE_EREFUSED);
	assert_int_equal(live_user(live, "anna", NOW, &oldest), 3);
	assert_string_equal(oldest.id, "s1");
	assert_int_equal(live_user(live, "bob", NOW, NULL), 0);
	session.user = "bob";
	assert_int_equal(live_add(live, &session, NOW, 1), 0);
	/* those that are over do not count */
	assert_int_equal(touch("s2", NOW + MINUTE, NOW + MINUTE), 0);
	assert_int_equal(live_user(live, "anna", NOW + IDLE, &oldest), 1);
	assert_string_equal(oldest.id, "s2");
	session = session_of("more again");
	assert_int_equal(live_add(live, &session, NOW + IDLE, 2), 0);
}

/* --- what is told --- */

struct heard {
	int warned, ended, refuse;
	struct live_view last;
};

static int
hear(enum live_event event, const struct live_view *view, void *data)
{
	struct heard *heard = data;

	*(event == LIVE_WARN ? &heard->warned : &heard->ended) += 1;
	heard->last = *view;
	/* the table may be called */
	assert_int_equal(
	    live_get(live, LIVE_ID(view->id), NOW, &heard->last), 0);
	heard->last = *view;
	return heard->refuse;
}

static struct live_sweep
expire(int64_t now, struct heard *heard)
{
	struct live_sweep sweep;

	live_expire(live, now, 1000, hear, heard, &sweep);
	return sweep;
}

static void
warns_and_ends(void **state)
{
	struct heard heard = { 0 };

	(void)state;
	assert_int_equal(add("a"), 0);
	assert_int_equal(live_soonest(live), NOW + IDLE - MINUTE);
	assert_int_equal(expire(NOW + IDLE - MINUTE - 1, &heard).looked, 0);
	assert_int_equal(expire(NOW + IDLE - MINUTE, &heard).next, NOW + IDLE);
	assert_int_equal(heard.warned, 1);
	assert_int_equal(heard.last.idle_left, MINUTE);
	assert_int_equal(expire(NOW + IDLE - 1, &heard).looked, 0);
	assert_int_equal(heard.warned, 1);
	/* there is a person: warned again, in his time */
	assert_int_equal(touch("a", NOW + IDLE - 1, NOW + IDLE - 1), 0);
	assert_int_equal(expire(NOW + 2 * IDLE - MINUTE - 1, &heard).ended, 0);
	assert_int_equal(heard.warned, 1);
	(void)expire(NOW + 2 * IDLE - MINUTE, &heard);
	assert_int_equal(heard.warned, 2);
	assert_int_equal(expire(NOW + 2 * IDLE, &heard).ended, 1);
	assert_int_equal(heard.ended, 1);
	assert_int_equal(heard.last.state, LIVE_IDLE);
	assert_int_equal(live_count(live), 0);
	assert_int_equal(expire(NOW + 9 * IDLE, &heard).next, LIVE_NEVER);
}

/* What cannot be put on record stays, refused, and is told of again. */
static void
tells_again(void **state)
{
	struct heard heard = { .refuse = 1 };

	(void)state;
	assert_int_equal(add("a"), 0);
	assert_int_equal(expire(NOW + IDLE, &heard).ended, 0);
	assert_int_equal(heard.ended, 1);
	assert_int_equal(expire(NOW + IDLE + SECOND - 1, &heard).looked, 0);
	assert_int_equal(check("a", NOW + IDLE + 1), GATE_EREFUSED);
	assert_int_equal(
	    touch("a", NOW + IDLE + 1, NOW + IDLE + 1), GATE_EREFUSED);
	heard.refuse = 0;
	assert_int_equal(expire(NOW + IDLE + SECOND, &heard).ended, 1);
	assert_int_equal(heard.ended, 2);
	assert_int_equal(check("a", NOW + IDLE + 1), GATE_ENOTFOUND);
}

/* Where its screen was locked: but for its absolute end. */
static void
goes_on_again(void **state)
{
	struct live_session session = session_of("b");
	struct heard heard = { .refuse = 1 };
	int64_t again = NOW + IDLE + SECOND / 2;

	(void)state;
	session.limits.max_age = 2 * IDLE;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	assert_int_equal(live_again(live, "x", NOW), GATE_ENOTFOUND);
	assert_int_equal(live_again(live, "b", NOW), 0);
	assert_int_equal(check("b", NOW + IDLE), GATE_EREFUSED);
	(void)expire(NOW + IDLE, &heard);
	assert_int_equal(heard.ended, 1);
	assert_int_equal(live_again(live, "b", again), 0);
	/* idle again after as long, and warned before; not told of again */
	assert_int_equal(check("b", again + IDLE - SECOND), 0);
	(void)expire(again + IDLE - 2 * MINUTE, &heard);
	assert_int_equal(heard.ended, 1);
	assert_int_equal(heard.warned, 0);
	(void)expire(again + IDLE - SECOND, &heard);
	assert_int_equal(heard.warned, 1);
	assert_int_equal(check("b", NOW + 2 * IDLE), GATE_EREFUSED);
	assert_int_equal(live_again(live, "b", NOW + 2 * IDLE), GATE_EREFUSED);
	(void)expire(NOW + 2 * IDLE, &heard);
	assert_int_equal(heard.ended, 2);
}

static void
ends_some_at_a_time(void **state)
{
	struct heard heard = { 0 };
	struct live_sweep sweep;
	char id[16];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(id, sizeof(id), "%d", i);
		assert_int_equal(add(id), 0);
	}
	for (i = 100; i <= 1000; i += 100) {
		live_expire(live, NOW + IDLE, 100, hear, &heard, &sweep);
		assert_int_equal(sweep.looked, 100);
		assert_int_equal(sweep.ended, 100);
		assert_int_equal(heard.ended, i);
		assert_int_equal(sweep.next, NOW + IDLE);
	}
	live_expire(live, NOW + IDLE, 100, hear, &heard, &sweep);
	assert_int_equal(sweep.looked, 0);
	assert_int_equal(sweep.next, LIVE_NEVER);
}

/* --- holds --- */

static int
hold(const char *id, const char *label, int64_t now, int64_t *until)
{
	const struct hold_order order = { "pbx", label, MINUTE, 120 * MINUTE };

	return live_hold(live, LIVE_ID(id), &order, now, until);
}

static void
is_kept_by_a_hold(void **state)
{
	struct heard heard = { 0 };
	struct live_view view;
	struct hold all[HOLD_MAX];
	int64_t until, now;

	(void)state;
	assert_int_equal(add("a"), 0);
	for (now = NOW; now < NOW + 60 * MINUTE; now += 30 * SECOND) {
		assert_int_equal(hold("a", "call", now, &until), 0);
		assert_int_equal(until, now + MINUTE);
		(void)expire(now, &heard);
	}
	assert_int_equal(heard.warned + heard.ended, 0);
	assert_int_equal(live_holds(live, LIVE_ID("a"), all), 1);
	assert_int_equal(live_holds(live, LIVE_ID("b"), all), 0);
	assert_int_equal(live_get(live, LIVE_ID("a"), now, &view), 0);
	assert_true(view.held);
	assert_int_equal(view.activity, now);
	assert_int_equal(view.idle_left, IDLE);
	/* the holder dies: active until the lease ran out, and no longer */
	assert_int_equal(check("a", until + IDLE - 1), 0);
	assert_int_equal(
	    live_get(live, LIVE_ID("a"), until + MINUTE, &view), 0);
	assert_false(view.held);
	assert_int_equal(view.activity, until);
	assert_int_equal(check("a", until + IDLE), GATE_EREFUSED);
	assert_int_equal(
	    hold("a", "call", until + IDLE, &until), GATE_EREFUSED);
	(void)expire(until + IDLE, &heard);
	assert_int_equal(heard.ended, 1);
	assert_int_equal(heard.last.activity, until);
	assert_int_equal(live_holds(live, LIVE_ID("a"), all), 0);
}

static void
is_released(void **state)
{
	struct heard heard = { 0 };
	struct live_view view;
	struct hold was;
	int64_t until;

	(void)state;
	assert_int_equal(add("a"), 0);
	assert_int_equal(hold("a", "one", NOW + MINUTE, &until), 0);
	assert_int_equal(hold("a", "two", NOW + MINUTE + 5, &until), 0);
	assert_int_equal(live_release(live, LIVE_ID("a"), "pbx", "two",
			     NOW + MINUTE + 10, &was),
	    0);
	assert_string_equal(was.label, "two");
	/* the other one runs */
	assert_int_equal(
	    live_get(live, LIVE_ID("a"), NOW + MINUTE + 20, &view), 0);
	assert_true(view.held);
	assert_int_equal(live_release(live, LIVE_ID("a"), "pbx", "one",
			     NOW + MINUTE + 30, NULL),
	    0);
	assert_int_equal(
	    live_get(live, LIVE_ID("a"), NOW + 2 * MINUTE, &view), 0);
	assert_false(view.held);
	assert_int_equal(view.activity, NOW + MINUTE + 30);
	assert_int_equal(
	    live_release(live, LIVE_ID("a"), "pbx", "one", NOW, NULL),
	    GATE_ENOTFOUND);
	/* and the end has come nearer with it */
	(void)expire(NOW + MINUTE + IDLE + SECOND, &heard);
	assert_int_equal(heard.ended, 1);
}

static void
is_not_held_beyond_its_end(void **state)
{
	struct live_session session = session_of("a");
	int64_t until;

	(void)state;
	session.limits.max_age = 10 * MINUTE;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	assert_int_equal(
	    hold("a", "call", NOW + 10 * MINUTE - SECOND, &until), 0);
	assert_int_equal(until, NOW + 10 * MINUTE);
	assert_int_equal(check("a", NOW + 10 * MINUTE), GATE_EREFUSED);
	assert_int_equal(
	    hold("a", "call", NOW + 10 * MINUTE, &until), GATE_EREFUSED);
	assert_int_equal(live_release(live, LIVE_ID("a"), "pbx", "call",
			     NOW + 10 * MINUTE, NULL),
	    GATE_EREFUSED);
	assert_int_equal(live_release(live, LIVE_ID("a"), "pbx", "call",
			     NOW + 10 * MINUTE, NULL),
	    GATE_ENOTFOUND);
}

/* --- write-behind --- */

static void
writes_what_is_worth_it(void **state)
{
	struct live_activity activities[4];
	struct live_session session = session_of("b");

	(void)state;
	session.limits.idle = 100 * SECOND;
	assert_int_equal(add("a"), 0);
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	assert_int_equal(live_step(IDLE), 60 * SECOND);
	assert_int_equal(live_step(0), 60 * SECOND);
	assert_int_equal(live_step(100 * SECOND), 10 * SECOND);
	assert_int_equal(touch("a", NOW + 59999, NOW + 59999), 0);
	assert_int_equal(touch("b", NOW + 9999, NOW + 9999), 0);
	assert_int_equal(live_dirty(live, NOW + 60000, activities, 4), 0);
	assert_int_equal(touch("a", NOW + 60000, NOW + 60000), 0);
	assert_int_equal(touch("b", NOW + 60000, NOW + 10000), 0);
	assert_int_equal(touch("a", NOW + 60001, NOW + 60001), 0);
	assert_int_equal(live_dirty(live, NOW + 60001, activities, 1), 1);
	assert_string_equal(activities[0].id, "a");
	assert_int_equal(activities[0].activity, NOW + 60001);
	assert_int_equal(activities[0].written, NOW);
	/* it failed: it comes again, behind the others */
	live_dirty_back(live, activities, 1);
	assert_int_equal(live_dirty(live, NOW + 60001, activities, 4), 2);
	assert_string_equal(activities[0].id, "b");
	assert_int_equal(activities[0].activity, NOW + 10000);
	assert_string_equal(activities[1].id, "a");
	assert_int_equal(activities[1].written, NOW);
	assert_int_equal(live_dirty(live, NOW + 60001, activities, 4), 0);
	/* all that there is, before a stop */
	assert_int_equal(touch("a", NOW + 60002, NOW + 60002), 0);
	assert_int_equal(live_dirty(live, NOW + 60002, activities, 4), 0);
	live_dirty_all(live, NOW + 60002);
	assert_int_equal(live_dirty(live, NOW + 60002, activities, 4), 1);
	assert_int_equal(activities[0].activity, NOW + 60002);
	/* one that is gone is gone */
	assert_int_equal(touch("b", NOW + 60002, NOW + 60002), 0);
	assert_int_equal(live_remove(live, LIVE_ID("b")), 0);
	assert_int_equal(live_dirty(live, NOW + 60002, activities, 4), 0);
	live_dirty_back(live, activities, 1);
	assert_int_equal(live_dirty(live, NOW + 60002, activities, 4), 1);
}

/* While a hold runs it is not written how long it will run. */
static void
writes_no_more_than_the_truth(void **state)
{
	struct live_activity activity;
	int64_t until;

	(void)state;
	assert_int_equal(add("a"), 0);
	assert_int_equal(hold("a", "call", NOW + 2 * MINUTE, &until), 0);
	assert_int_equal(
	    live_dirty(live, NOW + 2 * MINUTE + 5, &activity, 1), 1);
	assert_int_equal(activity.activity, NOW + 2 * MINUTE + 5);
}

/* --- other limits --- */

static void
relimit(const char *id, const char *user, const char *service,
    struct live_limits *limits, void *data)
{
	(void)user;
	(void)service;
	if (id[0] == 'b')
		return;
	limits->idle = *(const int64_t *)data;
	limits->class = 77;
}

static void
follows_a_changed_limit(void **state)
{
	struct heard heard = { 0 };
	struct live_session session = session_of("c");
	struct live_view view;
	int64_t idle = 5 * MINUTE;

	(void)state;
	assert_int_equal(add("a"), 0);
	assert_int_equal(add("b"), 0);
	/* one that has had them */
	session.limits.version = 1;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	live_retime(live, NOW + MINUTE, 1, relimit, &idle);
	assert_int_equal(live_get(live, LIVE_ID("a"), NOW + MINUTE, &view), 0);
	assert_true(view.limits.class == 77 && view.limits.version == 1);
	assert_int_equal(view.idle_left, 4 * MINUTE);
	assert_int_equal(check("a", NOW + 5 * MINUTE), GATE_EREFUSED);
	assert_int_equal(check("b", NOW + 5 * MINUTE), 0);
	assert_int_equal(check("c", NOW + 5 * MINUTE), 0);
	/* shorter ones are looked at in time; and longer ones do not help who
	 * was over */
	idle = 60 * MINUTE;
	live_retime(live, NOW + 5 * MINUTE, 2, relimit, &idle);
	assert_int_equal(expire(NOW + 5 * MINUTE, &heard).ended, 1);
	assert_string_equal(heard.last.id, "a");
	assert_int_equal(check("c", NOW + 59 * MINUTE), 0);
	/* what was made of older settings does not come in any more */
	session.id = "d";
	assert_int_equal(live_add(live, &session, NOW, 0), GATE_ECONFIG);
	assert_int_equal(
	    live_limit(live, "c", NOW, &session.limits), GATE_ECONFIG);
	session.limits.version = 2;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	session.limits.idle = MINUTE;
	assert_int_equal(
	    live_limit(live, "x", NOW, &session.limits), GATE_ENOTFOUND);
	assert_int_equal(live_limit(live, "c", NOW, &session.limits), 0);
	assert_int_equal(check("c", NOW + MINUTE), GATE_EREFUSED);
	session.limits.idle = 0;
	assert_int_equal(live_limit(live, "c", NOW + MINUTE, &session.limits),
	    GATE_EREFUSED);
}

/* At a start: a hold that is on record is what keeps the session. */
static void
is_held_again_after_a_start(void **state)
{
	struct live_session session = session_of("a");
	struct hold hold = { "pbx", "call", NOW - 30 * MINUTE,
		NOW - 10 * MINUTE, NOW + MINUTE };
	struct live_view view;

	(void)state;
	session.start = session.activity = NOW - 30 * MINUTE;
	assert_int_equal(live_add(live, &session, NOW, 0), 0);
	assert_int_equal(check("a", NOW), GATE_EREFUSED);
	assert_int_equal(live_hold_put(live, "x", &hold, NOW), GATE_ENOTFOUND);
	/* it ran out 10 minutes ago: 5 are left */
	assert_int_equal(live_hold_put(live, "a", &hold, NOW), 0);
	assert_int_equal(live_hold_put(live, "a", &hold, NOW), GATE_EEXISTS);
	assert_int_equal(live_check(live, LIVE_ID("a"), NOW, &view), 0);
	assert_true(!view.held);
	assert_int_equal(view.activity, NOW - 10 * MINUTE);
	assert_int_equal(view.idle_left, 5 * MINUTE);
	/* another one runs */
	hold.label[0] = 'C';
	hold.until = NOW + MINUTE;
	assert_int_equal(live_hold_put(live, "a", &hold, NOW), 0);
	assert_int_equal(live_check(live, LIVE_ID("a"), NOW, &view), 0);
	assert_true(view.held);
	assert_int_equal(check("a", NOW + 16 * MINUTE - 1), 0);
	assert_int_equal(check("a", NOW + 16 * MINUTE), GATE_EREFUSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ends_at_its_limit),
		TEST(is_kept_by_activity_alone),
		TEST(has_an_end_that_nothing_moves),
		TEST(may_have_no_limit),
		TEST(begins_now_at_the_latest),
		TEST(is_found_by_its_token),
		TEST(refuses_what_it_cannot_keep),
		TEST(limits_a_users_sessions),
		TEST(warns_and_ends),
		TEST(tells_again),
		TEST(goes_on_again),
		TEST(ends_some_at_a_time),
		TEST(is_kept_by_a_hold),
		TEST(is_released),
		TEST(is_not_held_beyond_its_end),
		TEST(is_held_again_after_a_start),
		TEST(writes_what_is_worth_it),
		TEST(writes_no_more_than_the_truth),
		TEST(follows_a_changed_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
