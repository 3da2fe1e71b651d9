/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_STAGES_H
#define GATEHOUSED_STAGES_H

#include "gatehoused/login.h"

/*
 * The stages that flows are made of. Each returns LOGIN_NEXT, LOGIN_ASK (and
 * is called again with the answer), GATE_EREFUSED with login->refusal, or an
 * error of the machinery, which refuses too.
 */

/* where.c */
stage where_from;   /* the client's address is known, and on the allowlist */
stage note_address; /* for the record only: another line decides about it */

/* proof.c: who it is. Where an SSO token is taken, so is an emergency pass
 * (emergency.h). */
stage sso_or_password; /* asks for either, proves the first */
stage sso;             /* asks for an SSO token only, proves it */
stage user_name;       /* asks for the user's name if nobody has given it */
stage ask_password;
stage password;         /* compares, keeps the verdict for later */
stage password_verdict; /* tells it at once, where no code follows */

/* demand.c: where the rules ask for no code, tells the password's verdict. */
stage demand;

/* code.c */
stage code; /* after a password: asks for the code, tells both */

/*
 * enrol.c: after a right password: who has no second factor sets one up, and
 * then is asked for no other code; or, before the deadline, leaves it.
 */
stage enrol;

/* Nonzero after an enrolment, or one that was left: there is no code to ask
 * for. */
int enrol_is_over(const struct login *login);

/* Nonzero after an enrolment to the end. */
int enrol_has_confirmed(const struct login *login);

/* For let_in: uses up the code that was shown. 0 or GATE_EREFUSED, or an error
 * of the store. */
int code_use(struct store_tx *tx, struct login *login);

/* entry.c: what becomes of it. */
stage peer_may; /* a peer without rights asks for itself only */
stage may_they; /* that, and no root or system account */
stage let_in;   /* uses the proofs up and puts the sign-in on record */

/* admission.c */
stage may_enter; /* the [access] rules, and what the [service] asks for */

/* record.c: the hooks that come after, by the record of the sign-in. */
stage signed_in; /* account: there is such a sign-in, and may_they */
stage open_session;
stage close_session;

/* password_age.c: account: is it to be changed first, or soon? */
stage password_age;

/* login.c */
stage tell_note; /* what a stage before has left for the person */

/* change.c: a new password. */
stage kept_here;      /* the gate keeps the password of this user, */
stage kept_elsewhere; /* or others do, for whom its rules hold too */
stage ask_old_password;
stage ask_new_password;
stage retype_password; /* which is asked for after its note: tell_note */
stage change_password;

#endif
