/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/login/transaction.h"

#include <stdio.h>
#include <string.h>

#include "lib/address.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/prompt_kind.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "web/login/sessions.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

/* What pam_gatehouse.so leaves in the PAM environment. */
#define SESSION_NAME  "GATEHOUSE_SESSION"
#define PREVIOUS_NAME "GATEHOUSE_PREVIOUS_SESSION"

/* "de_AT" and the like. */
#define LANGUAGE_SIZE 16

/* How often a new password may be refused before it all begins anew. */
#define CHANGES_MOST 3

/* All that one request works on: secret memory. */
struct transaction {
	const struct config *config;
	struct conversation *conversation;
	struct client *line; /* to gatehoused, or NULL */
	pam_handle_t *pamh;
	char user[STORE_USER_MAX]; /* "": whoever shows a proof */
	char rhost[ADDRESS_TEXT_SIZE];
	char language[LANGUAGE_SIZE];
	char token[TOKEN_SIZE]; /* shown to us, or given by us */
	struct session session;
	int has_credentials;
	int is_open;
	int is_told; /* that it was granted */
};

typedef int step(struct transaction *t);

/* --- what is asked for --- */

/* What modules log, or pass on to scripts, must not be able to break a line. */
static int
is_sound(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return 0;
	return 1;
}

static int
is_language(const char *text)
{
	return strspn(text,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") ==
	    strlen(text);
}

/*
 * From where is gatehouse-web's word alone; but it is an address, so that
 * nothing else can be had done or logged by it.
 */
static int
read_request(struct transaction *t)
{
	struct wire_msg *msg = conversation_msg(t->conversation);
	const char *rhost = wire_str(msg, TAG_RHOST);
	const char *ticket = wire_str(msg, TAG_TICKET);
	struct address address;

	if (rhost == NULL || address_parse(rhost, &address) != 0)
		return GATE_EINVAL;
	address_text(&address, t->rhost);
	if (wire_copy(msg, TAG_USER, t->user, sizeof(t->user)) != 0 ||
	    wire_copy(msg, TAG_LANGUAGE, t->language, sizeof(t->language)) !=
		0 ||
	    wire_copy(msg, TAG_TOKEN, t->token, sizeof(t->token)) != 0 ||
	    !is_sound(t->user) || !is_language(t->language))
		return GATE_EINVAL;
	return ticket != NULL ? conversation_hold(t->conversation, ticket) : 0;
}

/* --- PAM --- */

static int
put_environment(struct transaction *t, const char *name, const char *value)
{
	char entry[64];

	if ((size_t)snprintf(entry, sizeof(entry), "%s=%s", name, value) >=
	    sizeof(entry))
		return PAM_BUF_ERR;
	return pam_putenv(t->pamh, entry);
}

static int
start(struct transaction *t)
{
	const struct pam_conv conv = { conversation_converse, t->conversation };
	int r = pam_start(t->config->web_service,
	    t->user[0] != '\0' ? t->user : NULL, &conv, &t->pamh);

	if (r != PAM_SUCCESS)
		return r;
	conversation_of(t->conversation, t->pamh);
	r = pam_set_item(t->pamh, PAM_RHOST, t->rhost);
	if (r == PAM_SUCCESS)
		r = pam_set_item(
		    t->pamh, PAM_FAIL_DELAY, (void *)conversation_note_delay);
	if (r == PAM_SUCCESS)
		r = put_environment(t, PROMPT_KINDS_WANTED, "1");
	if (r == PAM_SUCCESS && t->language[0] != '\0')
		r = put_environment(t, "LANGUAGE", t->language);
	return r;
}

static int
authenticate(struct transaction *t)
{
	return pam_authenticate(t->pamh, PAM_DISALLOW_NULL_AUTHTOK);
}

/*
 * As at an expired login, whenever it is: root may set anybody's password, and
 * is not asked for the old one, but it is a browser that is at work here.
 */
static int
change(struct transaction *t)
{
	int i, r = PAM_AUTHTOK_ERR;

	for (i = 0;
	     i < CHANGES_MOST && (r == PAM_AUTHTOK_ERR || r == PAM_TRY_AGAIN) &&
	     conversation_goes_on(t->conversation);
	     i++)
		r = pam_chauthtok(t->pamh, PAM_CHANGE_EXPIRED_AUTHTOK);
	return r;
}

static int
account(struct transaction *t)
{
	int r = pam_acct_mgmt(t->pamh, PAM_DISALLOW_NULL_AUTHTOK);

	return r == PAM_NEW_AUTHTOK_REQD ? change(t) : r;
}

static int
credentials(struct transaction *t)
{
	int r = pam_setcred(t->pamh, PAM_ESTABLISH_CRED);

	t->has_credentials = r == PAM_SUCCESS;
	return r;
}

/* Not for a browser that has gone; and without what was for its pages. */
static int
open_session(struct transaction *t)
{
	int r;

	if (!conversation_goes_on(t->conversation))
		return PAM_CONV_ERR;
	r = pam_putenv(t->pamh, PROMPT_KINDS_WANTED);
	if (r == PAM_SUCCESS)
		r = pam_open_session(t->pamh, 0);
	t->is_open = r == PAM_SUCCESS;
	return r;
}

/* --- the token --- */

/*
 * The session is the one that this transaction has opened: what stands in the
 * environment, other modules can have put there.
 */
static int
find_session(struct transaction *t)
{
	const char *id = pam_getenv(t->pamh, SESSION_NAME);
	const void *user = NULL;
	int r;

	if (id == NULL) {
		log_error("the PAM service %s opens no session at the gate",
		    t->config->web_service);
		return PAM_SESSION_ERR;
	}
	r = pam_get_item(t->pamh, PAM_USER, &user);
	if (r != PAM_SUCCESS || user == NULL)
		return PAM_SESSION_ERR;
	r = sessions_look(
	    t->config, &t->line, TAG_SESSION, id, NULL, &t->session);
	if (r == 0 && strcmp(t->session.user, user) == 0 &&
	    strcmp(t->session.service, t->config->web_service) == 0)
		return PAM_SUCCESS;
	return r == 0 || r == GATE_EREFUSED ? PAM_SESSION_ERR : PAM_SERVICE_ERR;
}

static int
deliver(struct transaction *t)
{
	struct wire_msg *msg = conversation_msg(t->conversation);

	if (!conversation_goes_on(t->conversation))
		return PAM_CONV_ERR;
	if (sessions_token(t->config, &t->line, t->session.id, t->token) != 0)
		return PAM_SERVICE_ERR;
	/* it would not outlast what is waited for now */
	client_free(&t->line);
	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
	wire_put_str(msg, TAG_SESSION, t->session.id);
	wire_put_str(msg, TAG_TOKEN, t->token);
	wire_put_str(msg, TAG_USER, t->session.user);
	wire_put_str(msg, TAG_PREVIOUS, pam_getenv(t->pamh, PREVIOUS_NAME));
	t->is_told = 1;
	if (conversation_say(t->conversation) != 0 ||
	    conversation_hear(t->conversation) != 0 ||
	    wire_verb(msg) != VERB_WEB_KEPT)
		return PAM_CONV_ERR;
	return PAM_SUCCESS;
}

/* --- how it ends --- */

/* Whoever is refused is not told by what: one outcome for all that is no fault
 * of the machinery, and needs no other page. */
static const struct {
	int code;
	enum outcome outcome;
} outcomes[] = {
	{ PAM_SUCCESS, OUTCOME_GRANTED },
	{ PAM_MAXTRIES, OUTCOME_MAXTRIES },
	{ PAM_ACCT_EXPIRED, OUTCOME_EXPIRED },
	{ PAM_AUTHTOK_ERR, OUTCOME_TRY_AGAIN },
	{ PAM_TRY_AGAIN, OUTCOME_TRY_AGAIN },
	{ PAM_AUTHINFO_UNAVAIL, OUTCOME_UNAVAILABLE },
	{ PAM_SERVICE_ERR, OUTCOME_UNAVAILABLE },
	{ PAM_SYSTEM_ERR, OUTCOME_UNAVAILABLE },
	{ PAM_BUF_ERR, OUTCOME_UNAVAILABLE },
	{ PAM_ABORT, OUTCOME_UNAVAILABLE },
	{ PAM_OPEN_ERR, OUTCOME_UNAVAILABLE },
	{ PAM_SYMBOL_ERR, OUTCOME_UNAVAILABLE },
	{ PAM_MODULE_UNKNOWN, OUTCOME_UNAVAILABLE },
};

static enum outcome
outcome_of(int code)
{
	size_t i;

	for (i = 0; i < LENGTH(outcomes); i++)
		if (outcomes[i].code == code)
			return outcomes[i].outcome;
	return OUTCOME_DENIED;
}

static int
answer_refused(struct conversation *c, enum outcome outcome, int error)
{
	struct wire_msg *msg = conversation_msg(c);
	unsigned int delay = conversation_delay(c);

	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, outcome);
	if (error != 0)
		wire_put_num(msg, TAG_ERROR, error);
	if (delay > 0)
		wire_put_num(msg, TAG_DELAY, delay);
	return conversation_say(c);
}

/* Takes back what was done for somebody who did not get in. */
static void
take_back(struct transaction *t, int r)
{
	if (t->is_open && pam_close_session(t->pamh, 0) != PAM_SUCCESS)
		log_error("session %s could not be closed", t->session.id);
	if (t->has_credentials)
		(void)pam_setcred(t->pamh, PAM_DELETE_CRED);
	log_info("%s: %s", t->rhost, pam_strerror(t->pamh, r));
}

static int
take_steps(struct transaction *t, step *const *steps, size_t count)
{
	int r = start(t);
	size_t i;

	for (i = 0; i < count && r == PAM_SUCCESS; i++)
		r = steps[i](t);
	if (t->pamh != NULL && r != PAM_SUCCESS)
		take_back(t, r);
	if (t->pamh != NULL)
		(void)pam_end(t->pamh, r);
	if (r != PAM_SUCCESS && !t->is_told)
		(void)answer_refused(t->conversation, outcome_of(r), 0);
	return r;
}

/* --- the requests --- */

static int
sign_in(struct transaction *t)
{
	static step *const steps[] = { authenticate, account, credentials,
		open_session, find_session, deliver };

	(void)take_steps(t, steps, LENGTH(steps));
	return 0;
}

/*
 * Whose password it is, the token says alone. It was seen by the old token; a
 * browser that has no new one has no session any more.
 */
static int
new_password(struct transaction *t)
{
	static step *const steps[] = { change, deliver };
	int r = sessions_look(
	    t->config, &t->line, TAG_TOKEN, t->token, t->rhost, &t->session);

	client_free(&t->line);
	if (r != 0)
		return answer_refused(t->conversation,
		    r == GATE_EREFUSED ? OUTCOME_DENIED : OUTCOME_UNAVAILABLE,
		    0);
	memcpy(t->user, t->session.user, sizeof(t->user));
	if (take_steps(t, steps, LENGTH(steps)) != PAM_SUCCESS && t->is_told)
		(void)sessions_end(t->config, &t->line, t->session.id);
	return 0;
}

static const struct {
	enum verb verb;
	step *run;
} requests[] = {
	{ VERB_WEB_LOGIN, sign_in },
	{ VERB_WEB_PASSWORD, new_password },
};

int
transaction_run(struct conversation *conversation, const struct config *config)
{
	uint16_t verb = wire_verb(conversation_msg(conversation));
	struct transaction *t;
	int r = GATE_EPROTO;
	size_t i;

	t = secret_alloc(sizeof(*t));
	if (t == NULL)
		return GATE_ENOMEM;
	t->config = config;
	t->conversation = conversation;
	for (i = 0; i < LENGTH(requests); i++) {
		if (requests[i].verb != verb)
			continue;
		r = read_request(t);
		if (r == 0)
			r = requests[i].run(t);
		else
			r = answer_refused(conversation, OUTCOME_DENIED, r);
		break;
	}
	client_free(&t->line);
	secret_free(t, sizeof(*t));
	secret_wipe_stack();
	return r;
}
