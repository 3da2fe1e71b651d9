/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <string.h>

#include "gatehoused/bearer.h"
#include "gatehoused/presence.h"
#include "gatehoused/sessions.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "lib/store_live.h"
#include "session/activity.h"
#include "session/handle.h"

/*
 * What a portal asks with every request of a browser: does this session go on?
 * The answer is of memory alone, and neither it nor a refusal goes on record:
 * what ended the session has.
 */

struct check {
	struct live_key key;
	uint8_t hash[HANDLE_HASH_SIZE];
	char own[STORE_USER_MAX]; /* whose it must be; "" for anybody's */
	int tells;                /* the reason of a refusal */
	enum evidence evidence;
	int64_t now;
	struct live_view view;
};

/* Which session. What has not a token's form is nobody's. */
static int
name(struct request *request, struct check *c)
{
	const char *id = wire_str(request->in, TAG_SESSION);
	const char *token = wire_str(request->in, TAG_TOKEN);

	if ((id == NULL) == (token == NULL))
		return GATE_EPROTO;
	c->tells = token != NULL ||
	    (request->rights & (RIGHT_LOGIN | RIGHT_ADMIN)) != 0;
	if (id != NULL) {
		c->key.id = id;
		return sessions_scope(
		    request, RIGHT_LOGIN | RIGHT_ADMIN, c->own);
	}
	c->key.token = c->hash;
	return bearer_hash(token, c->hash);
}

/*
 * The client's address, from who may say it, is held against the allowlist each
 * time, and before anything else: who is not to come in is told nothing of the
 * session. 0, GATE_EREFUSED, GATE_EPERM, GATE_EPROTO.
 */
static int
come_in(const struct request *request)
{
	struct address address;
	struct allowlist_query query = { .address = &address };
	struct allowlist_verdict verdict;
	const char *rhost;
	size_t size;

	if (wire_bytes(request->in, TAG_RHOST, &size) == NULL)
		return 0;
	if (!(request->rights & (RIGHT_LOGIN | RIGHT_WEB)))
		return GATE_EPERM;
	rhost = wire_str(request->in, TAG_RHOST);
	if (rhost == NULL || address_parse(rhost, &address) != 0)
		return GATE_EPROTO;
	allowlist_lookup(request->policy->allowlist, &query, &verdict);
	return verdict.allowed ? 0 : GATE_EREFUSED;
}

static int
look(struct live *live, struct check *c)
{
	int r = live_check(live, &c->key, c->now, &c->view);

	if (r == GATE_ENOTFOUND || c->own[0] == '\0')
		return r;
	if (strcmp(c->own, c->view.user) != 0)
		return GATE_ENOTFOUND;
	c->tells = 1;
	return r;
}

/* --- evidence --- */

/* From which mode on it counts; they are in the order of what they take. */
static const enum activity_mode counts_from[EVIDENCE_COUNT] = {
	[EVIDENCE_INPUT] = ACTIVITY_INPUT,
	[EVIDENCE_NAVIGATION] = ACTIVITY_NAVIGATION,
	[EVIDENCE_REQUEST] = ACTIVITY_REQUEST,
};

static enum activity_mode
mode_of(const struct config *config, const char *name)
{
	const struct config_service *service =
	    config_find_service(config, name);

	if (service == NULL || service->activity == CONFIG_ACTIVITY_INHERIT)
		return (enum activity_mode)config->idle_activity;
	/* the words of a service have "inherit" before the others */
	return (enum activity_mode)(service->activity - 1);
}

/* When the person did something, by the evidence; ACTIVITY_NONE. */
static int64_t
activity(const struct request *request, const struct check *c)
{
	if (c->evidence == EVIDENCE_NONE ||
	    mode_of(request->policy->config, c->view.service) <
		counts_from[c->evidence])
		return ACTIVITY_NONE;
	if (c->evidence != EVIDENCE_INPUT)
		return c->now;
	return activity_of_report(
	    wire_str(request->in, TAG_AGE), c->view.activity, c->now);
}

static int
touch(struct request *request, struct live *live, struct check *c)
{
	int64_t when = activity(request, c);
	int r;

	if (when == ACTIVITY_NONE)
		return 0;
	r = live_touch(live, &c->key, c->now, when);
	return r == GATE_ENOTFOUND ? r : look(live, c);
}

/* Nobody else is believed what he says he has seen. */
static int
read_evidence(struct request *request, struct check *c)
{
	int64_t evidence = wire_num(request->in, TAG_ACTIVITY, EVIDENCE_NONE);

	if (evidence < 0 || evidence >= EVIDENCE_COUNT)
		return GATE_EPROTO;
	if (request->rights & (RIGHT_LOGIN | RIGHT_ADMIN | RIGHT_WEB))
		c->evidence = (enum evidence)evidence;
	return 0;
}

/* --- the answer --- */

/* Within what live_expire warns of (session/live.h). */
static int
is_near(const struct config *config, const struct live_view *view)
{
	int64_t warn = config->idle_warn * 1000, left = view->idle_left;

	if (view->limits.idle > 0 && warn > view->limits.idle / 2)
		warn = view->limits.idle / 2;
	if (view->age_left < left)
		left = view->age_left;
	return left <= warn;
}

static void
answer(struct request *request, const struct check *c)
{
	struct wire_msg *out = request->out;

	request_done(request);
	wire_put_str(out, TAG_SESSION, c->view.id);
	wire_put_str(out, TAG_USER, c->view.user);
	wire_put_str(out, TAG_SERVICE, c->view.service);
	session_put_left(out, &c->view);
	if (c->view.limits.idle > 0)
		wire_put_num(out, TAG_IDLE_LIMIT, c->view.limits.idle);
	wire_put_num(out, TAG_WARN, is_near(request->policy->config, &c->view));
}

int
session_check(struct request *request)
{
	struct presence *presence = gate_presence(request->gate);
	struct live *live = presence_live(presence);
	struct check c = { .now = presence_now(presence) };
	int r = come_in(request);

	if (r == GATE_EREFUSED)
		return bearer_denied(request, REASON_ADDRESS_NOT_LISTED, 1);
	if (r == 0)
		r = read_evidence(request, &c);
	if (r == 0)
		r = name(request, &c);
	if (r == 0)
		r = look(live, &c);
	if (r == 0)
		r = touch(request, live, &c);
	if (r == 0)
		answer(request, &c);
	else if (r == GATE_EREFUSED || r == GATE_ENOTFOUND)
		r = bearer_refused(request, c.view.id, c.tells);
	return r;
}

/* --- session tokens --- */

/*
 * One at a time, from the commit to the table, so that of two for one session
 * the same one is good before and after a restart.
 */
static pthread_mutex_t minting = PTHREAD_MUTEX_INITIALIZER;

/* All that one request works on: secret memory. */
struct token {
	struct gate *gate;
	struct session_one one;
	char text[HANDLE_SIZE];
	uint8_t hash[HANDLE_HASH_SIZE];
	struct refusal refusal;
};

static int
commit_token(struct store_tx *tx, void *data)
{
	struct token *t = data;
	int r = session_one_find(tx, &t->one);

	if (r == 0)
		r = presence_check(
		    gate_presence(t->gate), t->one.id, &t->refusal);
	return r == 0 ? store_session_token_put(tx, t->one.id, t->hash) : r;
}

static int
put(struct token *t)
{
	int r;

	pthread_mutex_lock(&minting);
	r = store_write(gate_store(t->gate), commit_token, t);
	if (r == 0) {
		r = live_token(
		    presence_live(gate_presence(t->gate)), t->one.id, t->hash);
		/* it has ended in between */
		if (r == GATE_ENOTFOUND)
			r = refuse(&t->refusal, REASON_NO_SESSION, NULL);
	}
	pthread_mutex_unlock(&minting);
	return r;
}

static void
record(struct request *request, const struct store_session *session)
{
	struct audit_event event = { .verb = "session_token",
		.user = session->user,
		.service = session->service,
		.session = session->id,
		.peer_uid = request->peer->uid,
		.peer_pid = request->peer->pid };

	audit_write(gate_audit(request->gate), &event);
}

int
session_token(struct request *request)
{
	struct token *t = secret_alloc(sizeof(*t));
	int r;

	if (t == NULL)
		return GATE_ENOMEM;
	t->gate = request->gate;
	r = session_one_begin(request, RIGHT_LOGIN, &t->one);
	if (r == 0)
		r = handle_mint(BEARER_PREFIX, t->text);
	if (r == 0)
		r = bearer_hash(t->text, t->hash);
	if (r == 0)
		r = put(t);
	if (r == 0) {
		record(request, &t->one.session);
		request_done(request);
		wire_put_str(request->out, TAG_TOKEN, t->text);
	} else if (r == GATE_EREFUSED)
		r = request_refused(
		    request, "session_token", t->one.session.user, &t->refusal);
	secret_free(t, sizeof(*t));
	return r;
}
