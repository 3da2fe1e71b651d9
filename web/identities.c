/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/identities.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attributes.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "lib/siphash.h"

#define HEADS      (64u << 10)
#define LOCKS      64
#define GROUPS_MAX 1024

struct identities {
	uint8_t key[SIPHASH_KEY_SIZE];
	struct identity_entry *heads[HEADS];
	pthread_mutex_t locks[LOCKS]; /* each over every 64th head */
	unsigned count;
};

int
identities_new(struct identities **identities)
{
	struct identities *all = calloc(1, sizeof(*all));
	size_t i;

	if (all == NULL)
		return GATE_ENOMEM;
	if (secret_random(all->key, sizeof(all->key)) != 0) {
		free(all);
		return GATE_EIO;
	}
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_init(&all->locks[i], NULL);
	*identities = all;
	return 0;
}

void
identities_release(struct identity_entry **entry)
{
	struct identity_entry *e = *entry;

	*entry = NULL;
	if (e == NULL || __atomic_sub_fetch(&e->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	headers_clear(&e->headers);
	free(e);
}

/* Takes an entry out of its chain; its head is locked. */
static void
drop(struct identities *all, struct identity_entry **link)
{
	struct identity_entry *e = *link;

	*link = e->next;
	(void)__atomic_sub_fetch(&all->count, 1, __ATOMIC_RELAXED);
	identities_release(&e);
}

void
identities_free(struct identities **identities)
{
	struct identities *all = *identities;
	size_t i;

	if (all == NULL)
		return;
	for (i = 0; i < HEADS; i++)
		while (all->heads[i] != NULL)
			drop(all, &all->heads[i]);
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&all->locks[i]);
	free(all);
	*identities = NULL;
}

static size_t
head_of(const struct identities *all, const char *session)
{
	return siphash(all->key, session, strlen(session)) % HEADS;
}

/* The link to a session's entry, or to the end of its chain. */
static struct identity_entry **
find(struct identities *all, size_t head, const char *session)
{
	struct identity_entry **link = &all->heads[head];

	while (*link != NULL && strcmp((*link)->session, session) != 0)
		link = &(*link)->next;
	return link;
}

struct identity_entry *
identities_find(struct identities *identities, const char *session, int64_t now)
{
	size_t head = head_of(identities, session);
	pthread_mutex_t *lock = &identities->locks[head % LOCKS];
	struct identity_entry *e;

	pthread_mutex_lock(lock);
	e = *find(identities, head, session);
	if (e != NULL && e->until <= now)
		e = NULL;
	if (e != NULL)
		(void)__atomic_add_fetch(&e->refs, 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(lock);
	return e;
}

static void
keep(struct identities *all, struct identity_entry *e)
{
	size_t head = head_of(all, e->session);
	pthread_mutex_t *lock = &all->locks[head % LOCKS];
	struct identity_entry **link;

	pthread_mutex_lock(lock);
	link = find(all, head, e->session);
	if (*link != NULL)
		drop(all, link);
	if (__atomic_load_n(&all->count, __ATOMIC_RELAXED) < IDENTITIES_MAX) {
		e->next = all->heads[head];
		all->heads[head] = e;
		e->refs++;
		(void)__atomic_add_fetch(&all->count, 1, __ATOMIC_RELAXED);
	}
	pthread_mutex_unlock(lock);
}

void
identities_sweep(struct identities *identities, int64_t now)
{
	struct identity_entry **link;
	size_t i;

	for (i = 0; i < HEADS; i++) {
		pthread_mutex_t *lock = &identities->locks[i % LOCKS];

		pthread_mutex_lock(lock);
		link = &identities->heads[i];
		while (*link != NULL)
			if ((*link)->until <= now)
				drop(identities, link);
			else
				link = &(*link)->next;
		pthread_mutex_unlock(lock);
	}
}

/* --- the daemon's answer --- */

struct reading {
	struct identity identity;
	const char *groups[GROUPS_MAX];
	struct attributes attributes;
};

static int
read_lists(struct reading *reading, const struct wire_msg *answer)
{
	struct wire_field field;
	size_t cursor = 0;
	int r = 0;

	while (r == 0 && wire_next(answer, &cursor, &field)) {
		if (field.tag == TAG_GROUP) {
			if (reading->identity.group_count == GROUPS_MAX)
				return GATE_ETOOBIG;
			reading->groups[reading->identity.group_count++] =
			    field.bytes;
		} else if (field.tag == TAG_ATTRIBUTE)
			r = attributes_add(&reading->attributes, field.bytes);
		else if (field.tag == TAG_VALUE)
			r = attributes_add_value(
			    &reading->attributes, field.bytes);
	}
	return r;
}

/* A token of theirs is given for no longer than half its time: a portal is to
 * have the other half. */
static int64_t
keep_until(const struct wire_msg *answer, int64_t now)
{
	int64_t expires = wire_num(answer, TAG_EXPIRES, 0), keep = 0;

	if (wire_str(answer, TAG_IDENTITY) == NULL || expires == 0)
		return now + IDENTITIES_KEEP;
	keep = (expires - clock_wall()) * 1000 / 2;
	if (keep > IDENTITIES_KEEP)
		keep = IDENTITIES_KEEP;
	return now + (keep > 0 ? keep : 0);
}

static int
fill(struct identity_entry *e, struct reading *reading,
    const struct wire_msg *answer)
{
	const char *address = wire_str(answer, TAG_ADDRESS);
	int r = read_lists(reading, answer);

	reading->identity.user = wire_str(answer, TAG_USER);
	reading->identity.session = wire_str(answer, TAG_SESSION);
	reading->identity.method = wire_str(answer, TAG_METHOD);
	reading->identity.previous = wire_str(answer, TAG_PREVIOUS);
	reading->identity.token = wire_str(answer, TAG_IDENTITY);
	reading->identity.groups = reading->groups;
	reading->identity.attributes = &reading->attributes;
	if (r == 0 &&
	    (reading->identity.user == NULL ||
		reading->identity.session == NULL))
		r = GATE_EPROTO;
	if (r == 0)
		r = wire_copy(
		    answer, TAG_SESSION, e->session, sizeof(e->session));
	if (r == 0)
		r = headers_make(&e->headers, &reading->identity);
	e->has_address =
	    address != NULL && address_parse(address, &e->address) == 0;
	return r;
}

int
identities_learn(struct identities *identities, const struct wire_msg *answer,
    int64_t now, struct identity_entry **entry)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct identity_entry *e = calloc(1, sizeof(*e));
	int r = GATE_ENOMEM;

	if (reading != NULL && e != NULL) {
		e->refs = 1;
		e->until = keep_until(answer, now);
		r = fill(e, reading, answer);
	}
	if (reading != NULL)
		attributes_clear(&reading->attributes);
	free(reading);
	if (r == 0) {
		keep(identities, e);
		*entry = e;
	} else
		free(e);
	return r;
}
