/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_LOGIN_H
#define GATEHOUSED_LOGIN_H

#include <stdint.h>

#include "gatehoused/assertion.h"
#include "gatehoused/gate.h"
#include "gatehoused/leader.h"
#include "gatehoused/peer.h"
#include "lib/address.h"
#include "lib/protocol.h"
#include "lib/reason.h"
#include "lib/store_fallback.h"
#include "lib/wire.h"
#include "password/verifier.h"
#include "session/lockout.h"
#include "twofactor/otp.h"

/*
 * What a PAM hook asks of the gate, from its first word to the decision. Each
 * question is a flow: a row of stages (login.c shows them all on one screen).
 * A stage goes on, asks the person for something, or ends the flow.
 */
struct login;
typedef int stage(struct login *login);

#define LOGIN_NEXT 0
#define LOGIN_ASK  1
#define LOGIN_WAIT SLOTS_WAIT /* and is called again, with the same answer */

/* What a right code was one of. */
enum code_kind {
	CODE_NONE = 0,
	CODE_FACTOR,   /* the factor's own row */
	CODE_RECOVERY, /* one of ours, which nobody guesses */
	CODE_SCRATCH,  /* of eight digits, imported */
	CODE_MAIL,     /* sent to his address: mail_code.h */
};

#define LOGIN_PASSWORD_SIZE (PASSWORD_MAX + 1)

struct login {
	struct gate *gate;
	struct policy *policy;
	struct peer peer;
	unsigned rights;
	const struct flow *flow;
	size_t at; /* the stage of the flow */

	/* what the application says */
	char service[STORE_SERVICE_MAX];
	char user[STORE_USER_MAX]; /* "" until it is known */
	char rhost[STORE_NAME_MAX];
	char ssh[STORE_NAME_MAX];
	char tty[STORE_NAME_MAX];
	char session[STORE_SESSION_ID_MAX]; /* the sign-in it refers to */
	struct leader leader;               /* of a session that is opened */
	int detached;                       /* which has none */
	int draws; /* the application lays out what is enrolled itself */
	int expired_only;
	int enrolls;  /* step otp: whoever gets here has shown the password */
	int by_admin; /* chauthtok: an administrator runs the application */

	/* what they are spoken to in: the conversation's; see login_speak */
	const struct catalogue *catalogue;
	char language[STORE_LANGUAGE_MAX]; /* the user's own, "": none */

	/* where from */
	char address[ADDRESS_TEXT_SIZE];

	/* who: what was given as proof, and what is to be used up for it */
	const char *method;
	struct assertion *assertion;  /* either this, validated just now, */
	struct store_ticket *ticket;  /* or what stands for one, and the */
	struct attributes attributes; /* attributes that were kept with it */
	struct store_pass *pass;      /* or an administrator's word */
	char *password;               /* secret_alloc, LOGIN_PASSWORD_SIZE: */
				      /* typed, or the old one of a change */
	size_t enrol_at;              /* the step of an enrolment: enrol.c */
	int enrol_tries;
	struct rehash *rehash;  /* the password's better verifier */
	char *new_password;     /* likewise */
	struct refusal verdict; /* on the password, told after the code */
	int waived;             /* no code is asked for: demand.c */
	enum code_kind code;    /* which was shown, to be used up: */
	struct otp_match match;
	struct store_recovery recovery;
	uint8_t mail_hash[STORE_HASH_SIZE];

	/* what the guess costs: tries.h */
	struct lockout_verdict charge;
	int charged;
	int known;       /* whether there is such a user */
	int proved;      /* what was asked for was right, and is not blocked */
	int shown;       /* the right password, to this line */
	int64_t changed; /* what was on record then of who is known */

	/* the dialogue: the answer is there only while its stage runs */
	const char *answer;
	int waits;         /* the stage, for a slot; */
	int spent;         /* the answer was an earlier stage's */
	struct slot *slot; /* the connection's */
	char note[256];    /* for the person, told by tell_note */
	int told;          /* refused; only the person's nod is waited for */
	struct wire_msg *out;

	/* how it ended */
	char remark[640];            /* on who is let in, for the record */
	struct store_session record; /* the sign-in or session on record */
	struct refusal refusal;
};

/*
 * Begins a flow for the request in msg (a VERB_LOGIN, ACCOUNT, OPEN, CLOSE or
 * CHAUTHTOK): 0 or GATE_ENOMEM, GATE_EPROTO. It takes a reference to the
 * policy; slot, by which it waits, must live as long.
 */
int login_new(struct login **login, struct gate *gate, struct policy *policy,
    const struct peer *peer, struct slot *slot, const struct wire_msg *msg);

/* Ends it; one that was not concluded goes on record as abandoned. */
void login_free(struct login **login);

/*
 * Goes on with the flow, with the person's answer or, at first, NULL. Leaves
 * a VERB_PROMPT in out and returns LOGIN_ASK, or a VERB_RESULT and returns 0:
 * then it is concluded, and on record. Or returns LOGIN_WAIT, with nothing in
 * out: to be called again with the same answer after slots_wait.
 */
int login_go_on(struct login *login, const char *answer, struct wire_msg *out);

/*
 * Goes on in the user's own language, login->language, if there is one that we
 * speak. Not before all that was asked for is proven: it would tell of users
 * that they are there.
 */
void login_speak(struct login *login);

/*
 * For stages: asks, by returning login_ask(...). What is English in text is
 * said in the language of the login.
 */
int login_ask(struct login *login, enum prompt_style style,
    enum prompt_kind kind, const char *text);

/*
 * For stages: refuses, but tells the person first, by returning
 * login_tell(...). Only for what the person has to mend.
 */
int login_tell(struct login *login, enum reason reason, const char *text);

/* The same where login->refusal says why already. */
int login_tell_why(struct login *login, const char *text);

/*
 * Whether this can be a user's name: one that could forge a line or a path
 * somewhere is nobody's.
 */
int login_name_is_sound(const char *name);

/*
 * The user whom a proof names: becomes the user where the application asked
 * for none, else must be the same. 0 or GATE_EREFUSED.
 */
int login_name(struct login *login, const char *user);

/*
 * What is remembered of the assertion that was given as proof, NULL where none
 * was; and its attributes, NULL likewise.
 */
const struct store_ticket *login_claims(const struct login *login);
const struct attributes *login_attributes(const struct login *login);

/*
 * Fills in login->record, a fresh one, from what is known and was proven: 0 or
 * GATE_EIO.
 */
int login_describe(struct login *login);

/*
 * What the store keeps of the login's user: 0, GATE_ENOTFOUND with an empty
 * record, or an error of the store.
 */
int login_user(struct login *login, struct store_user *user);

/*
 * The address where the login comes from, told by who may be believed, else "".
 * Whoever asks for himself could have others blocked, or have his own
 * remembered.
 */
const char *login_from(const struct login *login);

/* Whether a user has a second factor that counts; 0 or an error. */
int login_has_factor(
    struct store_tx *tx, const struct store_user *user, int *has_factor);

/*
 * Keeps a password that was typed, in secret memory; 0, GATE_ENOMEM, or
 * GATE_ETOOBIG for one that no password can be.
 */
int login_keep(char **kept, const char *password);

/*
 * For stages: takes a slot, before anything is charged or looked at, and has it
 * until the stage returns: 0, or what the stage is to return.
 */
int login_slot(struct login *login);

/* Logs an error of the machinery and turns it into a refusal. */
int login_fault(struct login *login, int error);

#endif
