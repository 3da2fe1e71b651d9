/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pam_module/answers.h"

#include <stdlib.h>

#include "lib/prompt_kind.h"
#include "lib/secret.h"
#include "pam_module/context.h"
#include "pam_module/conversation.h"

struct answers {
	pam_handle_t *pamh;
	int flags;
	int only_held;
	unsigned int asked[KIND_COUNT];
	char *typed[KIND_COUNT];
};

/*
 * Which item holds an answer already, and for how many prompts it is good: a
 * new password is asked for twice. After that it was refused, and giving it
 * again would be no answer.
 */
static const struct {
	int item;
	unsigned int good_for;
} kinds[KIND_COUNT] = {
	[KIND_AUTHTOK] = { PAM_AUTHTOK, 1 },
	[KIND_OLDAUTHTOK] = { PAM_OLDAUTHTOK, 1 },
	[KIND_NEW_AUTHTOK] = { PAM_AUTHTOK, 2 },
};

static const int styles[] = {
	[PROMPT_HIDDEN] = PAM_PROMPT_ECHO_OFF,
	[PROMPT_SHOWN] = PAM_PROMPT_ECHO_ON,
	[PROMPT_ERROR] = PAM_ERROR_MSG,
	[PROMPT_INFO] = PAM_TEXT_INFO,
};

int
answers_new(
    struct answers **answers, pam_handle_t *pamh, int flags, int only_held)
{
	struct answers *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return PAM_BUF_ERR;
	a->pamh = pamh;
	a->flags = flags;
	a->only_held = only_held;
	*answers = a;
	return PAM_SUCCESS;
}

void
answers_free(struct answers **answers)
{
	struct answers *a;

	if (answers == NULL || *answers == NULL)
		return;
	a = *answers;
	*answers = NULL;
	for (size_t i = 0; i < KIND_COUNT; i++)
		secret_str_free(&a->typed[i]);
	free(a);
}

static const char *
held(struct answers *answers, enum prompt_kind kind)
{
	const void *value = NULL;

	if (answers->asked[kind]++ >= kinds[kind].good_for)
		return NULL;
	if (pam_get_item(answers->pamh, kinds[kind].item, &value) !=
	    PAM_SUCCESS)
		return NULL;
	return value;
}

/* libpam asks for the name itself, unless it has one, and keeps it. */
static int
ask_user(struct answers *answers, const char *text, const char **answer)
{
	if (pam_get_user(answers->pamh, answer, text) != PAM_SUCCESS ||
	    *answer == NULL)
		return PAM_CONV_ERR;
	return PAM_SUCCESS;
}

static int
prompt(struct answers *answers, enum prompt_style style, enum prompt_kind kind,
    const char *text, const char **answer)
{
	int r;

	if (style == PROMPT_ERROR || style == PROMPT_INFO)
		return conversation_tell(
		    answers->pamh, answers->flags, styles[style], text);
	if (kind == KIND_USER)
		return ask_user(answers, text, answer);
	*answer = held(answers, kind);
	if (*answer != NULL)
		return PAM_SUCCESS;
	if (answers->only_held)
		return PAM_AUTHTOK_ERR;
	secret_str_free(&answers->typed[kind]);
	r = conversation_ask(
	    answers->pamh, styles[style], text, &answers->typed[kind]);
	*answer = answers->typed[kind];
	return r;
}

int
answers_prompt(struct answers *answers, enum prompt_style style,
    enum prompt_kind kind, const char *text, const char **answer)
{
	int r, removed;

	*answer = "";
	if (!context_wants_kinds(answers->pamh))
		return prompt(answers, style, kind, text, answer);
	r = context_set_kind(answers->pamh, prompt_kind_word(kind));
	if (r == PAM_SUCCESS)
		r = prompt(answers, style, kind, text, answer);
	/* the next prompt may be another module's */
	removed = context_set_kind(answers->pamh, NULL);
	return r == PAM_SUCCESS ? removed : r;
}

int
answers_keep(struct answers *answers, enum prompt_kind kind)
{
	if (kinds[kind].good_for == 0 || answers->typed[kind] == NULL)
		return PAM_SUCCESS;
	if (pam_set_item(answers->pamh, kinds[kind].item,
		answers->typed[kind]) != PAM_SUCCESS)
		return PAM_SYSTEM_ERR;
	return PAM_SUCCESS;
}
