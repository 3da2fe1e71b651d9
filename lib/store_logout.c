/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/store_tx.h"

/* What a mark stands under. Index "" is all of the name: none is empty. */
static int
mark_hash(const char *issuer, const char *name_id, const char *index,
    uint8_t hash[STORE_HASH_SIZE])
{
	const char *const names[] = { issuer, name_id, index };

	return digest_texts(names, 3, hash);
}

int
store_logout_mark(struct store_tx *tx, const char *issuer, const char *name_id,
    const char *session_index, int64_t issued, int64_t until)
{
	uint8_t hash[STORE_HASH_SIZE];
	int r;

	r = mark_hash(
	    issuer, name_id, session_index != NULL ? session_index : "", hash);
	if (r != 0)
		return r;
	return store_run(tx, SQL_LOGOUT_MARK,
	    STORE_PARAMS(store_bytes(hash, sizeof(hash)), store_number(issued),
		store_number(until)),
	    NULL, NULL, NULL);
}

int
store_logout_find(struct store_tx *tx, const char *issuer, const char *name_id,
    const char *session_index, int64_t authn_instant)
{
	uint8_t one[STORE_HASH_SIZE], all[STORE_HASH_SIZE];
	int64_t found;
	int r;

	r = mark_hash(issuer, name_id, session_index, one);
	if (r == 0)
		r = mark_hash(issuer, name_id, "", all);
	if (r == 0)
		r = store_run(tx, SQL_LOGOUT_FIND,
		    STORE_PARAMS(store_bytes(one, sizeof(one)),
			store_bytes(all, sizeof(all)),
			store_number(authn_instant)),
		    store_number_row, &found, NULL);
	if (r != 0)
		return r;
	return found > 0 ? 0 : GATE_ENOTFOUND;
}
