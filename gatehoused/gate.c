/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "gatehoused/holds.h"
#include "gatehoused/presence.h"
#include "gatehoused/shells.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/store_fallback.h"
#include "lib/store_live.h"
#include "session/steady.h"

/* How many rows one turn of housekeeping drops of each kind. */
#define PRUNE_ROWS 2000

/* And how many turns at once: logins come in between. */
#define PRUNE_TURNS 50

/* How often requests are counted, in ms; 100,000 of them take 10. */
#define COUNT_EVERY 1000

/*
 * How long a mark stays beyond its time: twice the largest [saml] clock_skew.
 * By one the clock may be set back and still be believed, by one an assertion
 * may be good for longer since its mark was made: the setting can change.
 */
#define PRUNE_SLACK (2 * CONFIG_CLOCK_SKEW_MOST)

struct gate {
	char *config_path;
	int lock_fd; /* held while the store is ours */
	struct store *store;
	struct seal_key *key;
	struct audit *audit;
	struct slots *slots;
	struct errands *errands;
	struct shells *shells;
	struct presence *presence;
	struct sweeper *sweeper;
	pthread_mutex_t policy_lock; /* over what follows */
	struct policy *policy;
	int64_t loaded;
	int reload_failed;
	int64_t started;
	pthread_mutex_t reload_lock; /* one reload at a time */
	pthread_mutex_t count_lock;  /* over what follows */
	int64_t requests;
	int64_t next_count; /* clock_mono_ms */
};

/* One daemon, one store: two would each keep a record of their own. */
static int
lock_store(struct gate *gate, const char *store_path)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s.lock", store_path) >=
	    sizeof(path))
		return GATE_ETOOBIG;
	gate->lock_fd = open(
	    path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
	if (gate->lock_fd < 0) {
		log_error("[store] path: %s cannot be made: %s; its folder "
			  "must be there, and belong to gatehoused's user",
		    path, strerror(errno));
		return GATE_EIO;
	}
	if (flock(gate->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		log_error(
		    "%s is held: another gatehoused runs on this store", path);
		return GATE_EEXISTS;
	}
	return 0;
}

static int
found(const char *user, void *data)
{
	(void)user;
	(void)data;
	return GATE_EEXISTS;
}

static int
any_sealed(struct store_tx *tx, void *data)
{
	return store_sealed_users(tx, "", 1, found, data);
}

/*
 * The master key. A new one is made only while nothing is sealed with another:
 * a key that is lost must be looked for, not replaced.
 */
static int
load_key(struct gate *gate, const char *path)
{
	char why[256] = "";
	int r;

	if (access(path, F_OK) != 0 && errno == ENOENT) {
		if (store_read(gate->store, any_sealed, NULL) != 0) {
			log_error("%s is missing, and the store holds seeds "
				  "that were sealed with it: put it back",
			    path);
			return GATE_ENOTFOUND;
		}
		r = seal_key_create(path);
		if (r != 0) {
			log_error("[store] master_key: %s cannot be made: %s; "
				  "its folder must be there, and belong to "
				  "gatehoused's user",
			    path,
			    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
			return r;
		}
		log_info("made a new master key, %s: keep a copy", path);
	}
	r = seal_key_load(&gate->key, path, why, sizeof(why));
	if (r != 0)
		log_error(
		    "%s: %s", path, why[0] != '\0' ? why : gate_strerror(r));
	return r;
}

static int
audit_opened(const char *to, int r)
{
	if (r != 0)
		log_error("[log] to = %s cannot be opened: %s", to,
		    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	return r;
}

static int
open_audit(struct gate *gate, const char *to)
{
	return audit_opened(to, audit_new(&gate->audit, to));
}

static int
reopen_audit(struct gate *gate, const char *to)
{
	return audit_opened(to, audit_reopen(gate->audit, to));
}

static int
open_store(struct gate *gate, const struct config *config)
{
	struct store_options options = { .engine = config->store_engine,
		.path = config->store_path };
	char why[512] = "";
	int r = lock_store(gate, config->store_path);

	if (r != 0)
		return r;
	r = store_open(&gate->store, &options, why, sizeof(why));
	if (r != 0)
		log_error("%s: %s", config->store_path,
		    why[0] != '\0' ? why : gate_strerror(r));
	return r;
}

static void
set_slots(struct gate *gate, const struct config *config)
{
	slots_set(gate->slots, (size_t)config->password_parallel,
	    (size_t)config->password_waiting);
}

static int
open_slots(struct gate *gate, const struct config *config)
{
	int r = slots_new(&gate->slots, (size_t)config->threads);

	if (r == 0)
		set_slots(gate, config);
	return r;
}

int
gate_new(struct gate **gate, const char *config_path)
{
	struct gate *g = calloc(1, sizeof(*g));
	int r = GATE_ENOMEM;

	if (g == NULL)
		return r;
	g->lock_fd = -1;
	pthread_mutex_init(&g->policy_lock, NULL);
	pthread_mutex_init(&g->reload_lock, NULL);
	pthread_mutex_init(&g->count_lock, NULL);
	g->config_path = strdup(config_path);
	if (g->config_path != NULL)
		r = policy_load(&g->policy, config_path);
	if (r == 0)
		r = open_audit(g, g->policy->config->log_to);
	if (r == 0)
		r = open_store(g, g->policy->config);
	if (r == 0)
		r = load_key(g, g->policy->config->master_key);
	if (r == 0)
		r = open_slots(g, g->policy->config);
	if (r == 0)
		r = errands_new(&g->errands);
	if (r == 0)
		r = shells_new(&g->shells);
	if (r == 0)
		r = presence_new(&g->presence, g);
	if (r == 0)
		r = presence_load(g->presence);
	if (r == 0)
		r = holds_load(g);
	g->started = g->loaded = clock_wall();
	if (r == 0)
		*gate = g;
	else
		gate_free(&g);
	return r;
}

void
gate_free(struct gate **gate)
{
	struct gate *g = *gate;

	if (g == NULL)
		return;
	errands_free(&g->errands); /* which use all of the others */
	presence_free(&g->presence);
	shells_free(&g->shells);
	policy_unref(&g->policy);
	audit_free(&g->audit);
	slots_free(&g->slots);
	seal_key_free(&g->key);
	store_free(&g->store);
	if (g->lock_fd >= 0)
		close(g->lock_fd);
	pthread_mutex_destroy(&g->policy_lock);
	pthread_mutex_destroy(&g->reload_lock);
	pthread_mutex_destroy(&g->count_lock);
	free(g->config_path);
	free(g);
	*gate = NULL;
}

struct policy *
gate_policy(struct gate *gate)
{
	struct policy *policy;

	pthread_mutex_lock(&gate->policy_lock);
	policy = policy_ref(gate->policy);
	pthread_mutex_unlock(&gate->policy_lock);
	return policy;
}

/* What only a restart can change is said, not silently left as it was. */
static void
warn_of_fixed(const struct config *old, const struct config *new)
{
	if (strcmp(old->socket, new->socket) != 0 ||
	    strcmp(old->run_as, new->run_as) != 0 ||
	    strcmp(old->store_engine, new->store_engine) != 0 ||
	    strcmp(old->store_path, new->store_path) != 0 ||
	    strcmp(old->master_key, new->master_key) != 0 ||
	    old->threads != new->threads ||
	    old->connections != new->connections)
		log_warn("a new socket, run_as, threads or connections of "
			 "[gate], and all of [store], take effect at the next "
			 "start");
}

/* The new one is in force, and yet not for all: who asked for it must know. */
static int
follow(struct gate *gate, struct policy *fresh)
{
	int r = presence_follow(gate->presence, fresh);

	if (r == 0)
		return 0;
	log_error("sessions keep their limits until the configuration is read "
		  "again: %s",
	    gate_strerror(r));
	pthread_mutex_lock(&gate->policy_lock);
	gate->reload_failed = 1;
	pthread_mutex_unlock(&gate->policy_lock);
	return r;
}

int
gate_reload(struct gate *gate)
{
	struct policy *fresh = NULL, *old;
	int r;

	pthread_mutex_lock(&gate->reload_lock);
	r = policy_load(&fresh, gate->config_path);
	if (r == 0)
		r = reopen_audit(gate, fresh->config->log_to);
	pthread_mutex_lock(&gate->policy_lock);
	old = gate->policy;
	gate->reload_failed = r != 0;
	if (r == 0) {
		warn_of_fixed(old->config, fresh->config);
		set_slots(gate, fresh->config);
		gate->policy = fresh;
		gate->loaded = clock_wall();
	}
	pthread_mutex_unlock(&gate->policy_lock);
	if (r == 0) {
		policy_unref(&old);
		r = follow(gate, fresh);
		log_info("%s was read anew", gate->config_path);
	} else {
		policy_unref(&fresh);
		log_error("the configuration in force is kept");
	}
	pthread_mutex_unlock(&gate->reload_lock);
	return r;
}

struct store *
gate_store(struct gate *gate)
{
	return gate->store;
}

struct audit *
gate_audit(struct gate *gate)
{
	return gate->audit;
}

struct seal_key *
gate_key(struct gate *gate)
{
	return gate->key;
}

struct slots *
gate_slots(struct gate *gate)
{
	return gate->slots;
}

struct errands *
gate_errands(struct gate *gate)
{
	return gate->errands;
}

struct presence *
gate_presence(struct gate *gate)
{
	return gate->presence;
}

struct shells *
gate_shells(struct gate *gate)
{
	return gate->shells;
}

struct sweeper *
gate_sweeper(struct gate *gate)
{
	return __atomic_load_n(&gate->sweeper, __ATOMIC_ACQUIRE);
}

void
gate_set_sweeper(struct gate *gate, struct sweeper *sweeper)
{
	__atomic_store_n(&gate->sweeper, sweeper, __ATOMIC_RELEASE);
}

static int
count_rows(struct store_tx *tx, void *count)
{
	return store_request_count(tx, count);
}

int
gate_count_request(struct gate *gate, int64_t *count)
{
	int64_t now = clock_mono_ms();
	int r = 0;

	pthread_mutex_lock(&gate->count_lock);
	if (now >= gate->next_count) {
		r = store_read(gate->store, count_rows, &gate->requests);
		gate->next_count = r == 0 ? now + COUNT_EVERY : now;
	}
	*count = gate->requests++;
	pthread_mutex_unlock(&gate->count_lock);
	return r;
}

struct housework {
	int64_t now;
	int64_t steady; /* milliseconds */
	int64_t ended_before;
	int64_t dropped; /* in one turn */
	int64_t total;
};

/* Tries, codes by mail and holds are reckoned by a clock of their own. */
static int
prune_fallback(struct store_tx *tx, struct housework *work)
{
	int64_t steady, tries = 0, codes = 0, holds = 0, others = 0;
	int r = steady_now(tx, &steady);

	if (r == 0)
		r = store_tries_prune(
		    tx, steady, STORE_TRIES_MOST, PRUNE_ROWS, &tries);
	if (r == 0)
		r = store_mail_prune(tx, steady, PRUNE_ROWS, &codes);
	if (r == 0)
		r = store_hold_prune(tx, work->steady, PRUNE_ROWS, &holds);
	if (r == 0)
		r = store_fallback_prune(
		    tx, work->now, work->ended_before, PRUNE_ROWS, &others);
	work->dropped += tries + codes + holds + others;
	return r;
}

/*
 * What was dropped because it is past its time must not come back into it:
 * with the rows that go, the mark of wall_clock.h rises.
 */
static int
prune(struct store_tx *tx, void *data)
{
	struct housework *work = data;
	int r;

	r = store_prune(tx, work->now, PRUNE_SLACK, work->ended_before,
	    PRUNE_ROWS, &work->dropped);
	if (r == 0)
		r = prune_fallback(tx, work);
	work->total += work->dropped;
	if (r == 0 && work->dropped > 0)
		r = store_clock_raise(tx, work->now);
	return r;
}

void
gate_keep_house(struct gate *gate)
{
	struct policy *policy = gate_policy(gate);
	struct housework work = { .now = clock_wall(),
		.steady = presence_now(gate->presence) };
	int turns = 0;
	int r;

	work.ended_before = work.now - policy->config->keep;
	policy_unref(&policy);
	/* as many rows as one turn takes: there may be more */
	do
		r = store_write(gate->store, prune, &work);
	while (r == 0 && work.dropped >= PRUNE_ROWS && ++turns < PRUNE_TURNS);
	if (r != 0)
		log_warn("tidying the store: %s", gate_strerror(r));
	else if (work.total > 0)
		log_debug("%lld rows past their time", (long long)work.total);
}

void
gate_status(struct gate *gate, struct gate_status *status)
{
	pthread_mutex_lock(&gate->policy_lock);
	status->started = gate->started;
	status->loaded = gate->loaded;
	status->reload_failed = gate->reload_failed;
	pthread_mutex_unlock(&gate->policy_lock);
}
