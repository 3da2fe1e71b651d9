/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/holds.h"

#include <stdio.h>
#include <string.h>

#include "gatehoused/presence.h"
#include "gatehoused/request.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "lib/store_live.h"
#include "lib/utf8.h"

/*
 * Holds of those that are present (session/hold.h), which backends take, renew
 * and release. A hold is durable before it is granted; renewing it is put down
 * too, but waited for by nobody. The audit log has who took one and who
 * released it, not the renewals.
 */

/* So many sessions of a user are looked at with the table locked. */
#define PAGE 16

/* So many are read from the store, and sent. */
#define LIST_MAX 1000000

/* Who asks for what, of which sessions. */
struct order {
	struct request *request;
	struct live *live;
	struct hold_order hold;
	char holder[HOLD_TEXT_MAX];
	struct rows which; /* of struct one */
	int64_t now;
	int store; /* what the store said, 0 */
};

/* One of the sessions, and what came of it. */
struct one {
	char session[STORE_SESSION_ID_MAX];
	char user[STORE_USER_MAX];
	struct hold hold; /* as it is then, or was */
	int64_t until;    /* no later than the session's end */
	int is_new;       /* it did not run before, */
	int is_taken;     /* and the table has it now */
	int r;
};

/* --- who asks, and of what --- */

/* As the kernel has it. No user's name has a blank in it. */
static int
own_name(const struct request *request, char holder[HOLD_TEXT_MAX])
{
	char name[STORE_USER_MAX];
	int r = request_peer_name(request, name, sizeof(name));

	if (r == GATE_ENOTFOUND) {
		snprintf(holder, HOLD_TEXT_MAX, "uid %u",
		    (unsigned)request->peer->uid);
		return 0;
	}
	if (r == 0 && strlen(name) >= HOLD_TEXT_MAX)
		r = GATE_ETOOBIG;
	if (r == 0)
		memcpy(holder, name, strlen(name) + 1);
	return r;
}

static int
may(const struct request *request)
{
	return request->rights & (RIGHT_HOLD | RIGHT_ADMIN) ? 0 : GATE_EPERM;
}

static int
add_one(struct order *o, const char *id, const char *user)
{
	struct one *one = rows_add(&o->which);

	if (one == NULL)
		return GATE_ENOMEM;
	memset(one, 0, sizeof(*one));
	snprintf(one->session, sizeof(one->session), "%s", id);
	snprintf(one->user, sizeof(one->user), "%s", user);
	return 0;
}

/* One that is not there is not found later on. */
static int
add_session(struct order *o, const char *id)
{
	struct live_view view = { 0 };

	if (strlen(id) >= STORE_SESSION_ID_MAX)
		return GATE_EINVAL;
	(void)live_get(o->live, LIVE_ID(id), o->now, &view);
	return add_one(o, id, view.user);
}

static int
add_all(struct order *o, const char *user)
{
	struct live_view views[PAGE];
	uint32_t place = 0;
	size_t i, count;
	int r = 0;

	do {
		count =
		    live_user_list(o->live, user, o->now, views, PAGE, &place);
		for (i = 0; i < count && r == 0; i++)
			if (views[i].state == LIVE_GOES_ON)
				r = add_one(o, views[i].id, user);
	} while (count == PAGE && r == 0);
	return r;
}

/* Reads what every request about a hold has. */
static int
begin(struct request *request, struct order *o)
{
	const char *id = wire_str(request->in, TAG_SESSION);
	const char *user = wire_str(request->in, TAG_USER);
	struct presence *presence = gate_presence(request->gate);
	int r = may(request);

	if (r == 0 && (id == NULL) == (user == NULL))
		r = GATE_EPROTO;
	if (r != 0)
		return r;
	o->request = request;
	o->live = presence_live(presence);
	o->now = presence_now(presence);
	o->which.size = sizeof(struct one);
	o->hold.holder = o->holder;
	o->hold.label = wire_str(request->in, TAG_LABEL);
	if (o->hold.label == NULL ||
	    utf8_check(o->hold.label, strlen(o->hold.label)) != 0)
		return GATE_EINVAL;
	r = own_name(request, o->holder);
	if (r != 0)
		return r;
	return id != NULL ? add_session(o, id) : add_all(o, user);
}

static struct one *
one_at(const struct order *o, size_t i)
{
	return (struct one *)((char *)o->which.memory + i * o->which.size);
}

/* The hold of this holder and label, in *hold: 0 or GATE_ENOTFOUND. */
static int
find(const struct order *o, const char *session, struct hold *hold)
{
	struct hold all[HOLD_MAX];
	size_t i, count = live_holds(o->live, LIVE_ID(session), all);

	for (i = 0; i < count; i++)
		if (strcmp(all[i].holder, o->hold.holder) == 0 &&
		    strcmp(all[i].label, o->hold.label) == 0) {
			*hold = all[i];
			return 0;
		}
	return GATE_ENOTFOUND;
}

static void
record(const struct order *o, const char *verb, const struct one *one,
    int64_t seconds)
{
	char detail[3 * HOLD_TEXT_MAX];
	struct audit_event event = { .verb = verb,
		.user = one->user,
		.session = one->session,
		.detail = detail,
		.peer_uid = o->request->peer->uid,
		.peer_pid = o->request->peer->pid };

	snprintf(detail, sizeof(detail), "\"%s\" of %s, %lld s", o->hold.label,
	    o->hold.holder, (long long)seconds);
	audit_write(gate_audit(o->request->gate), &event);
}

/* --- taking one --- */

static int
put(struct store_tx *tx, const struct one *one)
{
	struct store_hold row = { .taken = one->hold.taken,
		.until = one->hold.until,
		.end = one->hold.end };

	memcpy(row.session, one->session, sizeof(row.session));
	memcpy(row.holder, one->hold.holder, sizeof(row.holder));
	memcpy(row.label, one->hold.label, sizeof(row.label));
	return store_hold_put(tx, &row);
}

static void
take_back(const struct order *o, const struct one *one)
{
	(void)live_release(o->live, LIVE_ID(one->session), o->hold.holder,
	    o->hold.label, o->now, NULL);
}

/* Within the transaction, so that the table and the store have it in the same
 * order. */
static int
commit_take(struct store_tx *tx, void *data)
{
	struct order *o = data;
	struct one *one;
	size_t i;

	for (i = 0; i < o->which.count && o->store == 0; i++) {
		one = one_at(o, i);
		one->r = live_hold(o->live, LIVE_ID(one->session), &o->hold,
		    o->now, &one->until);
		one->is_taken = one->r == 0;
		if (one->r == 0)
			one->r = find(o, one->session, &one->hold);
		if (one->r != 0)
			continue;
		one->r = put(tx, one);
		/* it has ended on record, and leaves the table just now */
		if (one->r == GATE_ENOTFOUND)
			take_back(o, one);
		else
			o->store = one->r;
	}
	return o->store;
}

/*
 * The store takes nothing, and may not even have run what was to be put there.
 * What ran before, and is on record, goes on: a full disk ends no call. How
 * many do.
 */
static size_t
renew_alone(const struct order *o, int error)
{
	struct one *one;
	size_t i, count = 0;

	for (i = 0; i < o->which.count; i++) {
		one = one_at(o, i);
		if (one->is_new && one->is_taken)
			take_back(o, one);
		one->r = error;
		if (!one->is_new)
			one->r = live_hold(o->live, LIVE_ID(one->session),
			    &o->hold, o->now, &one->until);
		count += one->r == 0;
	}
	return count;
}

/* Once for each time that the store begins to fail, or is well again. */
static void
tell_of_store(int r)
{
	static int failing;
	int before = __atomic_exchange_n(&failing, r != 0, __ATOMIC_RELAXED);

	if (r != 0 && !before)
		log_warn("holds are renewed, but not on record: %s",
		    gate_strerror(r));
	else if (r == 0 && before)
		log_info("holds are on record again");
}

/* Who is to hear of it at once has it durable. */
static int
run_take(struct order *o)
{
	struct store *store = gate_store(o->request->gate);
	struct hold before;
	size_t i;
	int is_new = 0;
	int r;

	for (i = 0; i < o->which.count; i++) {
		struct one *one = one_at(o, i);

		one->is_new = find(o, one->session, &before) != 0 ||
		    before.until <= o->now;
		is_new |= one->is_new;
	}
	if (o->which.count == 0)
		return 0;
	r = is_new ? store_write(store, commit_take, o)
		   : store_write_soon(store, commit_take, o);
	if (r == 0) {
		tell_of_store(0);
		return 0;
	}
	if (renew_alone(o, r) == 0 && is_new)
		return r;
	tell_of_store(r);
	return 0;
}

/* Why there is none. */
static int
refuse_all(const struct order *o, struct refusal *refusal)
{
	struct presence *presence = gate_presence(o->request->gate);
	const struct one *one;
	int r;

	if (o->which.count == 0)
		return refuse(refusal, REASON_NO_SESSION, NULL);
	one = one_at(o, 0);
	if (one->r == GATE_ENOTFOUND)
		return refuse(refusal, REASON_NO_SESSION, NULL);
	if (one->r == GATE_ETOOBIG)
		return refuse(refusal, REASON_TOO_MANY_HOLDS, NULL);
	if (one->r != GATE_EREFUSED)
		return one->r;
	r = presence_check(presence, one->session, refusal);
	return r == 0 ? refuse(refusal, REASON_HOLD_OVER, NULL) : r;
}

static int
answer_take(struct order *o)
{
	struct refusal refusal;
	int64_t count = 0, lease = o->hold.lease;
	const struct one *one;
	size_t i;
	int r;

	for (i = 0; i < o->which.count; i++) {
		one = one_at(o, i);
		if (one->r != 0)
			continue;
		count++;
		if (one->until - o->now < lease)
			lease = one->until - o->now;
		if (one->is_new)
			record(
			    o, "hold_take", one, (one->until - o->now) / 1000);
	}
	if (count > 0) {
		request_done(o->request);
		wire_put_num(o->request->out, TAG_COUNT, count);
		wire_put_num(o->request->out, TAG_LEASE, lease);
		return 0;
	}
	r = refuse_all(o, &refusal);
	if (r != GATE_EREFUSED)
		return r;
	r = request_refused(o->request, "hold_take",
	    o->which.count > 0 ? one_at(o, 0)->user
			       : wire_str(o->request->in, TAG_USER),
	    &refusal);
	/* who renews has to know whether to go on */
	if (!(o->request->rights & RIGHT_ADMIN)) {
		wire_put_str(
		    o->request->out, TAG_REASON, reason_word(refusal.reason));
		wire_put_str(o->request->out, TAG_DETAIL, refusal.detail);
	}
	return r;
}

int
holds_take(struct request *request)
{
	const struct config *config = request->policy->config;
	struct order o = { .hold.most = config->hold_max * 1000 };
	int64_t most = config->hold_lease * 1000;
	int r;

	o.hold.lease = wire_num(request->in, TAG_LEASE, most);
	if (o.hold.lease > most)
		o.hold.lease = most;
	r = begin(request, &o);
	if (r == 0 && o.hold.lease <= 0)
		r = GATE_EINVAL;
	if (r == 0)
		r = run_take(&o);
	if (r == 0)
		r = answer_take(&o);
	rows_clear(&o.which);
	return r;
}

/* --- releasing it --- */

static int
commit_release(struct store_tx *tx, void *data)
{
	struct order *o = data;
	struct one *one;
	size_t i;
	int r = 0;

	for (i = 0; i < o->which.count && r == 0; i++) {
		one = one_at(o, i);
		one->r = live_release(o->live, LIVE_ID(one->session),
		    o->hold.holder, o->hold.label, o->now, &one->hold);
		/* over, and released all the same */
		if (one->r == GATE_EREFUSED)
			one->r = 0;
		r = store_hold_drop(
		    tx, one->session, o->hold.holder, o->hold.label);
		if (r == GATE_ENOTFOUND)
			r = 0;
	}
	return r;
}

/* Whose: another's only for who may everything. */
static int
read_holder(struct order *o)
{
	const char *holder = wire_str(o->request->in, TAG_HOLDER);

	if (holder == NULL || strcmp(holder, o->holder) == 0)
		return 0;
	if (!(o->request->rights & RIGHT_ADMIN))
		return GATE_EPERM;
	o->hold.holder = holder;
	return 0;
}

int
holds_release(struct request *request)
{
	struct order o = { 0 };
	int64_t count = 0;
	size_t i;
	int r = begin(request, &o);

	if (r == 0)
		r = read_holder(&o);
	if (r == 0 && o.which.count > 0)
		r = store_write(gate_store(request->gate), commit_release, &o);
	for (i = 0; i < o.which.count && r == 0; i++) {
		const struct one *one = one_at(&o, i);

		if (one->r != 0)
			continue;
		count++;
		record(
		    &o, "hold_release", one, (o.now - one->hold.taken) / 1000);
	}
	if (r == 0) {
		request_done(request);
		wire_put_num(request->out, TAG_COUNT, count);
	}
	rows_clear(&o.which);
	return r;
}

/* --- all there are --- */

static int
collect(const struct store_hold *hold, void *data)
{
	struct store_hold *row = rows_add(data);

	if (row == NULL)
		return GATE_ENOMEM;
	*row = *hold;
	return 0;
}

struct look {
	const char *session; /* NULL: of all */
	struct rows rows;    /* of struct store_hold */
};

static int
read_all(struct store_tx *tx, void *data)
{
	struct look *look = data;

	return store_hold_list(
	    tx, look->session, LIST_MAX, collect, &look->rows);
}

/* Those that run, of a session that goes on. */
static int
send_row(struct request *request, const void *row)
{
	struct presence *presence = gate_presence(request->gate);
	const struct store_hold *hold = row;
	struct wire_msg *out = request->out;
	int64_t now = presence_now(presence);
	struct live_view view;

	if (hold->until <= now ||
	    live_check(presence_live(presence), LIVE_ID(hold->session), now,
		&view) != 0)
		return 0;
	wire_begin(out, VERB_ROW);
	wire_put_str(out, TAG_SESSION, hold->session);
	wire_put_str(out, TAG_USER, view.user);
	wire_put_str(out, TAG_SERVICE, view.service);
	wire_put_str(out, TAG_HOLDER, hold->holder);
	wire_put_str(out, TAG_LABEL, hold->label);
	wire_put_num(out, TAG_TAKEN, now - hold->taken);
	wire_put_num(out, TAG_LEFT, hold->until - now);
	return request_send(request);
}

/* A holder sees his own. */
static int
send_own(struct request *request, const void *row)
{
	const struct store_hold *hold = row;
	char own[HOLD_TEXT_MAX];
	int r = own_name(request, own);

	if (r != 0 || strcmp(own, hold->holder) != 0)
		return r;
	return send_row(request, row);
}

int
holds_list(struct request *request)
{
	struct look look = { .session = wire_str(request->in, TAG_SESSION),
		.rows.size = sizeof(struct store_hold) };
	int r = may(request);

	if (r == 0)
		r = store_read(gate_store(request->gate), read_all, &look);
	if (r == 0)
		r = request_send_rows(request, &look.rows,
		    request->rights & RIGHT_ADMIN ? send_row : send_own);
	rows_clear(&look.rows);
	return r;
}

/* --- at a start --- */

/* One session may have more on record than it can have at a time, of which
 * those that run come first. */
static int
load_those(const struct rows *rows, struct live *live, int64_t now, int run)
{
	const struct store_hold *row;
	struct hold hold;
	size_t i;
	int r = 0;

	for (i = 0; i < rows->count && r != GATE_ENOMEM; i++) {
		row = rows_at(rows, i);
		if ((row->until > now) != run)
			continue;
		memcpy(hold.holder, row->holder, sizeof(hold.holder));
		memcpy(hold.label, row->label, sizeof(hold.label));
		hold.taken = row->taken;
		hold.until = row->until;
		hold.end = row->end;
		r = live_hold_put(live, row->session, &hold, now);
		if (r != 0)
			log_debug("a hold of session %s was left out: %s",
			    row->session, gate_strerror(r));
	}
	return r == GATE_ENOMEM ? r : 0;
}

int
holds_load(struct gate *gate)
{
	struct live *live = presence_live(gate_presence(gate));
	int64_t now = presence_now(gate_presence(gate));
	struct look look = { .rows.size = sizeof(struct store_hold) };
	int r = store_read(gate_store(gate), read_all, &look);

	if (r == 0)
		r = load_those(&look.rows, live, now, 1);
	if (r == 0)
		r = load_those(&look.rows, live, now, 0);
	rows_clear(&look.rows);
	return r;
}
