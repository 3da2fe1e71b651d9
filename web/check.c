/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "lib/reason.h"
#include "session/activity.h"
#include "web/escape.h"
#include "web/gate.h"
#include "web/home.h"
#include "web/identities.h"
#include "web/metrics.h"
#include "web/routes.h"
#include "web/session_cookie.h"

/*
 * What a proxy asks with every request that it passes on (auth_request,
 * forward_auth): who is there? In the thread that serves everybody: gatehoused
 * answers from memory.
 */

struct check {
	struct exchange *x;
	char token[SESSION_TOKEN_SIZE];
	char session[64];
	enum evidence evidence;
	struct identity_entry *entry;
};

/* --- asking --- */

/* What the browser says of the person, for gatehoused to judge. */
static enum evidence
evidence_of(const struct exchange *x)
{
	const struct activity_request request = {
		.fetch_user = exchange_field(x, "Sec-Fetch-User"),
		.purpose = exchange_field(x, "Sec-Purpose"),
	};

	return activity_of_request(ACTIVITY_NAVIGATION, &request)
	    ? EVIDENCE_NAVIGATION
	    : EVIDENCE_REQUEST;
}

static void
put_check(struct wire_msg *msg, void *data)
{
	const struct check *c = data;

	wire_put_str(msg, TAG_TOKEN, c->token);
	wire_put_num(msg, TAG_ACTIVITY, c->evidence);
	wire_put_str(msg, TAG_RHOST, c->x->client_text);
}

static void
put_identity(struct wire_msg *msg, void *data)
{
	const struct check *c = data;

	wire_put_str(msg, TAG_TOKEN, c->token);
}

/* Who it is: as known, or else as gatehoused says. */
static int
identify(struct check *c)
{
	struct site *site = c->x->site;
	int64_t now = clock_mono_ms();
	const struct wire_msg *answer;
	int r;

	c->entry = identities_find(site->identities, c->session, now);
	if (c->entry != NULL)
		return 0;
	r = gate_ask(site->gate, VERB_SESSION_IDENTITY, put_identity, c,
	    GATE_CHECK_MS, &answer);
	if (r == 0 && gate_outcome(answer) == OUTCOME_DENIED)
		return GATE_EREFUSED; /* it has ended just now */
	if (r == 0 && gate_outcome(answer) != OUTCOME_GRANTED)
		r = GATE_EPROTO;
	if (r == 0)
		r = identities_learn(site->identities, answer, now, &c->entry);
	return r;
}

/* --- answering --- */

/* All of the headers, always: see header.h. */
static void
put_identity_headers(struct exchange *x, const struct headers *headers)
{
	size_t i;

	for (i = 0; i < HEADER_COUNT; i++)
		(void)exchange_header(x, header_names[i],
		    headers != NULL ? headers->values[i] : "");
}

static void
answer_unavailable(struct exchange *x)
{
	metrics_add(x->site->metrics, METRIC_CHECK_UNAVAILABLE, 1);
	put_identity_headers(x, NULL);
	(void)exchange_header(x, "Retry-After", "5");
	exchange_text(x, 503, "The gate does not answer. Try again.\n");
}

/* Where people sign in, to go on from there to what they asked for. */
static void
put_login(struct exchange *x)
{
	char origin[ORIGIN_TEXT_SIZE], path[sizeof(x->site->prefix) + 8];
	const char *uri = exchange_field(x, "X-Forwarded-Uri");
	char back[RETURN_URL_SIZE];
	struct buffer url = { 0 };

	origin_text(&x->site->own, origin);
	exchange_path(x, "login", path, sizeof(path));
	buffer_add_text(&url, origin);
	buffer_add_text(&url, path);
	if (uri != NULL &&
	    return_url_make(&x->site->return_rules, uri, back) == 0) {
		buffer_add_text(&url, "?return=");
		escape_component(&url, back);
	}
	if (url.error == 0)
		(void)exchange_header(x, "X-Gatehouse-Login", url.text);
	buffer_clear(&url);
}

/* Whoever is not signed in. */
static void
answer_refused(struct exchange *x)
{
	metrics_add(x->site->metrics, METRIC_CHECK_REFUSED, 1);
	put_identity_headers(x, NULL);
	put_login(x);
	(void)exchange_header(x, "WWW-Authenticate", "Bearer realm=\"gate\"");
	exchange_text(x, 401, "Sign in first.\n");
}

static void
answer_forbidden(struct exchange *x)
{
	char reason[256];
	const struct catalogue_field address[] = {
		{ "address", x->client_text }, { NULL, NULL }
	};
	const struct template_field fields[] = { { .name = "reason",
						     .text = reason },
		{ .name = "user" }, { .name = "logout" }, { .name = NULL } };
	const struct page page = { .id = PAGE_DENIED, .fields = fields };

	metrics_add(x->site->metrics, METRIC_CHECK_FORBIDDEN, 1);
	put_identity_headers(x, NULL);
	exchange_speak(x);
	catalogue_fill(x->catalogue,
	    "This is not open to your network address, {address}.", address,
	    reason, sizeof(reason));
	exchange_page(x, 403, &page, NULL);
}

/* Where the proxy does not say whence it comes, nobody is let in. */
static void
answer_unknown(struct exchange *x)
{
	metrics_add(x->site->metrics, METRIC_CHECK_FORBIDDEN, 1);
	put_identity_headers(x, NULL);
	exchange_no_address(x);
}

static void
answer_granted(struct check *c)
{
	metrics_add(c->x->site->metrics, METRIC_CHECK_GRANTED, 1);
	put_identity_headers(c->x, &c->entry->headers);
	exchange_empty(c->x, 200);
}

/* Whether a refusal is of the address, and no new sign-in would help. */
static int
is_of_address(const struct wire_msg *answer)
{
	static const enum reason reasons[] = { REASON_ADDRESS_NOT_LISTED,
		REASON_ADDRESS_MISSING, REASON_ADDRESS_NAME,
		REASON_ADDRESS_CONFLICT, REASON_ADDRESS_BLOCKED };
	const char *word = wire_str(answer, TAG_REASON);
	size_t i;

	for (i = 0; word != NULL && i < sizeof(reasons) / sizeof(reasons[0]);
	     i++)
		if (strcmp(word, reason_word(reasons[i])) == 0)
			return 1;
	return 0;
}

/* Whether the session goes on, with evidence of activity: 0, or nonzero with an
 * answer. */
static int
ask(struct check *c, enum evidence evidence)
{
	const struct wire_msg *answer;
	int outcome = OUTCOME_UNAVAILABLE;

	c->evidence = evidence;
	if (gate_ask(c->x->site->gate, VERB_SESSION_CHECK, put_check, c,
		GATE_CHECK_MS, &answer) == 0)
		outcome = gate_outcome(answer);
	if (outcome == OUTCOME_DENIED && is_of_address(answer))
		answer_forbidden(c->x);
	else if (outcome == OUTCOME_DENIED)
		answer_refused(c->x);
	else if (outcome != OUTCOME_GRANTED ||
	    wire_copy(answer, TAG_SESSION, c->session, sizeof(c->session)) != 0)
		answer_unavailable(c->x);
	else
		return 0;
	return GATE_EREFUSED;
}

/* Who it is, and whether he may be where he is: 0, or nonzero with an
 * answer. */
static int
recognize(struct check *c)
{
	int r = identify(c);

	if (r == GATE_EREFUSED)
		answer_refused(c->x);
	else if (r != 0) {
		log_warn("session %s: who it is, is not known: %s", c->session,
		    gate_strerror(r));
		answer_unavailable(c->x);
	} else if (!home_is(c->x,
		       c->entry->has_address ? &c->entry->address : NULL)) {
		log_info("session %s is not good at %s: [web] bind", c->session,
		    c->x->client_text);
		answer_refused(c->x);
		r = GATE_EREFUSED;
	}
	return r;
}

/* Where a session is good at its own address only, nothing counts as activity
 * before that was looked at: who carried a token off does not keep it alive. */
static void
look(struct check *c)
{
	int is_bound = c->x->site->config->web_bind != BIND_NONE;
	enum evidence evidence = evidence_of(c->x);
	int r = ask(c, is_bound ? EVIDENCE_NONE : evidence);

	if (r == 0)
		r = recognize(c);
	if (r == 0 && is_bound)
		r = ask(c, evidence);
	if (r == 0)
		answer_granted(c);
	identities_release(&c->entry);
}

void
check_handle(struct exchange *x)
{
	struct check c = { .x = x };

	if (x->client_error != 0)
		answer_unknown(x);
	else if (session_token_of(x, c.token) == 0)
		look(&c);
	else
		answer_refused(x);
	explicit_bzero(c.token, sizeof(c.token));
}
