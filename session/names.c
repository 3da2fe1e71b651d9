/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/names.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"

uint64_t
names_hash(const struct names *names, const char *text)
{
	return siphash(names->key, text, strlen(text));
}

int
names_init(struct names *names)
{
	int r;

	*names = (struct names){ 0 };
	slab_init(&names->slab, sizeof(struct name));
	if ((r = secret_random(names->key, sizeof(names->key))) != 0)
		return r;
	return buckets_init(&names->buckets);
}

void
names_clear(struct names *names)
{
	uint32_t i;

	/* what was given back is wiped, but for its beginning */
	for (i = 0; i < names->slab.top; i++)
		if (names_at(names, i)->uses > 0)
			free(names_at(names, i)->text);
	buckets_clear(&names->buckets);
	slab_clear(&names->slab);
}

static uint32_t
find(const struct names *names, const char *text, uint64_t hash)
{
	uint32_t i = buckets_first(&names->buckets, hash);

	while (i != SLAB_NONE && strcmp(names_at(names, i)->text, text) != 0)
		i = buckets_next(&names->buckets, i);
	return i;
}

uint32_t
names_find(const struct names *names, const char *text)
{
	return find(names, text, names_hash(names, text));
}

static int
add(struct names *names, const char *text, uint64_t hash, uint32_t *name)
{
	struct name *item;

	if (slab_take(&names->slab, name) != 0)
		return GATE_ENOMEM;
	item = names_at(names, *name);
	item->text = strdup(text);
	if (item->text == NULL ||
	    buckets_reserve(&names->buckets, *name) != 0) {
		free(item->text);
		slab_give(&names->slab, *name);
		return GATE_ENOMEM;
	}
	item->users = LIST_EMPTY;
	buckets_add(&names->buckets, *name, hash);
	return 0;
}

int
names_use(struct names *names, const char *text, uint64_t hash, uint32_t *name)
{
	int r = 0;

	*name = find(names, text, hash);
	if (*name == SLAB_NONE)
		r = add(names, text, hash, name);
	if (r == 0)
		names_at(names, *name)->uses++;
	return r;
}

void
names_unuse(struct names *names, uint32_t name)
{
	struct name *item = names_at(names, name);

	if (--item->uses > 0)
		return;
	buckets_remove(&names->buckets, name);
	free(item->text);
	slab_give(&names->slab, name);
}
