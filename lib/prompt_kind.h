/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_PROMPT_KIND_H
#define GATE_PROMPT_KIND_H

#include "lib/protocol.h"

/*
 * What a prompt is for, in the PAM environment: PAM's own messages do not say.
 * An application that sets PROMPT_KINDS_WANTED to "1" finds the kind's word in
 * PROMPT_KIND while its conversation function runs for pam_gatehouse.so.
 */
#define PROMPT_KINDS_WANTED "GATEHOUSE_PROMPTS"
#define PROMPT_KIND         "GATEHOUSE_PROMPT"

/* The word of a kind, none of which is longer than this with its NUL. */
#define PROMPT_KIND_SIZE 16
const char *prompt_kind_word(enum prompt_kind kind);

/* The kind of a word; KIND_TEXT, which says nothing, for NULL or another. */
enum prompt_kind prompt_kind_find(const char *word);

#endif
