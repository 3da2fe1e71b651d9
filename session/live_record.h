/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_LIVE_RECORD_H
#define SESSION_LIVE_RECORD_H

#include <pthread.h>

#include "lib/siphash.h"
#include "session/buckets.h"
#include "session/live.h"
#include "session/names.h"
#include "session/wheel.h"

/*
 * What live.h's table is made of; for the files of live alone. All functions
 * here want the table to be locked.
 */
struct record {
	char id[STORE_SESSION_ID_MAX];
	uint8_t token[LIVE_HASH_SIZE];
	int64_t start;
	int64_t not_after;
	int64_t activity; /* the last one but for holds */
	int64_t held;    /* holds kept or keep it active until then; 0: never */
	int64_t written; /* the activity that is on record */
	int64_t retry;   /* it was told of its end: not again before; or 0 */
	struct live_limits limits;
	uint32_t user;    /* in users */
	uint32_t service; /* in services */
	struct list_link of_user;
	struct list_link in_dirty;
	struct wheel_link in_wheel;
	struct list holds;
	uint8_t used;
	uint8_t has_token;
	uint8_t dirty;  /* it is in the list of those */
	uint8_t warned; /* it was told that it will end */
};

struct live {
	pthread_mutex_t lock;
	int64_t warn;
	uint32_t version;
	uint32_t count;
	uint8_t key[SIPHASH_KEY_SIZE];
	struct slab slab; /* of struct record */
	struct buckets ids;
	struct buckets tokens;
	struct names users;
	struct names services;
	struct list_of of_user;
	struct list_of of_dirty;
	struct list dirty;
	struct holds *holds;
	struct wheel wheel;
};

static inline struct record *
record_at(const struct live *live, uint32_t i)
{
	return slab_at(&live->slab, i);
}

/* SLAB_NONE if there is none. */
uint32_t record_find(const struct live *live, const struct live_key *key);

/* Its absolute end; when it ends if nothing happens; LIVE_NEVER. */
int64_t record_age_end(const struct record *record);
int64_t record_end(const struct record *record);

/* How it stands. */
enum live_state record_state(const struct record *record, int64_t now);

/* Its last activity, as things are at now. */
int64_t record_active(const struct record *record, int64_t now);

/* When it is to be told of its end. */
int64_t record_warn_at(const struct live *live, const struct record *record);

/* Sees to it that live_expire looks at it in time: whenever its end may have
 * come nearer. */
void record_schedule(struct live *live, uint32_t i);

/* There was activity: for what was said and written of it. */
void record_moved(struct live *live, uint32_t i, int64_t now);

/* Gives it other limits. It is not over by those it has. */
void record_limit(struct live *live, uint32_t i, int64_t now,
    const struct live_limits *limits);

void record_view(
    const struct live *live, uint32_t i, int64_t now, struct live_view *view);

#endif
