/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_SIPHASH_H
#define GATE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY_SIZE 16

/*
 * SipHash-2-4 (Aumasson, Bernstein, 2012): for tables whose keys are strangers'
 * words. Who does not know the key cannot choose words that fall into one
 * place. Not for what must not be forged.
 */
uint64_t siphash(
    const uint8_t key[SIPHASH_KEY_SIZE], const void *bytes, size_t size);

#endif
