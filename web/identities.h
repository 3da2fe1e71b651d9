/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_IDENTITIES_H
#define WEB_IDENTITIES_H

#include <stdint.h>

#include "lib/address.h"
#include "lib/wire.h"
#include "web/header.h"

/*
 * Who is behind a session, as gatehoused has said not long ago: a table by the
 * session's name, so that a check need not ask for it each time. That the
 * session goes on is asked each time, and not kept. Bounded; threads share it.
 */
struct identities;

/* Never changed once made. */
struct identity_entry {
	unsigned refs; /* the table's own */
	struct identity_entry *next;
	char session[64];
	struct headers headers;
	struct address address; /* whence the person signed in */
	int has_address;
	int64_t until; /* clock_mono_ms */
};

/* The most that are kept. */
#define IDENTITIES_MAX (128u << 10)
/* An identity is asked for anew after so long, in milliseconds. */
#define IDENTITIES_KEEP 30000

int identities_new(struct identities **identities); /* 0 or GATE_ENOMEM */
void identities_free(struct identities **identities);

/* The identity of a session, if it is known and fresh; NULL. */
struct identity_entry *identities_find(
    struct identities *identities, const char *session, int64_t now);

/*
 * Of an answer to VERB_SESSION_IDENTITY, kept for others if there is room. 0;
 * or GATE_EPROTO, GATE_ENOMEM, and errors of headers_make.
 */
int identities_learn(struct identities *identities,
    const struct wire_msg *answer, int64_t now, struct identity_entry **entry);

/* Gives back what the two have given. */
void identities_release(struct identity_entry **entry);

/* Drops those that are no longer fresh: about once a minute. */
void identities_sweep(struct identities *identities, int64_t now);

#endif
