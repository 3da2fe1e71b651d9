/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_MEMO_H
#define WEB_MEMO_H

#include <stdint.h>

#include "web/buffer.h"

/*
 * A text that gatehoused has said not long ago, and that is the same for
 * everybody: it is not asked for with every request. Threads share it.
 */
struct memo;

int memo_new(struct memo **memo); /* 0 or GATE_ENOMEM */
void memo_free(struct memo **memo);

/* Adds the text: 0; GATE_ENOTFOUND where there is none at now (clock_mono_ms),
 * GATE_ENOMEM. */
int memo_get(struct memo *memo, int64_t now, struct buffer *text);

/* Keeps a copy until then; where there is no room, nothing is kept. */
void memo_put(struct memo *memo, const char *text, int64_t until);

#endif
