/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <endian.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/error.h"
#include "lib/store_tx.h"

/* Each text with its length in front, so that no two pairs run together. */
static int
digest_text(EVP_MD_CTX *context, const char *text)
{
	size_t size = strlen(text);
	uint64_t prefix = htobe64(size);

	return EVP_DigestUpdate(context, &prefix, sizeof(prefix)) == 1 &&
	    EVP_DigestUpdate(context, text, size) == 1;
}

/* An ID is unique at its issuer only: the mark is made of both. */
static int
replay_hash(const char *issuer, const char *id, uint8_t hash[STORE_HASH_SIZE])
{
	EVP_MD_CTX *context;
	int r = GATE_ECRYPTO;

	context = EVP_MD_CTX_new();
	if (context != NULL &&
	    EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
	    digest_text(context, issuer) && digest_text(context, id) &&
	    EVP_DigestFinal_ex(context, hash, NULL) == 1)
		r = 0;
	EVP_MD_CTX_free(context);
	return r;
}

int
store_replay_claim(struct store_tx *tx, const char *issuer,
    const char *assertion_id, int64_t until)
{
	uint8_t hash[STORE_HASH_SIZE];
	int64_t claimed;
	int r;

	if (*issuer == '\0' || *assertion_id == '\0')
		return GATE_EINVAL;
	r = replay_hash(issuer, assertion_id, hash);
	if (r != 0)
		return r;
	r = store_run(tx, SQL_REPLAY_CLAIM,
	    STORE_PARAMS(store_bytes(hash, sizeof(hash)), store_number(until)),
	    NULL, NULL, &claimed);
	if (r != 0)
		return r;
	return claimed == 1 ? 0 : GATE_EEXISTS;
}
