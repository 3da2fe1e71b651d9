/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gatehoused/ending.h"
#include "gatehoused/factors.h"
#include "gatehoused/logout.h"
#include "gatehoused/request.h"
#include "gatehoused/rows.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/languages.h"
#include "lib/mail_address.h"
#include "lib/protocol.h"
#include "lib/utf8.h"
#include "password/policy.h"
#include "password/verifier.h"

/* Host names are shorter: RFC 1035, 2.3.4. */
#define HOST_SIZE 256

/* All faults of a password as sentences. */
#define FAULTS_SIZE 4096

/* Whether a name may stand on a line of its own. */
static int
is_line(const char *text)
{
	const char *at = text;

	for (; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return 0;
	return utf8_check(text, strlen(text)) == 0;
}

/* What of a user the administrator may set beside the name. */
static int
take_particulars(const struct wire_msg *in, struct store_user *user)
{
	if (wire_copy(in, TAG_REAL_NAME, user->real_name,
		sizeof(user->real_name)) != 0 ||
	    wire_copy(in, TAG_MAIL, user->mail, sizeof(user->mail)) != 0 ||
	    wire_copy(in, TAG_LANGUAGE, user->language,
		sizeof(user->language)) != 0 ||
	    !is_line(user->real_name) ||
	    (user->language[0] != '\0' &&
		!language_is_spoken(user->language)) ||
	    (user->mail[0] != '\0' && !mail_address_is_sound(user->mail)))
		return GATE_EINVAL;
	return 0;
}

/* By the rules for whoever has no second factor: a new user has none. */
static int
judge(struct request *request, const struct store_user *user,
    const char *password, struct password_judgement *judgement)
{
	char host[HOST_SIZE] = "";
	struct password_person person = { .user = user->name,
		.real_name = user->real_name };

	if (gethostname(host, sizeof(host) - 1) == 0)
		person.host = host;
	return password_judge(
	    &request->policy->passwords->policy, &person, password, judgement);
}

/* Says all that is wrong at once; the log has as much as a line holds. */
static int
say_weak(struct request *request, const char *name,
    const struct password_judgement *judgement)
{
	struct refusal weak;
	char text[FAULTS_SIZE];
	int r;

	password_judgement_text(judgement, NULL, text, sizeof(text));
	(void)refuse(&weak, REASON_PASSWORD_WEAK, "%s", text);
	r = request_refused(request, "user_add", name, &weak);
	password_judgement_text(
	    judgement, request->policy->catalogue, text, sizeof(text));
	wire_put_str(request->out, TAG_TEXT, text);
	return r;
}

struct addition {
	struct store_user user;
	int64_t history; /* how many passwords are remembered */
};

static int
add(struct store_tx *tx, void *data)
{
	struct addition *new = data;
	int r = store_user_add(tx, &new->user);

	if (r == 0 && new->history > 0 && !new->user.elsewhere)
		r = store_history_add(tx, new->user.name, new->user.changed,
		    new->user.verifier, new->history);
	return r;
}

static int
read_user(const struct wire_msg *in, struct store_user *user)
{
	const char *name = wire_str(in, TAG_USER);

	*user = (struct store_user){ .created = clock_wall(),
		.changed = clock_wall(),
		.must_change = wire_num(in, TAG_MUST_CHANGE, 0) != 0,
		.elsewhere = wire_num(in, TAG_ELSEWHERE, 0) != 0 };
	if (name == NULL || !login_name_is_sound(name) ||
	    (size_t)snprintf(user->name, sizeof(user->name), "%s", name) >=
		sizeof(user->name))
		return GATE_EINVAL;
	return take_particulars(in, user);
}

int
user_add(struct request *request)
{
	const struct password_rules *rules = request->policy->passwords;
	const char *password = wire_str(request->in, TAG_TEXT);
	struct addition new = { .history = (int64_t)rules->history };
	struct password_judgement judgement;
	struct refusal refusal;
	int r = read_user(request->in, &new.user);

	if (r == 0 && (password != NULL) == (new.user.elsewhere != 0))
		r = GATE_EINVAL; /* the gate keeps one, or others do */
	if (r == 0 && password != NULL) {
		r = request_slot(request, &refusal);
		if (r == GATE_EREFUSED)
			return request_refused(
			    request, "user_add", new.user.name, &refusal);
		if (r != 0)
			return r;
		r = judge(request, &new.user, password, &judgement);
		if (r == GATE_EREFUSED)
			return say_weak(request, new.user.name, &judgement);
		if (r == 0)
			r = verifier_make_at(
			    password, rules->cost, new.user.verifier);
	}
	if (r == 0)
		r = store_write(gate_store(request->gate), add, &new);
	if (r == 0) {
		request_record(request, "user_add", new.user.name);
		request_done(request);
	}
	explicit_bzero(new.user.verifier, sizeof(new.user.verifier));
	return r;
}

/* One change of a user, made to what is on record at that moment. */
struct alteration {
	const char *name;
	const struct wire_msg *in;
	int (*alter)(
	    const struct alteration *alteration, struct store_user *user);
};

static int
alter(struct store_tx *tx, void *data)
{
	const struct alteration *alteration = data;
	struct store_user user;
	int r = store_user_get(tx, alteration->name, &user);

	if (r == 0)
		r = alteration->alter(alteration, &user);
	if (r == 0)
		r = store_user_update(tx, &user);
	explicit_bzero(user.verifier, sizeof(user.verifier));
	return r;
}

static int
user_alter(struct request *request, const char *verb,
    int (*how)(const struct alteration *, struct store_user *))
{
	struct alteration alteration = { .name =
					     wire_str(request->in, TAG_USER),
		.in = request->in,
		.alter = how };
	int r;

	if (alteration.name == NULL)
		return GATE_EINVAL;
	r = store_write(gate_store(request->gate), alter, &alteration);
	if (r == 0) {
		request_record(request, verb, alteration.name);
		request_done(request);
	}
	return r;
}

/* The end of a user, for now or for good, and of the sessions there are. */
struct farewell {
	const char *name;
	int (*part)(struct store_tx *tx, const char *name);
	struct ending ending;
};

static int
commit_farewell(struct store_tx *tx, void *data)
{
	struct farewell *f = data;
	int r = f->part(tx, f->name);

	return r == 0 ? ending_add_user(&f->ending, tx, f->name) : r;
}

static int
user_part(struct request *request, const char *verb,
    int (*part)(struct store_tx *tx, const char *name))
{
	struct farewell f = { .name = wire_str(request->in, TAG_USER),
		.part = part,
		.ending =
		    ENDING(request->gate, "session_end", "administrator") };
	int r;

	if (f.name == NULL)
		return GATE_EINVAL;
	r = store_write(gate_store(request->gate), commit_farewell, &f);
	if (r == 0) {
		request_record(request, verb, f.name);
		ending_finish(&f.ending, request->gate, request->peer);
		request_done(request);
		wire_put_num(
		    request->out, TAG_COUNT, (int64_t)f.ending.sessions.count);
		wire_put_str(request->out, TAG_STATE,
		    f.ending.left == 0 ? LOGOUT_COMPLETE : LOGOUT_PARTIAL);
	}
	ending_clear(&f.ending);
	return r;
}

static int
set(const struct alteration *alteration, struct store_user *user)
{
	return take_particulars(alteration->in, user);
}

static int
disable(struct store_tx *tx, const char *name)
{
	struct store_user user;
	int64_t dropped;
	int r = store_user_get(tx, name, &user);

	if (r == 0) {
		user.disabled = 1;
		r = store_user_update(tx, &user);
	}
	if (r == 0)
		r = store_device_forget(tx, name, &dropped);
	explicit_bzero(&user, sizeof(user));
	return r;
}

static int
enable(const struct alteration *alteration, struct store_user *user)
{
	(void)alteration;
	user->disabled = 0;
	return 0;
}

static int
must_change(const struct alteration *alteration, struct store_user *user)
{
	(void)alteration;
	user->must_change = 1;
	return 0;
}

int
user_set(struct request *request)
{
	return user_alter(request, "user_set", set);
}

int
user_disable(struct request *request)
{
	return user_part(request, "user_disable", disable);
}

int
user_remove(struct request *request)
{
	return user_part(request, "user_remove", store_user_remove);
}

int
user_enable(struct request *request)
{
	return user_alter(request, "user_enable", enable);
}

int
user_must_change(struct request *request)
{
	return user_alter(request, "user_must_change", must_change);
}

/* What is told of a user; never a verifier or a seed. */
struct user_row {
	char name[STORE_USER_MAX];
	char real_name[STORE_NAME_MAX];
	char mail[STORE_NAME_MAX];
	char language[STORE_LANGUAGE_MAX];
	int64_t created;
	int64_t changed;
	int64_t last_login;
	int64_t grace_used;
	int disabled;
	int must_change;
	int elsewhere;
	int otp;
};

static void
tell(const struct store_user *user, struct user_row *row)
{
	memcpy(row->name, user->name, sizeof(row->name));
	memcpy(row->real_name, user->real_name, sizeof(row->real_name));
	memcpy(row->mail, user->mail, sizeof(row->mail));
	memcpy(row->language, user->language, sizeof(row->language));
	row->created = user->created;
	row->changed = user->changed;
	row->last_login = user->last_login;
	row->grace_used = user->grace_used;
	row->disabled = user->disabled;
	row->must_change = user->must_change;
	row->elsewhere = user->elsewhere;
	row->otp = 0;
}

/* Whether there is a second factor that counts. */
static int
find_factor(struct store_tx *tx, struct user_row *row)
{
	struct store_factor factor;
	int r = store_factor_get(tx, row->name, 1, &factor);

	row->otp = r == 0;
	return r == GATE_ENOTFOUND ? 0 : r;
}

static int
collect(const struct store_user *user, void *data)
{
	struct user_row *row = rows_add(data);

	if (row == NULL)
		return GATE_ENOMEM;
	tell(user, row);
	return 0;
}

static int
look_at_all(struct store_tx *tx, void *data)
{
	struct rows *rows = data;
	size_t i;
	int r = store_user_list(tx, collect, rows);

	for (i = 0; i < rows->count && r == 0; i++)
		r = find_factor(tx, (struct user_row *)rows_at(rows, i));
	return r;
}

static int
look_at_one(struct store_tx *tx, void *data)
{
	struct user_row *row = data;
	struct store_user user;
	int r = store_user_get(tx, row->name, &user);

	if (r == 0) {
		tell(&user, row);
		r = find_factor(tx, row);
	}
	explicit_bzero(user.verifier, sizeof(user.verifier));
	return r;
}

static int
send_row(struct request *request, const void *data)
{
	const struct user_row *row = data;
	struct wire_msg *out = request->out;

	wire_begin(out, VERB_ROW);
	wire_put_str(out, TAG_USER, row->name);
	wire_put_str(out, TAG_STATE, row->disabled ? "disabled" : "enabled");
	wire_put_str(out, TAG_REAL_NAME, row->real_name);
	wire_put_str(out, TAG_MAIL, row->mail);
	wire_put_str(out, TAG_LANGUAGE, row->language);
	wire_put_num(out, TAG_CREATED, row->created);
	wire_put_num(out, TAG_CHANGED, row->changed);
	wire_put_num(out, TAG_MUST_CHANGE, row->must_change);
	wire_put_num(out, TAG_GRACE_USED, row->grace_used);
	wire_put_num(out, TAG_ELSEWHERE, row->elsewhere);
	wire_put_num(out, TAG_LAST_LOGIN, row->last_login);
	wire_put_num(out, TAG_OTP, row->otp);
	return request_send(request);
}

int
user_list(struct request *request)
{
	struct rows rows = { .size = sizeof(struct user_row) };
	int r = store_read(gate_store(request->gate), look_at_all, &rows);

	if (r == 0)
		r = request_send_rows(request, &rows, send_row);
	rows_clear(&rows);
	return r;
}

int
user_show(struct request *request)
{
	struct user_row row = { 0 };
	int r = wire_copy(request->in, TAG_USER, row.name, sizeof(row.name));

	if (r == 0)
		r = store_read(gate_store(request->gate), look_at_one, &row);
	if (r == 0)
		r = send_row(request, &row);
	if (r == 0)
		request_done(request);
	return r;
}
