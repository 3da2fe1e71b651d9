/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/login/conversation.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/prompt_kind.h"
#include "lib/protocol.h"
#include "lib/secret.h"

struct conversation {
	int fd;
	int64_t patience;
	int64_t end;
	int over;
	struct wire_msg *msg;
	pam_handle_t *pamh;
	char *held; /* secret_alloc */
	size_t held_size;
	unsigned int delay;
};

static const struct {
	int style;
	enum prompt_style as;
	uint16_t verb;
} styles[] = {
	{ PAM_PROMPT_ECHO_OFF, PROMPT_HIDDEN, VERB_PROMPT },
	{ PAM_PROMPT_ECHO_ON, PROMPT_SHOWN, VERB_PROMPT },
	{ PAM_ERROR_MSG, PROMPT_ERROR, VERB_ROW },
	{ PAM_TEXT_INFO, PROMPT_INFO, VERB_ROW },
};

#define STYLES (sizeof(styles) / sizeof(styles[0]))

int
conversation_new(
    struct conversation **conversation, int fd, int64_t patience, int64_t end)
{
	struct conversation *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return GATE_ENOMEM;
	c->fd = fd;
	c->patience = patience;
	c->end = end;
	if (wire_msg_new(&c->msg, WIRE_BODY_LOGIN) != 0)
		conversation_free(&c);
	*conversation = c;
	return c != NULL ? 0 : GATE_ENOMEM;
}

static void
let_go(struct conversation *c)
{
	secret_free(c->held, c->held_size);
	c->held = NULL;
}

void
conversation_free(struct conversation **conversation)
{
	struct conversation *c = *conversation;

	if (c == NULL)
		return;
	*conversation = NULL;
	let_go(c);
	wire_msg_free(&c->msg);
	free(c);
}

struct wire_msg *
conversation_msg(struct conversation *c)
{
	return c->msg;
}

static int64_t
deadline_of(const struct conversation *c)
{
	int64_t deadline = clock_mono_ms() + c->patience;

	return deadline < c->end ? deadline : c->end;
}

static int
over(struct conversation *c, int r)
{
	c->over = 1;
	log_debug("the conversation is over: %s", gate_strerror(r));
	return r;
}

int
conversation_say(struct conversation *c)
{
	int r = wire_send(c->fd, c->msg, deadline_of(c));

	return r == 0 ? 0 : over(c, r);
}

int
conversation_hear(struct conversation *c)
{
	int r = wire_recv(c->fd, c->msg, deadline_of(c));

	return r == 0 ? 0 : over(c, r);
}

int
conversation_goes_on(struct conversation *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };

	return !c->over && clock_mono_ms() < c->end && poll(&p, 1, 0) == 0;
}

int
conversation_hold(struct conversation *c, const char *answer)
{
	let_go(c);
	c->held_size = strlen(answer) + 1;
	c->held = secret_alloc(c->held_size);
	if (c->held == NULL)
		return GATE_ENOMEM;
	memcpy(c->held, answer, c->held_size);
	return 0;
}

void
conversation_of(struct conversation *c, pam_handle_t *pamh)
{
	c->pamh = pamh;
}

/* The answer to what was asked, in memory that PAM frees. */
static int
take_answer(struct conversation *c, char **answer)
{
	const char *text = NULL;
	int r = conversation_hear(c);

	if (r != 0)
		return r;
	/* and not VERB_WEB_CANCEL, or anything else */
	if (wire_verb(c->msg) == VERB_ANSWER)
		text = wire_str(c->msg, TAG_TEXT);
	if (text == NULL || strlen(text) > ANSWER_MAX)
		return over(c, GATE_EPROTO);
	*answer = strdup(text);
	wire_begin(c->msg, 0);
	return *answer != NULL ? 0 : over(c, GATE_ENOMEM);
}

static int
put(struct conversation *c, size_t style, const char *text, char **answer)
{
	enum prompt_kind kind =
	    prompt_kind_find(pam_getenv(c->pamh, PROMPT_KIND));
	int r;

	if (c->over)
		return GATE_ECLOSED;
	if (c->held != NULL && styles[style].as == PROMPT_HIDDEN &&
	    kind == KIND_AUTHTOK) {
		*answer = strdup(c->held);
		let_go(c);
		return *answer != NULL ? 0 : GATE_ENOMEM;
	}
	wire_begin(c->msg, styles[style].verb);
	wire_put_num(c->msg, TAG_STYLE, styles[style].as);
	wire_put_num(c->msg, TAG_KIND, kind);
	wire_put_str(c->msg, TAG_TEXT, text != NULL ? text : "");
	r = conversation_say(c);
	return r == 0 && styles[style].verb == VERB_PROMPT
	    ? take_answer(c, answer)
	    : r;
}

static int
converse(
    struct conversation *c, const struct pam_message *message, char **answer)
{
	size_t i;

	for (i = 0; i < STYLES; i++)
		if (styles[i].style == message->msg_style)
			return put(c, i, message->msg, answer);
	log_error("a module asks in a way that a browser has no page for: %d",
	    message->msg_style);
	return over(c, GATE_EPROTO);
}

int
conversation_converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *conversation)
{
	struct pam_response *all;
	int i, r = 0;

	*responses = NULL;
	if (count <= 0 || count > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	all = calloc((size_t)count, sizeof(*all));
	if (all == NULL)
		return PAM_BUF_ERR;
	for (i = 0; i < count && r == 0; i++)
		r = converse(conversation, messages[i], &all[i].resp);
	if (r == 0) {
		*responses = all;
		return PAM_SUCCESS;
	}
	for (i = 0; i < count; i++)
		secret_str_free(&all[i].resp);
	free(all);
	return PAM_CONV_ERR;
}

void
conversation_note_delay(int status, unsigned int delay, void *data)
{
	struct conversation *c = data;

	c->delay = status != PAM_SUCCESS ? delay : 0;
}

unsigned int
conversation_delay(const struct conversation *c)
{
	return c->delay;
}
