/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/request.h"
#include "lib/error.h"
#include "lib/protocol.h"

/* Our metadata, for whoever gives it to IdPs. */

static int
compose(struct request *request, struct saml_outgoing *outgoing,
    struct refusal *refusal)
{
	if (request->policy->speaker == NULL)
		return refuse(refusal, REASON_SSO_OFF, NULL);
	return speaker_metadata(request->policy->speaker,
	    wire_num(request->in, TAG_SIGNED, 0) != 0,
	    peer_patience_for_worker(request->rights, request->policy),
	    outgoing, refusal);
}

int
sp_metadata(struct request *request)
{
	struct saml_outgoing outgoing = { 0 };
	struct refusal refusal;
	int r = compose(request, &outgoing, &refusal);

	if (r == GATE_EREFUSED)
		r = request_refused(request, "sp_metadata", NULL, &refusal);
	else if (r == 0) {
		request_done(request);
		wire_put_str(request->out, TAG_TEXT, outgoing.message);
	}
	saml_outgoing_clear(&outgoing);
	return r;
}
