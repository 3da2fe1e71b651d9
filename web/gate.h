/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_GATE_H
#define WEB_GATE_H

#include <stdint.h>

#include "lib/wire.h"

/*
 * gatehoused, as gatehouse-web asks it: each thread has a connection of its
 * own, kept open, and opened anew where the daemon has hung up.
 */
struct gate;

/* Nothing is opened yet. 0 or GATE_ENOMEM. The socket's path is copied. */
int gate_new(struct gate **gate, const char *socket);

/* No thread may be asking. */
void gate_free(struct gate **gate);

/* Puts the fields of a request (wire_put_str ...); called twice where the
 * connection had to be opened anew. */
typedef void gate_fill(struct wire_msg *msg, void *data);

/* So long a check may take, and any other request, in milliseconds. */
#define GATE_CHECK_MS 2000
#define GATE_ASK_MS   20000

/*
 * Asks, and waits for the answer: the thread's message, good until it asks
 * again. 0: it is answered, by a VERB_RESULT (or the first VERB_ROW): its
 * OUTCOME is the caller's to look at. Otherwise there is no answer, and it is
 * 503: GATE_EIO, GATE_ETIMEOUT, GATE_EPROTO, GATE_EPEER, GATE_ENOMEM. After a
 * check that timed out all others fail at once, for a second.
 */
int gate_ask(struct gate *gate, uint16_t verb, gate_fill *fill, void *data,
    int64_t milliseconds, const struct wire_msg **answer);

/* The next message of a list, in place of the last; a list is read until its
 * VERB_RESULT. Errors as above. */
int gate_next(struct gate *gate, const struct wire_msg **answer);

/* OUTCOME_GRANTED and the like of an answer; OUTCOME_UNAVAILABLE without one.
 */
int gate_outcome(const struct wire_msg *answer);

#endif
