/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/logind.h"
#include "gatehoused/shell.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/secret.h"

int
shells_new(struct shells **shells)
{
	struct shells *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL)
		return GATE_ENOMEM;
	pthread_mutex_init(&s->lock, NULL);
	slab_init(&s->slab, sizeof(struct shell));
	r = secret_random(s->key, sizeof(s->key));
	if (r == 0)
		r = buckets_init(&s->by_id);
	if (r == 0)
		r = buckets_init(&s->by_leader);
	if (r == 0)
		*shells = s;
	else
		shells_free(&s);
	return r;
}

void
shells_free(struct shells **shells)
{
	struct shells *s = *shells;
	uint32_t item;

	if (s == NULL)
		return;
	for (item = 0; item < s->slab.top; item++)
		if (shells_at(s, item) != NULL)
			free(shells_at(s, item)->terminals);
	slab_clear(&s->slab);
	buckets_clear(&s->by_id);
	buckets_clear(&s->by_leader);
	processes_clear(&s->processes);
	pthread_mutex_destroy(&s->lock);
	free(s);
	*shells = NULL;
}

/* --- the table --- */

static uint64_t
hash_id(const struct shells *shells, const char *id)
{
	return siphash(shells->key, id, strlen(id));
}

static uint64_t
hash_leader(const struct shells *shells, const struct leader *leader)
{
	return siphash(shells->key, leader, sizeof(*leader));
}

struct shell *
shells_at(struct shells *shells, uint32_t item)
{
	struct shell *shell = slab_at(&shells->slab, item);

	return shell->id[0] != '\0' ? shell : NULL;
}

struct shell *
shells_find(struct shells *shells, const char *id)
{
	uint32_t item = buckets_first(&shells->by_id, hash_id(shells, id));
	struct shell *shell;

	for (; item != SLAB_NONE; item = buckets_next(&shells->by_id, item)) {
		shell = slab_at(&shells->slab, item);
		if (strcmp(shell->id, id) == 0)
			return shell;
	}
	return NULL;
}

static struct shell *
of_leader(struct shells *shells, const struct leader *leader, uint32_t item)
{
	struct shell *shell;

	for (; item != SLAB_NONE;
	     item = buckets_next(&shells->by_leader, item)) {
		shell = slab_at(&shells->slab, item);
		if (leader_same(&shell->leader, leader))
			return shell;
	}
	return NULL;
}

struct shell *
shells_first(struct shells *shells, const struct leader *leader)
{
	return of_leader(shells, leader,
	    buckets_first(&shells->by_leader, hash_leader(shells, leader)));
}

struct shell *
shells_next(struct shells *shells, const struct shell *shell)
{
	return of_leader(shells, &shell->leader,
	    buckets_next(&shells->by_leader, shell->item));
}

static void
drop(struct shells *shells, struct shell *shell)
{
	buckets_remove(&shells->by_id, shell->item);
	buckets_remove(&shells->by_leader, shell->item);
	free(shell->terminals);
	slab_give(&shells->slab, shell->item);
	shells->count--;
}

static int
add(struct shells *shells, const struct store_session *session)
{
	struct shell *shell = shells_find(shells, session->id);
	uint32_t item;
	int r;

	if (shell != NULL)
		drop(shells, shell);
	r = slab_take(&shells->slab, &item);
	if (r != 0)
		return r;
	r = buckets_reserve(&shells->by_id, item);
	if (r == 0)
		r = buckets_reserve(&shells->by_leader, item);
	if (r != 0) {
		slab_give(&shells->slab, item);
		return r;
	}
	shell = slab_at(&shells->slab, item);
	shell->item = item;
	memcpy(shell->id, session->id, sizeof(shell->id));
	shell->leader.pid = session->pid;
	shell->leader.started = session->pid_started;
	shell->named = terminal_named(session->tty);
	buckets_add(&shells->by_id, item, hash_id(shells, shell->id));
	buckets_add(
	    &shells->by_leader, item, hash_leader(shells, &shell->leader));
	shells->count++;
	return 0;
}

int
shells_add(struct shells *shells, const struct store_session *session)
{
	int r;

	if (session->pid <= 0 || session->pid_started <= 0 ||
	    session->id[0] == '\0')
		return 0;
	pthread_mutex_lock(&shells->lock);
	r = add(shells, session);
	pthread_mutex_unlock(&shells->lock);
	return r;
}

void
shells_remove(struct shells *shells, const char *id)
{
	struct shell *shell;

	pthread_mutex_lock(&shells->lock);
	shell = shells_find(shells, id);
	if (shell != NULL)
		drop(shells, shell);
	pthread_mutex_unlock(&shells->lock);
}

int
shells_has(struct shells *shells, const char *id)
{
	int has;

	pthread_mutex_lock(&shells->lock);
	has = shells_find(shells, id) != NULL;
	pthread_mutex_unlock(&shells->lock);
	return has;
}

size_t
shells_share(struct shells *shells, const struct leader *leader)
{
	const struct shell *shell;
	size_t count = 0;

	pthread_mutex_lock(&shells->lock);
	for (shell = shells_first(shells, leader); shell != NULL;
	     shell = shells_next(shells, shell))
		count++;
	pthread_mutex_unlock(&shells->lock);
	return count;
}

/* --- what the person is told --- */

struct user_language {
	const char *user;
	char language[STORE_LANGUAGE_MAX];
};

static int
read_language(struct store_tx *tx, void *data)
{
	struct user_language *of = data;
	struct store_user user;
	int r = store_user_get(tx, of->user, &user);

	explicit_bzero(user.verifier, sizeof(user.verifier));
	if (r == 0)
		memcpy(of->language, user.language, sizeof(of->language));
	return r;
}

/* In the user's language, or the gate's. */
static void
say(struct gate *gate, const struct live_view *view, char *text, size_t size)
{
	struct policy *policy = gate_policy(gate);
	const struct catalogue *catalogue = policy->catalogue;
	struct user_language of = { .user = view->user };
	int is_idle = view->idle_left < view->age_left;
	int64_t left = is_idle ? view->idle_left : view->age_left;
	char seconds[24];
	const struct catalogue_field fields[] = { { "seconds", seconds },
		{ NULL, NULL } };
	const char *message = is_idle
	    ? "Your session will end in {seconds} seconds, unless you type "
	      "something."
	    : "Your session will end in {seconds} seconds.";

	if (store_read(gate_store(gate), read_language, &of) == 0 &&
	    of.language[0] != '\0')
		(void)languages_find(
		    policy->languages, of.language, &catalogue);
	snprintf(seconds, sizeof(seconds), "%lld", (long long)left / 1000);
	catalogue_fill(catalogue, message, fields, text, size);
	policy_unref(&policy);
}

/* Copies its terminals: how many there are. */
static uint32_t
terminals_of(struct shells *shells, const char *id,
    struct terminal terminals[SHELL_TERMINALS])
{
	const struct shell *shell;
	uint32_t i, count = 0;

	pthread_mutex_lock(&shells->lock);
	shell = shells_find(shells, id);
	if (shell != NULL)
		count = shell->count;
	for (i = 0; i < count; i++)
		terminals[i] = shell->terminals[i].terminal;
	pthread_mutex_unlock(&shells->lock);
	return count;
}

void
shells_warn(
    struct shells *shells, struct gate *gate, const struct live_view *view)
{
	struct terminal terminals[SHELL_TERMINALS];
	uint32_t i, count = terminals_of(shells, view->id, terminals);
	char text[256];
	int r;

	if (count == 0)
		return;
	say(gate, view, text, sizeof(text));
	for (i = 0; i < count; i++) {
		r = terminal_tell(&terminals[i], text);
		if (r == GATE_EIO)
			log_debug("session %s: its terminal takes no warning: "
				  "%s",
			    view->id, strerror(errno));
	}
}

int
shells_lock(
    struct shells *shells, struct gate *gate, const struct live_view *view)
{
	struct leader leader = { 0 };
	const struct shell *shell;
	struct logind logind;

	(void)gate;
	pthread_mutex_lock(&shells->lock);
	shell = shells_find(shells, view->id);
	if (shell != NULL)
		leader = shell->leader;
	pthread_mutex_unlock(&shells->lock);
	return leader.pid > 0 && logind_find(&leader, &logind) == 0 &&
	    logind_lock(&logind) == 0;
}
