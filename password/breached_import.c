/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/breached_import.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/error.h"
#include "lib/file.h"
#include "password/breached.h"

#define SHA1_DIGITS   40
#define PREFIX_DIGITS 5
/* An entry is made of these; the digits behind them are only looked at. */
#define ENTRY_DIGITS 16

/* Far more than the largest list has at the default size of a piece. */
#define PIECES_MAX 4096

/* What of entries is written at once. */
#define OUT_ROOM 8192

/* A sorted run of entries, in memory or in the file put aside. */
struct piece {
	const uint64_t *at, *end;
};

struct breached_import {
	struct file_draft draft;
	uint64_t *entries; /* the piece in work, as the machine writes them */
	uint64_t *spare;   /* as large, to sort it */
	size_t used, room;
	int is_sorted; /* the piece in work, so far */
	uint64_t taken;
	int aside; /* holds the pieces before; -1: there are none */
	uint64_t ends[PIECES_MAX];
	size_t pieces;
	uint64_t out[OUT_ROOM]; /* as the file has them */
	size_t out_used;
	uint64_t last, written;
};

int
breached_import_new(
    struct breached_import **import, const char *path, size_t entries)
{
	struct breached_import *new = calloc(1, sizeof(*new));
	int r = GATE_ENOMEM;

	if (new == NULL)
		return r;
	new->aside = -1;
	new->is_sorted = 1;
	new->room = entries;
	new->entries = calloc(entries, sizeof(*new->entries));
	new->spare = calloc(entries, sizeof(*new->spare));
	if (new->entries != NULL &&new->spare != NULL)
		r = file_draft_open(&new->draft, path, 0644);
	if (r == 0)
		*import = new;
	else
		breached_import_free(&new);
	return r;
}

void
breached_import_free(struct breached_import **import)
{
	if (*import == NULL)
		return;
	file_draft_drop(&(*import)->draft);
	if ((*import)->aside != -1)
		close((*import)->aside);
	free((*import)->entries);
	free((*import)->spare);
	free(*import);
	*import = NULL;
}

uint64_t
breached_import_taken(const struct breached_import *import)
{
	return import->taken;
}

static int
write_all(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;
	ssize_t n;

	while (size > 0) {
		n = write(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return GATE_EIO;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

/* By byte after byte, the lowest first; ends where it began after eight. */
static void
sort(struct breached_import *import)
{
	uint64_t *from = import->entries, *to = import->spare, *swap;
	size_t places[256], i, place, count;
	int shift;

	for (shift = 0; shift < 64; shift += 8) {
		memset(places, 0, sizeof(places));
		for (i = 0; i < import->used; i++)
			places[from[i] >> shift & 0xff]++;
		for (i = 0, place = 0; i < 256; i++) {
			count = places[i];
			places[i] = place;
			place += count;
		}
		for (i = 0; i < import->used; i++)
			to[places[from[i] >> shift & 0xff]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
}

static void
sort_piece(struct breached_import *import)
{
	if (!import->is_sorted)
		sort(import);
	import->is_sorted = 1;
}

/* Makes room: the piece in work goes to the others. */
static int
put_aside(struct breached_import *import)
{
	int r;

	if (import->pieces == PIECES_MAX)
		return GATE_ETOOBIG;
	if (import->aside == -1)
		import->aside = file_scratch(import->draft.path);
	if (import->aside == -1)
		return GATE_EIO;
	sort_piece(import);
	r = write_all(import->aside, import->entries,
	    import->used * sizeof(*import->entries));
	if (r != 0)
		return r;
	import->ends[import->pieces] =
	    (import->pieces > 0 ? import->ends[import->pieces - 1] : 0) +
	    import->used;
	import->pieces++;
	import->used = 0;
	return 0;
}

static int
add(struct breached_import *import, uint64_t entry)
{
	int r = 0;

	if (import->used == import->room)
		r = put_aside(import);
	if (r != 0)
		return r;
	if (import->used > 0 && entry < import->entries[import->used - 1])
		import->is_sorted = 0;
	import->entries[import->used++] = entry;
	import->taken++;
	return 0;
}

/* The value of a digit, or -1. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes count digits, of which those that have a place there go to *entry. */
static int
take_digits(const char *text, size_t count, size_t *taken, uint64_t *entry)
{
	size_t i;
	int value;

	for (i = 0; i < count; i++) {
		if ((value = digit(text[i])) < 0)
			return GATE_EINVAL;
		if ((*taken)++ < ENTRY_DIGITS)
			*entry = *entry << 4 | (unsigned)value;
	}
	return 0;
}

/* ":" and a number; *seen is whether that is more than 0. */
static int
read_seen(const char *text, size_t size, int *seen)
{
	size_t i;

	*seen = size == 0;
	if (size == 1 || (size > 0 && text[0] != ':'))
		return GATE_EINVAL;
	for (i = 1; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return GATE_EINVAL;
		*seen |= text[i] != '0';
	}
	return 0;
}

int
breached_import_line(struct breached_import *import, const char *prefix,
    const char *line, size_t size)
{
	const char *colon = memchr(line, ':', size);
	size_t digits, taken = 0;
	uint64_t entry = 0;
	int seen;

	if (size > 0 && line[size - 1] == '\r')
		size--;
	if (size == 0)
		return 0;
	digits = colon != NULL ? (size_t)(colon - line) : size;
	if (digits == SHA1_DIGITS - PREFIX_DIGITS && prefix != NULL) {
		if (strlen(prefix) != PREFIX_DIGITS ||
		    take_digits(prefix, PREFIX_DIGITS, &taken, &entry) != 0)
			return GATE_EINVAL;
	} else if (digits != SHA1_DIGITS) {
		return GATE_EINVAL;
	}
	if (take_digits(line, digits, &taken, &entry) != 0 ||
	    read_seen(line + digits, size - digits, &seen) != 0)
		return GATE_EINVAL;
	return seen ? add(import, entry) : 0;
}

static int
flush(struct breached_import *import)
{
	size_t size = import->out_used * sizeof(import->out[0]);

	import->out_used = 0;
	return write_all(import->draft.fd, import->out, size);
}

/* Entries come in ascending order; one that came before is not written. */
static int
put(struct breached_import *import, uint64_t entry)
{
	if (import->written > 0 && entry == import->last)
		return 0;
	import->last = entry;
	import->written++;
	import->out[import->out_used++] = htobe64(entry);
	return import->out_used == OUT_ROOM ? flush(import) : 0;
}

/* Moves the piece in front to its place among those behind it: a heap. */
static void
sink(struct piece *heap, size_t count, size_t place)
{
	const struct piece piece = heap[place];
	size_t child;

	while ((child = 2 * place + 1) < count) {
		if (child + 1 < count && *heap[child + 1].at < *heap[child].at)
			child++;
		if (*heap[child].at >= *piece.at)
			break;
		heap[place] = heap[child];
		place = child;
	}
	heap[place] = piece;
}

static int
merge(struct breached_import *import, struct piece *heap, size_t count)
{
	size_t i;
	int r = 0;

	for (i = count; i > 0; i--)
		sink(heap, count, i - 1);
	while (count > 0 && r == 0) {
		r = put(import, *heap[0].at);
		if (++heap[0].at == heap[0].end)
			heap[0] = heap[--count];
		if (count > 0)
			sink(heap, count, 0);
	}
	return r == 0 ? flush(import) : r;
}

/* The pieces put aside, and the one in work, as one sequence. */
static int
merge_all(struct breached_import *import)
{
	struct piece *heap = calloc(import->pieces + 1, sizeof(*heap));
	uint64_t *map = NULL, count;
	size_t i, size = 0;
	int r = GATE_ENOMEM;

	if (heap == NULL)
		return r;
	if (import->pieces > 0) {
		count = import->ends[import->pieces - 1];
		size = (size_t)count * sizeof(*map);
		map =
		    mmap(NULL, size, PROT_READ, MAP_PRIVATE, import->aside, 0);
		if (map == MAP_FAILED) {
			map = NULL;
			r = GATE_EIO;
			goto out;
		}
	}
	for (i = 0; i < import->pieces; i++)
		heap[i] =
		    (struct piece){ i > 0 ? map + import->ends[i - 1] : map,
			    map + import->ends[i] };
	heap[i] =
	    (struct piece){ import->entries, import->entries + import->used };
	r = merge(import, heap, import->pieces + (import->used > 0));
out:
	if (map != NULL)
		munmap(map, size);
	free(heap);
	return r;
}

/* The count is known last, and stands in front. */
static int
write_header(struct breached_import *import)
{
	const uint64_t count = htobe64(import->written);

	if (lseek(import->draft.fd, BREACHED_MAGIC_SIZE, SEEK_SET) == -1)
		return GATE_EIO;
	return write_all(import->draft.fd, &count, sizeof(count));
}

int
breached_import_finish(struct breached_import *import, uint64_t *count)
{
	static const char header[BREACHED_HEADER_SIZE + 1] = BREACHED_MAGIC;
	int r;

	if (import->taken == 0)
		return GATE_EINVAL;
	r = write_all(import->draft.fd, header, BREACHED_HEADER_SIZE);
	if (r == 0) {
		sort_piece(import);
		r = merge_all(import);
	}
	if (r == 0)
		r = write_header(import);
	if (r == 0)
		r = file_draft_commit(&import->draft);
	*count = import->written;
	return r;
}
