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

/* proof.c: who it is. */
stage sso_or_password; /* asks for either, proves the first */
stage sso;             /* asks for an SSO token only, proves it */
stage user_name;       /* asks for the user's name if nobody has given it */
stage ask_password;
stage password;         /* compares, keeps the verdict for later */
stage password_verdict; /* tells it at once, where no code follows */
stage code;             /* after a password: asks for the code, tells both */

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

/* change.c: a new password. */
stage kept_user; /* the gate keeps a password for this user */
stage ask_old_password;
stage ask_new_password;
stage retype_password;
stage change_password;

#endif
