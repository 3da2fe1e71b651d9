/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONTEXT_H
#define GATE_CONTEXT_H

#include <security/pam_modules.h>

struct wire_msg;

/* The name in the PAM environment by which a login's session is handed on. */
#define CONTEXT_SESSION "GATEHOUSE_SESSION"

/* Likewise that of the session whose work it goes on with. */
#define CONTEXT_PREVIOUS "GATEHOUSE_PREVIOUS_SESSION"

/*
 * Appends to a request what PAM knows of the login: service, user, rhost and
 * tty as the application gave them; from the PAM environment, the only thing
 * that outlives sshd's authentication process, SSH_CONNECTION and
 * GATEHOUSE_SESSION; and the language. What is unset or empty is left out.
 */
void context_put(pam_handle_t *pamh, struct wire_msg *msg);

/* PAM_USER, or NULL where it is unset or empty; belongs to PAM. */
const char *context_user(pam_handle_t *pamh);

/* Sets PAM_USER: PAM_SUCCESS or PAM_SYSTEM_ERR. */
int context_set_user(pam_handle_t *pamh, const char *user);

/* Hands on the id of the session: PAM_SUCCESS or PAM_SYSTEM_ERR. */
int context_set_session(pam_handle_t *pamh, const char *session);

/* Likewise that of the one before it; NULL: there is none, whatever the
 * environment says. */
int context_set_previous(pam_handle_t *pamh, const char *previous);

/*
 * Nonzero where the application asks, in the PAM environment, what each prompt
 * is for (lib/prompt_kind.h).
 */
int context_wants_kinds(pam_handle_t *pamh);

/* Tells it: a word, or NULL to remove it. PAM_SUCCESS or PAM_SYSTEM_ERR. */
int context_set_kind(pam_handle_t *pamh, const char *word);

#endif
