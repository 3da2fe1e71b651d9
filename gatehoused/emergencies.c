/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "gatehoused/account.h"
#include "gatehoused/emergency.h"
#include "gatehoused/request.h"
#include "gatehoused/rows.h"
#include "gatehoused/wall_clock.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "session/emergency.h"

/*
 * What administrators do about emergency passes: all of it is on record twice,
 * in the audit log and in the daemon's own.
 */

/* A pass where --for says nothing, in seconds. */
#define LIFETIME_USUAL (30 * 60)

/* By whom, for how long, why. */
#define DETAIL_SIZE (STORE_NAME_MAX + STORE_REASON_MAX + 64)

/* All that one request works on: secret memory. */
struct work {
	struct store_pass pass;
	char token[EMERGENCY_SIZE];
	char issued_by[STORE_NAME_MAX];
	int has_account; /* the system knows the user */
	int64_t skew;
	struct refusal refusal;
};

/* As somebody will read it who looks for the person: name and uid. */
static int
name_peer(const struct request *request, char *text, size_t size)
{
	char name[STORE_NAME_MAX];
	const char *who = "nobody known";
	int n;

	if (request_peer_name(request, name, sizeof(name)) == 0)
		who = name;
	n = snprintf(
	    text, size, "%s (uid %u)", who, (unsigned)request->peer->uid);
	return (size_t)n < size ? 0 : GATE_ETOOBIG;
}

/* Puts on record what was done with passes of a user, loudly. */
static void
sound(struct request *request, const char *verb, const char *user,
    const char *detail)
{
	char plain[STORE_USER_MAX + DETAIL_SIZE + 64];

	request_record_with(request, verb, user, detail);
	snprintf(plain, sizeof(plain), "%s of \"%s\" %s", verb, user, detail);
	reason_plain(plain);
	log_warn("%s", plain);
}

/* The pass that the message asks for. */
static int
make(struct request *request, struct work *w)
{
	const struct wire_msg *in = request->in;
	int64_t most = request->policy->config->emergency_max_lifetime;
	struct emergency_order order = { .user = wire_str(in, TAG_USER),
		.reason = wire_str(in, TAG_DETAIL),
		.issued_by = w->issued_by,
		.lifetime = wire_num(in, TAG_PERIOD,
		    most < LIFETIME_USUAL ? most : LIFETIME_USUAL) };
	int r;

	if (order.user == NULL || order.reason == NULL ||
	    !login_name_is_sound(order.user) || order.lifetime > most)
		return GATE_EINVAL;
	r = name_peer(request, w->issued_by, sizeof(w->issued_by));
	return r == 0
	    ? emergency_issue(&order, clock_wall(), &w->pass, w->token)
	    : r;
}

/* A pass that would let in nobody is told of now, not when it is needed. */
static int
is_of_use(struct request *request, struct work *w)
{
	const struct config *config = request->policy->config;
	int r;

	if (!config->emergency_enabled)
		return refuse(&w->refusal, REASON_EMERGENCY_OFF, NULL);
	r = account_may(config, w->pass.user, &w->refusal);
	w->has_account = r == 0;
	w->skew = config->clock_skew;
	return r == GATE_ENOTFOUND ? 0 : r;
}

static int
put(struct store_tx *tx, void *data)
{
	struct work *w = data;
	struct store_user user;
	int r = store_user_get(tx, w->pass.user, &user);

	if (r == 0 && user.disabled)
		r = refuse(&w->refusal, REASON_USER_DISABLED, NULL);
	explicit_bzero(&user, sizeof(user));
	if (r == GATE_ENOTFOUND)
		r = w->has_account
		    ? 0
		    : refuse(&w->refusal, REASON_UNKNOWN_USER,
			  "neither the gate nor the system knows \"%s\"",
			  w->pass.user);
	/* its end must not come to lie in the future a second time */
	if (r == 0)
		r = wall_clock_check(tx, w->skew, &w->refusal);
	return r == 0 ? store_pass_put(tx, &w->pass) : r;
}

static void
answer_pass(struct request *request, const struct work *w)
{
	char detail[DETAIL_SIZE];

	snprintf(detail, sizeof(detail), "by %s, for %lld s: %s",
	    w->pass.issued_by, (long long)(w->pass.expires - w->pass.issued),
	    w->pass.reason);
	sound(request, "emergency_issue", w->pass.user, detail);
	request_done(request);
	wire_put_str(request->out, TAG_TEXT, w->token);
	wire_put_num(request->out, TAG_EXPIRES, w->pass.expires);
}

int
pass_issue(struct request *request)
{
	struct work *w = secret_alloc(sizeof(*w));
	int r;

	if (w == NULL)
		return GATE_ENOMEM;
	r = make(request, w);
	if (r == 0)
		r = is_of_use(request, w);
	if (r == 0)
		r = store_write(gate_store(request->gate), put, w);
	if (r == 0)
		answer_pass(request, w);
	else if (r == GATE_EREFUSED)
		r = request_refused(
		    request, "emergency_issue", w->pass.user, &w->refusal);
	secret_free(w, sizeof(*w));
	return r;
}

static int
collect(const struct store_pass *pass, void *data)
{
	struct store_pass *row = rows_add(data);

	if (row == NULL)
		return GATE_ENOMEM;
	*row = *pass;
	return 0;
}

static int
look(struct store_tx *tx, void *data)
{
	return store_pass_list(tx, EMERGENCY_ROWS_MOST, collect, data);
}

static int
send_row(struct request *request, const void *row)
{
	const struct store_pass *pass = row;
	struct wire_msg *out = request->out;

	wire_begin(out, VERB_ROW);
	wire_put_str(out, TAG_USER, pass->user);
	wire_put_str(out, TAG_STATE, emergency_state(pass, clock_wall()));
	wire_put_str(out, TAG_DETAIL, pass->reason);
	wire_put_str(out, TAG_ISSUER, pass->issued_by);
	wire_put_num(out, TAG_ISSUED, pass->issued);
	wire_put_num(out, TAG_EXPIRES, pass->expires);
	wire_put_num(out, TAG_USED, pass->used);
	wire_put_str(out, TAG_ADDRESS, pass->used_from);
	return request_send(request);
}

int
pass_list(struct request *request)
{
	struct rows rows = { .size = sizeof(struct store_pass) };
	int r = store_read(gate_store(request->gate), look, &rows);

	if (r == 0)
		r = request_send_rows(request, &rows, send_row);
	rows_clear(&rows);
	return r;
}

struct revocation {
	const char *user;
	int64_t dropped;
};

static int
revoke(struct store_tx *tx, void *data)
{
	struct revocation *revocation = data;

	return store_pass_revoke(tx, revocation->user, &revocation->dropped);
}

int
pass_revoke(struct request *request)
{
	struct revocation all = { .user = wire_str(request->in, TAG_USER) };
	char who[STORE_NAME_MAX], detail[DETAIL_SIZE];
	int r;

	if (all.user == NULL)
		return GATE_EINVAL;
	r = name_peer(request, who, sizeof(who));
	if (r == 0)
		r = store_write(gate_store(request->gate), revoke, &all);
	if (r != 0)
		return r;
	snprintf(detail, sizeof(detail), "by %s: %lld that were not used", who,
	    (long long)all.dropped);
	sound(request, "emergency_revoke", all.user, detail);
	request_done(request);
	wire_put_num(request->out, TAG_COUNT, all.dropped);
	return 0;
}
