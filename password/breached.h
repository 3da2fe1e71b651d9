/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_BREACHED_H
#define PASSWORD_BREACHED_H

#include <stddef.h>
#include <stdint.h>

/*
 * A file of stolen passwords, by which none is looked up on the network: the
 * first 64 bits of the SHA-1 of each, sorted. 64 bits are enough: of a billion
 * entries (2^30), a password that is not among them is taken for one with a
 * chance of 2^-34, 1 in 17,000,000,000; and the numbers are of a size that
 * machines like. 100 million entries take 800 MB, of which a lookup touches a
 * few pages: SHA-1 spreads them evenly, so that where one should be can be
 * computed.
 *
 * The file: the 8 bytes of BREACHED_MAGIC, the count of entries, then these in
 * ascending order, none twice; all numbers of 64 bits, the highest byte first.
 */
#define BREACHED_MAGIC       "GATEBRE\x01"
#define BREACHED_MAGIC_SIZE  8
#define BREACHED_HEADER_SIZE 16

struct breached;

/*
 * Opens and maps a file, which must be FILE_TRUSTED: 0; GATE_EIO (errno),
 * GATE_EUNSAFE, GATE_EPROTO (none of ours, or cut), GATE_ENOMEM; why gets a
 * phrase. It is replaced by rename(2): one that is open stays as it is. Never
 * changed once open: threads may share it.
 */
int breached_open(
    struct breached **breached, const char *path, char *why, size_t why_size);
void breached_free(struct breached **breached);

/* 0 where a password is not in it, GATE_EREFUSED where it is, GATE_ECRYPTO. */
int breached_has(const struct breached *breached, const char *password);

/* How many entries it has; and whether it has this one. */
uint64_t breached_count(const struct breached *breached);
int breached_has_entry(const struct breached *breached, uint64_t entry);

/* The entry of 20 bytes of SHA-1. */
uint64_t breached_entry(const uint8_t sha1[20]);

#endif
