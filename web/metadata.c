/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "web/gate.h"
#include "web/memo.h"
#include "web/routes.h"

/* Our own metadata, for IdPs. */

/* So long it is kept, in milliseconds. */
#define KEEP 60000

/* SAML metadata, appendix A */
#define TYPE "application/samlmetadata+xml"

static int
ask(struct exchange *x, struct buffer *text)
{
	const struct wire_msg *msg;
	int r = gate_ask(
	    x->site->gate, VERB_SP_METADATA, NULL, NULL, GATE_ASK_MS, &msg);
	const char *said;

	if (r != 0)
		return r;
	said = wire_str(msg, TAG_TEXT);
	if (gate_outcome(msg) != OUTCOME_GRANTED || said == NULL)
		return GATE_EREFUSED;
	buffer_add_text(text, said);
	if (text->error == 0)
		memo_put(x->site->metadata, said, clock_mono_ms() + KEEP);
	return text->error;
}

void
metadata_handle(struct exchange *x)
{
	struct buffer text = { 0 };
	int r = memo_get(x->site->metadata, clock_mono_ms(), &text);

	if (r == GATE_ENOTFOUND)
		r = ask(x, &text);
	if (r == 0)
		exchange_typed(x, 200, TYPE, text.text);
	else if (r == GATE_EREFUSED)
		exchange_fail(x, 404, NULL,
		    "there is no metadata of ours: see [saml] entity_id, and "
		    "gatehousectl sp metadata");
	else
		exchange_fail(
		    x, 503, NULL, "our metadata: %s", gate_strerror(r));
	buffer_clear(&text);
}
