/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/login/sessions.h"

#include <errno.h>
#include <string.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"

/* One question to gatehoused. */
struct question {
	struct client **line;
	int64_t deadline;
};

/* 0 and the message to fill in, or an error, which ask will tell. */
static int
begin(struct question *q, const struct config *config, struct client **line,
    enum verb verb)
{
	int r = 0;

	q->line = line;
	q->deadline = clock_mono_ms() + config->request_timeout * 1000;
	if (*line == NULL)
		r = client_new(line, config->socket, q->deadline);
	if (r == 0)
		wire_begin(client_msg(*line), (uint16_t)verb);
	return r;
}

static int
judge(const struct wire_msg *msg)
{
	if (wire_verb(msg) != VERB_RESULT)
		return GATE_EPROTO;
	switch (wire_num(msg, TAG_OUTCOME, -1)) {
	case OUTCOME_GRANTED:
		return 0;
	case OUTCOME_DENIED:
		return GATE_EREFUSED;
	default:
		return GATE_EIO;
	}
}

static int
ask(struct question *q, int r)
{
	if (r == 0)
		r = client_ask(*q->line, q->deadline);
	if (r == 0)
		r = judge(client_msg(*q->line));
	if (r != 0 && r != GATE_EREFUSED) {
		log_error("no answer from gatehoused: %s (%s)",
		    gate_strerror(r), strerror(errno));
		client_free(q->line);
	}
	return r;
}

int
sessions_look(const struct config *config, struct client **line, enum tag by,
    const char *value, const char *from, struct session *session)
{
	struct question q;
	struct wire_msg *msg;
	int r = begin(&q, config, line, VERB_SESSION_CHECK);

	memset(session, 0, sizeof(*session));
	if (r == 0) {
		msg = client_msg(*line);
		wire_put_str(msg, (uint16_t)by, value);
		wire_put_str(msg, TAG_RHOST, from);
	}
	r = ask(&q, r);
	if (r == 0) {
		msg = client_msg(*line);
		r = wire_copy(
		    msg, TAG_SESSION, session->id, sizeof(session->id));
		if (r == 0)
			r = wire_copy(msg, TAG_USER, session->user,
			    sizeof(session->user));
		if (r == 0)
			r = wire_copy(msg, TAG_SERVICE, session->service,
			    sizeof(session->service));
	}
	return r;
}

int
sessions_token(const struct config *config, struct client **line,
    const char *id, char token[TOKEN_SIZE])
{
	struct question q;
	int r = begin(&q, config, line, VERB_SESSION_TOKEN);

	if (r == 0)
		wire_put_str(client_msg(*line), TAG_SESSION, id);
	r = ask(&q, r);
	if (r == 0)
		r = wire_copy(client_msg(*line), TAG_TOKEN, token, TOKEN_SIZE);
	return r == 0 && token[0] == '\0' ? GATE_EPROTO : r;
}

int
sessions_end(const struct config *config, struct client **line, const char *id)
{
	struct question q;
	int r = begin(&q, config, line, VERB_SESSION_END);

	if (r == 0)
		wire_put_str(client_msg(*line), TAG_SESSION, id);
	return ask(&q, r);
}
