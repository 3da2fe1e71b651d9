/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "lib/siphash.h"

/* Rows of a few places: of those whose network falls into a row, the one that
 * has most left gives way. */
#define ROWS   4096
#define PLACES 8

#define MINUTE 60000

/* Full at "until" and before: each one taken moves it on by a share. */
struct place {
	uint64_t network;
	int64_t until; /* clock_mono_ms */
};

struct rate {
	pthread_mutex_t mutex;
	uint8_t key[SIPHASH_KEY_SIZE];
	int64_t share; /* ms that one takes to come back */
	struct place places[ROWS][PLACES];
};

int
rate_new(struct rate **rate, int64_t per_minute)
{
	struct rate *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return GATE_ENOMEM;
	if (secret_random(r->key, sizeof(r->key)) != 0) {
		free(r);
		return GATE_EIO;
	}
	pthread_mutex_init(&r->mutex, NULL);
	r->share =
	    per_minute > 0 && per_minute < MINUTE ? MINUTE / per_minute : 1;
	*rate = r;
	return 0;
}

void
rate_free(struct rate **rate)
{
	struct rate *r = *rate;

	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->mutex);
	free(r);
	*rate = NULL;
}

uint64_t
rate_network(const struct address *address)
{
	uint64_t network;

	/* the first half of an IPv4 address says nothing, and the second half
	 * is never that of a network of IPv6: it begins with 0000:ffff */
	memcpy(&network,
	    address->bytes + (address_is_v4(address) ? sizeof(network) : 0),
	    sizeof(network));
	return network;
}

static struct place *
find(struct rate *rate, uint64_t network)
{
	uint64_t hash = siphash(rate->key, &network, sizeof(network));
	struct place *row = rate->places[hash % ROWS], *least = row;
	size_t i;

	for (i = 0; i < PLACES; i++) {
		if (row[i].network == network)
			return &row[i];
		if (row[i].until < least->until)
			least = &row[i];
	}
	*least = (struct place){ .network = network };
	return least;
}

int
rate_take(struct rate *rate, const struct address *address, int64_t now)
{
	struct place *place;
	int r = 0;

	pthread_mutex_lock(&rate->mutex);
	place = find(rate, rate_network(address));
	if (place->until < now)
		place->until = now;
	if (place->until + rate->share > now + MINUTE)
		r = GATE_EREFUSED;
	else
		place->until += rate->share;
	pthread_mutex_unlock(&rate->mutex);
	return r;
}
