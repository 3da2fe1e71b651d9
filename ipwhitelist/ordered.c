/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/ordered.h"

#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/array.h"
#include "ipwhitelist/ordered_place.h"
#include "ipwhitelist/table.h"
#include "lib/error.h"

struct ordered_line *
ordered_add(struct ordered *list, int line, int allows)
{
	struct ordered_line *more = array_grown(
	    list->lines, list->count, 1, &list->room, sizeof(*more));

	if (more == NULL)
		return NULL;
	list->lines = more;
	list->lines[list->count] =
	    (struct ordered_line){ .line = line, .allows = allows };
	return &list->lines[list->count++];
}

int
ordered_add_network(struct ordered_line *line, const struct network *network)
{
	void *more = array_grown(line->networks, line->network_count, 1,
	    &line->network_room, sizeof(*network));

	if (more == NULL)
		return GATE_ENOMEM;
	line->networks = more;
	line->networks[line->network_count++] = *network;
	return 0;
}

static int
add_piece(struct piece **all, size_t *count, size_t *room, struct piece piece)
{
	void *more = array_grown(*all, *count, 1, room, sizeof(piece));

	if (more == NULL)
		return GATE_ENOMEM;
	*all = more;
	(*all)[(*count)++] = piece;
	return 0;
}

int
ordered_add_host(struct ordered_line *line, struct piece host)
{
	return add_piece(
	    &line->hosts, &line->host_count, &line->host_room, host);
}

int
ordered_add_service(struct ordered_line *line, struct piece service)
{
	return add_piece(&line->services, &line->service_count,
	    &line->service_room, service);
}

void
ordered_clear(struct ordered *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		people_clear(&list->lines[i].people);
		free(list->lines[i].networks);
		free(list->lines[i].hosts);
		free(list->lines[i].services);
	}
	free(list->lines);
	memset(list, 0, sizeof(*list));
}

/* --- networks --- */

/* A network of the lists, and which of the items are about it. */
struct telling {
	const struct ordered *list;
	struct ordered_place place; /* the one that is told of just now */
	struct table_item *items;   /* a network, and the number of a line */
	size_t count, room;
	struct table_item *nodes; /* each network once */
	uint32_t *first;          /* of its items; one more at the end */
	size_t node_count;
	struct table *table;
};

static int
collect_networks(struct telling *t)
{
	const struct ordered_line *line;
	size_t i, j;
	void *more;

	for (i = 0; i < t->list->count; i++) {
		line = &t->list->lines[i];
		for (j = 0; j < line->network_count; j++) {
			more = array_grown(
			    t->items, t->count, 1, &t->room, sizeof(*t->items));
			if (more == NULL)
				return GATE_ENOMEM;
			t->items = more;
			t->items[t->count++] =
			    (struct table_item){ line->networks[j],
				    (uint32_t)i };
		}
	}
	table_sort(t->items, t->count);
	return 0;
}

static int
make_nodes(struct telling *t)
{
	size_t i;

	t->nodes = calloc(t->count + 1, sizeof(*t->nodes));
	t->first = calloc(t->count + 2, sizeof(*t->first));
	if (t->nodes == NULL || t->first == NULL)
		return GATE_ENOMEM;
	for (i = 0; i < t->count; i++) {
		if (i > 0 && table_compare(&t->items[i - 1], &t->items[i]) == 0)
			continue;
		t->first[t->node_count] = (uint32_t)i;
		t->nodes[t->node_count++] = t->items[i];
	}
	t->first[t->node_count] = (uint32_t)t->count;
	return table_new(&t->table, t->nodes, t->node_count);
}

/* Adds the lines about any address, as of a wider network. */
static int
add_everywhere(struct telling *t, enum ordered_kind kind)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < t->list->count; i++)
		if (t->list->lines[i].everywhere)
			r = ordered_place_add(&t->place, i, kind);
	return r;
}

/* The entries of the table are the nodes. */
static int
tell_network(struct telling *t, uint32_t node, struct foreign_run *run)
{
	enum ordered_kind kind = ORDERED_OWN;
	uint32_t i, at;
	int r = 0;

	ordered_place_at_network(&t->place, &t->nodes[node].network);
	for (at = node; at != TABLE_NONE; at = table_up(t->table, at)) {
		for (i = t->first[at]; r == 0 && i < t->first[at + 1]; i++)
			r = ordered_place_add(
			    &t->place, t->items[i].value, kind);
		kind = ORDERED_WIDER;
	}
	if (r == 0)
		r = add_everywhere(t, kind);
	return r == 0 ? ordered_place_tell(&t->place, run) : r;
}

static int
tell_networks(struct telling *t, struct foreign_run *run)
{
	uint32_t i;
	int r;

	ordered_place_at(&t->place, "any", (struct piece){ "", 0 });
	r = add_everywhere(t, ORDERED_OWN);
	if (r == 0)
		r = ordered_place_tell(&t->place, run);
	if (r == 0)
		r = collect_networks(t);
	if (r == 0)
		r = make_nodes(t);
	for (i = 0; r == 0 && i < t->node_count; i++)
		r = tell_network(t, i, run);
	return r;
}

/* --- hosts and services --- */

static int
has_piece(const struct piece *all, size_t count, struct piece piece)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (all[i].length == piece.length &&
		    memcmp(all[i].at, piece.at, piece.length) == 0)
			return 1;
	return 0;
}

/* What addresses a host has is not known: all lines may be about them. */
static int
tell_host(struct telling *t, struct piece host, struct foreign_run *run)
{
	const struct ordered_line *line;
	size_t i;
	int own, r = 0;

	ordered_place_at(&t->place, "name:", host);
	for (i = 0; r == 0 && i < t->list->count; i++) {
		line = &t->list->lines[i];
		own = has_piece(line->hosts, line->host_count, host);
		if (own)
			r = ordered_place_add(&t->place, i, ORDERED_OWN);
		if (r == 0 && line->everywhere)
			r = ordered_place_add(&t->place, i, ORDERED_WIDER);
		else if (r == 0 &&
		    line->network_count + line->host_count > (size_t)own)
			r = ordered_place_add(&t->place, i, ORDERED_MAYBE);
	}
	return r == 0 ? ordered_place_tell(&t->place, run) : r;
}

static int
tell_service(struct telling *t, struct piece service, struct foreign_run *run)
{
	const struct ordered_line *line;
	size_t i;
	int r = 0;

	ordered_place_at(&t->place, "local service ", service);
	for (i = 0; r == 0 && i < t->list->count; i++) {
		line = &t->list->lines[i];
		if (line->locally ||
		    has_piece(line->services, line->service_count, service))
			r = ordered_place_add(&t->place, i, ORDERED_OWN);
	}
	return r == 0 ? ordered_place_tell(&t->place, run) : r;
}

/* Tells of each that some line names, once, and of these services. */
static int
tell_named(struct telling *t, struct foreign_run *run)
{
	struct piece *all = NULL, *of_line;
	size_t count = 0, room = 0, i, j, n, more;
	int hosts, r = 0;

	for (hosts = 0; r == 0 && hosts < 2; hosts++) {
		count = 0;
		more = hosts ? 0 : run->foreign->service_count;
		for (i = 0; r == 0 && i < more; i++)
			r = add_piece(&all, &count, &room,
			    (struct piece){ run->foreign->services[i],
				strlen(run->foreign->services[i]) });
		for (i = 0; i < t->list->count; i++) {
			const struct ordered_line *line = &t->list->lines[i];

			of_line = hosts ? line->hosts : line->services;
			n = hosts ? line->host_count : line->service_count;
			for (j = 0; r == 0 && j < n; j++)
				if (!has_piece(all, count, of_line[j]))
					r = add_piece(
					    &all, &count, &room, of_line[j]);
		}
		for (i = 0; r == 0 && i < count; i++)
			r = hosts ? tell_host(t, all[i], run)
				  : tell_service(t, all[i], run);
	}
	free(all);
	return r;
}

int
ordered_tell(const struct ordered *list, struct foreign_run *run)
{
	struct telling t = { .list = list, .place = { .list = list } };
	int r;

	r = tell_networks(&t, run);
	if (r == 0)
		r = tell_named(&t, run);
	ordered_place_clear(&t.place);
	table_free(&t.table);
	free(t.items);
	free(t.nodes);
	free(t.first);
	return r;
}
