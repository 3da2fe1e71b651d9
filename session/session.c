/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/session.h"

#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"

static const char *const state_words[] = {
	[SESSION_SIGNED_IN] = "signed_in",
	[SESSION_OPEN] = "open",
	[SESSION_ENDED] = "ended",
};

int
session_begin(struct store_session *session, int64_t now)
{
	uint8_t bytes[15]; /* 120 bits, in hexadecimal: an id that is typed */
	size_t i;

	memset(session, 0, sizeof(*session));
	if (secret_random(bytes, sizeof(bytes)) != 0)
		return GATE_EIO;
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(session->id + 2 * i, 3, "%02x", bytes[i]);
	session->state = SESSION_SIGNED_IN;
	session->signed_in = now;
	return 0;
}

int
session_is_of(const struct store_session *session, const char *user,
    const char *service, struct refusal *refusal)
{
	if (strcmp(session->user, user) == 0 &&
	    strcmp(session->service, service) == 0)
		return 0;
	return refuse(refusal, REASON_LOGIN_MISMATCH,
	    "sign-in %s is %s's for %s, not %s's for %s", session->id,
	    session->user, session->service, user, service);
}

int
session_claim(const struct store_session *session, int64_t now, int64_t grace,
    struct refusal *refusal)
{
	if (session->state == SESSION_ENDED)
		return refuse(refusal, REASON_NO_SESSION,
		    "session %s has ended", session->id);
	if (session->state == SESSION_SIGNED_IN &&
	    (now - session->signed_in > grace || now < session->signed_in))
		return refuse(refusal, REASON_LOGIN_STALE,
		    "sign-in %s is %lld s old, [session] login_grace is "
		    "%lld s",
		    session->id, (long long)(now - session->signed_in),
		    (long long)grace);
	return 0;
}

void
session_opened(
    struct store_session *session, const char *tty, int64_t pid, int64_t now)
{
	session->state = SESSION_OPEN;
	session->opened = now;
	session->pid = pid;
	snprintf(session->tty, sizeof(session->tty), "%s", tty);
}

void
session_ended(struct store_session *session, const char *reason, int64_t now)
{
	session->state = SESSION_ENDED;
	session->ended = now;
	snprintf(
	    session->end_reason, sizeof(session->end_reason), "%s", reason);
}

const char *
session_state_word(enum store_session_state state)
{
	if ((unsigned)state >= sizeof(state_words) / sizeof(state_words[0]))
		return "unknown";
	return state_words[state];
}

#define COPY(to, from)                                                         \
	do {                                                                   \
		_Static_assert(sizeof(to) == sizeof(from), "one size");        \
		memcpy(to, from, sizeof(to));                                  \
	} while (0)

void
session_claims(struct store_session *session, const struct store_ticket *claims)
{
	COPY(session->issuer, claims->issuer);
	COPY(session->name_id, claims->name_id);
	COPY(session->name_id_format, claims->name_id_format);
	COPY(session->name_qualifier, claims->name_qualifier);
	COPY(session->sp_name_qualifier, claims->sp_name_qualifier);
	COPY(session->session_index, claims->session_index);
	COPY(session->authn_context, claims->authn_context);
	session->authn_instant = claims->authn_instant;
	session->not_after = claims->session_not_on_or_after;
}

void
session_add_method(struct store_session *session, const char *method)
{
	size_t used = strlen(session->method);

	snprintf(session->method + used, sizeof(session->method) - used, "%s%s",
	    used > 0 ? "+" : "", method);
}
