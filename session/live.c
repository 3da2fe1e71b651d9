/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/live.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "session/live_record.h"

static uint64_t
hash_id(const struct live *live, const char *id)
{
	return siphash(live->key, id, strlen(id));
}

static uint64_t
hash_token(const struct live *live, const uint8_t *token)
{
	return siphash(live->key, token, LIVE_HASH_SIZE);
}

static int
init(struct live *live, int64_t now)
{
	int r;

	slab_init(&live->slab, sizeof(struct record));
	live->of_user =
	    (struct list_of){ &live->slab, offsetof(struct record, of_user) };
	live->of_dirty =
	    (struct list_of){ &live->slab, offsetof(struct record, in_dirty) };
	live->dirty = LIST_EMPTY;
	wheel_init(&live->wheel, &live->slab, offsetof(struct record, in_wheel),
	    now / 1000);
	r = secret_random(live->key, sizeof(live->key));
	if (r == 0)
		r = buckets_init(&live->ids);
	if (r == 0)
		r = buckets_init(&live->tokens);
	if (r == 0)
		r = names_init(&live->users);
	if (r == 0)
		r = names_init(&live->services);
	if (r == 0)
		r = holds_new(&live->holds);
	return r;
}

int
live_new(struct live **live, int64_t now, int64_t warn)
{
	int r;

	if ((*live = calloc(1, sizeof(**live))) == NULL)
		return GATE_ENOMEM;
	(*live)->warn = warn;
	pthread_mutex_init(&(*live)->lock, NULL);
	if ((r = init(*live, now)) != 0)
		live_free(live);
	return r;
}

void
live_free(struct live **live)
{
	if (*live == NULL)
		return;
	holds_free(&(*live)->holds);
	names_clear(&(*live)->services);
	names_clear(&(*live)->users);
	buckets_clear(&(*live)->tokens);
	buckets_clear(&(*live)->ids);
	slab_clear(&(*live)->slab);
	pthread_mutex_destroy(&(*live)->lock);
	free(*live);
	*live = NULL;
}

/* --- one record --- */

static uint32_t
find_id(const struct live *live, const char *id, uint64_t hash)
{
	uint32_t i = buckets_first(&live->ids, hash);

	while (i != SLAB_NONE && strcmp(record_at(live, i)->id, id) != 0)
		i = buckets_next(&live->ids, i);
	return i;
}

static uint32_t
find_token(const struct live *live, const uint8_t *token, uint64_t hash)
{
	uint32_t i = buckets_first(&live->tokens, hash);

	while (i != SLAB_NONE &&
	    memcmp(record_at(live, i)->token, token, LIVE_HASH_SIZE) != 0)
		i = buckets_next(&live->tokens, i);
	return i;
}

uint32_t
record_find(const struct live *live, const struct live_key *key)
{
	return key->id != NULL
	    ? find_id(live, key->id, hash_id(live, key->id))
	    : find_token(live, key->token, hash_token(live, key->token));
}

int64_t
record_age_end(const struct record *record)
{
	return idle_absolute_end(
	    record->start, record->limits.max_age, record->not_after);
}

/* A hold that runs will have kept it active until it runs out. */
static int64_t
idle_end(const struct record *record)
{
	int64_t end = record->activity;

	if (record->held > end)
		end = record->held;
	if (record->limits.idle <= 0 ||
	    __builtin_add_overflow(end, record->limits.idle, &end))
		end = LIVE_NEVER;
	return end;
}

int64_t
record_end(const struct record *record)
{
	int64_t idle = idle_end(record), age = record_age_end(record);

	return idle < age ? idle : age;
}

enum live_state
record_state(const struct record *record, int64_t now)
{
	int64_t idle = idle_end(record), age = record_age_end(record);

	if (now < idle && now < age)
		return LIVE_GOES_ON;
	return idle < age ? LIVE_IDLE : LIVE_MAX_AGE;
}

int64_t
record_active(const struct record *record, int64_t now)
{
	int64_t held = record->held < now ? record->held : now;

	return held > record->activity ? held : record->activity;
}

int64_t
record_warn_at(const struct live *live, const struct record *record)
{
	int64_t end = record_end(record), before = live->warn;

	if (record->limits.idle > 0 && before > record->limits.idle / 2)
		before = record->limits.idle / 2;
	return end == LIVE_NEVER ? end : end - before;
}

void
record_schedule(struct live *live, uint32_t i)
{
	const struct record *record = record_at(live, i);
	int64_t at = record->retry;

	if (at == 0 && (record->warned || live->warn <= 0))
		at = record_end(record);
	else if (at == 0)
		at = record_warn_at(live, record);
	/* rounded up: what the wheel gives at a second has come by then */
	wheel_put(&live->wheel, i,
	    at == LIVE_NEVER ? WHEEL_NEVER : at / 1000 + (at % 1000 != 0));
}

void
live_set_warn(struct live *live, int64_t warn)
{
	pthread_mutex_lock(&live->lock);
	live->warn = warn;
	pthread_mutex_unlock(&live->lock);
}

int64_t
live_step(int64_t idle)
{
	return idle <= 0 || idle / 10 > LIVE_STEP_MOST ? LIVE_STEP_MOST
						       : idle / 10;
}

void
record_moved(struct live *live, uint32_t i, int64_t now)
{
	struct record *record = record_at(live, i);

	if (record->warned && record_warn_at(live, record) > now) {
		record->warned = 0;
		record_schedule(live, i);
	}
	if (record->dirty ||
	    record_active(record, now) - record->written <
		live_step(record->limits.idle))
		return;
	record->dirty = 1;
	list_append(&live->of_dirty, &live->dirty, i);
}

void
record_limit(struct live *live, uint32_t i, int64_t now,
    const struct live_limits *limits)
{
	struct record *record = record_at(live, i);

	record->limits = *limits;
	if (record_warn_at(live, record) > now)
		record->warned = 0;
	record_schedule(live, i);
}

static int64_t
left(int64_t end, int64_t now)
{
	return end == LIVE_NEVER ? end : end > now ? end - now : 0;
}

/* What live_add took fits where it is copied to. */
static void
copy(char *to, const char *text)
{
	memcpy(to, text, strlen(text) + 1);
}

void
record_view(
    const struct live *live, uint32_t i, int64_t now, struct live_view *view)
{
	const struct record *record = record_at(live, i);

	memcpy(view->id, record->id, sizeof(view->id));
	copy(view->user, names_at(&live->users, record->user)->text);
	copy(view->service, names_at(&live->services, record->service)->text);
	view->state = record_state(record, now);
	view->start = record->start;
	view->activity = record_active(record, now);
	view->held = record->held > now;
	view->idle_left = view->held && record->limits.idle > 0
	    ? record->limits.idle
	    : left(idle_end(record), now);
	view->age_left = left(record_age_end(record), now);
	view->limits = record->limits;
}

/* --- in and out --- */

/* Where one who comes in is looked for, and put. */
struct hashes {
	uint64_t id;
	uint64_t user;
	uint64_t token;
};

static int
check(const struct live_session *session)
{
	if (session->id[0] == '\0' || session->user[0] == '\0')
		return GATE_EINVAL;
	if (strlen(session->id) >= STORE_SESSION_ID_MAX ||
	    strlen(session->user) >= STORE_USER_MAX ||
	    strlen(session->service) >= STORE_SERVICE_MAX)
		return GATE_ETOOBIG;
	return 0;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* How many of the user's sessions are not over; those beyond most need not be
 * counted. */
static uint32_t
count_of(const struct live *live, const char *user, int64_t now, uint32_t most)
{
	uint32_t name = names_find(&live->users, user);
	uint32_t i, count = 0;

	i = name != SLAB_NONE ? names_at(&live->users, name)->users.first
			      : SLAB_NONE;
	for (; i != SLAB_NONE && count < most;
	     i = record_at(live, i)->of_user.next)
		if (record_state(record_at(live, i), now) == LIVE_GOES_ON)
			count++;
	return count;
}

/* A record in which nothing is yet but what it has of others. */
static int
make(struct live *live, const struct live_session *s,
    const struct hashes *hashes, uint32_t *i)
{
	struct record *record;
	int r = slab_take(&live->slab, i);

	if (r != 0)
		return r;
	record = record_at(live, *i);
	r = buckets_reserve(&live->ids, *i);
	if (r == 0)
		r = buckets_reserve(&live->tokens, *i);
	if (r == 0)
		r = names_use(
		    &live->users, s->user, hashes->user, &record->user);
	if (r == 0) {
		r = names_use(&live->services, s->service,
		    names_hash(&live->services, s->service), &record->service);
		if (r != 0)
			names_unuse(&live->users, record->user);
	}
	if (r != 0)
		slab_give(&live->slab, *i);
	return r;
}

static void
put_in(struct live *live, uint32_t i, const struct live_session *s,
    const struct hashes *hashes, int64_t now)
{
	struct record *record = record_at(live, i);

	memcpy(record->id, s->id, strlen(s->id));
	record->start = least(s->start, now);
	record->activity = record->written = least(s->activity, now);
	record->not_after = s->not_after;
	record->limits = s->limits;
	record->holds = LIST_EMPTY;
	record->used = 1;
	buckets_add(&live->ids, i, hashes->id);
	if (s->token != NULL) {
		memcpy(record->token, s->token, LIVE_HASH_SIZE);
		record->has_token = 1;
		buckets_add(&live->tokens, i, hashes->token);
	}
	list_append(
	    &live->of_user, &names_at(&live->users, record->user)->users, i);
	record_schedule(live, i);
	live->count++;
}

/* The waits for memory of those who come in, which are most of their cost, all
 * at once. */
static void
fetch(const struct live *live, const struct live_session *sessions,
    struct hashes *hashes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		hashes[i].id = hash_id(live, sessions[i].id);
		buckets_fetch(&live->ids, hashes[i].id);
		hashes[i].user = names_hash(&live->users, sessions[i].user);
		buckets_fetch(&live->users.buckets, hashes[i].user);
		if (sessions[i].token == NULL)
			continue;
		hashes[i].token = hash_token(live, sessions[i].token);
		buckets_fetch(&live->tokens, hashes[i].token);
	}
	for (i = 0; i < count; i++) {
		buckets_fetch_chain(&live->ids, hashes[i].id);
		buckets_fetch_chain(&live->users.buckets, hashes[i].user);
		if (sessions[i].token != NULL)
			buckets_fetch_chain(&live->tokens, hashes[i].token);
	}
}

static int
add(struct live *live, const struct live_session *s,
    const struct hashes *hashes, int64_t now, uint32_t most)
{
	uint32_t i;
	int r;

	if ((r = check(s)) != 0)
		return r;
	if (find_id(live, s->id, hashes->id) != SLAB_NONE ||
	    (s->token != NULL &&
		find_token(live, s->token, hashes->token) != SLAB_NONE))
		return GATE_EEXISTS;
	if (s->limits.version < live->version)
		return GATE_ECONFIG;
	if (most > 0 && count_of(live, s->user, now, most) >= most)
		return GATE_EREFUSED;
	if ((r = make(live, s, hashes, &i)) == 0)
		put_in(live, i, s, hashes, now);
	return r;
}

static int
add_chunk(struct live *live, const struct live_session *sessions, size_t count,
    int64_t now, uint32_t most)
{
	struct hashes hashes[LIVE_ADD_CHUNK];
	size_t i;
	int r = 0;

	pthread_mutex_lock(&live->lock);
	fetch(live, sessions, hashes, count);
	for (i = 0; i < count && r == 0; i++)
		r = add(live, &sessions[i], &hashes[i], now, most);
	pthread_mutex_unlock(&live->lock);
	return r;
}

int
live_add(struct live *live, const struct live_session *session, int64_t now,
    uint32_t most)
{
	return add_chunk(live, session, 1, now, most);
}

int
live_add_all(struct live *live, const struct live_session *sessions,
    size_t count, int64_t now)
{
	size_t at, n;
	int r = 0;

	for (at = 0; at < count && r == 0; at += n) {
		n = count - at;
		n = n < LIVE_ADD_CHUNK ? n : LIVE_ADD_CHUNK;
		r = add_chunk(live, &sessions[at], n, now, 0);
	}
	return r;
}

static void
take_out(struct live *live, uint32_t i)
{
	struct record *record = record_at(live, i);

	hold_drop(live->holds, &record->holds);
	wheel_put(&live->wheel, i, WHEEL_NEVER);
	if (record->dirty)
		list_remove(&live->of_dirty, &live->dirty, i);
	list_remove(
	    &live->of_user, &names_at(&live->users, record->user)->users, i);
	if (record->has_token)
		buckets_remove(&live->tokens, i);
	buckets_remove(&live->ids, i);
	names_unuse(&live->users, record->user);
	names_unuse(&live->services, record->service);
	slab_give(&live->slab, i);
	live->count--;
}

int
live_remove(struct live *live, const struct live_key *key)
{
	uint32_t i;

	pthread_mutex_lock(&live->lock);
	if ((i = record_find(live, key)) != SLAB_NONE)
		take_out(live, i);
	pthread_mutex_unlock(&live->lock);
	return i != SLAB_NONE ? 0 : GATE_ENOTFOUND;
}

/* --- what is asked all the time --- */

int
live_get(struct live *live, const struct live_key *key, int64_t now,
    struct live_view *view)
{
	uint32_t i;

	pthread_mutex_lock(&live->lock);
	if ((i = record_find(live, key)) != SLAB_NONE)
		record_view(live, i, now, view);
	pthread_mutex_unlock(&live->lock);
	return i != SLAB_NONE ? 0 : GATE_ENOTFOUND;
}

int
live_check(struct live *live, const struct live_key *key, int64_t now,
    struct live_view *view)
{
	int r = live_get(live, key, now, view);

	return r == 0 && view->state != LIVE_GOES_ON ? GATE_EREFUSED : r;
}

int
live_touch(
    struct live *live, const struct live_key *key, int64_t now, int64_t when)
{
	struct record *record;
	uint32_t i;
	int r = 0;

	pthread_mutex_lock(&live->lock);
	if ((i = record_find(live, key)) == SLAB_NONE) {
		r = GATE_ENOTFOUND;
		goto out;
	}
	record = record_at(live, i);
	if (record_state(record, now) != LIVE_GOES_ON) {
		r = GATE_EREFUSED;
		goto out;
	}
	when = least(when, now);
	if (when > record->activity) {
		record->activity = when;
		record_moved(live, i, now);
	}
out:
	pthread_mutex_unlock(&live->lock);
	return r;
}

/* --- what changes --- */

int
live_token(
    struct live *live, const char *id, const uint8_t token[LIVE_HASH_SIZE])
{
	struct record *record;
	uint32_t i, other = SLAB_NONE;
	int r = 0;

	pthread_mutex_lock(&live->lock);
	i = record_find(live, LIVE_ID(id));
	if (token != NULL)
		other = record_find(live, LIVE_TOKEN(token));
	if (i == SLAB_NONE || (other != SLAB_NONE && other != i)) {
		r = i == SLAB_NONE ? GATE_ENOTFOUND : GATE_EEXISTS;
		goto out;
	}
	record = record_at(live, i);
	if (record->has_token)
		buckets_remove(&live->tokens, i);
	explicit_bzero(record->token, sizeof(record->token));
	record->has_token = token != NULL;
	if (token != NULL) {
		memcpy(record->token, token, sizeof(record->token));
		buckets_add(&live->tokens, i, hash_token(live, token));
	}
out:
	pthread_mutex_unlock(&live->lock);
	return r;
}

int
live_limit(struct live *live, const char *id, int64_t now,
    const struct live_limits *limits)
{
	uint32_t i;
	int r = 0;

	pthread_mutex_lock(&live->lock);
	if ((i = record_find(live, LIVE_ID(id))) == SLAB_NONE)
		r = GATE_ENOTFOUND;
	else if (record_state(record_at(live, i), now) != LIVE_GOES_ON)
		r = GATE_EREFUSED;
	else if (limits->version < live->version)
		r = GATE_ECONFIG;
	else
		record_limit(live, i, now, limits);
	pthread_mutex_unlock(&live->lock);
	return r;
}

uint32_t
live_count(struct live *live)
{
	uint32_t count;

	pthread_mutex_lock(&live->lock);
	count = live->count;
	pthread_mutex_unlock(&live->lock);
	return count;
}
