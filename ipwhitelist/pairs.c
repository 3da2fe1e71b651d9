/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/pairs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ipwhitelist/array.h"
#include "ipwhitelist/range.h"
#include "lib/error.h"

/* One rule that is being added. */
struct adding {
	struct pairs *pairs;
	const struct rules_names *names;
	uint32_t number;
};

int
pairs_put(struct pairs *pairs, const struct network *network, uint32_t number)
{
	void *more = array_grown(pairs->networks, pairs->count, 1, &pairs->room,
	    sizeof(*pairs->networks));

	if (more == NULL)
		return GATE_ENOMEM;
	pairs->networks = more;
	pairs->networks[pairs->count++] =
	    (struct table_item){ *network, number };
	return 0;
}

static int
put_place(struct adding *adding, uint32_t place)
{
	struct pairs *pairs = adding->pairs;
	void *more = array_grown(pairs->places, pairs->place_count, 1,
	    &pairs->place_room, sizeof(*pairs->places));

	if (more == NULL)
		return GATE_ENOMEM;
	pairs->places = more;
	pairs->places[pairs->place_count++] =
	    (struct place_pair){ place, adding->number };
	return 0;
}

/* How each kind of target is put. */
typedef int putter(struct adding *adding, const struct target *target);

static int
put_network(struct adding *adding, const struct target *target)
{
	return pairs_put(adding->pairs, &target->network, adding->number);
}

static int
put_range(struct adding *adding, const struct target *target)
{
	struct network networks[RANGE_MAX];
	size_t count, i;
	int r = 0;

	count = range_networks(&target->first, &target->last, networks);
	for (i = 0; r == 0 && i < count; i++)
		r = pairs_put(adding->pairs, &networks[i], adding->number);
	return r;
}

static int
put_any(struct adding *adding, const struct target *target)
{
	static const struct network all[] = {
		{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } },
		    NETWORK_PREFIX_V4 },
		{ { { 0 } }, 0 },
	};
	int r = pairs_put(adding->pairs, &all[0], adding->number);

	(void)target;
	return r == 0 ? pairs_put(adding->pairs, &all[1], adding->number) : r;
}

static int
put_local(struct adding *adding, const struct target *target)
{
	(void)target;
	return put_place(adding, PLACE_LOCAL);
}

static int
put_country(struct adding *adding, const struct target *target)
{
	return put_place(
	    adding, 1 + (uint32_t)target_country_number(target->name));
}

static int
put_name(struct adding *adding, const struct target *target)
{
	const struct rules_names *names = adding->names;
	struct network one = { .prefix = NETWORK_PREFIX_MAX };
	size_t i, j;
	int r = 0;

	for (i = 0; i < names->count; i++) {
		if (!pairs_is_host(&names->all[i], target->name))
			continue;
		for (j = 0; r == 0 && j < names->all[i].count; j++) {
			one.address = names->all[i].addresses[j];
			r = pairs_put(adding->pairs, &one, adding->number);
		}
	}
	return r;
}

static putter *const putters[] = {
	[TARGET_NETWORK] = put_network,
	[TARGET_RANGE] = put_range,
	[TARGET_ANY] = put_any,
	[TARGET_LOCAL] = put_local,
	[TARGET_COUNTRY] = put_country,
	[TARGET_NAME] = put_name,
};

static int
put(const struct target *target, void *data)
{
	return putters[target->kind](data, target);
}

int
pairs_is_host(const struct rules_name *name, struct piece host)
{
	return strlen(name->name) == host.length &&
	    strncasecmp(name->name, host.at, host.length) == 0;
}

int
pairs_add(struct pairs *pairs, const struct meaning *meaning,
    const struct source *source, uint32_t rule, uint32_t number)
{
	struct adding adding = { pairs, meaning->names, number };
	struct target target;

	source_target(source, rule, &target);
	return sets_each(meaning->sets, &target, put, &adding);
}

void
pairs_clear(struct pairs *pairs)
{
	free(pairs->networks);
	free(pairs->places);
	memset(pairs, 0, sizeof(*pairs));
}
