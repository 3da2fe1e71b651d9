/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/wire.h"
#include "saml/process.h"
#include "saml/worker_ask.h"

struct saml_worker {
	struct saml_process *process;
	int64_t idp_count;
	char *warnings[SAML_WARNINGS_MAX]; /* about the settings */
	size_t warning_count;
	size_t response_max;
	struct wire_msg *msg; /* each question and its answer */
};

/* Fields around the Response, and what an answer's fields add to its texts. */
#define BODY_OVERHEAD (64u << 10)

/* base64 takes 4/3, a line break after each 64 characters a little more */
static size_t
response_max(const struct saml_settings *settings)
{
	uint64_t size = (uint64_t)settings->max_response / 2 * 3;

	return size < WIRE_BODY_MAX - BODY_OVERHEAD
	    ? (size_t)size
	    : WIRE_BODY_MAX - BODY_OVERHEAD;
}

size_t
saml_worker_body_max(const struct saml_settings *settings)
{
	/* without IdPs there is only metadata to be asked about */
	return settings->document_count > 0
	    ? response_max(settings) + BODY_OVERHEAD
	    : WIRE_BODY_MAX;
}

pid_t
saml_worker_pid(const struct saml_worker *worker)
{
	return saml_process_pid(worker->process);
}

const char *
saml_worker_warning(const struct saml_worker *worker, size_t i)
{
	return i < worker->warning_count ? worker->warnings[i] : NULL;
}

int64_t
saml_worker_idp_count(const struct saml_worker *worker)
{
	return worker->idp_count;
}

/* Keeps what it warns of; it is no text, or there is too much: GATE_EPROTO. */
static int
take_warnings(struct saml_worker *worker, const struct wire_msg *msg)
{
	struct wire_field field;
	size_t cursor = 0;

	while (wire_next(msg, &cursor, &field)) {
		if (field.tag != TAG_DETAIL)
			continue;
		if (worker->warning_count == SAML_WARNINGS_MAX ||
		    strlen(field.bytes) != field.size)
			return GATE_EPROTO;
		worker->warnings[worker->warning_count] = strdup(field.bytes);
		if (worker->warnings[worker->warning_count] == NULL)
			return GATE_ENOMEM;
		worker->warning_count++;
	}
	return 0;
}

/* Hands over the settings; a refusal of them goes to why. */
static int
setup(struct saml_worker *worker, const struct saml_settings *settings,
    int64_t deadline, char *why, size_t why_size)
{
	struct wire_msg *msg = NULL;
	const char *detail;
	int r;

	r = wire_msg_new(&msg, WIRE_BODY_MAX);
	if (r != 0)
		return r;
	wire_begin(msg, VERB_SAML_SETUP);
	saml_settings_put(settings, msg);
	r = saml_process_ask(worker->process, msg, deadline);
	if (r != 0)
		goto out;
	switch (wire_num(msg, TAG_OUTCOME, -1)) {
	case OUTCOME_GRANTED:
		worker->idp_count = wire_num(msg, TAG_IDP_COUNT, 0);
		r = worker->idp_count > 0 || settings->document_count == 0
		    ? 0
		    : GATE_EPROTO;
		if (r == 0)
			r = take_warnings(worker, msg);
		break;
	case OUTCOME_UNAVAILABLE:
		r = saml_process_error(msg);
		detail = wire_str(msg, TAG_DETAIL);
		if (detail != NULL)
			snprintf(why, why_size, "%s", detail);
		break;
	default:
		r = GATE_EPROTO;
	}
out:
	wire_msg_free(&msg);
	return r;
}

int
saml_worker_new(struct saml_worker **worker, const char *program,
    const struct saml_settings *settings, int64_t deadline, char *why,
    size_t why_size)
{
	struct saml_worker *new;
	char text[128];
	int r = GATE_ENOMEM;

	snprintf(why, why_size, "%s", gate_strerror(r));
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return r;
	new->response_max = response_max(settings);
	r = wire_msg_new(&new->msg, saml_worker_body_max(settings));
	if (r == 0)
		r = saml_process_new(&new->process, program, why, why_size);
	if (r != 0)
		goto out;
	r = setup(new, settings, deadline, why, why_size);
	if (r != 0 && why[0] == '\0') {
		r = saml_process_end(new->process, r, text, sizeof(text));
		snprintf(why, why_size, "%s %s", program, text);
	}
out:
	if (r == 0)
		*worker = new;
	else
		saml_worker_free(&new);
	return r;
}

void
saml_worker_free(struct saml_worker **worker)
{
	struct saml_worker *self = *worker;

	if (self == NULL)
		return;
	saml_process_free(&self->process);
	wire_msg_free(&self->msg);
	while (self->warning_count > 0)
		free(self->warnings[--self->warning_count]);
	free(self);
	*worker = NULL;
}

int
saml_worker_ready(const struct saml_worker *worker)
{
	return saml_process_ready(worker->process);
}

struct wire_msg *
saml_worker_question(struct saml_worker *worker, uint16_t verb)
{
	wire_begin(worker->msg, verb);
	return worker->msg;
}

static int
denied(const struct wire_msg *msg, struct refusal *refusal)
{
	const char *word = wire_str(msg, TAG_REASON);
	const char *detail = wire_str(msg, TAG_DETAIL);
	enum reason reason;

	if (word == NULL || detail == NULL)
		return GATE_EPROTO;
	reason = reason_from_word(word);
	if (reason == REASON_NONE || strcmp(word, reason_word(reason)) != 0)
		return GATE_EPROTO;
	return refuse(refusal, reason, "%s", detail);
}

/* What came of one question; *of_use is 0 where the worker is done for. */
static int
answer(const struct wire_msg *msg, saml_worker_take *take, void *data,
    struct refusal *refusal, int *of_use)
{
	int r;

	switch (wire_num(msg, TAG_OUTCOME, -1)) {
	case OUTCOME_GRANTED:
		r = take(msg, data);
		*of_use = r != GATE_EPROTO && r != GATE_ENOMEM;
		return r;
	case OUTCOME_DENIED:
		r = denied(msg, refusal);
		*of_use = r == GATE_EREFUSED;
		return r;
	case OUTCOME_UNAVAILABLE:
		return saml_process_error(msg);
	default:
		return GATE_EPROTO;
	}
}

int
saml_worker_ask(struct saml_worker *worker, struct wire_msg *msg,
    int64_t deadline, saml_worker_take *take, void *data,
    struct refusal *refusal)
{
	return saml_worker_ask_traced(
	    worker, msg, deadline, take, data, NULL, refusal);
}

int
saml_worker_ask_traced(struct saml_worker *worker, struct wire_msg *msg,
    int64_t deadline, saml_worker_take *take, void *data,
    struct saml_trace *trace, struct refusal *refusal)
{
	char text[128];
	int of_use = 0;
	int r = saml_process_ask(worker->process, msg, deadline);

	if (r == 0)
		saml_trace_get(trace, msg);
	if (r == 0)
		r = answer(msg, take, data, refusal, &of_use);
	wire_begin(msg, 0); /* wipes the assertion */
	if (of_use)
		return r;
	r = saml_process_end(worker->process, r, text, sizeof(text));
	(void)refuse(refusal,
	    r == GATE_ETIMEOUT ? REASON_WORKER_TIMEOUT : REASON_WORKER_FAILED,
	    "the SAML worker %s", text);
	return r;
}

size_t
saml_worker_response_max(const struct saml_worker *worker)
{
	return worker->response_max;
}
