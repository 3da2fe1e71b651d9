/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_TICKET_H
#define SESSION_TICKET_H

#include <stdint.h>

#include "session/handle.h"

/*
 * A ticket: a one-time, short-lived handle of 256 random bits that stands for
 * a validated assertion, short enough for every PAM conversation. Only its
 * SHA-256 is kept.
 */
#define TICKET_PREFIX    "gt-"
#define TICKET_SIZE      HANDLE_SIZE
#define TICKET_HASH_SIZE HANDLE_HASH_SIZE

/* A fresh ticket and its hash; 0 or GATE_EIO. */
int ticket_mint(char ticket[TICKET_SIZE], uint8_t hash[TICKET_HASH_SIZE]);

/* The hash of what somebody presents; GATE_EINVAL if it is no ticket. */
int ticket_hash(const char *ticket, uint8_t hash[TICKET_HASH_SIZE]);

#endif
