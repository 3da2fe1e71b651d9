/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_SOURCE_STATE_H
#define GATE_SOURCE_STATE_H

#include <stdint.h>

/*
 * What is known of metadata that is fetched from a URL: FILE.state beside the
 * backing file of a [metadata NAME], in JSON. gatehouse-metadata writes it,
 * gatehoused shows it. Texts may be NULL; times are epoch seconds, 0: never.
 */
struct source_state {
	char *url;           /* that all the rest is of */
	char *etag;          /* of the document in place, for the next look */
	char *last_modified; /* the same */
	char *sha256;        /* of the document, in hex */
	char *last_error;    /* why the last look failed; NULL: it did not */
	int64_t fetched;     /* the document was the newest one then */
	int64_t checked;     /* the last look, of whatever outcome */
	int64_t next;        /* when the next one is due */
	int64_t entities;    /* IdPs in the document */
	int64_t valid_until; /* of the document; 0: no end */
	int64_t cache_duration; /* seconds; 0: none */
	int64_t failures;       /* looks that failed since the last good one */
	int64_t unread;         /* 1: gatehoused has yet to read the document */
};

/*
 * Reads the state beside file into *state, to be cleared. 0; GATE_ENOTFOUND
 * and an empty state where there is none yet; GATE_EPROTO where it is none of
 * ours; GATE_EUNSAFE, GATE_EIO, GATE_ENOMEM.
 */
int source_state_load(struct source_state *state, const char *file);

/* Writes it, as a whole or not at all: 0, GATE_EIO (errno), GATE_ENOMEM. */
int source_state_save(const struct source_state *state, const char *file);

void source_state_clear(struct source_state *state);

/* Puts a copy of value, NULL too, in the place of *text: 0 or GATE_ENOMEM. */
int source_state_set(char **text, const char *value);

#endif
