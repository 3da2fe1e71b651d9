/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/mail_errand.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/errands.h"
#include "gatehoused/mail_code.h"
#include "gatehoused/mailer.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "session/steady.h"
#include "twofactor/mail_code.h"
#include "twofactor/mail_message.h"

/* One code on its way: secret memory. */
struct sending {
	struct gate *gate;
	struct policy *policy;
	struct peer peer;
	char user[STORE_USER_MAX];
	char address[ADDRESS_TEXT_SIZE];
	char service[STORE_SERVICE_MAX];
	char to[STORE_NAME_MAX];
	char code[MAIL_CODE_TEXT_SIZE];
	uint8_t hash[STORE_HASH_SIZE];
	char mail[MAIL_MESSAGE_SIZE];
	size_t size;
	struct refusal refusal;
};

static struct sending *
sending_new(const struct login *l)
{
	struct sending *s = secret_alloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	s->gate = l->gate;
	s->policy = policy_ref(l->policy);
	s->peer = l->peer;
	memcpy(s->user, l->user, sizeof(s->user));
	memcpy(s->address, l->address, sizeof(s->address));
	memcpy(s->service, l->service, sizeof(s->service));
	return s;
}

static void
sending_free(struct sending **sending)
{
	struct sending *s = *sending;

	policy_unref(&s->policy);
	secret_free(s, sizeof(*s));
	*sending = NULL;
}

static void
put_on_record(const struct sending *s)
{
	const struct audit_event event = { .verb = "mail_code_send",
		.user = s->user,
		.address = s->address,
		.service = s->service,
		.peer_uid = s->peer.uid,
		.peer_pid = s->peer.pid,
		.reason = s->refusal.reason,
		.detail = s->refusal.detail };

	audit_write(gate_audit(s->gate), &event);
}

/* Where his codes go; GATE_ENOTFOUND for whom there are none. */
static int
find_address(struct store_tx *tx, struct sending *s)
{
	struct store_user user;
	int has_factor = 0;
	int r = store_user_get(tx, s->user, &user);

	if (r == 0)
		r = login_has_factor(tx, &user, &has_factor);
	if (r == 0 &&
	    (has_factor || user.disabled ||
		!mail_code_is_for(s->policy->config, &user)))
		r = GATE_ENOTFOUND;
	if (r == 0)
		memcpy(s->to, user.mail, sizeof(s->to));
	explicit_bzero(&user, sizeof(user));
	return r;
}

static int
find_row(struct store_tx *tx, const struct sending *s, struct store_mail *row)
{
	int r = store_mail_get(tx, s->user, row);

	if (r != GATE_ENOTFOUND)
		return r;
	memset(row, 0, sizeof(*row));
	memcpy(row->user, s->user, sizeof(row->user));
	return 0;
}

/* On record before it is sent, so that it can be used at once. */
static int
make(struct store_tx *tx, void *data)
{
	struct sending *s = data;
	struct store_mail row = { .expires = 0 };
	int64_t now;
	int r = find_address(tx, s);

	if (r == 0)
		r = steady_now(tx, &now);
	if (r == 0)
		r = find_row(tx, s, &row);
	if (r == 0)
		r = mail_code_may(&row, now, s->policy->config->otp_mail_rate);
	if (r == GATE_EREFUSED)
		(void)refuse(&s->refusal, REASON_MAIL_RATE, NULL);
	if (r == 0)
		r = mail_code_make(gate_key(s->gate), now, &row, s->code);
	if (r == 0)
		r = store_mail_put(tx, &row);
	memcpy(s->hash, row.hash, sizeof(s->hash));
	return r;
}

/* Nobody has it: the next sign-in gets another. */
static int
take_back(struct store_tx *tx, void *data)
{
	const struct sending *s = data;
	struct store_mail row;
	int r = store_mail_get(tx, s->user, &row);

	if (r != 0 || memcmp(row.hash, s->hash, sizeof(row.hash)) != 0)
		return r;
	mail_code_drop(&row);
	return store_mail_put(tx, &row);
}

static int
fail(struct sending *s, const struct mailer_outcome *outcome)
{
	const char *program = s->policy->config->sendmail;
	int said = outcome->said[0] != '\0';
	int r;

	log_error("the mail with the code of \"%s\" did not go out: %s %s%s%s; "
		  "see [mail] in gatehouse.conf(5)",
	    s->user, program, outcome->what, said ? ", and said: " : "",
	    outcome->said);
	r = store_write(gate_store(s->gate), take_back, s);
	if (r != 0 && r != GATE_ENOTFOUND)
		log_warn("the code of \"%s\" that was not sent stays: %s",
		    s->user, gate_strerror(r));
	return refuse(
	    &s->refusal, REASON_MAIL_FAILED, "%s %s", program, outcome->what);
}

static int
deliver(struct sending *s, int stop_fd)
{
	const struct config *config = s->policy->config;
	const struct mail_message message = { .from = config->mail_from,
		.to = s->to,
		.code = s->code,
		.now = clock_wall() };
	struct mailer_outcome outcome = { "was given no mail", "" };
	int r = mail_message_write(&message, s->mail, &s->size);

	if (r == 0)
		r = mailer_send(
		    config, s->mail, s->size, s->code, stop_fd, &outcome);
	if (r != 0)
		return fail(s, &outcome);
	if (outcome.said[0] != '\0')
		log_warn("%s took the mail, and said: %s", config->sendmail,
		    outcome.said);
	return 0;
}

static void
send_code(void *data, int stop_fd)
{
	struct sending *s = data;
	struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
	int r = GATE_ECLOSED;

	if (poll(&stop, 1, 0) == 0)
		r = store_write(gate_store(s->gate), make, s);
	if (r == 0)
		r = deliver(s, stop_fd);
	if (r == 0 || r == GATE_EREFUSED)
		put_on_record(s);
	else if (r != GATE_ENOTFOUND && r != GATE_EEXISTS)
		log_error("no code was made to be sent to \"%s\": %s", s->user,
		    gate_strerror(r));
	sending_free(&s);
}

void
mail_errand_send(const struct login *l, int due)
{
	struct sending *s = sending_new(l);
	int r = s != NULL ? 0 : GATE_ENOMEM;

	if (r == 0 && due)
		r = errands_add(gate_errands(l->gate), send_code, s);
	if (r == 0 && due)
		return;
	if (r != 0 && due)
		log_error("no code is sent to \"%s\": %s", l->user,
		    r == GATE_EFULL ? "too many are waiting to be sent"
				    : gate_strerror(r));
	if (s != NULL)
		sending_free(&s);
}
