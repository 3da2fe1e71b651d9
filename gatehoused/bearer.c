/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/bearer.h"

#include "gatehoused/presence.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"

/*
 * A token is looked for by its hash, in a table whose order depends on a key of
 * the daemon's own: how long that takes tells nothing of the tokens there are.
 */
int
bearer_hash(const char *token, uint8_t hash[HANDLE_HASH_SIZE])
{
	return handle_hash(BEARER_PREFIX, token, hash) == 0 ? 0
							    : GATE_ENOTFOUND;
}

int
bearer_find(const struct request *request, struct live_view *view)
{
	struct presence *presence = gate_presence(request->gate);
	const char *token = wire_str(request->in, TAG_TOKEN);
	uint8_t hash[HANDLE_HASH_SIZE];

	if (token == NULL || bearer_hash(token, hash) != 0)
		return GATE_ENOTFOUND;
	return live_check(presence_live(presence), LIVE_TOKEN(hash),
	    presence_now(presence), view);
}

int
bearer_denied(struct request *request, enum reason reason, int tell)
{
	log_debug("a session for uid %u: %s", (unsigned)request->peer->uid,
	    reason_word(reason));
	wire_begin(request->out, VERB_RESULT);
	wire_put_num(request->out, TAG_OUTCOME, OUTCOME_DENIED);
	if (tell)
		wire_put_str(request->out, TAG_REASON, reason_word(reason));
	return 0;
}

int
bearer_refused(struct request *request, const char *id, int tell)
{
	struct refusal refusal;

	/* what is not there has no id: that is no session's */
	if (presence_check(gate_presence(request->gate), id, &refusal) == 0)
		refusal.reason = REASON_NO_SESSION;
	return bearer_denied(request, refusal.reason, tell);
}
