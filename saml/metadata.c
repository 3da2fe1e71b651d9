/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "saml/idp.h"
#include "saml/metadata_reader.h"

/*
 * The most IdPs whose keys are all decoded to say which of them are of no use:
 * of a federation's it would take seconds.
 */
#define SURVEY_MAX 50

struct saml_idps {
	struct saml_idp **items; /* ordered by entityID */
	size_t count;
};

/* The IdPs of one document, until it is known to be good. */
struct batch {
	struct saml_idp **items;
	size_t count, room;
};

static void
free_items(struct saml_idp **items, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		saml_idp_free(&items[i]);
	free(items);
}

int
saml_idps_new(struct saml_idps **idps)
{
	*idps = calloc(1, sizeof(**idps));
	return *idps != NULL ? 0 : GATE_ENOMEM;
}

void
saml_idps_free(struct saml_idps **idps)
{
	if (*idps == NULL)
		return;
	free_items((*idps)->items, (*idps)->count);
	free(*idps);
	*idps = NULL;
}

static int
take(struct saml_idp *idp, void *data)
{
	struct batch *batch = data;
	struct saml_idp **larger;
	size_t room;

	if (batch->count == batch->room) {
		room = batch->room != 0 ? batch->room * 2 : 16;
		larger =
		    reallocarray(batch->items, room, sizeof(struct saml_idp *));
		if (larger == NULL) {
			saml_idp_free(&idp);
			return GATE_ENOMEM;
		}
		batch->items = larger;
		batch->room = room;
	}
	batch->items[batch->count++] = idp;
	return 0;
}

static int
compare(struct saml_idp *const *a, struct saml_idp *const *b)
{
	return strcmp((*a)->entity_id, (*b)->entity_id);
}

/*
 * Merge sort, with room for half of them in spare. For large arrays, qsort(3)
 * asks how much memory the machine has: a system call too many for the sandbox.
 */
static void
sort(struct saml_idp **items, struct saml_idp **spare, size_t count)
{
	size_t half = count / 2, left = 0, right = half, i = 0;

	if (count < 2)
		return;
	sort(items, spare, half);
	sort(items + half, spare, count - half);
	memcpy(spare, items, half * sizeof(items[0]));
	while (left < half) {
		if (right < count && compare(&items[right], &spare[left]) < 0)
			items[i++] = items[right++];
		else
			items[i++] = spare[left++];
	}
}

/*
 * Joins two ordered lists. An entityID that stands twice is refused: which of
 * the two is meant must not depend on the order of files.
 */
static int
merge(struct saml_idp **all, const struct saml_idps *idps,
    const struct batch *batch, char *why, size_t why_size)
{
	size_t count = idps->count + batch->count, a = 0, b = 0, i;

	for (i = 0; i < count; i++) {
		if (b == batch->count ||
		    (a < idps->count &&
			compare(&idps->items[a], &batch->items[b]) < 0))
			all[i] = idps->items[a++];
		else
			all[i] = batch->items[b++];
		if (i > 0 && compare(&all[i - 1], &all[i]) == 0) {
			snprintf(why, why_size,
			    "the entityID \"%.120s\" is given twice",
			    all[i]->entity_id);
			return GATE_ECONFIG;
		}
	}
	return 0;
}

static int
join(struct saml_idps *idps, struct batch *batch, char *why, size_t why_size)
{
	size_t count = idps->count + batch->count;
	struct saml_idp **all = calloc(count, sizeof(struct saml_idp *));
	int r;

	if (all == NULL)
		return GATE_ENOMEM;
	sort(batch->items, all, batch->count);
	r = merge(all, idps, batch, why, why_size);
	if (r != 0) {
		free(all);
		return r;
	}
	batch->count = 0; /* they are the table's now */
	free(idps->items);
	idps->items = all;
	idps->count = count;
	return 0;
}

int
saml_idps_add_facts(struct saml_idps *idps, const char *text, size_t size,
    int64_t fetched, struct saml_metadata_facts *facts, char *why,
    size_t why_size)
{
	struct batch batch = { 0 };
	int r;

	r = saml_metadata_read(
	    text, size, fetched, take, &batch, facts, why, why_size);
	if (r == 0)
		r = join(idps, &batch, why, why_size);
	free_items(batch.items, batch.count);
	return r;
}

int
saml_idps_add(struct saml_idps *idps, const char *text, size_t size,
    int64_t fetched, char *why, size_t why_size)
{
	return saml_idps_add_facts(
	    idps, text, size, fetched, NULL, why, why_size);
}

static int
compare_name(const void *name, const void *item)
{
	const struct saml_idp *const *idp = item;

	return strcmp(name, (*idp)->entity_id);
}

static struct saml_idp **
find(const struct saml_idps *idps, const char *entity_id)
{
	/* the array is not there before its first IdP is */
	return idps->count > 0 ? bsearch(entity_id, idps->items, idps->count,
				     sizeof(idps->items[0]), compare_name)
			       : NULL;
}

const struct saml_idp *
saml_idps_find(struct saml_idps *idps, const char *entity_id)
{
	struct saml_idp **found = NULL;

	if (entity_id != NULL)
		found = find(idps, entity_id);
	else if (idps->count == 1)
		found = idps->items;
	/* without memory for its keys, it verifies nothing this time */
	if (found == NULL || saml_idp_decode(*found) != 0)
		return NULL;
	return *found;
}

int
saml_idps_has(const struct saml_idps *idps, const char *entity_id)
{
	return find(idps, entity_id) != NULL;
}

int
saml_idps_list(const struct saml_idps *idps, saml_idp_each *each, void *data)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < idps->count; i++)
		r = each(idps->items[i], data);
	return r;
}

size_t
saml_idps_count(const struct saml_idps *idps)
{
	return idps->count;
}

/* Keys that are still certificates are taken for good, unless few. */
static int
is_keyless(const struct saml_idps *idps, struct saml_idp *idp)
{
	if (idps->count <= SURVEY_MAX)
		(void)saml_idp_decode(idp);
	return idp->decoded ? idp->key_count == 0 : idp->certificate_count == 0;
}

static void
describe(const struct saml_idp *idp, int expired, char *text, size_t size)
{
	char until[CLOCK_TEXT_SIZE];

	clock_text(idp->valid_until, until);
	if (expired)
		snprintf(text, size,
		    "%s cannot be used: its metadata was valid until %s",
		    idp->entity_id, until);
	else
		snprintf(text, size,
		    "%s cannot be used: it has no signing key of RSA from "
		    "2048 bits, P-256 or P-384",
		    idp->entity_id);
}

size_t
saml_idps_unusable(struct saml_idps *idps, int64_t now, char *text, size_t size)
{
	struct saml_idp *idp;
	size_t i, unusable = 0;
	int expired;

	for (i = 0; i < idps->count; i++) {
		idp = idps->items[i];
		expired = idp->valid_until != 0 && idp->valid_until <= now;
		if (!expired && !is_keyless(idps, idp))
			continue;
		if (unusable++ == 0)
			describe(idp, expired, text, size);
	}
	return unusable;
}
