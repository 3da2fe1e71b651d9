/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/protocol.h"
#include "web/conversations.h"
#include "web/gate.h"
#include "web/metrics.h"
#include "web/routes.h"

static void
fill(struct wire_msg *msg, void *data)
{
	(void)data;
	wire_put_str(msg, TAG_TOKEN, "");
}

/* Whether people can be let in. A daemon that refuses nobody's token is well.
 */
void
health_handle(struct exchange *x)
{
	const struct wire_msg *answer;

	if (gate_ask(x->site->gate, VERB_SESSION_CHECK, fill, NULL,
		GATE_CHECK_MS, &answer) == 0 &&
	    gate_outcome(answer) == OUTCOME_DENIED)
		exchange_text(x, 200, "ok\n");
	else
		exchange_text(x, 503, "gatehoused does not answer\n");
}

void
health_metrics(struct exchange *x)
{
	struct metrics *metrics = x->site->metrics;
	struct buffer text = { 0 };

	metrics_add(metrics, METRIC_LOGINS,
	    (int64_t)conversations_count(x->site->conversations) -
		metrics_get(metrics, METRIC_LOGINS));
	metrics_write(metrics, &text);
	if (text.error == 0)
		exchange_text(x, 200, text.text);
	else
		exchange_empty(x, 503);
	buffer_clear(&text);
}
