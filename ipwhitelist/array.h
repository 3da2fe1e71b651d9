/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_ARRAY_H
#define IPWHITELIST_ARRAY_H

#include <stddef.h>

/*
 * Makes room for more items behind those that an array has, half as much again
 * as there was at least: the array, moved perhaps; or NULL for a lack of
 * memory, and it is as it was.
 */
void *array_grown(
    void *items, size_t count, size_t more, size_t *room, size_t size);

/* Gives back what growing took too much of: the array, moved perhaps. */
void *array_shrunk(void *items, size_t count, size_t size);

/*
 * Takes memory for what is read at random, zeroed. Much of it begins where it
 * can have large pages, of which the processor keeps all addresses in mind,
 * which a look-up waits for else; there may be none, and it does without. For
 * free(3); NULL for a lack of memory.
 */
void *array_large(size_t count, size_t size);

#endif
