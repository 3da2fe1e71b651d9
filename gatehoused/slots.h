/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SLOTS_H
#define GATEHOUSED_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/address.h"
#include "lib/reason.h"

/*
 * How many passwords are worked on at once. Comparing one keeps a processor
 * busy on purpose, so whoever wants to takes a slot, of which there are fewer
 * than threads. Where none is free he waits in a queue, but no thread with
 * him: the caller unwinds, and is called again when his turn has come. So a
 * flood of logins has its slots and the queue, and nothing else of the gate.
 *
 * Nothing is charged, looked at or told before a slot is had: who hangs up in
 * the queue has neither tried nor learnt anything.
 *
 * The queue is bounded, and one place of origin may have a quarter of it. The
 * first of each origin come before the second of any: a crowd from one place
 * waits for itself, not others for it.
 */
struct slots;

/* Returned by slots_take, and handed on by whoever is unwound by it. */
#define SLOTS_WAIT 2

/* Longer nobody waits, in milliseconds: a PAM module gives up after 10 s. */
#define SLOTS_PATIENCE 8000

/* Room for an origin: an address, or "uid N". */
#define SLOT_FROM_SIZE ADDRESS_TEXT_SIZE

enum slot_state {
	SLOT_IDLE = 0,
	SLOT_HELD,
	SLOT_QUEUED,
	SLOT_FULL,  /* refused: the queue, */
	SLOT_SHARE, /* or what of it one origin may have; */
	SLOT_LATE,  /* or the wait was too long */
	SLOT_GONE,  /* hung up while waiting: to be dropped */
};

/* What a connection has of them; zeroed but for fd and owner. */
struct slot {
	int fd;      /* tells whether the caller is still there; -1: he is */
	void *owner; /* the caller's own */
	enum slot_state state;
	size_t held;
	char from[SLOT_FROM_SIZE];
	size_t before; /* so many of the same origin were in the queue */
	int64_t since; /* clock_mono_ms */
	struct slot *next;
};

/*
 * For a daemon with so many threads; it has one slot and no queue until
 * slots_set. 0, GATE_ENOMEM or GATE_EIO.
 */
int slots_new(struct slots **slots, size_t threads);

/* Leaves alone what still waits: that is its owners'. */
void slots_free(struct slots **slots);

/*
 * How many slots there are (0: as many as processors), always fewer than
 * threads where there are two of these, and how many may wait. Who has a slot
 * keeps it.
 */
void slots_set(struct slots *slots, size_t count, size_t waiting);

/*
 * Takes a slot, for a caller from that origin: 0, also where it is held
 * already; GATE_EREFUSED and *refusal (overload); or SLOTS_WAIT: the caller is
 * to unwind, and call slots_wait where nothing refers to the slot's owner any
 * more.
 */
int slots_take(struct slots *slots, struct slot *slot, const char *from,
    struct refusal *refusal);

/* Nonzero if there was one to be had at once: for what need not be done. */
int slots_try(struct slots *slots, struct slot *slot);

/*
 * Waits in the queue: 0, and the slot is no longer the caller's, for another
 * thread may have it already; or 1 where its turn has come at once. When the
 * turn has come, slots_take gives the slot or says why there is none.
 */
int slots_wait(struct slots *slots, struct slot *slot);

/* Readable while slots_turn has something to give. */
int slots_fd(const struct slots *slots);

/* The next whose turn has come, for the caller to go on with; or NULL. */
struct slot *slots_turn(struct slots *slots);

/*
 * Takes as many more as are free, up to most in all, for work that can be
 * shared out: how many it has.
 */
size_t slots_widen(struct slots *slots, struct slot *slot, size_t most);

/* Gives back whatever is held, perhaps nothing: the next have their turn. */
void slots_give_back(struct slots *slots, struct slot *slot);

/* Ends the wait of those who have hung up, or have waited too long. */
void slots_sweep(struct slots *slots, int64_t now);

/* For gatehousectl status. */
void slots_count(struct slots *slots, size_t *held, size_t *waiting);

#endif
