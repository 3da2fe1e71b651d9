/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_ANSWERS_H
#define GATE_ANSWERS_H

#include <security/pam_modules.h>

#include "lib/protocol.h"

/* What was asked in one dialogue, and what the person typed. */
struct answers;

/*
 * The answers of one hook, whose flags these are; where only_held is nonzero
 * the person is asked nothing. PAM_SUCCESS or PAM_BUF_ERR.
 */
int answers_new(
    struct answers **answers, pam_handle_t *pamh, int flags, int only_held);

/* Wipes what was typed. Takes NULL, nulls the caller's pointer. */
void answers_free(struct answers **answers);

/*
 * Answers one prompt: a message is shown; a name or a password that PAM holds
 * already, as from an earlier line, is taken from there the first time; all
 * else the person is asked. PAM_SUCCESS and *answer, which lives until the
 * next call; or PAM_CONV_ERR, or PAM_AUTHTOK_ERR for what is not held.
 */
int answers_prompt(struct answers *answers, enum prompt_style style,
    enum prompt_kind kind, const char *text, const char **answer);

/*
 * Leaves what was last typed for kind in its PAM item, for the lines that
 * follow (try_first_pass, use_authtok). PAM_SUCCESS, also when nothing was
 * typed or the kind has no item, or PAM_SYSTEM_ERR.
 */
int answers_keep(struct answers *answers, enum prompt_kind kind);

#endif
