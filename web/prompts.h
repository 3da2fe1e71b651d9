/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_PROMPTS_H
#define WEB_PROMPTS_H

#include "web/conversations.h"
#include "web/exchange.h"

/* What is known before it is asked for: the first question of each kind is
 * answered with it. */
struct prompt_reply {
	int kind;         /* enum prompt_kind */
	const char *text; /* NULL: it was given already */
};

/*
 * Goes on from a step of gatehouse-login, which ended with r: answers what is
 * known, then shows the page of what is not, or comes to the conversation's
 * end. The talk is kept or dropped.
 */
void prompts_go_on(struct exchange *x, struct talk **talk, int r,
    struct prompt_reply *replies, size_t count);

/*
 * A form of one of these pages has come: the one with this browser's handle is
 * gone on with. A form that is not the latest one's is not taken, and what is
 * asked now is shown once more.
 */
void prompts_answer(struct exchange *x);

/* Gives up the conversation of this browser, if there is one: because another
 * begins, or because its person says so. */
void prompts_forget(struct exchange *x);
void prompts_cancel(struct exchange *x);

/* The time by which tokens of forms are judged. */
int64_t prompts_now(void);

#endif
