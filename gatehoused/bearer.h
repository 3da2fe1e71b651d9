/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_BEARER_H
#define GATEHOUSED_BEARER_H

#include "gatehoused/request.h"
#include "session/handle.h"
#include "session/live.h"

/*
 * Whoever shows a session's token: he may do what its user may, whatever the
 * peer that brings it may itself.
 */
#define BEARER_PREFIX "gs-"

/* What is kept of a token; GATE_ENOTFOUND for what has not the form of one. */
int bearer_hash(const char *token, uint8_t hash[HANDLE_HASH_SIZE]);

/*
 * The session whose token a request shows, out of memory alone. 0 and *view;
 * GATE_EREFUSED for one that goes on no more, and view says which;
 * GATE_ENOTFOUND.
 */
int bearer_find(const struct request *request, struct live_view *view);

/* Leaves in out that it is denied, and why if that is to be told. Nothing goes
 * on record. Returns 0. */
int bearer_denied(struct request *request, enum reason reason, int tell);

/* The same for a session of this id that does not go on, "" for one that is not
 * there: what ended it is on record. */
int bearer_refused(struct request *request, const char *id, int tell);

#endif
