/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/array.h"

#include <sys/mman.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HUGE_PAGE ((size_t)2 << 20)

void *
array_grown(void *items, size_t count, size_t more, size_t *room, size_t size)
{
	size_t wanted = *room + *room / 2;
	void *larger;

	if (count + more <= *room)
		return items;
	if (wanted < count + more)
		wanted = count + more + 16;
	if ((larger = reallocarray(items, wanted, size)) != NULL)
		*room = wanted;
	return larger;
}

void *
array_shrunk(void *items, size_t count, size_t size)
{
	void *smaller = reallocarray(items, count + 1, size);

	if (smaller != NULL)
		items = smaller;
	return items;
}

void *
array_large(size_t count, size_t size)
{
	void *items;
	size_t bytes;

	/* one more than needed: no allocation of nothing */
	if (__builtin_mul_overflow(count + 1, size, &bytes) ||
	    bytes > SIZE_MAX - HUGE_PAGE)
		return NULL;
	if (bytes < HUGE_PAGE)
		return calloc(count + 1, size);
	bytes = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	if ((items = aligned_alloc(HUGE_PAGE, bytes)) == NULL)
		return NULL;
	(void)madvise(items, bytes, MADV_HUGEPAGE);
	return memset(items, 0, (count + 1) * size);
}
