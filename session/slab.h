/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_SLAB_H
#define SESSION_SLAB_H

#include <stddef.h>
#include <stdint.h>

/*
 * Items of one size, each named by a number that is half as long as a pointer.
 * They come in chunks, so that growing copies none and wastes less than one
 * chunk. What is given back is used again; memory goes back with slab_clear.
 */
#define SLAB_NONE  UINT32_MAX
#define SLAB_CHUNK 1024u

struct slab {
	size_t size; /* of an item */
	uint8_t **chunks;
	uint32_t room; /* of items, in the chunks there are */
	uint32_t top;  /* items below it have been taken once */
	uint32_t free; /* the first that was given back */
};

/* Without items yet; size is at least that of a uint32_t. */
void slab_init(struct slab *slab, size_t size);
void slab_clear(struct slab *slab);

/* An item of zeros; 0 or GATE_ENOMEM. */
int slab_take(struct slab *slab, uint32_t *item);

/* Wipes an item that was taken, and takes it back. */
void slab_give(struct slab *slab, uint32_t item);

/* The item; it stays where it is until it is given back. */
static inline void *
slab_at(const struct slab *slab, uint32_t item)
{
	return slab->chunks[item / SLAB_CHUNK] + item % SLAB_CHUNK * slab->size;
}

#endif
