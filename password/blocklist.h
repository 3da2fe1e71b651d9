/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_BLOCKLIST_H
#define PASSWORD_BLOCKLIST_H

#include <stddef.h>

#include "password/letters.h"

/*
 * Passwords that the administrator does not allow (SP 800-63B-4, 3.1.1.2): a
 * file of one a line; empty lines and those that begin with "#" count for
 * nothing. One is meant in every case, and with digits and signs for letters.
 * Never changed once loaded: threads may share it.
 */
struct blocklist;

/*
 * Loads a file, which must be FILE_TRUSTED and at most 64 MB large: 0; or
 * GATE_EIO (errno), GATE_EUNSAFE, GATE_ETOOBIG, GATE_EINVAL (a line that is
 * too long or not UTF-8), GATE_ENOMEM, and why gets a phrase.
 */
int blocklist_load(
    struct blocklist **blocklist, const char *path, char *why, size_t why_size);
void blocklist_free(struct blocklist **blocklist);

/* Nonzero if a password is on it; takes it folded (letters_fold). */
int blocklist_has(
    const struct blocklist *blocklist, const struct letters *folded);

/* How many are on it. */
size_t blocklist_count(const struct blocklist *blocklist);

#endif
