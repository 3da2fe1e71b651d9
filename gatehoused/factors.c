/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/factors.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/log.h"

/* What a code's row is bound to: not what a seed's is. */
#define CODE_ROW      "recovery:"
#define CODE_ROW_SIZE (sizeof(CODE_ROW) + STORE_USER_MAX)

#define SEALED_CODE   (RECOVERY_KEPT_SIZE + SEAL_OVERHEAD)

static_assert(FACTOR_PACKED_SIZE + SEAL_OVERHEAD <= STORE_SEALED_MAX,
    "a sealed factor fits its row");
static_assert(SEALED_CODE <= STORE_RECOVERY_MAX, "a sealed code fits its row");

struct otp_window
factors_window(const struct config *config)
{
	return (struct otp_window){ .drift = config->otp_drift,
		.drift_max = config->otp_drift_max,
		.look_ahead = config->otp_look_ahead,
		.resync = config->otp_resync };
}

static void
code_row(const char *user, char row[CODE_ROW_SIZE])
{
	snprintf(row, CODE_ROW_SIZE, CODE_ROW "%s", user);
}

int
factors_put(struct store_tx *tx, const struct seal_key *key, const char *user,
    const struct factor *factor, const struct factor_seed *seed, int64_t now)
{
	uint8_t packed[FACTOR_PACKED_SIZE];
	struct store_factor row = { .confirmed = factor->confirmed != 0,
		.sealed_size = FACTOR_PACKED_SIZE + SEAL_OVERHEAD,
		.last = factor->last,
		.drift = factor->drift,
		.created = now };
	int r;

	if ((size_t)snprintf(row.user, sizeof(row.user), "%s", user) >=
	    sizeof(row.user))
		return GATE_ETOOBIG;
	r = factor_pack(factor, seed, packed);
	if (r == 0)
		r = seal_close(key, user, packed, sizeof(packed), row.sealed);
	if (r == 0)
		r = store_factor_put(tx, &row);
	explicit_bzero(packed, sizeof(packed));
	return r;
}

int
factors_get(struct store_tx *tx, const struct seal_key *key, const char *user,
    int confirmed, struct factor *factor, struct factor_seed *seed)
{
	uint8_t packed[STORE_SEALED_MAX];
	struct store_factor row;
	int r = store_factor_get(tx, user, confirmed, &row);

	if (r == 0)
		r = seal_open(key, user, row.sealed, row.sealed_size, packed);
	if (r == 0)
		r = factor_unpack(
		    packed, row.sealed_size - SEAL_OVERHEAD, factor, seed);
	explicit_bzero(packed, sizeof(packed));
	if (r != 0)
		return r;
	factor->last = row.last;
	factor->drift = row.drift;
	factor->confirmed = row.confirmed;
	return 0;
}

int
factors_put_codes(struct store_tx *tx, const struct seal_key *key,
    const char *user, const struct recovery_kept *kept, size_t count)
{
	struct store_recovery rows[FACTORS_CODES_MAX];
	char row[CODE_ROW_SIZE];
	size_t i;
	int r = count <= FACTORS_CODES_MAX ? 0 : GATE_ETOOBIG;

	code_row(user, row);
	for (i = 0; i < count && r == 0; i++) {
		rows[i].size = SEALED_CODE;
		r = seal_close(
		    key, row, kept[i].bytes, RECOVERY_KEPT_SIZE, rows[i].kept);
	}
	return r == 0 ? store_recovery_replace(tx, user, rows, count) : r;
}

/* A list of rows on its way into codes. */
static int
gather(const struct store_recovery *row, void *data)
{
	struct factors_codes *codes = data;

	if (codes->count == FACTORS_CODES_MAX)
		return GATE_ETOOBIG;
	codes->rows[codes->count++] = *row;
	return 0;
}

int
factors_get_codes(struct store_tx *tx, const struct seal_key *key,
    const char *user, struct factors_codes *codes)
{
	char row[CODE_ROW_SIZE];
	size_t i;
	int r;

	code_row(user, row);
	codes->count = 0;
	r = store_recovery_list(tx, user, gather, codes);
	for (i = 0; i < codes->count && r == 0; i++)
		r = codes->rows[i].size == SEALED_CODE
		    ? seal_open(key, row, codes->rows[i].kept, SEALED_CODE,
			  codes->kept[i].bytes)
		    : GATE_ECRYPTO;
	return r;
}

/* One of them that is not there opens as well as any. */
static int
open_factor(struct store_tx *tx, const struct seal_key *key, const char *user,
    int confirmed)
{
	struct factor_seed seed = { .size = 0 };
	struct factor factor;
	int r = factors_get(tx, key, user, confirmed, &factor, &seed);

	explicit_bzero(&seed, sizeof(seed));
	return r == GATE_ENOTFOUND ? 0 : r;
}

int
factors_open(struct store_tx *tx, const struct seal_key *key, const char *user)
{
	struct factors_codes codes;
	int r = open_factor(tx, key, user, 1);

	if (r == 0)
		r = open_factor(tx, key, user, 0);
	if (r == 0)
		r = factors_get_codes(tx, key, user, &codes);
	explicit_bzero(&codes, sizeof(codes));
	return r;
}

/* What the key before does not open either does not need it. */
static int
renew(const struct seal_key *key, const char *user, const char *row,
    uint8_t *sealed, size_t size, int *changed)
{
	int r = seal_renew(key, row, sealed, size, changed);

	if (r != GATE_ENOTFOUND)
		return r;
	log_warn("something sealed of user \"%s\" opens with no key: enrol "
		 "anew",
	    user);
	return 0;
}

int
factors_confirm(struct store_tx *tx, const struct seal_key *key,
    const struct factors_proof *proof, struct refusal *refusal)
{
	struct factor_seed seed = { .size = 0 };
	struct factor factor;
	struct otp_match match;
	int64_t dropped;
	int r = factors_get(tx, key, proof->user, 0, &factor, &seed);

	if (r == 0) {
		r = otp_check(&factor, &seed, &proof->window, proof->code,
		    proof->now, &match);
		if (r == GATE_EEXISTS)
			r = refuse(refusal, REASON_CODE_USED, NULL);
		else if (r == GATE_EREFUSED)
			(void)refuse(refusal, REASON_BAD_CODE, NULL);
	}
	explicit_bzero(&seed, sizeof(seed));
	if (r == 0)
		r = store_factor_confirm(
		    tx, proof->user, match.last, match.drift);
	if (r == 0)
		r = store_device_forget(tx, proof->user, &dropped);
	return r == 0
	    ? factors_put_codes(tx, key, proof->user, proof->kept, proof->count)
	    : r;
}

/* The factor that counts, or the one that waits, if there is one. */
static int
reseal_factor(struct store_tx *tx, const struct seal_key *key, const char *user,
    int confirmed, int64_t *changed)
{
	struct store_factor row;
	int one = 0;
	int r = store_factor_get(tx, user, confirmed, &row);

	if (r == GATE_ENOTFOUND)
		return 0;
	if (r == 0)
		r = renew(key, user, user, row.sealed, row.sealed_size, &one);
	if (r == 0 && one)
		r = store_factor_put(tx, &row);
	*changed += one;
	return r;
}

static int
reseal_codes(struct store_tx *tx, const struct seal_key *key, const char *user,
    int64_t *changed)
{
	struct factors_codes codes = { 0 };
	char row[CODE_ROW_SIZE];
	int64_t these = 0;
	size_t i;
	int one, r;

	code_row(user, row);
	r = store_recovery_list(tx, user, gather, &codes);
	for (i = 0; i < codes.count && r == 0; i++) {
		one = 0;
		r = renew(key, user, row, codes.rows[i].kept,
		    codes.rows[i].size, &one);
		these += one;
	}
	if (r == 0 && these > 0)
		r = store_recovery_replace(tx, user, codes.rows, codes.count);
	*changed += these;
	return r;
}

int
factors_reseal(struct store_tx *tx, const struct seal_key *key,
    const char *user, int64_t *changed)
{
	int r = reseal_factor(tx, key, user, 1, changed);

	if (r == 0)
		r = reseal_factor(tx, key, user, 0, changed);
	return r == 0 ? reseal_codes(tx, key, user, changed) : r;
}
