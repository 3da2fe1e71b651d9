/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/regard.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/presence.h"
#include "gatehoused/terms.h"
#include "lib/error.h"
#include "lib/log.h"

struct person {
	const char *id;
	char user[STORE_USER_MAX];
	char service[STORE_SERVICE_MAX];
	struct attributes attributes;
	int goes_on;
	int known; /* the class, by terms of this number of asks: */
	idle_class class;
	int64_t asks;
	int64_t idle;
};

struct regard {
	struct gate *gate;
	struct person *people;
	size_t count;
};

static int
read_person(struct store_tx *tx, struct person *person)
{
	struct store_session session;
	uint8_t *kept = NULL;
	size_t size;
	int r = store_session_get(tx, person->id, &session);

	if (r != 0 || session.state != SESSION_OPEN)
		return r == GATE_ENOTFOUND ? 0 : r;
	memcpy(person->user, session.user, sizeof(person->user));
	memcpy(person->service, session.service, sizeof(person->service));
	r = store_attributes_get(tx, person->id, &kept, &size);
	if (r == 0)
		r = attributes_decode(&person->attributes, kept, size);
	free(kept);
	person->goes_on = r == 0;
	return r;
}

static int
read_all(struct store_tx *tx, void *data)
{
	struct regard *regard = data;
	size_t i;
	int r = 0;

	for (i = 0; i < regard->count && r == 0; i++)
		r = read_person(tx, &regard->people[i]);
	return r;
}

/* By the terms in force, whichever come into force meanwhile. */
static int
look_at(struct gate *gate, struct person *person)
{
	struct presence *presence = gate_presence(gate);
	struct live_limits limits;
	struct terms *terms;
	int r;

	do {
		terms = presence_terms(presence);
		person->asks = terms->asks;
		r = terms_look(terms, person->user, person->service,
		    &person->attributes, &person->class);
		if (r == 0) {
			(void)terms_limits(terms,
			    &(const struct terms_case){ person->user,
				person->service, person->class, person->asks,
				0 },
			    &limits);
			person->idle = limits.idle;
			r = live_limit(presence_live(presence), person->id,
			    presence_now(presence), &limits);
		}
		terms_unref(&terms);
	} while (r == GATE_ECONFIG);
	person->known = r == 0;
	/* over, or closed meanwhile */
	return r == GATE_EREFUSED || r == GATE_ENOTFOUND ? 0 : r;
}

static int
commit_person(struct store_tx *tx, const struct person *person)
{
	struct store_session session;
	int r = store_session_get(tx, person->id, &session);

	if (r == 0 && session.state == SESSION_OPEN) {
		session.class = person->class;
		session.asks = person->asks;
		session.idle = person->idle;
		r = store_session_update(tx, &session);
	}
	return r == GATE_ENOTFOUND ? 0 : r;
}

static int
commit_all(struct store_tx *tx, void *data)
{
	struct regard *regard = data;
	size_t i;
	int r = 0;

	for (i = 0; i < regard->count && r == 0; i++)
		if (regard->people[i].known)
			r = commit_person(tx, &regard->people[i]);
	return r;
}

int
regard_again(
    struct gate *gate, const char (*ids)[STORE_SESSION_ID_MAX], size_t count)
{
	struct person *people = calloc(REGARD_MAX, sizeof(*people));
	struct regard regard = { gate, people, count };
	size_t i;
	int r = GATE_ENOMEM, first = 0;

	if (people == NULL || count > REGARD_MAX)
		goto out;
	for (i = 0; i < count; i++)
		people[i].id = ids[i];
	r = store_read(gate_store(gate), read_all, &regard);
	for (i = 0; i < count && r == 0; i++) {
		int error = people[i].goes_on ? look_at(gate, &people[i]) : 0;

		if (first == 0)
			first = error;
	}
	/* what is not on record is looked at again after a restart */
	if (r == 0)
		r = store_write(gate_store(gate), commit_all, &regard);
	for (i = 0; i < count; i++)
		attributes_clear(&people[i].attributes);
out:
	free(people);
	return r != 0 ? r : first;
}
