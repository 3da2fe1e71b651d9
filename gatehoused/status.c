/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "gatehoused/emergency.h"
#include "gatehoused/presence.h"
#include "gatehoused/request.h"
#include "gatehoused/sources.h"
#include "gatehoused/sweeper.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

static void
put(struct request *request, const char *key, const char *text)
{
	wire_put_str(request->out, TAG_KEY, key);
	wire_put_str(request->out, TAG_TEXT, text);
}

static void
put_number(struct request *request, const char *key, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	put(request, key, text);
}

static void
put_time(struct request *request, const char *key, int64_t epoch)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(epoch, text);
	put(request, key, text);
}

static void
put_source(const char *key, const char *text, void *data)
{
	put(data, key, text);
}

static void
put_composer(struct request *request)
{
	struct speaker *speaker = request->policy->speaker;
	char text[512] = "-";

	if (speaker != NULL)
		speaker_status(speaker, text, sizeof(text));
	put(request, "saml_composer", text);
}

/* Of those that were issued, how many somebody could get in by right now. */
static void
put_passes(struct request *request)
{
	int64_t open;

	if (emergency_count(request->gate, &open) == 0)
		put_number(request, "emergency_passes_open", open);
	else
		put(request, "emergency_passes_open", "-");
}

static void
put_passwords(struct request *request)
{
	size_t held, waiting;

	slots_count(gate_slots(request->gate), &held, &waiting);
	put_number(request, "passwords_in_work", (int64_t)held);
	put_number(request, "passwords_waiting", (int64_t)waiting);
}

static void
put_sessions(struct request *request)
{
	struct sweeper *sweeper = gate_sweeper(request->gate);
	struct sweeper_status status = { 0 };

	if (sweeper != NULL)
		sweeper_status(sweeper, &status);
	put_number(request, "sessions_open",
	    live_count(presence_live(gate_presence(request->gate))));
	put_number(request, "sessions_to_end", (int64_t)status.unrecorded);
	put_number(request, "sessions_hanging_up", (int64_t)status.held);
}

int
status_show(struct request *request)
{
	struct gate_status status;
	struct workers_status workers = { 0 };
	int r;

	gate_status(request->gate, &status);
	if (request->policy->workers != NULL)
		workers_status(request->policy->workers, &workers);
	wire_begin(request->out, VERB_ROW);
	put(request, "version", GATE_VERSION);
	put_time(request, "started", status.started);
	if (request->rights & RIGHT_ADMIN) {
		put_time(request, "configuration_loaded", status.loaded);
		put(request, "last_reload",
		    status.reload_failed ? "failed, see the log" : "good");
		put_number(request, "allowlist_rules",
		    (int64_t)allowlist_count(request->policy->allowlist));
		put_number(request, "idps", workers.idps);
		put_number(request, "saml_workers", (int64_t)workers.count);
		put_number(request, "saml_verified", workers.verified);
		put_number(request, "saml_workers_replaced", workers.replaced);
		put_composer(request);
		put_passwords(request);
		put_sessions(request);
		put_passes(request);
		sources_status(
		    request->policy->config, clock_wall(), put_source, request);
	}
	r = request_send(request);
	if (r == 0)
		request_done(request);
	return r;
}

int
allowlist_test(struct request *request)
{
	const char *text = wire_str(request->in, TAG_RHOST);
	struct address address;
	struct allowlist_query query = { .address = &address };
	struct allowlist_verdict verdict;
	char detail[256];

	if (text == NULL || address_parse(text, &address) != 0)
		return GATE_EINVAL;
	allowlist_lookup(request->policy->allowlist, &query, &verdict);
	if (verdict.allowed)
		snprintf(detail, sizeof(detail), "%s:%d: %s",
		    request->policy->config->allowlist_file, verdict.line,
		    verdict.rule);
	else
		snprintf(detail, sizeof(detail), "%s: no rule covers it",
		    request->policy->config->allowlist_file);
	wire_begin(request->out, VERB_RESULT);
	wire_put_num(request->out, TAG_OUTCOME,
	    verdict.allowed ? OUTCOME_GRANTED : OUTCOME_DENIED);
	wire_put_str(request->out, TAG_DETAIL, detail);
	return 0;
}

static int
set_mark(struct store_tx *tx, void *data)
{
	return store_clock_set(tx, *(const int64_t *)data);
}

int
clock_accept(struct request *request)
{
	int64_t now = clock_wall();
	int r = store_write(gate_store(request->gate), set_mark, &now);

	if (r == 0) {
		request_record(request, "clock_accept", NULL);
		request_done(request);
	}
	return r;
}

/* The policy in force stays where the new one is bad, and that is told. */
int
reload(struct request *request)
{
	int r = gate_reload(request->gate);

	if (r != 0)
		return r;
	request_record(request, "reload", NULL);
	request_done(request);
	return 0;
}
