/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_RECORD_H
#define GATEHOUSECTL_RECORD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "gatehousectl/ask.h"
#include "lib/wire.h"

/* One field of the rows that answer a question. */
struct record_field {
	uint16_t tag;
	enum record_type {
		RECORD_TEXT,
		RECORD_TIME,   /* epoch seconds; 0: none */
		RECORD_NUMBER, /* 0: none */
		RECORD_COUNT,  /* 0 is a number too */
		RECORD_FLAG,
		RECORD_SPAN,       /* milliseconds; no such field: none */
		RECORD_LEFT,       /* the lesser of this one and TAG_AGE_LEFT */
		RECORD_ATTRIBUTES, /* TAG_ATTRIBUTEs with their TAG_VALUEs */
	} type;
	const char *name;    /* in JSON, and where one record is shown */
	const char *heading; /* of its column in a list; NULL: not in it */
};

/* What rows are made of, and how they are to be shown. */
struct record_view {
	const struct record_field *fields;
	size_t count;
	int json;
};

/*
 * Rows on their way to a table or a JSON array: 0 or GATE_ENOMEM. The view
 * must live as long as the list.
 */
struct record_list;
int record_list_new(struct record_list **list, const struct record_view *view);
void record_list_free(struct record_list **list);

/* Takes one row, and prints them all; an exit status. The first is an
 * ask_row, data being the list. */
int record_list_add(const struct wire_msg *row, void *data);
int record_list_show(struct record_list *list);

/* What most lists are: asks, and shows the rows that come. An exit status. */
int record_list_ask(struct ask *ask, const struct record_view *view);

/* An ask_row for one record: prints all its fields; data is the view. */
int record_show(const struct wire_msg *row, void *data);

/* One record as a JSON object, which is the caller's. */
json_t *record_object(
    const struct record_view *view, const struct wire_msg *row);

#endif
