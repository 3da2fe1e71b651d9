/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_SECRET_H
#define GATE_SECRET_H

#include <stddef.h>
#include <stdint.h>

/*
 * Memory for secrets: pages of their own, locked against swap where the
 * limits allow it, left out of core dumps and wiped when freed. Zeroed.
 * NULL when there is no memory. Keeps nothing global, so that it is safe in
 * a PAM module.
 */
void *secret_alloc(size_t size);

/* Wipes and returns what secret_alloc gave; size is the size asked for. */
void secret_free(void *memory, size_t size);

/*
 * Makes a secret buffer larger: a new one with the old contents, the old one
 * wiped. NULL leaves the old one as it was.
 */
void *secret_grow(void *memory, size_t size, size_t new_size);

/*
 * Wipes what calls that have returned left on this thread's stack, in the
 * SECRET_STACK bytes below the caller's frame, and in its vector registers:
 * libraries copy passwords and keys there. Far more than any request of ours
 * uses.
 */
#define SECRET_STACK (96u << 10)
void secret_wipe_stack(void);

/* The same in SECRET_STACK_SHALLOW bytes, for what is asked so often that the
 * wiping counts, and is known to use less. */
#define SECRET_STACK_SHALLOW (32u << 10)
void secret_wipe_stack_shallow(void);

/* Wipes a string and frees it, nulls the caller's pointer; takes NULL. */
void secret_str_free(char **text);

/*
 * Nonzero if both are equal. Takes the same time whatever the bytes are; the
 * length of a is public, that of b is not.
 */
int secret_equal(const void *a, size_t a_size, const void *b, size_t b_size);

/* Fills with random bytes from the kernel; 0 or GATE_EIO. */
int secret_random(void *bytes, size_t size);

/*
 * Base64url without padding (RFC 4648, section 5). text holds at least
 * SECRET_TEXT_SIZE(size) characters.
 */
#define SECRET_TEXT_SIZE(size) (((size)*4 + 2) / 3 + 1)
void secret_text(const void *bytes, size_t size, char *text);

#endif
