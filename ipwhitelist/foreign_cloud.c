/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ipwhitelist/array.h"
#include "ipwhitelist/foreign_say.h"
#include "ipwhitelist/table.h"
#include "lib/error.h"

/* How deep such a list is at most. */
#define DEPTH_MAX 16

/* Where a network stands: what the objects around it say of it. */
struct found {
	const char *words[2]; /* region, service; NULL: not said */
};

struct reading {
	struct foreign_run run;
	struct table_item *items; /* the value: its place in found */
	size_t count, room;
	struct found *found;
	size_t found_count, found_room;
};

static const char *const region_keys[] = { "region", "scope",
	"network_border_group", "location" };
static const char *const service_keys[] = { "service", "systemService", "name",
	"serviceArea", "id" };

static const char *
text_of(const json_t *object, const char *const *keys, size_t count)
{
	const char *text;
	size_t i;

	for (i = 0; i < count; i++) {
		text = json_string_value(json_object_get(object, keys[i]));
		if (text != NULL && text[0] != '\0')
			return text;
	}
	return NULL;
}

#define TEXT_OF(object, keys)                                                  \
	text_of(object, keys, sizeof(keys) / sizeof((keys)[0]))

/* Whether the list is to have what stands here. */
static int
is_wanted(const struct foreign *foreign, const struct found *found)
{
	size_t i;

	if (foreign->only == NULL)
		return 1;
	for (i = 0; i < 2; i++)
		if (found->words[i] != NULL &&
		    strcasecmp(found->words[i], foreign->only) == 0)
			return 1;
	return 0;
}

static int
take(struct reading *reading, const char *text, const struct found *found)
{
	struct table_item item;
	char unused[8];
	void *more;

	/* what is no address at all is some other text */
	if (strpbrk(text, ".:") == NULL ||
	    network_parse(text, &item.network, unused, sizeof(unused)) != 0 ||
	    !is_wanted(reading->run.foreign, found))
		return 0;
	if (item.network.prefix == 0 ||
	    (item.network.prefix == NETWORK_PREFIX_V4 &&
		address_is_v4(&item.network.address))) {
		foreign_say(&reading->run, 1,
		    "left out: %s would be everything; write allow any", text);
		return 0;
	}
	more = array_grown(
	    reading->items, reading->count, 1, &reading->room, sizeof(item));
	if (more == NULL)
		return GATE_ENOMEM;
	reading->items = more;
	more = array_grown(reading->found, reading->found_count, 1,
	    &reading->found_room, sizeof(*found));
	if (more == NULL)
		return GATE_ENOMEM;
	reading->found = more;
	item.value = (uint32_t)reading->found_count;
	reading->found[reading->found_count++] = *found;
	reading->items[reading->count++] = item;
	return 0;
}

static int
walk(struct reading *reading, const json_t *json, struct found found, int depth)
{
	const char *text;
	const json_t *inner;
	json_t *object;
	size_t i;
	void *at;
	int r = 0;

	if (json_is_string(json))
		return take(reading, json_string_value(json), &found);
	if (depth == DEPTH_MAX)
		return GATE_EINVAL;
	for (i = 0; r == 0 && i < json_array_size(json); i++)
		r = walk(reading, json_array_get(json, i), found, depth + 1);
	if (!json_is_object(json))
		return r;
	if ((text = TEXT_OF(json, region_keys)) != NULL)
		found.words[0] = text;
	if ((text = TEXT_OF(json, service_keys)) != NULL)
		found.words[1] = text;
	object = (json_t *)(uintptr_t)json;
	for (at = json_object_iter(object); r == 0 && at != NULL;
	     at = json_object_iter_next(object, at)) {
		inner = json_object_iter_value(at);
		r = walk(reading, inner, found, depth + 1);
	}
	return r;
}

static int
tell(struct reading *reading, const struct table_item *item)
{
	const struct foreign *foreign = reading->run.foreign;
	const struct found *found = &reading->found[item->value];
	char text[ADDRESS_TEXT_SIZE], words[2][96];
	const int v4 = item->network.prefix >= NETWORK_PREFIX_V4 &&
	    address_is_v4(&item->network.address);
	int i;

	for (i = 0; i < 2; i++) {
		const char *word = found->words[i];

		foreign_plain((struct piece){ word != NULL ? word : "",
				  word != NULL ? strlen(word) : 0 },
		    words[i], sizeof(words[i]));
	}
	address_text(&item->network.address, text);
	return foreign_tell(&reading->run, "allow %s/%d%s%s%s%s%s%s", text,
	    item->network.prefix - (v4 ? NETWORK_PREFIX_V4 : 0),
	    foreign->options != NULL ? " " : "",
	    foreign->options != NULL ? foreign->options : "",
	    words[0][0] != '\0' || words[1][0] != '\0' ? " # " : "", words[1],
	    words[0][0] != '\0' && words[1][0] != '\0' ? ", " : "", words[0]);
}

int
foreign_cloud(const struct foreign *foreign, const char *text, size_t size)
{
	struct reading reading = { .run = { .foreign = foreign } };
	const struct found nothing = { { NULL, NULL } };
	json_error_t error;
	json_t *json;
	size_t i;
	int r;

	if (size > FOREIGN_SIZE_MAX)
		return GATE_ETOOBIG;
	json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (json == NULL) {
		reading.run.line = error.line > 0 ? error.line : 0;
		foreign_say(
		    &reading.run, 1, "this is not JSON: %s", error.text);
		return GATE_EINVAL;
	}
	r = walk(&reading, json, nothing, 0);
	if (r == GATE_EINVAL)
		foreign_say(
		    &reading.run, 1, "this is too deep for such a list");
	if (r == 0 && reading.count == 0)
		foreign_say(&reading.run, 1, "there is no network in it%s",
		    foreign->only != NULL ? " of that region or service" : "");
	if (r == 0)
		table_sort(reading.items, reading.count);
	for (i = 0; r == 0 && i < reading.count; i++)
		if (i == 0 ||
		    table_compare(&reading.items[i - 1], &reading.items[i]) !=
			0)
			r = tell(&reading, &reading.items[i]);
	json_decref(json);
	free(reading.items);
	free(reading.found);
	return r == 0 && reading.run.is_lossy ? GATE_EINVAL : r;
}
