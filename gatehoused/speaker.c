/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/speaker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"

/* It reads keys and has a library to load, before it takes the first word. */
#define START_TIMEOUT 10000

struct speaker {
	char *program;
	int64_t timeout; /* milliseconds for one message */
	struct saml_speaker *self;
	pthread_mutex_t lock;           /* over what follows */
	struct saml_composer *composer; /* NULL: has yet to be started */
	char trouble[256];              /* why it is NULL */
};

static int
start(struct speaker *s, char *why, size_t why_size)
{
	int r = saml_composer_new(&s->composer, s->program, s->self,
	    clock_mono_ms() + START_TIMEOUT, why, why_size);

	if (r != 0)
		snprintf(s->trouble, sizeof(s->trouble), "%s", why);
	return r;
}

int
speaker_new(struct speaker **speaker, const struct config *config, char *why,
    size_t why_size)
{
	struct speaker *s = calloc(1, sizeof(*s));
	char failure[256] = "";
	int r = GATE_ENOMEM;

	if (s == NULL)
		return r;
	pthread_mutex_init(&s->lock, NULL);
	s->timeout = config->worker_timeout * 1000;
	s->program = strdup(config->composer_program);
	if (s->program != NULL)
		r = saml_speaker_load(&s->self, config, why, why_size);
	if (r == 0 && start(s, failure, sizeof(failure)) != 0)
		log_warn("[saml]: the composer does not start: %s; until it "
			 "does, nobody can be sent to an IdP",
		    failure);
	if (r == 0)
		*speaker = s;
	else
		speaker_free(&s);
	return r;
}

void
speaker_free(struct speaker **speaker)
{
	struct speaker *s = *speaker;

	if (s == NULL)
		return;
	saml_composer_free(&s->composer);
	saml_speaker_free(&s->self);
	pthread_mutex_destroy(&s->lock);
	free(s->program);
	free(s);
	*speaker = NULL;
}

/* A kind of message: hands it to the function of composer.h that it is for. */
typedef int compose(struct saml_composer *composer, const void *message,
    int64_t deadline, struct saml_outgoing *outgoing, char *why,
    size_t why_size);

static int
authn_request(struct saml_composer *composer, const void *message,
    int64_t deadline, struct saml_outgoing *outgoing, char *why,
    size_t why_size)
{
	return saml_compose_authn_request(
	    composer, message, deadline, outgoing, why, why_size);
}

static int
logout_request(struct saml_composer *composer, const void *message,
    int64_t deadline, struct saml_outgoing *outgoing, char *why,
    size_t why_size)
{
	return saml_compose_logout_request(
	    composer, message, deadline, outgoing, why, why_size);
}

static int
logout_response(struct saml_composer *composer, const void *message,
    int64_t deadline, struct saml_outgoing *outgoing, char *why,
    size_t why_size)
{
	return saml_compose_logout_response(
	    composer, message, deadline, outgoing, why, why_size);
}

static int
metadata(struct saml_composer *composer, const void *message, int64_t deadline,
    struct saml_outgoing *outgoing, char *why, size_t why_size)
{
	const int *is_signed = message;

	return saml_compose_metadata(
	    composer, *is_signed, deadline, &outgoing->message, why, why_size);
}

/* With the lock held. A composer that fails is ended, and its message lost:
 * it may be the message that it died of. */
static int
compose_one(struct speaker *s, compose *kind, const void *message,
    struct saml_outgoing *outgoing, struct refusal *refusal)
{
	char why[256] = "";
	int r = 0;

	/* one that died with nothing to do took no message with it */
	if (s->composer != NULL && !saml_composer_ready(s->composer))
		saml_composer_free(&s->composer);
	if (s->composer == NULL)
		r = start(s, why, sizeof(why));
	if (r == 0)
		r = kind(s->composer, message, clock_mono_ms() + s->timeout,
		    outgoing, why, sizeof(why));
	if (r == 0)
		return 0;
	log_warn("%s: %s", s->program, why);
	if (s->composer != NULL && saml_composer_pid(s->composer) < 0) {
		saml_composer_free(&s->composer);
		snprintf(s->trouble, sizeof(s->trouble), "%s", why);
	}
	return refuse(
	    refusal, REASON_COMPOSER_FAILED, "%s: %s", gate_strerror(r), why);
}

static int
speak(struct speaker *s, compose *kind, const void *message, int64_t patience,
    struct saml_outgoing *outgoing, struct refusal *refusal)
{
	int64_t deadline = clock_mono_ms() + patience;
	struct timespec until = { .tv_sec = deadline / 1000,
		.tv_nsec = deadline % 1000 * 1000000 };
	int r;

	memset(outgoing, 0, sizeof(*outgoing));
	if (pthread_mutex_clocklock(&s->lock, CLOCK_MONOTONIC, &until) != 0)
		return refuse(refusal, REASON_OVERLOAD,
		    "the composer was busy for %lld ms", (long long)patience);
	r = compose_one(s, kind, message, outgoing, refusal);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int
speaker_authn_request(struct speaker *speaker,
    const struct saml_authn_request *request, int64_t patience,
    struct saml_outgoing *outgoing, struct refusal *refusal)
{
	return speak(
	    speaker, authn_request, request, patience, outgoing, refusal);
}

int
speaker_logout_request(struct speaker *speaker,
    const struct saml_logout_request *request, int64_t patience,
    struct saml_outgoing *outgoing, struct refusal *refusal)
{
	return speak(
	    speaker, logout_request, request, patience, outgoing, refusal);
}

int
speaker_logout_response(struct speaker *speaker,
    const struct saml_logout_response *response, int64_t patience,
    struct saml_outgoing *outgoing, struct refusal *refusal)
{
	return speak(
	    speaker, logout_response, response, patience, outgoing, refusal);
}

int
speaker_metadata(struct speaker *speaker, int is_signed, int64_t patience,
    struct saml_outgoing *outgoing, struct refusal *refusal)
{
	return speak(
	    speaker, metadata, &is_signed, patience, outgoing, refusal);
}

void
speaker_status(struct speaker *s, char *text, size_t size)
{
	/* who asks how it is must not have to wait for it */
	if (pthread_mutex_trylock(&s->lock) != 0) {
		snprintf(text, size, "busy");
		return;
	}
	if (s->composer == NULL)
		snprintf(text, size, "does not run: %s", s->trouble);
	else if (!saml_composer_ready(s->composer))
		snprintf(text, size, "has ended, the next message restarts it");
	else
		snprintf(text, size, "runs");
	pthread_mutex_unlock(&s->lock);
}

void
speaker_put(const struct saml_outgoing *outgoing, struct wire_msg *msg)
{
	wire_put_num(msg, TAG_BINDING, outgoing->binding);
	wire_put_str(msg, TAG_URL, outgoing->url);
	wire_put_str(msg, TAG_FIELD, outgoing->field);
	wire_put_str(msg, TAG_MESSAGE, outgoing->message);
	wire_put_str(msg, TAG_RELAY_STATE, outgoing->relay_state);
}
