/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ten thousand sessions through every rule, on a clock that is simulated: with
 * touches, holds, other limits, suspends and failures at random, against a
 * reference that keeps all that happened and looks at all of them each time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "session/live.h"

#define SESSIONS 10000
#define USERS    700
#define TICKS    1200
#define OPS      400
#define SEED     20261122

#define SECOND   INT64_C(1000)
#define MINUTE   (60 * SECOND)
#define HOUR     (60 * MINUTE)
#define BEGIN    (1700000000 * SECOND)

#define WARN     MINUTE
#define LEASE    MINUTE
#define MOST     (10 * MINUTE)
#define LABELS   20 /* more than fit, of one holder */

/* --- the reference --- */

struct ref_hold {
	int there;
	int64_t taken, until;
};

struct ref {
	int there;
	int user, service;
	uint64_t serial; /* what its id and its token are made of */
	int has_token;
	int64_t start, not_after;
	int64_t person; /* the last activity of a person */
	int64_t kept;   /* the last moment of holds that are no more */
	struct live_limits limits;
	struct ref_hold holds[LABELS];
	int had_holds;
	int64_t written; /* what is on record */
	int warned;
	int64_t told_at;  /* of its end, in vain; 0: not */
	int64_t moved_at; /* when its end was moved last */
};

static struct ref all[SESSIONS];
static struct live *live;
static int64_t now;
static uint64_t serials;
static uint32_t version;
static uint64_t told_ends, told_warnings, refusals, refused_holds;

static uint64_t random_state;

/* splitmix64 (Steele, Lea, Flood, 2014) */
static uint64_t
mixed(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t
any(uint64_t below)
{
	return mixed(random_state += 0x9e3779b97f4a7c15) % below;
}

/* The last activity, by all that is known at a time. */
static int64_t
ref_active(const struct ref *s, int64_t at)
{
	int64_t last = s->person > s->kept ? s->person : s->kept, until;
	int i;

	for (i = 0; i < LABELS && s->had_holds; i++) {
		if (!s->holds[i].there)
			continue;
		until = s->holds[i].until < at ? s->holds[i].until : at;
		last = until > last ? until : last;
	}
	return last;
}

static int
ref_runs(const struct ref *s, int64_t at)
{
	int i;

	for (i = 0; i < LABELS && s->had_holds; i++)
		if (s->holds[i].there && s->holds[i].until > at)
			return 1;
	return 0;
}

static int
ref_is_old(const struct ref *s, int64_t at)
{
	return (s->limits.max_age != 0 && at - s->start >= s->limits.max_age) ||
	    (s->not_after != 0 && at >= s->not_after);
}

static int
ref_is_over(const struct ref *s, int64_t at)
{
	return ref_is_old(s, at) ||
	    (s->limits.idle != 0 && at - ref_active(s, at) >= s->limits.idle);
}

/* When it will be over, if nobody does anything. */
static int64_t
ref_end(const struct ref *s)
{
	int64_t end = LIVE_NEVER, t;

	if (s->limits.idle != 0)
		end = ref_active(s, LIVE_NEVER) + s->limits.idle;
	t = s->start + s->limits.max_age;
	if (s->limits.max_age != 0 && t < end)
		end = t;
	if (s->not_after != 0 && s->not_after < end)
		end = s->not_after;
	return end;
}

static int64_t
ref_warn_at(const struct ref *s)
{
	int64_t end = ref_end(s), before = WARN;

	if (s->limits.idle != 0 && s->limits.idle / 2 < before)
		before = s->limits.idle / 2;
	return end == LIVE_NEVER ? end : end - before;
}

static void
ref_moved(struct ref *s)
{
	s->moved_at = now;
	if (ref_warn_at(s) > now)
		s->warned = 0;
}

/* --- names of things --- */

/* Begins with its place in all. */
static char *
id_of(const struct ref *s, char id[STORE_SESSION_ID_MAX])
{
	snprintf(id, STORE_SESSION_ID_MAX, "%05d-%016llx", (int)(s - all),
	    (unsigned long long)mixed(s->serial));
	return id;
}

static uint8_t *
token_of(const struct ref *s, uint8_t token[LIVE_HASH_SIZE])
{
	uint64_t words[LIVE_HASH_SIZE / 8];
	int i;

	for (i = 0; i < LIVE_HASH_SIZE / 8; i++)
		words[i] = mixed(s->serial + (uint64_t)i * 77);
	memcpy(token, words, sizeof(words));
	return token;
}

static char *
user_of(int user, char name[32])
{
	snprintf(name, 32, "user-%d", user);
	return name;
}

static char *
label_of(int label, char text[32])
{
	snprintf(text, 32, "call %d", label);
	return text;
}

static struct ref *
find(const char *id)
{
	struct ref *s = &all[atoi(id)];
	char own[STORE_SESSION_ID_MAX];

	assert_true(s->there);
	assert_string_equal(id_of(s, own), id);
	return s;
}

/* By id or by token, whatever it has. */
struct key {
	char id[STORE_SESSION_ID_MAX];
	uint8_t token[LIVE_HASH_SIZE];
	struct live_key key;
};

static const struct live_key *
key_of(const struct ref *s, struct key *key)
{
	key->key = (struct live_key){ id_of(s, key->id), NULL };
	if (s->has_token && any(2))
		key->key = (struct live_key){ NULL, token_of(s, key->token) };
	return &key->key;
}

/* --- what can happen --- */

/* Of what the settings of a version say, for whom. */
static void
limits_of(const char *user, const char *service, struct live_limits *limits)
{
	static const int64_t idles[] = { 0, 5 * SECOND, 2 * MINUTE, 5 * MINUTE,
		15 * MINUTE, 15 * MINUTE, HOUR, 30 * HOUR };
	static const int64_t ages[] = { 0, 0, 3 * MINUTE, HOUR, 12 * HOUR,
		24 * HOUR };
	uint64_t which = version * 31 + limits->class * 7;

	for (; *user != '\0'; user++)
		which = which * 131 + (unsigned char)*user;
	which = mixed(which + (unsigned char)service[0]);
	limits->idle = idles[which % 8];
	limits->max_age = ages[which / 8 % 6];
	limits->version = version;
}

static void
relimit(const char *id, const char *user, const char *service,
    struct live_limits *limits, void *data)
{
	const struct ref *s = find(id);

	(void)data;
	limits_of(user, service, limits);
	assert_true(limits->class == s->limits.class);
	assert_false(ref_is_over(s, now));
}

static void
ref_limits(struct ref *s)
{
	char user[32];

	limits_of(
	    user_of(s->user, user), s->service ? "sshd" : "web", &s->limits);
}

static void
op_add(struct ref *s)
{
	char id[STORE_SESSION_ID_MAX], user[32];
	uint8_t token[LIVE_HASH_SIZE];
	struct live_session session = { .service = "web" };

	memset(s, 0, sizeof(*s));
	s->there = 1;
	s->moved_at = now;
	s->serial = ++serials;
	s->user = (int)any(USERS);
	s->service = (int)any(2);
	s->has_token = any(3) > 0;
	/* some are read from the store, and may be over as they come */
	s->start = now - (any(4) == 0 ? (int64_t)any(20 * MINUTE) : 0);
	s->person = s->written = now - (int64_t)any(now - s->start + 1);
	s->not_after = any(10) == 0 ? now + (int64_t)any(2 * HOUR) : 0;
	s->limits.class = any(8);
	ref_limits(s);
	session.id = id_of(s, id);
	session.token = s->has_token ? token_of(s, token) : NULL;
	session.user = user_of(s->user, user);
	if (s->service)
		session.service = "sshd";
	session.start = s->start;
	session.activity = s->person;
	session.not_after = s->not_after;
	session.limits = s->limits;
	assert_int_equal(live_add(live, &session, now, 0), 0);
	assert_int_equal(live_add(live, &session, now, 0), GATE_EEXISTS);
}

static void
op_check(struct ref *s)
{
	struct live_view view;
	struct key key;
	char name[STORE_SESSION_ID_MAX];
	int over = ref_is_over(s, now);

	assert_int_equal(live_check(live, key_of(s, &key), now, &view),
	    over ? GATE_EREFUSED : 0);
	refusals += (uint64_t)over;
	assert_int_equal(over, view.state != LIVE_GOES_ON);
	if (!ref_is_old(s, now))
		assert_true(view.state != LIVE_MAX_AGE);
	assert_string_equal(view.id, id_of(s, name));
	assert_string_equal(view.user, user_of(s->user, name));
	assert_string_equal(view.service, s->service ? "sshd" : "web");
	assert_int_equal(view.start, s->start);
	assert_int_equal(view.activity, ref_active(s, now));
	assert_int_equal(view.held, ref_runs(s, now));
	assert_memory_equal(&view.limits, &s->limits, sizeof(view.limits));
	if (!over && s->limits.idle == 0)
		assert_int_equal(view.idle_left, LIVE_NEVER);
	else if (!over)
		assert_int_equal(
		    view.idle_left, ref_active(s, now) + s->limits.idle - now);
	if (!over && s->limits.max_age == 0 && s->not_after == 0)
		assert_int_equal(view.age_left, LIVE_NEVER);
	if (!over && view.age_left != LIVE_NEVER) {
		assert_false(ref_is_old(s, now + view.age_left - 1));
		assert_true(ref_is_old(s, now + view.age_left));
	}
}

static void
op_touch(struct ref *s)
{
	struct key key;
	int64_t when = now - (int64_t)any(20 * MINUTE);

	if (any(2))
		when = any(10) == 0 ? now + (int64_t)any(HOUR) : now;
	assert_int_equal(live_touch(live, key_of(s, &key), now, when),
	    ref_is_over(s, now) ? GATE_EREFUSED : 0);
	if (ref_is_over(s, now))
		return;
	if (when > now)
		when = now;
	if (when > s->person)
		s->person = when;
	ref_moved(s);
}

/* A hold that ran out is forgotten where the person was there since; and the
 * one that did first, for want of room. */
static struct ref_hold *
ref_place(struct ref *s, int label)
{
	struct ref_hold *hold, *oldest = NULL;
	int i, count = 0;

	for (i = 0; i < LABELS; i++) {
		hold = &s->holds[i];
		if (!hold->there)
			continue;
		if (hold->until <= now && s->person > hold->until)
			hold->there = 0;
		else if (hold->until <= now &&
		    (oldest == NULL || hold->until < oldest->until))
			oldest = hold;
		count += hold->there;
		if (hold->until <= now && hold->until > s->kept)
			s->kept = hold->until;
	}
	if (s->holds[label].there || count < HOLD_MAX)
		return &s->holds[label];
	if (oldest == NULL)
		return NULL;
	oldest->there = 0;
	return &s->holds[label];
}

static void
op_hold(struct ref *s)
{
	int label = (int)any(LABELS);
	char text[32];
	struct key key;
	const struct hold_order order = { "pbx", label_of(label, text), LEASE,
		MOST };
	struct ref_hold *hold;
	int64_t until = 0, expected;
	int r = live_hold(live, key_of(s, &key), &order, now, &until);

	if (ref_is_over(s, now)) {
		assert_int_equal(r, GATE_EREFUSED);
		return;
	}
	if ((hold = ref_place(s, label)) == NULL) {
		assert_int_equal(r, GATE_ETOOBIG);
		return;
	}
	s->had_holds = 1;
	if (!hold->there)
		*hold = (struct ref_hold){ .there = 1, .taken = now };
	if (now - hold->taken >= MOST) {
		assert_int_equal(r, GATE_EREFUSED);
		refused_holds++;
		return;
	}
	hold->until = now + LEASE;
	if (hold->until > hold->taken + MOST)
		hold->until = hold->taken + MOST;
	assert_int_equal(r, 0);
	expected = hold->until;
	if (s->limits.max_age != 0 && s->start + s->limits.max_age < expected)
		expected = s->start + s->limits.max_age;
	if (s->not_after != 0 && s->not_after < expected)
		expected = s->not_after;
	assert_int_equal(until, expected);
	ref_moved(s);
}

static void
op_release(struct ref *s)
{
	int label = (int)any(LABELS);
	struct ref_hold *hold = &s->holds[label];
	char text[32];
	struct key key;
	int over = ref_is_over(s, now);
	int r = live_release(
	    live, key_of(s, &key), "pbx", label_of(label, text), now, NULL);

	/* it may have been forgotten, or not yet, if it ran out */
	if (!hold->there) {
		assert_int_equal(r, GATE_ENOTFOUND);
		return;
	}
	assert_int_equal(r, over ? GATE_EREFUSED : 0);
	hold->there = 0;
	if (hold->until > now)
		hold->until = now;
	if (hold->until > s->kept)
		s->kept = hold->until;
	if (!over)
		ref_moved(s);
	/* nothing of it is looked at any more but that it is over */
	else if (any(2))
		assert_int_equal(
		    live_touch(live, key_of(s, &key), now, now), GATE_EREFUSED);
}

static void
op_remove(struct ref *s)
{
	struct live_view view;
	struct key key;

	key_of(s, &key);
	assert_int_equal(live_remove(live, &key.key), 0);
	assert_int_equal(live_get(live, &key.key, now, &view), GATE_ENOTFOUND);
	assert_int_equal(live_touch(live, &key.key, now, now), GATE_ENOTFOUND);
	s->there = 0;
}

static void
op_limit(struct ref *s)
{
	char id[STORE_SESSION_ID_MAX];
	struct live_limits limits = s->limits;

	limits.class = any(8);
	limits.idle = (int64_t)any(10 * MINUTE);
	assert_int_equal(live_limit(live, id_of(s, id), now, &limits),
	    ref_is_over(s, now)            ? GATE_EREFUSED
		: limits.version < version ? GATE_ECONFIG
					   : 0);
	if (ref_is_over(s, now) || limits.version < version)
		return;
	s->limits = limits;
	ref_moved(s);
}

static void
op_user(struct ref *s)
{
	struct live_view oldest, views[8];
	char user[32];
	uint32_t count = 0, listed = 0, place = 0, n;
	int64_t start = LIVE_NEVER;
	int i;

	for (i = 0; i < SESSIONS; i++) {
		if (!all[i].there || all[i].user != s->user)
			continue;
		listed++;
		if (ref_is_over(&all[i], now))
			continue;
		count++;
		if (all[i].start < start)
			start = all[i].start;
	}
	user_of(s->user, user);
	assert_int_equal(live_user(live, user, now, &oldest), count);
	if (count > 0)
		assert_int_equal(oldest.start, start);
	while ((n = (uint32_t)live_user_list(
		    live, user, now, views, 8, &place)) > 0)
		for (; n > 0; n--, listed--)
			assert_string_equal(views[n - 1].user, user);
	assert_int_equal(listed, 0);
}

static void
retime(void)
{
	int i;

	version++;
	live_retime(live, now, version, relimit, NULL);
	for (i = 0; i < SESSIONS; i++) {
		if (!all[i].there || ref_is_over(&all[i], now))
			continue;
		ref_limits(&all[i]);
		ref_moved(&all[i]);
	}
}

static void
op(struct ref *s)
{
	uint64_t what = any(1000);

	if (!s->there)
		op_add(s);
	else if (what < 400)
		op_touch(s);
	else if (what < 700)
		op_check(s);
	else if (what < 900)
		op_hold(s);
	else if (what < 970)
		op_release(s);
	else if (what < 980)
		op_remove(s);
	else if (what < 999)
		op_limit(s);
	else
		op_user(s);
}

/* --- what is told, and written --- */

static int
tell(enum live_event event, const struct live_view *view, void *data)
{
	struct ref *s = find(view->id);

	(void)data;
	assert_int_equal(view->activity, ref_active(s, now));
	if (event == LIVE_WARN) {
		assert_false(ref_is_over(s, now));
		assert_true(ref_warn_at(s) <= now);
		assert_false(s->warned);
		s->warned = 1;
		told_warnings++;
		return 0;
	}
	assert_true(ref_is_over(s, now));
	assert_true(s->told_at == 0 || now >= s->told_at + LIVE_RETRY);
	if (any(20) == 0) {
		s->told_at = now;
		return 1;
	}
	s->there = 0;
	told_ends++;
	return 0;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void
expire(void)
{
	struct live_sweep sweep;
	const struct ref *s;
	size_t max;
	int64_t end;
	int i;

	do {
		max = 1 + any(300);
		live_expire(live, now, max, tell, NULL, &sweep);
		assert_true(sweep.looked <= max);
	} while (sweep.next <= now);
	/* what has ended since is not waited for */
	assert_true(sweep.next <= live_soonest(live));
	for (i = 0; i < SESSIONS; i++) {
		s = &all[i];
		if (!s->there)
			continue;
		if (s->told_at != 0) {
			assert_true(now < s->told_at + LIVE_RETRY + SECOND);
			continue;
		}
		/* what has come a second ago was told */
		if ((end = ref_end(s)) == LIVE_NEVER)
			continue;
		assert_true(now < later(end, s->moved_at) + SECOND);
		assert_true(sweep.next <= later(end, s->moved_at) + SECOND);
		if (!s->warned && now < end)
			assert_true(
			    now < later(ref_warn_at(s), s->moved_at) + SECOND);
	}
}

static void
write_behind(size_t max)
{
	struct live_activity activities[64];
	struct ref *s;
	size_t i, count;
	int fails;

	while (max > 0 &&
	    (count = live_dirty(live, now, activities, max < 64 ? max : 64)) >
		0) {
		max -= count;
		fails = any(10) == 0;
		for (i = 0; i < count; i++) {
			s = find(activities[i].id);
			assert_int_equal(activities[i].written, s->written);
			assert_int_equal(
			    activities[i].activity, ref_active(s, now));
			if (!fails)
				s->written = activities[i].activity;
		}
		if (fails)
			live_dirty_back(live, activities, count);
	}
}

/* All is written but what is not worth it. */
static void
assert_written(int64_t behind)
{
	const struct ref *s;
	int i;

	for (i = 0; i < SESSIONS; i++) {
		s = &all[i];
		if (s->there)
			assert_true(ref_active(s, now) - s->written <= behind);
	}
}

static void
assert_all_listed(void)
{
	struct live_view views[100];
	uint32_t place = 0, count = 0, n;
	int i;

	for (i = 0; i < SESSIONS; i++)
		count += (uint32_t)all[i].there;
	assert_int_equal(live_count(live), count);
	while ((n = (uint32_t)live_list(live, now, views, 100, &place)) > 0)
		count -= n;
	assert_int_equal(count, 0);
}

static void
pass_time(int tick)
{
	now += (int64_t)any(tick % 3 == 0 ? 20 * SECOND : 2 * SECOND);
	if (tick % 300 == 299) /* asleep */
		now += (int64_t)any(30 * HOUR);
	else if (tick % 50 == 49)
		now += (int64_t)any(10 * MINUTE);
}

static void
simulate(uint64_t seed)
{
	int tick, i;

	print_message("seed %llu\n", (unsigned long long)seed);
	random_state = seed;
	now = BEGIN;
	version = 0;
	told_ends = told_warnings = refusals = refused_holds = 0;
	memset(all, 0, sizeof(all));
	assert_int_equal(live_new(&live, now, WARN), 0);
	for (i = 0; i < SESSIONS; i++)
		op_add(&all[i]);
	for (tick = 0; tick < TICKS; tick++) {
		for (i = 0; i < OPS; i++)
			op(&all[any(i % 2 ? SESSIONS : 100)]);
		if (tick % 100 == 42)
			retime();
		if (tick % 5 == 0 || any(10) == 0)
			expire();
		write_behind(100);
		pass_time(tick);
	}
	expire();
	write_behind(SIZE_MAX);
	/* a step, and a lease that ran out */
	assert_written(LIVE_STEP_MOST + LEASE);
	live_dirty_all(live, now);
	write_behind(SIZE_MAX);
	assert_written(0);
	assert_all_listed();
	print_message("ended %llu, warned %llu, refused %llu, holds refused "
		      "%llu\n",
	    (unsigned long long)told_ends, (unsigned long long)told_warnings,
	    (unsigned long long)refusals, (unsigned long long)refused_holds);
	/* it has seen something */
	assert_true(told_ends > SESSIONS && told_warnings > 1000);
	assert_true(refusals > 0 && refused_holds > 0);
	live_free(&live);
	assert_null(live);
}

static void
agrees_with_the_reference(void **state)
{
	(void)state;
	simulate(SEED);
}

static void
agrees_at_random(void **state)
{
	uint64_t seed;

	(void)state;
	assert_int_equal(secret_random(&seed, sizeof(seed)), 0);
	simulate(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_reference),
		cmocka_unit_test(agrees_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
