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

/*
 * The master key, in locked memory; while it is being replaced, also the one
 * before, which opens and never seals. Threads may share it.
 */
struct seal_key;

/* Beside the key file: the key before, until nothing is sealed with it. */
#define SEAL_OLD_SUFFIX ".old"

/*
 * Reads the key file: 32 raw bytes, FILE_SECRET, and the one before if it is
 * there. Removes what a rotation that was killed has left of others. 0, or the
 * errors of file_read, or GATE_ECONFIG when one has another size; why as in
 * file.h.
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
 * Replaces the key by a new random one, in its file and here. The one before is
 * kept beside, whatever happens: 0; GATE_EEXISTS if there is one still that was
 * replaced before; GATE_EFULL, GATE_EIO (errno), GATE_ENOMEM, and nothing is
 * changed then.
 */
int seal_key_rotate(struct seal_key *key);

/* Nonzero if there is a key before, and something may be sealed with it. */
int seal_key_is_replaced(const struct seal_key *key);

/*
 * Forgets the key before, here and on disk: nothing is sealed with it any more.
 * 0; GATE_EUNSAFE if the key file has not the key that is in use, and nothing
 * is done then; GATE_EIO (errno), and it stays on disk, to be tried again.
 */
int seal_key_settle(struct seal_key *key);

/*
 * Seals size bytes for the row named by aad; out holds size + SEAL_OVERHEAD
 * bytes. A fresh random nonce each time. 0, GATE_ECRYPTO, GATE_EIO,
 * GATE_ENOMEM.
 */
int seal_close(const struct seal_key *key, const char *aad, const void *plain,
    size_t size, uint8_t *out);

/*
 * Opens what seal_close made; out holds size - SEAL_OVERHEAD bytes. 0, or
 * GATE_ECRYPTO if key, row or bytes are not the ones it was sealed with.
 */
int seal_open(const struct seal_key *key, const char *aad,
    const uint8_t *sealed, size_t size, void *out);

/*
 * Seals a value anew, in its place, if the key before sealed it: *changed says
 * so. 0; GATE_ENOTFOUND if neither key opens it; GATE_ETOOBIG for more than
 * SEAL_RENEW_MAX bytes, or the errors of seal_close; it is as it was then.
 */
#define SEAL_RENEW_MAX 256
int seal_renew(const struct seal_key *key, const char *aad, uint8_t *sealed,
    size_t size, int *changed);

/*
 * HMAC-SHA-256 (RFC 2104) of a text for the row named by aad, under a key that
 * is derived from the master key: what is kept of a secret too short for a
 * hash. Under another master key it is another: keep none for long. 0, or
 * GATE_ECRYPTO.
 */
#define SEAL_MAC_SIZE 32
int seal_mac(const struct seal_key *key, const char *aad, const char *text,
    uint8_t mac[SEAL_MAC_SIZE]);

#endif
