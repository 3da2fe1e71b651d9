/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_SEAL_H
#define GATE_SEAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Secrets at rest: AES-256-GCM (NIST SP 800-38D) under the master key, bound
 * to the row they stand in by the additional data, so that a sealed value
 * moved to another row does not open.
 */
#define SEAL_KEY_SIZE 32
#define SEAL_OVERHEAD (1 + 12 + 16) /* version, nonce, tag */

/* The master key, in locked memory. */
struct seal_key;

/*
 * Reads the key file: 32 raw bytes, FILE_SECRET. 0, or the errors of
 * file_read, or GATE_ECONFIG when it has another size; why as in file.h.
 */
int seal_key_load(
    struct seal_key **key, const char *path, char *why, size_t why_size);
void seal_key_free(struct seal_key **key);

/*
 * Makes a new key file, mode 0600; GATE_EEXISTS if there is one already: a
 * key is never overwritten.
 */
int seal_key_create(const char *path);

/*
 * Seals size bytes for the row named by aad; out holds size + SEAL_OVERHEAD
 * bytes. A fresh random nonce each time. 0, GATE_ECRYPTO or GATE_EIO.
 */
int seal_close(const struct seal_key *key, const char *aad, const void *plain,
    size_t size, uint8_t *out);

/*
 * Opens what seal_close made; out holds size - SEAL_OVERHEAD bytes. 0, or
 * GATE_ECRYPTO if key, row or bytes are not the ones it was sealed with.
 */
int seal_open(const struct seal_key *key, const char *aad,
    const uint8_t *sealed, size_t size, void *out);

#endif
