/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/assertion.h"

#include "lib/error.h"

int
assertion_claim(struct store_tx *tx, const struct saml_identity *identity,
    struct refusal *refusal)
{
	int r = store_replay_claim(tx, identity->issuer, identity->assertion_id,
	    identity->replay_until);

	if (r != GATE_EEXISTS)
		return r;
	return refuse(refusal, REASON_REPLAY,
	    "assertion %s of %s was used before", identity->assertion_id,
	    identity->issuer);
}
