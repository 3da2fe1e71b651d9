/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_BUFFER_H
#define WEB_BUFFER_H

#include <stddef.h>

/*
 * A text that grows, in memory for secrets: pages show seeds and recovery
 * codes. A struct of zeros is empty. What fails is kept, so that a caller asks
 * once, at the end.
 */
struct buffer {
	char *text; /* ended by a NUL; NULL: nothing was added */
	size_t used;
	size_t size;
	int error; /* 0; GATE_ENOMEM, GATE_ETOOBIG: it is not whole */
};

/* No page is larger. */
#define BUFFER_MAX (1u << 20)

void buffer_add(struct buffer *buffer, const char *text, size_t size);
void buffer_add_text(struct buffer *buffer, const char *text);

/* Wipes it, and empties it. */
void buffer_clear(struct buffer *buffer);

#endif
