/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_REHASH_H
#define GATEHOUSED_REHASH_H

#include "lib/store.h"

/*
 * The same password under a better verifier: at a login it is at hand. A
 * struct rehash may be NULL everywhere: there is nothing to be done.
 */
struct rehash;

/*
 * Where the user's verifier is older or cheaper than what is wanted, takes the
 * password over, in secret memory of LOGIN_PASSWORD_SIZE, for later: 0 or
 * GATE_ENOMEM.
 */
int rehash_new(struct rehash **rehash, const struct store_user *user,
    char **password, int cost);
void rehash_free(struct rehash **rehash);

/* Makes the verifier, which takes its time: 0 or an error of verifier_make. */
int rehash_make(struct rehash *rehash);

/* Puts it in place of the old one, if that is still there: 0, or an error of
 * the store. */
int rehash_commit(
    struct store_tx *tx, const struct rehash *rehash, const char *user);

#endif
