/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/worker_ask.h"

/* A question and where its answer goes. */
struct question {
	const struct saml_logout_input *input;
	struct saml_logout *logout;
};

static int
take_logout(const struct wire_msg *answer, void *data)
{
	struct question *q = data;
	int r = saml_logout_get(q->logout, answer);
	int64_t now = q->input->now;

	/* or else a replay mark would be dropped before its time, and the mark
	 * of a logout keep out who signs in after it */
	if (r == 0 &&
	    (q->logout->replay_until < now ||
		q->logout->issued > now + CONFIG_CLOCK_SKEW_MOST)) {
		saml_logout_clear(q->logout);
		r = GATE_EPROTO;
	}
	return r;
}

int
saml_worker_logout(struct saml_worker *worker,
    const struct saml_logout_input *input, int64_t deadline,
    struct saml_logout *logout, struct refusal *refusal)
{
	struct question q = { input, logout };
	struct wire_msg *msg;

	/* not worth a worker's life: it could only hang up */
	if (input->size > saml_worker_response_max(worker))
		return refuse(refusal, REASON_RESPONSE_TOO_LARGE, NULL);
	msg = saml_worker_question(worker, VERB_SAML_LOGOUT);
	wire_put_num(msg, TAG_BINDING, input->binding);
	wire_put_bytes(msg, TAG_TEXT, input->text, input->size);
	wire_put_num(msg, TAG_NOW, input->now);
	return saml_worker_ask(worker, msg, deadline, take_logout, &q, refusal);
}
