/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/conversations.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "web/rate.h"

/* One step: a hash of a password that waits for its turn, and a mail. */
#define STEP_MS 60000

/* So long one request waits for another of the same browser. */
#define PATIENCE_S 10

/* What is only shown, before a question: more is not believed. */
#define ROWS_MAX 64

struct conversations {
	pthread_mutex_t mutex;
	pthread_cond_t kept;
	int64_t milliseconds;
	size_t most;
	struct talk *all[]; /* NULL: free */
};

int
conversations_new(
    struct conversations **conversations, int64_t most, int64_t milliseconds)
{
	struct conversations *c =
	    calloc(1, sizeof(*c) + (size_t)most * sizeof(c->all[0]));
	pthread_condattr_t steady;

	if (c == NULL)
		return GATE_ENOMEM;
	pthread_mutex_init(&c->mutex, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&c->kept, &steady);
	pthread_condattr_destroy(&steady);
	c->most = (size_t)most;
	c->milliseconds = milliseconds;
	*conversations = c;
	return 0;
}

static void
talk_free(struct talk *talk)
{
	client_free(&talk->client);
	buffer_clear(&talk->errors);
	buffer_clear(&talk->notes);
	buffer_clear(&talk->otpauth);
	buffer_clear(&talk->codes);
	explicit_bzero(talk->handle, sizeof(talk->handle));
	free(talk);
}

void
conversations_free(struct conversations **conversations)
{
	struct conversations *c = *conversations;
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->most; i++)
		if (c->all[i] != NULL)
			talk_free(c->all[i]);
	pthread_cond_destroy(&c->kept);
	pthread_mutex_destroy(&c->mutex);
	free(c);
	*conversations = NULL;
}

size_t
conversations_count(struct conversations *conversations)
{
	size_t i, count = 0;

	pthread_mutex_lock(&conversations->mutex);
	for (i = 0; i < conversations->most; i++)
		count += conversations->all[i] != NULL;
	pthread_mutex_unlock(&conversations->mutex);
	return count;
}

/* --- the table, locked --- */

/* Those that nobody has come back to. */
static void
clear_old(struct conversations *c, int64_t now)
{
	size_t i;

	for (i = 0; i < c->most; i++)
		if (c->all[i] != NULL && !c->all[i]->is_taken &&
		    c->all[i]->until <= now) {
			talk_free(c->all[i]);
			c->all[i] = NULL;
		}
}

/* Room for one more; NULL where there is none, for this network at least. */
static struct talk **
room_for(struct conversations *c, uint64_t network)
{
	struct talk **room = NULL;
	size_t i, others = 0, quarter = (c->most + 3) / 4;

	for (i = 0; i < c->most; i++)
		if (c->all[i] == NULL)
			room = &c->all[i];
		else
			others += c->all[i]->network == network;
	return others < quarter ? room : NULL;
}

static struct talk *
find(const struct conversations *c, const char *handle)
{
	size_t i;

	for (i = 0; i < c->most; i++)
		if (c->all[i] != NULL &&
		    secret_equal(handle, BROWSER_HANDLE_SIZE - 1,
			c->all[i]->handle, BROWSER_HANDLE_SIZE - 1))
			return c->all[i];
	return NULL;
}

/* --- */

void
conversations_sweep(struct conversations *conversations, int64_t now)
{
	pthread_mutex_lock(&conversations->mutex);
	clear_old(conversations, now);
	pthread_mutex_unlock(&conversations->mutex);
}

int
talk_new(struct conversations *conversations, const struct address *client,
    struct talk **talk)
{
	int64_t now = clock_mono_ms();
	struct talk *t = calloc(1, sizeof(*t)), **room;
	int r = GATE_ENOMEM;

	if (t == NULL || (r = browser_handle_mint(t->handle)) != 0) {
		free(t);
		return r;
	}
	t->table = conversations;
	t->network = rate_network(client);
	t->until = now + conversations->milliseconds;
	t->is_taken = 1;
	pthread_mutex_lock(&conversations->mutex);
	clear_old(conversations, now);
	room = room_for(conversations, t->network);
	if (room != NULL)
		*room = t;
	pthread_mutex_unlock(&conversations->mutex);
	if (room == NULL) {
		free(t);
		return GATE_EFULL;
	}
	*talk = t;
	return 0;
}

/* Until it is free, or gone: NULL. GATE_ETIMEOUT if that takes too long. */
static int
wait_for(struct conversations *c, const char *handle, struct talk **talk)
{
	struct timespec end;
	struct talk *t = find(c, handle);
	int r = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += PATIENCE_S;
	if (t != NULL && t->is_taken && t->is_awaited)
		return GATE_ETIMEOUT;
	while (t != NULL && t->is_taken && r == 0) {
		t->is_awaited = 1;
		r = pthread_cond_timedwait(&c->kept, &c->mutex, &end);
		t = find(c, handle);
	}
	if (t != NULL)
		t->is_awaited = 0;
	*talk = t;
	return t != NULL && t->is_taken ? GATE_ETIMEOUT : 0;
}

int
talk_find(
    struct conversations *conversations, const char *handle, struct talk **talk)
{
	struct talk *t = NULL;
	int r;

	pthread_mutex_lock(&conversations->mutex);
	r = wait_for(conversations, handle, &t);
	if (r == 0 && (t == NULL || t->until <= clock_mono_ms()))
		r = GATE_ENOTFOUND;
	if (r == 0) {
		t->is_taken = 1;
		*talk = t;
	}
	pthread_mutex_unlock(&conversations->mutex);
	return r;
}

void
talk_keep(struct talk **talk)
{
	struct conversations *c = (*talk)->table;

	pthread_mutex_lock(&c->mutex);
	(*talk)->is_taken = 0;
	pthread_cond_broadcast(&c->kept);
	pthread_mutex_unlock(&c->mutex);
	*talk = NULL;
}

void
talk_drop(struct talk **talk)
{
	struct talk *t = *talk;
	struct conversations *c;
	size_t i;

	if (t == NULL)
		return;
	c = t->table;
	pthread_mutex_lock(&c->mutex);
	for (i = 0; i < c->most; i++)
		if (c->all[i] == t)
			c->all[i] = NULL;
	pthread_cond_broadcast(&c->kept);
	pthread_mutex_unlock(&c->mutex);
	talk_free(t);
	*talk = NULL;
}

/* --- what is said --- */

static int64_t
deadline_of(const struct talk *talk)
{
	int64_t step = clock_mono_ms() + STEP_MS;

	return step < talk->until ? step : talk->until;
}

/* One more line. */
static int
add_line(struct buffer *buffer, const char *text)
{
	if (buffer->used > 0)
		buffer_add_text(buffer, "\n");
	buffer_add_text(buffer, text);
	return buffer->error;
}

/* What is only shown is kept for the next page. */
static int
take_row(struct talk *talk, const struct wire_msg *msg)
{
	const char *text = wire_str(msg, TAG_TEXT);

	if (text == NULL)
		return GATE_EPROTO;
	switch (wire_num(msg, TAG_KIND, KIND_TEXT)) {
	case KIND_OTPAUTH:
		buffer_clear(&talk->otpauth);
		return add_line(&talk->otpauth, text);
	case KIND_RECOVERY:
		/* they come once the code was right */
		buffer_clear(&talk->otpauth);
		buffer_clear(&talk->codes);
		return add_line(&talk->codes, text);
	default:
		return add_line(
		    wire_num(msg, TAG_STYLE, PROMPT_INFO) == PROMPT_ERROR
			? &talk->errors
			: &talk->notes,
		    text);
	}
}

/* Up to the next question, or the result. */
static int
listen_on(struct talk *talk, int64_t deadline)
{
	const struct wire_msg *msg = client_msg(talk->client);
	size_t rows = 0;
	int r = 0;

	while (r == 0 && wire_verb(msg) == VERB_ROW) {
		r = rows++ < ROWS_MAX ? take_row(talk, msg) : GATE_EPROTO;
		if (r == 0)
			r = client_next(talk->client, deadline);
	}
	if (r != 0)
		return r;
	if (wire_verb(msg) == VERB_RESULT)
		talk->state = TALK_OVER;
	else if (wire_verb(msg) == VERB_PROMPT)
		talk->state = TALK_ASKED;
	else
		r = GATE_EPROTO;
	return r;
}

static int
say(struct talk *talk, int64_t deadline)
{
	int r = client_ask(talk->client, deadline);

	return r == 0 ? listen_on(talk, deadline) : r;
}

int
talk_begin(struct talk *talk, const char *socket, uint16_t verb,
    gate_fill *fill, void *data)
{
	int64_t deadline = deadline_of(talk);
	int r = client_new(&talk->client, socket, deadline);

	if (r != 0)
		return r;
	wire_begin(client_msg(talk->client), verb);
	fill(client_msg(talk->client), data);
	return say(talk, deadline);
}

int
talk_answer(struct talk *talk, const char *text)
{
	struct wire_msg *msg = client_msg(talk->client);

	/* what was said before it has been seen */
	buffer_clear(&talk->errors);
	buffer_clear(&talk->notes);
	talk->step++;
	if (text == NULL)
		wire_begin(msg, VERB_WEB_CANCEL);
	else {
		wire_begin(msg, VERB_ANSWER);
		wire_put_str(msg, TAG_TEXT, text);
	}
	return say(talk, deadline_of(talk));
}

const struct wire_msg *
talk_said(const struct talk *talk)
{
	return client_msg(talk->client);
}

int
talk_confirm(struct talk *talk)
{
	int r;

	wire_begin(client_msg(talk->client), VERB_WEB_KEPT);
	/* it hangs up, and says nothing */
	r = client_ask(talk->client, deadline_of(talk));
	return r == GATE_ECLOSED ? 0 : r == 0 ? GATE_EPROTO : r;
}
