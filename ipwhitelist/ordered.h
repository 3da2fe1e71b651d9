/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_ORDERED_H
#define IPWHITELIST_ORDERED_H

#include "ipwhitelist/foreign_say.h"
#include "ipwhitelist/people.h"
#include "lib/network.h"

/*
 * A list that is read from the top, the first line that is met deciding, and
 * rules that decide the same (rules.h). Texts are pieces of the list's.
 */
struct ordered_line {
	int line;
	int allows;
	struct people people;
	int everywhere; /* any address */
	struct network *networks;
	size_t network_count, network_room;
	struct piece *hosts; /* by name */
	size_t host_count, host_room;
	int locally; /* all services without an address */
	struct piece *services;
	size_t service_count, service_room;
};

struct ordered {
	struct ordered_line *lines;
	size_t count, room;
};

/* Adds an empty line: it, or NULL for a lack of memory. */
struct ordered_line *ordered_add(struct ordered *list, int line, int allows);

/* Add to a line: 0 or GATE_ENOMEM. */
int ordered_add_network(
    struct ordered_line *line, const struct network *network);
int ordered_add_host(struct ordered_line *line, struct piece host);
int ordered_add_service(struct ordered_line *line, struct piece service);

void ordered_clear(struct ordered *list);

/* Tells of the rules of a list: 0, GATE_ENOMEM, GATE_ETOOBIG for too many lines
 * about the same place, or what each returned. */
int ordered_tell(const struct ordered *list, struct foreign_run *run);

#endif
