/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gatehoused/factors.h"
#include "gatehoused/mail_code.h"
#include "gatehoused/request.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "twofactor/otp.h"
#include "twofactor/otpauth.h"
#include "twofactor/recovery.h"

/*
 * What administrators do about second factors. A factor is made waiting, and
 * counts when a right code was shown; the one before counts until then.
 */

/* All that one request works on: secret memory. */
struct work {
	struct gate *gate;
	const char *user;
	struct otp_window window;
	const char *code; /* that was shown */
	int replace;      /* the one that there is may go */
	int64_t now;
	struct otpauth otp;
	struct recovery_code codes[RECOVERY_COUNT];
	struct recovery_kept kept[FACTORS_CODES_MAX];
	size_t count; /* of kept */
	char uri[OTPAUTH_SIZE];
	struct refusal refusal;
};

static int
work_new(struct work **work, struct request *request)
{
	struct work *w = secret_alloc(sizeof(*w));

	*work = w;
	if (w == NULL)
		return GATE_ENOMEM;
	w->gate = request->gate;
	w->now = clock_wall();
	w->window = factors_window(request->policy->config);
	w->user = wire_str(request->in, TAG_USER);
	w->replace = wire_num(request->in, TAG_FORCE, 0) != 0;
	return w->user != NULL ? 0 : GATE_EINVAL;
}

static void
work_free(struct work **work)
{
	secret_free(*work, sizeof(**work));
	*work = NULL;
}

/* Whoever has a factor is a user of the gate, of whatever password. */
static int
is_user(struct store_tx *tx, const struct work *w)
{
	struct store_user user;
	int r = store_user_get(tx, w->user, &user);

	explicit_bzero(user.verifier, sizeof(user.verifier));
	return r;
}

static int
forget(int r)
{
	return r == GATE_ENOTFOUND ? 0 : r;
}

/* A factor that counts from now on leaves nothing that stands for another. */
static int
drop_others(struct store_tx *tx, const struct work *w)
{
	int64_t dropped;
	int r = forget(store_factor_drop(tx, w->user, 0));

	return r == 0 ? store_device_forget(tx, w->user, &dropped) : r;
}

/* Makes, or takes over, one that counts at once. */
static int
put_at_once(struct store_tx *tx, const struct work *w)
{
	int r = factors_put(tx, gate_key(w->gate), w->user, &w->otp.factor,
	    &w->otp.seed, w->now);

	if (r == 0)
		r = drop_others(tx, w);
	return r == 0 ? factors_put_codes(
			    tx, gate_key(w->gate), w->user, w->kept, w->count)
		      : r;
}

static int
enroll(struct store_tx *tx, void *data)
{
	const struct work *w = data;
	int r = is_user(tx, w);

	if (r != 0)
		return r;
	return w->otp.factor.confirmed
	    ? put_at_once(tx, w)
	    : factors_put(tx, gate_key(w->gate), w->user, &w->otp.factor,
		  &w->otp.seed, w->now);
}

/* What the factor is to be; nothing said is what all apps take. */
static int
read_factor(const struct wire_msg *in, struct factor *factor)
{
	const char *kind = wire_str(in, TAG_METHOD);
	const char *algorithm = wire_str(in, TAG_ALGORITHM);
	enum factor_kind which = FACTOR_TOTP;
	int r = kind != NULL ? factor_kind_find(kind, &which) : 0;

	factor_init(factor, which);
	if (r == 0 && algorithm != NULL)
		r = factor_algorithm_find(algorithm, &factor->algorithm);
	factor->digits = (int)wire_num(in, TAG_DIGITS, factor->digits);
	factor->period = (int)wire_num(in, TAG_PERIOD, factor->period);
	return r == 0 && factor_is_sound(factor) ? 0 : GATE_EINVAL;
}

int
otp_enroll(struct request *request)
{
	struct work *w;
	int r = work_new(&w, request);

	if (r == 0)
		r = read_factor(request->in, &w->otp.factor);
	if (r == 0)
		r = factor_seed_make(&w->otp.factor, &w->otp.seed);
	if (r == 0)
		r = otpauth_write(&w->otp.factor, &w->otp.seed,
		    request->policy->config->otp_issuer, w->user, w->uri,
		    sizeof(w->uri));
	if (r == 0) {
		w->otp.factor.confirmed = w->replace;
		r = store_write(gate_store(w->gate), enroll, w);
	}
	if (r == 0) {
		request_record(request, "otp_enroll", w->user);
		request_done(request);
		wire_put_str(request->out, TAG_TEXT, w->uri);
	}
	work_free(&w);
	return r;
}

/* The code of the one that waits: it counts from now on. */
static int
confirm(struct store_tx *tx, void *data)
{
	struct work *w = data;
	const struct factors_proof proof = { .user = w->user,
		.code = w->code,
		.window = w->window,
		.now = w->now,
		.kept = w->kept,
		.count = w->count };

	return factors_confirm(tx, gate_key(w->gate), &proof, &w->refusal);
}

static int
make_codes(struct work *w)
{
	w->count = RECOVERY_COUNT;
	return recovery_make(w->user, w->codes, w->kept);
}

/* They are told once, and never again. */
static void
answer_codes(struct request *request, const struct work *w, const char *verb)
{
	size_t i;

	request_record(request, verb, w->user);
	request_done(request);
	for (i = 0; i < RECOVERY_COUNT; i++)
		wire_put_str(request->out, TAG_VALUE, w->codes[i].text);
}

int
otp_confirm(struct request *request)
{
	struct work *w;
	int r = work_new(&w, request);

	if (r == 0) {
		w->code = wire_str(request->in, TAG_TEXT);
		r = w->code != NULL ? make_codes(w) : GATE_EINVAL;
	}
	if (r == 0)
		r = store_write(gate_store(w->gate), confirm, w);
	if (r == 0)
		answer_codes(request, w, "otp_confirm");
	if (r == GATE_EREFUSED)
		r = request_refused(
		    request, "otp_confirm", w->user, &w->refusal);
	work_free(&w);
	return r;
}

/* New codes are for whom has a factor that they can stand for. */
static int
replace_codes(struct store_tx *tx, void *data)
{
	const struct work *w = data;
	struct store_factor row;
	int r = store_factor_get(tx, w->user, 1, &row);

	return r == 0 ? factors_put_codes(
			    tx, gate_key(w->gate), w->user, w->kept, w->count)
		      : r;
}

int
otp_recovery(struct request *request)
{
	struct work *w;
	int r = work_new(&w, request);

	if (r == 0)
		r = make_codes(w);
	if (r == 0)
		r = store_write(gate_store(w->gate), replace_codes, w);
	if (r == 0)
		answer_codes(request, w, "otp_recovery");
	work_free(&w);
	return r;
}

static int
remove_all(struct store_tx *tx, void *data)
{
	const struct work *w = data;
	int counts = store_factor_drop(tx, w->user, 1);
	int waits = store_factor_drop(tx, w->user, 0);
	int64_t dropped;
	int r;

	if (counts != 0 && (counts != GATE_ENOTFOUND || waits != 0))
		return counts;
	r = forget(waits);
	if (r == 0)
		r = store_recovery_replace(tx, w->user, NULL, 0);
	return r == 0 ? store_device_forget(tx, w->user, &dropped) : r;
}

int
otp_remove(struct request *request)
{
	struct work *w;
	int r = work_new(&w, request);

	if (r == 0)
		r = store_write(gate_store(w->gate), remove_all, w);
	if (r == 0) {
		request_record(request, "otp_remove", w->user);
		request_done(request);
	}
	work_free(&w);
	return r;
}

struct forgetting {
	const struct work *work;
	int64_t count;
};

static int
forget_devices(struct store_tx *tx, void *data)
{
	struct forgetting *forgetting = data;
	const struct work *w = forgetting->work;
	int r = is_user(tx, w);

	return r == 0 ? store_device_forget(tx, w->user, &forgetting->count)
		      : r;
}

int
otp_forget(struct request *request)
{
	struct forgetting forgetting = { .count = 0 };
	struct work *w;
	int r = work_new(&w, request);

	forgetting.work = w;
	if (r == 0)
		r = store_write(
		    gate_store(w->gate), forget_devices, &forgetting);
	if (r == 0) {
		request_record(request, "otp_forget", w->user);
		request_done(request);
		wire_put_num(request->out, TAG_COUNT, forgetting.count);
	}
	work_free(&w);
	return r;
}

/* --- what there is, without its secrets --- */

struct view {
	struct work *work;
	const struct config *config;
	char mail[STORE_NAME_MAX]; /* codes go there; "": none do */
	int has_factor;
	int64_t created;
	int64_t left; /* recovery codes */
	int64_t devices;
};

static int
count_code(const struct store_recovery *code, void *data)
{
	(void)code;
	++*(int64_t *)data;
	return 0;
}

/* Codes by mail are for who has none that counts. */
static int
look_for_mail(struct store_tx *tx, struct view *view)
{
	struct store_user user;
	int r = store_user_get(tx, view->work->user, &user);

	if (r == 0 && mail_code_is_for(view->config, &user))
		memcpy(view->mail, user.mail, sizeof(view->mail));
	explicit_bzero(&user, sizeof(user));
	return r;
}

/* The one that counts, else the one that waits. */
static int
look(struct store_tx *tx, void *data)
{
	struct view *view = data;
	struct work *w = view->work;
	struct store_factor row;
	int confirmed = 1;
	int r = store_factor_get(tx, w->user, confirmed, &row);

	if (r == GATE_ENOTFOUND) {
		r = look_for_mail(tx, view);
		if (r == 0)
			r = store_factor_get(tx, w->user, confirmed = 0, &row);
		if (r == GATE_ENOTFOUND && view->mail[0] != '\0')
			return 0;
	}
	if (r == 0)
		r = factors_get(tx, gate_key(w->gate), w->user, confirmed,
		    &w->otp.factor, &w->otp.seed);
	if (r != 0)
		return r;
	view->has_factor = 1;
	view->created = row.created;
	r = store_device_count(tx, w->user, w->now, &view->devices);
	return r == 0
	    ? store_recovery_list(tx, w->user, count_code, &view->left)
	    : r;
}

static void
put_factor(struct wire_msg *out, const struct view *view)
{
	const struct factor *factor = &view->work->otp.factor;

	wire_put_str(
	    out, TAG_STATE, factor->confirmed ? "confirmed" : "waiting");
	wire_put_str(out, TAG_METHOD, factor_kinds[factor->kind]);
	wire_put_str(out, TAG_ALGORITHM, factor_algorithms[factor->algorithm]);
	wire_put_num(out, TAG_DIGITS, factor->digits);
	wire_put_num(out, TAG_PERIOD, factor->period);
	wire_put_num(out, TAG_CREATED, view->created);
	if (factor->kind == FACTOR_TOTP && factor->last >= 0)
		wire_put_num(out, TAG_USED, factor->last * factor->period);
	if (factor->kind == FACTOR_HOTP)
		wire_put_num(out, TAG_COUNT, factor->last + 1);
	wire_put_num(out, TAG_CODES_LEFT, view->left);
	wire_put_num(out, TAG_DEVICES, view->devices);
}

static int
send_view(struct request *request, const struct view *view)
{
	struct wire_msg *out = request->out;

	wire_begin(out, VERB_ROW);
	wire_put_str(out, TAG_USER, view->work->user);
	if (view->has_factor)
		put_factor(out, view);
	else
		wire_put_str(out, TAG_STATE, "by mail");
	if (view->mail[0] != '\0')
		wire_put_str(out, TAG_MAIL, view->mail);
	return request_send(request);
}

int
otp_show(struct request *request)
{
	struct view view = { .config = request->policy->config };
	int r = work_new(&view.work, request);

	if (r == 0)
		r = store_read(gate_store(request->gate), look, &view);
	if (r == 0)
		r = send_view(request, &view);
	if (r == 0)
		request_done(request);
	work_free(&view.work);
	return r;
}

/* --- those of other modules --- */

static int
take_over(struct store_tx *tx, void *data)
{
	const struct work *w = data;
	struct store_factor row;
	int r = is_user(tx, w);

	if (r == 0 && !w->replace &&
	    store_factor_get(tx, w->user, 1, &row) == 0)
		r = GATE_EEXISTS;
	return r == 0 ? put_at_once(tx, w) : r;
}

/* The scratch codes of google-authenticator, that get in for now. */
static int
keep_scratch(struct work *w, const struct wire_msg *in)
{
	struct wire_field field;
	size_t cursor = 0;
	int r = 0;

	while (r == 0 && wire_next(in, &cursor, &field)) {
		if (field.tag != TAG_VALUE)
			continue;
		if (w->count == FACTORS_CODES_MAX)
			return GATE_ETOOBIG;
		r = recovery_keep(w->user, field.bytes, &w->kept[w->count++]);
	}
	return r;
}

static int
read_import(struct work *w, const struct wire_msg *in)
{
	struct factor *factor = &w->otp.factor;
	const char *uri = wire_str(in, TAG_TEXT);
	char why[128];
	int r;

	if (uri == NULL)
		return GATE_EINVAL;
	r = otpauth_read(uri, &w->otp, why, sizeof(why));
	if (r != 0)
		return r;
	/* a URI says what is next of a HOTP's, and nothing of these */
	factor->last = wire_num(in, TAG_LAST, factor->last);
	factor->drift = wire_num(in, TAG_DRIFT, 0);
	factor->confirmed = 1;
	if (!factor_is_sound(factor) || factor->drift > FACTOR_COUNT_MAX ||
	    factor->drift < -FACTOR_COUNT_MAX)
		return GATE_EINVAL;
	return keep_scratch(w, in);
}

int
otp_import(struct request *request)
{
	struct work *w;
	int r = work_new(&w, request);

	if (r == 0)
		r = read_import(w, request->in);
	if (r == 0)
		r = store_write(gate_store(w->gate), take_over, w);
	if (r == 0) {
		request_record(request, "otp_import", w->user);
		request_done(request);
	}
	work_free(&w);
	return r;
}
