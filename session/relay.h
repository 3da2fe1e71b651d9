/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_RELAY_H
#define SESSION_RELAY_H

#include "session/handle.h"

/*
 * RelayState, as we use it (SAML bindings 3.4.3, 3.5.3): a handle of 256
 * random bits that goes with a request and comes back with its answer. The
 * request's ID is made from it by a one-way function: one row of the store is
 * found by either, and who has read the ID in a message cannot make the handle.
 */
#define RELAY_PREFIX  "gr-"
#define RELAY_SIZE    HANDLE_SIZE
#define RELAY_ID_SIZE (1 + 40 + 1) /* "_", 160 bits in hexadecimal, NUL */

/* A fresh handle and the ID of its request, an NCName; 0 or GATE_EIO. */
int relay_mint(char handle[RELAY_SIZE], char id[RELAY_ID_SIZE]);

/* The ID for a handle that came back; GATE_EINVAL if it is none of ours. */
int relay_id(const char *handle, char id[RELAY_ID_SIZE]);

#endif
