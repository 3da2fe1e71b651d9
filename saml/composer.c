/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/composer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/wire.h"
#include "saml/order.h"
#include "saml/process.h"
#include "saml/speaker.h"

struct saml_composer {
	struct saml_process *process;
	struct wire_msg *msg; /* each order and its answer */
};

/* What came of an order; *of_use is 0 where the composer is done for. */
static int
answer(const struct wire_msg *msg, char *why, size_t why_size, int *of_use)
{
	const char *detail = wire_str(msg, TAG_DETAIL);
	int64_t outcome = wire_num(msg, TAG_OUTCOME, -1);
	int r;

	*of_use = 1;
	if (outcome == OUTCOME_GRANTED)
		return 0;
	r = outcome == OUTCOME_UNAVAILABLE ? saml_process_error(msg)
					   : GATE_EPROTO;
	*of_use = (r == GATE_EINVAL || r == GATE_ECONFIG) && detail != NULL;
	if (*of_use)
		snprintf(why, why_size, "%s", detail);
	return r;
}

/* Ends a composer that is of no more use, and says why it is not. */
static int
end(struct saml_composer *composer, int error, char *why, size_t why_size)
{
	char text[128];
	int r = saml_process_end(composer->process, error, text, sizeof(text));

	snprintf(why, why_size, "the SAML composer %s", text);
	return r;
}

/* Gives the order in the message, and reads the answer into it. */
static int
ask(struct saml_composer *composer, int64_t deadline, char *why,
    size_t why_size)
{
	int of_use = 0;
	int r = saml_process_ask(composer->process, composer->msg, deadline);

	if (r == 0)
		r = answer(composer->msg, why, why_size, &of_use);
	return of_use ? r : end(composer, r, why, why_size);
}

int
saml_composer_new(struct saml_composer **composer, const char *program,
    const struct saml_speaker *speaker, int64_t deadline, char *why,
    size_t why_size)
{
	struct saml_composer *new;
	int r = GATE_ENOMEM;

	snprintf(why, why_size, "%s", gate_strerror(r));
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return r;
	r = wire_msg_new(&new->msg, WIRE_BODY_LOGIN);
	if (r == 0)
		r = saml_process_new(&new->process, program, why, why_size);
	if (r == 0) {
		wire_begin(new->msg, VERB_COMPOSE_SETUP);
		saml_speaker_put(speaker, new->msg);
		r = ask(new, deadline, why, why_size);
		wire_begin(new->msg, 0); /* wipes the key */
	}
	if (r == 0) {
		why[0] = '\0';
		*composer = new;
		new = NULL;
	}
	saml_composer_free(&new);
	return r;
}

void
saml_composer_free(struct saml_composer **composer)
{
	struct saml_composer *self = *composer;

	if (self == NULL)
		return;
	saml_process_free(&self->process);
	wire_msg_free(&self->msg);
	free(self);
	*composer = NULL;
}

int
saml_composer_ready(const struct saml_composer *composer)
{
	return saml_process_ready(composer->process);
}

pid_t
saml_composer_pid(const struct saml_composer *composer)
{
	return saml_process_pid(composer->process);
}

/* A redirect is a URL and no more, a form has a field of ours. */
static int
is_whole(const struct saml_outgoing *outgoing)
{
	int is_post = outgoing->binding == SAML_BINDING_POST;

	return (is_post || outgoing->binding == SAML_BINDING_REDIRECT) &&
	    (outgoing->field != NULL) == is_post &&
	    (outgoing->message != NULL) == is_post &&
	    (outgoing->relay_state == NULL || is_post);
}

static int
take_outgoing(struct saml_composer *composer, struct saml_outgoing *outgoing,
    char *why, size_t why_size)
{
	int r = saml_order_get(&saml_outgoing_fields, outgoing, composer->msg);

	if (r == 0 && !is_whole(outgoing))
		r = GATE_EPROTO;
	if (r == 0)
		return 0;
	saml_outgoing_clear(outgoing);
	return end(composer, r, why, why_size);
}

/* Has one message written, of the kind that verb and fields tell. */
static int
compose(struct saml_composer *composer, uint16_t verb,
    const struct saml_fields *fields, const void *order, int64_t deadline,
    struct saml_outgoing *outgoing, char *why, size_t why_size)
{
	int r;

	memset(outgoing, 0, sizeof(*outgoing));
	why[0] = '\0';
	r = saml_order_check(fields, order, why, why_size);
	if (r != 0)
		return r;
	wire_begin(composer->msg, verb);
	saml_fields_put(fields, order, composer->msg);
	r = ask(composer, deadline, why, why_size);
	if (r == 0)
		r = take_outgoing(composer, outgoing, why, why_size);
	wire_begin(composer->msg, 0); /* wipes RelayState */
	return r;
}

int
saml_compose_authn_request(struct saml_composer *composer,
    const struct saml_authn_request *request, int64_t deadline,
    struct saml_outgoing *outgoing, char *why, size_t why_size)
{
	return compose(composer, VERB_COMPOSE_AUTHN_REQUEST,
	    &saml_authn_request_fields, request, deadline, outgoing, why,
	    why_size);
}

int
saml_compose_logout_request(struct saml_composer *composer,
    const struct saml_logout_request *request, int64_t deadline,
    struct saml_outgoing *outgoing, char *why, size_t why_size)
{
	return compose(composer, VERB_COMPOSE_LOGOUT_REQUEST,
	    &saml_logout_request_fields, request, deadline, outgoing, why,
	    why_size);
}

int
saml_compose_logout_response(struct saml_composer *composer,
    const struct saml_logout_response *response, int64_t deadline,
    struct saml_outgoing *outgoing, char *why, size_t why_size)
{
	return compose(composer, VERB_COMPOSE_LOGOUT_RESPONSE,
	    &saml_logout_response_fields, response, deadline, outgoing, why,
	    why_size);
}

int
saml_compose_metadata(struct saml_composer *composer, int is_signed,
    int64_t deadline, char **xml, char *why, size_t why_size)
{
	const char *text;
	int r;

	*xml = NULL;
	why[0] = '\0';
	wire_begin(composer->msg, VERB_COMPOSE_METADATA);
	wire_put_num(composer->msg, TAG_SIGNED, is_signed != 0);
	r = ask(composer, deadline, why, why_size);
	if (r != 0)
		return r;
	text = wire_str(composer->msg, TAG_METADATA);
	if (text == NULL)
		return end(composer, GATE_EPROTO, why, why_size);
	*xml = strdup(text);
	return *xml != NULL ? 0 : end(composer, GATE_ENOMEM, why, why_size);
}
