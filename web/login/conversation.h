/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOGIN_CONVERSATION_H
#define LOGIN_CONVERSATION_H

#include <stddef.h>
#include <stdint.h>

#include <security/pam_appl.h>

#include "lib/wire.h"

/*
 * What PAM and a person at a browser say to each other, over the connection of
 * gatehouse-web (lib/protocol.h, VERB_WEB_LOGIN). Once it is over, because the
 * other end cancelled, hung up, made no sense or took too long, it is over for
 * every question that follows.
 */
struct conversation;

/*
 * On the connection fd, which stays the caller's: each answer may take patience
 * milliseconds, and all of it until end (clock_mono_ms). 0 or GATE_ENOMEM.
 */
int conversation_new(
    struct conversation **conversation, int fd, int64_t patience, int64_t end);

/* Wipes what was said. Takes NULL, nulls the caller's pointer. */
void conversation_free(struct conversation **conversation);

/* What was heard last, or is to be said next. */
struct wire_msg *conversation_msg(struct conversation *conversation);

/* Sends it, or waits for another: 0 or an error of wire.h; then it is over. */
int conversation_say(struct conversation *conversation);
int conversation_hear(struct conversation *conversation);

/* Zero where it is over, or the other end has hung up. Does not wait. */
int conversation_goes_on(struct conversation *conversation);

/*
 * The answer to the first hidden prompt of KIND_AUTHTOK, which is then not
 * asked; it is copied. 0 or GATE_ENOMEM.
 */
int conversation_hold(struct conversation *conversation, const char *answer);

/* Whose environment says what a prompt is for: lib/prompt_kind.h. */
void conversation_of(struct conversation *conversation, pam_handle_t *pamh);

/* For struct pam_conv, with the conversation as appdata_ptr. */
int conversation_converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *conversation);

/*
 * For PAM_FAIL_DELAY: only takes note, for a process that sleeps would keep
 * others from signing in. conversation_delay says how long, in microseconds.
 */
void conversation_note_delay(int status, unsigned int delay, void *data);
unsigned int conversation_delay(const struct conversation *conversation);

#endif
