/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_FACTORS_H
#define GATEHOUSED_FACTORS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/config.h"
#include "lib/reason.h"
#include "lib/seal.h"
#include "lib/store_fallback.h"
#include "twofactor/factor.h"
#include "twofactor/otp.h"
#include "twofactor/recovery.h"

/*
 * Second factors and recovery codes between the room that knows what they are
 * and the store that keeps them: sealed on the way in, opened on the way out.
 *
 * All of these are for a transaction of the store. Never seal outside one: what
 * is sealed with a key that is being replaced must be on record before the next
 * transaction, which is the one that seals it anew (keys.c).
 */

/*
 * Puts a user's factor on record, the one that counts or the one that waits by
 * factor->confirmed, in place of the one before. now is its age. 0, or an error
 * of store_factor_put, factor_pack or seal_close.
 */
int factors_put(struct store_tx *tx, const struct seal_key *key,
    const char *user, const struct factor *factor,
    const struct factor_seed *seed, int64_t now);

/*
 * Gives it back: 0, GATE_ENOTFOUND; GATE_ECRYPTO for one that was not sealed
 * for this user with a key of ours. Wipe the seed.
 */
int factors_get(struct store_tx *tx, const struct seal_key *key,
    const char *user, int confirmed, struct factor *factor,
    struct factor_seed *seed);

/* How far a code may be from where it is expected: [2fa]. */
struct otp_window factors_window(const struct config *config);

/* Room for a set and for all scratch codes that an import can bring. */
#define FACTORS_CODES_MAX (RECOVERY_COUNT + 10)

/* A user's recovery codes: what recovery_match looks at, and, at the same
 * place, the row that store_recovery_take wants. */
struct factors_codes {
	struct recovery_kept kept[FACTORS_CODES_MAX];
	struct store_recovery rows[FACTORS_CODES_MAX];
	size_t count;
};

/* Puts count codes in place of all that the user has; GATE_ETOOBIG for more
 * than FACTORS_CODES_MAX. */
int factors_put_codes(struct store_tx *tx, const struct seal_key *key,
    const char *user, const struct recovery_kept *kept, size_t count);

/* Gives those that are left, none at all is 0 too; GATE_ECRYPTO as above. */
int factors_get_codes(struct store_tx *tx, const struct seal_key *key,
    const char *user, struct factors_codes *codes);

/*
 * The factor that waits counts from now on, with these recovery codes, if code
 * is one of it at the time now; nothing stands for the one before any more. 0,
 * GATE_EREFUSED and why, GATE_ENOTFOUND if none waits, or the errors above.
 */
struct factors_proof {
	const char *user;
	const char *code;
	struct otp_window window;
	int64_t now;
	const struct recovery_kept *kept;
	size_t count;
};
int factors_confirm(struct store_tx *tx, const struct seal_key *key,
    const struct factors_proof *proof, struct refusal *refusal);

/* Whether all that a user has opens: 0, GATE_ECRYPTO, or an error as above. */
int factors_open(
    struct store_tx *tx, const struct seal_key *key, const char *user);

/*
 * Seals all that a user has anew that the key before sealed: *changed counts
 * the rows. What no key opens stays as it is, which is logged. 0, or an error
 * of the above.
 */
int factors_reseal(struct store_tx *tx, const struct seal_key *key,
    const char *user, int64_t *changed);

#endif
