/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/siphash.h"

#include <endian.h>
#include <string.h>

#define WORD sizeof(uint64_t)

struct state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t
rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static uint64_t
read_word(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return le64toh(word);
}

/* Inlined, that the state stays in registers: it is what all time goes into. */
static inline __attribute__((always_inline)) void
mix(struct state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 = rotate(s->v2, 32);
}

static inline __attribute__((always_inline)) void
absorb(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	mix(s);
	mix(s);
	s->v0 ^= word;
}

uint64_t
siphash(const uint8_t key[SIPHASH_KEY_SIZE], const void *bytes, size_t size)
{
	const uint64_t k0 = read_word(key), k1 = read_word(key + WORD);
	struct state s = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573 };
	const uint8_t *p = bytes;
	uint8_t last[WORD] = { 0 };
	size_t left;
	int i;

	for (left = size; left >= WORD; left -= WORD, p += WORD)
		absorb(&s, read_word(p));
	if (left > 0)
		memcpy(last, p, left);
	last[WORD - 1] = (uint8_t)size;
	absorb(&s, read_word(last));
	s.v2 ^= 0xff;
	for (i = 0; i < 4; i++)
		mix(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
