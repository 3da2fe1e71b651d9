/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/slab.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

void
slab_init(struct slab *slab, size_t size)
{
	*slab = (struct slab){ .size = size, .free = SLAB_NONE };
}

void
slab_clear(struct slab *slab)
{
	uint32_t i;

	for (i = 0; i < slab->room / SLAB_CHUNK; i++)
		free(slab->chunks[i]);
	free(slab->chunks);
	slab_init(slab, slab->size);
}

static int
add_chunk(struct slab *slab)
{
	uint32_t count = slab->room / SLAB_CHUNK;
	uint8_t **chunks, *chunk;

	if (slab->room > SLAB_NONE - SLAB_CHUNK)
		return GATE_ENOMEM;
	chunks = reallocarray(slab->chunks, count + 1, sizeof(*chunks));
	if (chunks == NULL)
		return GATE_ENOMEM;
	slab->chunks = chunks;
	if ((chunk = calloc(SLAB_CHUNK, slab->size)) == NULL)
		return GATE_ENOMEM;
	chunks[count] = chunk;
	slab->room += SLAB_CHUNK;
	return 0;
}

int
slab_take(struct slab *slab, uint32_t *item)
{
	uint8_t *bytes;

	if (slab->free != SLAB_NONE) {
		*item = slab->free;
		bytes = slab_at(slab, *item);
		memcpy(&slab->free, bytes, sizeof(slab->free));
		memset(bytes, 0, sizeof(slab->free));
		return 0;
	}
	if (slab->top == slab->room && add_chunk(slab) != 0)
		return GATE_ENOMEM;
	*item = slab->top++;
	return 0;
}

void
slab_give(struct slab *slab, uint32_t item)
{
	uint8_t *bytes = slab_at(slab, item);

	explicit_bzero(bytes, slab->size);
	memcpy(bytes, &slab->free, sizeof(slab->free));
	slab->free = item;
}
