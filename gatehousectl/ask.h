/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_ASK_H
#define GATEHOUSECTL_ASK_H

#include <stdint.h>

#include "gatehousectl/options.h"
#include "lib/protocol.h"
#include "lib/wire.h"

/*
 * One question to gatehoused. What these return is the command's exit status:
 * CTL_DONE, or another, and then a complaint was made.
 */
struct ask;

/*
 * Connects to where the options say, and begins a message of this verb, to be
 * filled in by ask_msg.
 */
int ask_new(struct ask **ask, const struct options *options, uint16_t verb);
void ask_free(struct ask **ask);

/* The question; after ask_run the result. */
struct wire_msg *ask_msg(struct ask *ask);

/*
 * Sends the question and reads the answer, each message by --timeout. row may
 * be NULL where no rows come; what it returns but CTL_DONE ends the reading.
 * A result that is a decision, for or against, is CTL_DONE here.
 */
typedef int ask_row(const struct wire_msg *row, void *data);
int ask_run(struct ask *ask, ask_row *row, void *data);

/*
 * As ask_run, where the daemon leads a dialogue (lib/protocol.h): answer gives
 * what a person would type at this prompt, or NULL, which gives it up.
 */
typedef const char *ask_answer(enum prompt_style style, enum prompt_kind kind,
    const char *text, void *data);
int ask_dialogue(struct ask *ask, ask_answer *answer, void *data);

/* CTL_DONE where the decision is for; else CTL_NO or CTL_FAILED. */
int ask_granted(struct ask *ask);

/* What most verbs are: ask_run, then ask_granted. */
int ask_done(struct ask *ask, ask_row *row, void *data);

#endif
