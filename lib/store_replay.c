/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/store_tx.h"

int
store_replay_claim(struct store_tx *tx, const char *issuer,
    const char *assertion_id, int64_t until)
{
	/* an ID is unique at its issuer only */
	const char *const names[] = { issuer, assertion_id };
	uint8_t hash[STORE_HASH_SIZE];
	int64_t claimed;
	int r;

	if (*issuer == '\0' || *assertion_id == '\0')
		return GATE_EINVAL;
	r = digest_texts(names, 2, hash);
	if (r != 0)
		return r;
	r = store_run(tx, SQL_REPLAY_CLAIM,
	    STORE_PARAMS(store_bytes(hash, sizeof(hash)), store_number(until)),
	    NULL, NULL, &claimed);
	if (r != 0)
		return r;
	return claimed == 1 ? 0 : GATE_EEXISTS;
}
