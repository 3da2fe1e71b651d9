/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "gatehoused/emergency.h"
#include "gatehoused/rehash.h"
#include "gatehoused/stages.h"
#include "gatehoused/tries.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/secret.h"
#include "password/verifier.h"
#include "saml/token.h"
#include "session/ticket.h"

/* Who was proven; for one service only, where the request was for that one. */
static int
take_claims(struct login *l)
{
	const struct store_ticket *claims = login_claims(l);

	if (claims->service[0] != '\0' &&
	    strcmp(claims->service, l->service) != 0)
		return refuse(&l->refusal, REASON_REQUEST_MISMATCH,
		    "the request was for service \"%s\", not \"%s\"",
		    claims->service, l->service);
	return login_name(l, claims->user);
}

/* A Response given directly: the worker verifies it. */
static int
prove_response(struct login *l)
{
	struct assertion_source source = { .text = l->answer,
		.size = strlen(l->answer),
		.address = l->address[0] != '\0' ? l->address : NULL,
		.patience = peer_patience_for_worker(l->rights, l->policy) };
	int r;

	l->method = "sso";
	r = assertion_new(
	    &l->assertion, l->gate, l->policy, &source, &l->refusal);
	return r != 0 ? r : take_claims(l);
}

/* A ticket on record, and the attributes that were kept with it. */
struct ticket_view {
	struct store_ticket *ticket;
	uint8_t *kept;
	size_t kept_size;
};

static int
peek_ticket(struct store_tx *tx, void *data)
{
	struct ticket_view *view = data;
	char owner[STORE_OWNER_MAX];
	int r = store_ticket_peek(tx, view->ticket->hash, view->ticket);

	if (r != 0 || !view->ticket->has_attributes)
		return r;
	store_ticket_owner(view->ticket->hash, owner);
	return store_attributes_get(tx, owner, &view->kept, &view->kept_size);
}

static int
read_ticket(struct login *l)
{
	struct ticket_view view = { .ticket = l->ticket };
	int r = store_read(gate_store(l->gate), peek_ticket, &view);

	if (r == 0 && view.kept != NULL)
		r = attributes_decode(
		    &l->attributes, view.kept, view.kept_size);
	free(view.kept);
	if (r == GATE_ENOTFOUND)
		return refuse(&l->refusal, REASON_TICKET_UNKNOWN, NULL);
	return r;
}

/* A ticket stands for an assertion that was validated before. */
static int
prove_ticket(struct login *l)
{
	uint8_t hash[TICKET_HASH_SIZE];
	int r;

	l->method = "sso";
	if (ticket_hash(l->answer, hash) != 0)
		return refuse(&l->refusal, REASON_TICKET_UNKNOWN,
		    "not of a ticket's form; was it cut off?");
	l->ticket = calloc(1, sizeof(*l->ticket));
	if (l->ticket == NULL)
		return GATE_ENOMEM;
	memcpy(l->ticket->hash, hash, sizeof(hash));
	r = read_ticket(l);
	if (r != 0)
		return r;
	if (clock_wall() >= l->ticket->expires)
		return refuse(&l->refusal, REASON_TICKET_EXPIRED,
		    "the ticket was presented after [saml] ticket_lifetime");
	/* what a rule of today looks at was perhaps not kept */
	if (strcmp(l->ticket->kept_names, l->policy->kept_names) != 0)
		return refuse(&l->refusal, REASON_TICKET_EXPIRED,
		    "the rules of access, or [session] attributes, name other "
		    "attributes since it was made: get a new one");
	return take_claims(l);
}

/* Keeps a password until there is a name to compare it for. */
static int
keep_password(struct login *l)
{
	int r;

	if (!l->policy->config->fallback)
		return refuse(&l->refusal, REASON_FALLBACK_OFF, NULL);
	r = login_keep(&l->password, l->answer);
	if (r == GATE_ETOOBIG)
		r = refuse(&l->refusal, REASON_BAD_PASSWORD,
		    "longer than %d bytes", PASSWORD_MAX);
	return r;
}

static int
no_token(struct login *l)
{
	return refuse(&l->refusal, REASON_NOT_TOKEN, NULL);
}

/* What to do with what was typed, by what it looks like. */
static stage *const for_gate[] = {
	[SAML_TOKEN_NONE] = keep_password,
	[SAML_TOKEN_TICKET] = prove_ticket,
	[SAML_TOKEN_RESPONSE] = prove_response,
};

static stage *const for_sso[] = {
	[SAML_TOKEN_NONE] = no_token,
	[SAML_TOKEN_TICKET] = prove_ticket,
	[SAML_TOKEN_RESPONSE] = prove_response,
};

/* A pass is for when other ways fail: it is taken whatever they are. */
static int
prove(struct login *l, stage *const kinds[])
{
	if (emergency_is(l->answer))
		return emergency_pass(l);
	return kinds[saml_token_kind(l->answer)](l);
}

int
sso_or_password(struct login *l)
{
	const char *text = l->policy->workers == NULL ? "Password: "
	    : l->policy->config->fallback ? "Password or SSO token: "
					  : "SSO token: ";

	if (l->answer == NULL)
		return login_ask(l, PROMPT_HIDDEN, KIND_AUTHTOK, text);
	return prove(l, for_gate);
}

int
sso(struct login *l)
{
	if (l->answer == NULL)
		return login_ask(
		    l, PROMPT_HIDDEN, KIND_AUTHTOK, "Password or SSO token: ");
	return prove(l, for_sso);
}

int
ask_password(struct login *l)
{
	if (l->answer == NULL)
		return login_ask(l, PROMPT_HIDDEN, KIND_AUTHTOK, "Password: ");
	return keep_password(l);
}

int
user_name(struct login *l)
{
	if (l->answer != NULL)
		return login_name(l, l->answer);
	if (l->user[0] == '\0')
		return login_ask(l, PROMPT_SHOWN, KIND_USER, "login: ");
	return login_name(l, l->user);
}

/*
 * An unknown user costs the same, and is asked for a code too: who guesses
 * learns nothing from either.
 */
int
password(struct login *l)
{
	struct store_user user;
	int r;

	if (l->password == NULL)
		return LOGIN_NEXT; /* signed in by SSO */
	l->method = "password";
	r = login_slot(l);
	if (r == 0)
		r = tries_charge(l, &user);
	if (r != 0)
		return r;
	r = verifier_check_at(
	    user.verifier, l->password, l->policy->passwords->cost);
	if (r == 0 && !user.disabled)
		r = rehash_new(&l->rehash, &user, &l->password,
		    l->policy->passwords->cost);
	explicit_bzero(user.verifier, sizeof(user.verifier));
	secret_free(l->password, LOGIN_PASSWORD_SIZE);
	l->password = NULL;
	if (r != 0 && r != GATE_EREFUSED)
		return r;
	if (!l->known)
		refuse(&l->verdict, REASON_UNKNOWN_USER, NULL);
	else if (r != 0)
		refuse(&l->verdict, REASON_BAD_PASSWORD, NULL);
	else if (user.disabled)
		refuse(&l->verdict, REASON_USER_DISABLED, NULL);
	l->shown = r == 0;
	return LOGIN_NEXT;
}

int
password_verdict(struct login *l)
{
	l->refusal = l->verdict;
	return tries_verdict(
	    l, l->refusal.reason != REASON_NONE ? GATE_EREFUSED : LOGIN_NEXT);
}
