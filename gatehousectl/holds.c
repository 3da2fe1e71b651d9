/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "gatehousectl/command.h"
#include "gatehousectl/json.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "gatehousectl/sessions.h"
#include "gatehousectl/span.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

/* Of who does not say what for. */
#define LABEL "gatehousectl"

/* How often a lease is renewed before it runs out, and how soon again where
 * that was not answered. */
#define RENEWALS 3
#define RETRY    1000 /* milliseconds */

static const struct record_field fields[] = {
	{ TAG_SESSION, RECORD_TEXT, "session", "SESSION" },
	{ TAG_USER, RECORD_TEXT, "user", "USER" },
	{ TAG_SERVICE, RECORD_TEXT, "service", "SERVICE" },
	{ TAG_HOLDER, RECORD_TEXT, "holder", "HOLDER" },
	{ TAG_LABEL, RECORD_TEXT, "label", "LABEL" },
	{ TAG_TAKEN, RECORD_SPAN, "taken", "TAKEN" },
	{ TAG_LEFT, RECORD_SPAN, "left", "LEFT" },
};

/* What one question about a hold gave. */
struct grant {
	int64_t count; /* of sessions */
	int64_t lease; /* milliseconds */
};

static int
ask_hold(const struct options *options, uint16_t verb, struct grant *grant)
{
	const char *label = options->label != NULL ? options->label : LABEL;
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, verb);

	if (r == CTL_DONE) {
		sessions_name(options, ask);
		wire_put_str(ask_msg(ask), TAG_LABEL, label);
		wire_put_str(ask_msg(ask), TAG_HOLDER, options->holder);
		if (options->given & OPTION_LEASE)
			wire_put_num(
			    ask_msg(ask), TAG_LEASE, options->lease * 1000);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE) {
		grant->count = wire_num(ask_msg(ask), TAG_COUNT, 0);
		grant->lease = wire_num(ask_msg(ask), TAG_LEASE, 0);
	}
	ask_free(&ask);
	return r;
}

static int
show_grant(const struct options *options, const struct grant *grant)
{
	char lease[SPAN_TEXT_SIZE];
	json_t *object;

	if (options->json) {
		object = json_object();
		json_put(object, "held", json_integer(grant->count));
		json_put_span(object, "lease", grant->lease);
		return json_show(object);
	}
	span_text(grant->lease, lease);
	printf("%" PRId64 " session%s held for %s\n", grant->count,
	    grant->count == 1 ? "" : "s", lease);
	return CTL_DONE;
}

/* Takes a hold, or renews it. */
static int
take(const struct options *options, struct grant *grant)
{
	int r = ask_hold(options, VERB_HOLD_TAKE, grant);

	/* nothing held is a refusal */
	if (r == CTL_DONE && (grant->count <= 0 || grant->lease <= 0)) {
		complain("%s", gate_strerror(GATE_EPROTO));
		r = CTL_FAILED;
	}
	return r;
}

/* Waits so long for one of these signals: nonzero if it came. */
static int
told_to_stop(const sigset_t *signals, int64_t milliseconds)
{
	const int64_t end = clock_mono_ms() + milliseconds;
	struct timespec left;
	int ms;

	do {
		ms = clock_left_ms(end);
		left = (struct timespec){ ms / 1000, ms % 1000 * 1000000L };
		if (sigtimedwait(signals, NULL, &left) > 0)
			return 1;
	} while (clock_left_ms(end) > 0);
	return 0;
}

/*
 * Renews it again and again, until a signal says that it is over, or until it
 * cannot be renewed. A daemon that does not answer, as while it is started
 * anew, is asked again as long as the lease runs.
 */
static int
renew(
    const struct options *options, struct grant *grant, const sigset_t *signals)
{
	int64_t until = clock_mono_ms() + grant->lease;
	int64_t wait = grant->lease / RENEWALS;
	char why[512] = "";
	int r;

	while (!told_to_stop(signals, wait)) {
		say_into(why, sizeof(why));
		r = take(options, grant);
		say_into(NULL, 0);
		if (r == CTL_DONE) {
			until = clock_mono_ms() + grant->lease;
			wait = grant->lease / RENEWALS;
		} else if (r != CTL_UNREACHABLE || clock_left_ms(until) == 0) {
			complain("it is held no longer: %s", why);
			return r;
		} else
			wait = RETRY;
	}
	return ask_hold(options, VERB_HOLD_RELEASE, grant);
}

int
session_hold(const struct options *options)
{
	struct grant grant = { 0 };
	sigset_t signals;
	int r = sessions_named(options);

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	/* from before the first, so that none is left behind */
	if (r == CTL_DONE && (options->given & OPTION_RENEW))
		(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	if (r == CTL_DONE)
		r = take(options, &grant);
	if (r == CTL_DONE)
		r = show_grant(options, &grant);
	if (r != CTL_DONE || !(options->given & OPTION_RENEW))
		return r;
	(void)fflush(stdout); /* who waits for it sees that it is held */
	return renew(options, &grant, &signals);
}

int
session_release(const struct options *options)
{
	struct grant grant = { 0 };
	int r = sessions_named(options);

	if (r == CTL_DONE)
		r = ask_hold(options, VERB_HOLD_RELEASE, &grant);
	if (r == CTL_DONE && grant.count == 0) {
		complain("there is no such hold; see gatehousectl session "
			 "holds");
		r = CTL_NO;
	}
	return r;
}

int
session_holds(const struct options *options)
{
	const struct record_view view = { fields,
		sizeof(fields) / sizeof(fields[0]), options->json };
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_HOLD_LIST);

	if (r == CTL_DONE) {
		sessions_name(options, ask);
		r = record_list_ask(ask, &view);
	}
	ask_free(&ask);
	return r;
}
