/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_DIGEST_H
#define GATE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE      32
#define DIGEST_TEXT_SIZE (2 * DIGEST_SIZE + 1)

/*
 * SHA-256 of some texts in their order, each with its length in front, so that
 * no two rows of texts run together. 0 or GATE_ECRYPTO.
 */
int digest_texts(
    const char *const *texts, size_t count, uint8_t digest[DIGEST_SIZE]);

/* In hexadecimal. */
void digest_text(
    const uint8_t digest[DIGEST_SIZE], char text[DIGEST_TEXT_SIZE]);

#endif
