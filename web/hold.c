/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "web/gate.h"
#include "web/hold_tokens.h"
#include "web/routes.h"

/*
 * Backends that have no way to gatehoused's socket hold a session open while
 * something runs that is no input, a call for example. Each shows a token of
 * its own, and its name stands before the labels of its holds.
 */

#define BEARER "Bearer "

/* What the store takes (session/hold.h). */
#define LABEL_SIZE 64

struct order {
	const struct exchange *x;
	char label[LABEL_SIZE];
	int64_t lease; /* ms; 0: as configured */
};

static const char *
holder_of(const struct exchange *x)
{
	const char *text = exchange_field(x, "Authorization");

	if (text == NULL || strncasecmp(text, BEARER, strlen(BEARER)) != 0)
		return NULL;
	text += strlen(BEARER);
	return hold_tokens_find(x->site->hold_tokens, text + strspn(text, " "));
}

static void
fill(struct wire_msg *msg, void *data)
{
	const struct order *o = data;

	wire_put_str(msg, TAG_SESSION, form_get(o->x->form, "session"));
	wire_put_str(msg, TAG_USER, form_get(o->x->form, "user"));
	wire_put_str(msg, TAG_LABEL, o->label);
	if (o->lease > 0)
		wire_put_num(msg, TAG_LEASE, o->lease);
}

/* Seconds, in digits alone. */
static int
read_lease(struct order *o)
{
	const char *text = form_get(o->x->form, "lease");
	size_t digits;

	if (text == NULL)
		return 0;
	digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 9 || text[digits] != '\0')
		return GATE_EINVAL;
	o->lease = strtoll(text, NULL, 10) * 1000;
	return o->lease > 0 ? 0 : GATE_EINVAL;
}

static int
read_order(struct order *o, const char *holder)
{
	const struct form *form = o->x->form;
	const char *label = form_get(form, "label");
	int n;

	if ((form_get(form, "session") == NULL) ==
	    (form_get(form, "user") == NULL))
		return GATE_EINVAL;
	n = snprintf(o->label, sizeof(o->label), "%s: %s", holder,
	    label != NULL ? label : "hold");
	if (n < 0 || (size_t)n >= sizeof(o->label))
		return GATE_EINVAL;
	return read_lease(o);
}

static void
answer_refused(struct exchange *x, const struct wire_msg *msg)
{
	const char *reason = wire_str(msg, TAG_REASON);
	char json[128];

	/* words of lib/reason.h: nothing in them is to be escaped */
	snprintf(json, sizeof(json), "{\"held\":0,\"reason\":\"%.40s\"}\n",
	    reason != NULL ? reason : "refused");
	exchange_json(x, 409, json);
}

static void
answer(struct exchange *x, const struct wire_msg *msg)
{
	int64_t error = wire_num(msg, TAG_ERROR, 0);
	char json[128];

	if (gate_outcome(msg) == OUTCOME_GRANTED) {
		snprintf(json, sizeof(json),
		    "{\"held\":%" PRId64 ",\"lease\":%" PRId64 "}\n",
		    wire_num(msg, TAG_COUNT, 0),
		    wire_num(msg, TAG_LEASE, 0) / 1000);
		exchange_json(x, 200, json);
	} else if (error == GATE_EINVAL)
		exchange_json(x, 400, "{\"held\":0,\"reason\":\"invalid\"}\n");
	else if (error == GATE_EPERM)
		exchange_fail(x, 503, NULL,
		    "gatehouse-web may hold no sessions: see [peers] hold");
	else if (gate_outcome(msg) == OUTCOME_DENIED)
		answer_refused(x, msg);
	else
		exchange_empty(x, 503);
}

void
hold_handle(struct exchange *x)
{
	struct order o = { .x = x };
	const char *holder = holder_of(x);
	const struct wire_msg *msg;

	if (holder == NULL) {
		(void)exchange_header(
		    x, "WWW-Authenticate", "Bearer realm=\"hold\"");
		exchange_json(x, 401, "{\"held\":0,\"reason\":\"token\"}\n");
	} else if (read_order(&o, holder) != 0)
		exchange_json(x, 400, "{\"held\":0,\"reason\":\"invalid\"}\n");
	else if (gate_ask(x->site->gate,
		     form_get(x->form, "release") != NULL ? VERB_HOLD_RELEASE
							  : VERB_HOLD_TAKE,
		     fill, &o, GATE_ASK_MS, &msg) == 0)
		answer(x, msg);
	else
		exchange_empty(x, 503);
}
