/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/form.h"
#include "gatehousectl/input.h"
#include "gatehousectl/json.h"
#include "gatehousectl/outgoing.h"
#include "gatehousectl/say.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

/* How a message came; numbers of TAG_BINDING. */
enum binding {
	BY_REDIRECT = 0,
	BY_POST = 1
};

static int
show_json(const struct wire_msg *result)
{
	json_t *object = json_object();

	json_put(object, "ended", json_integer(wire_num(result, TAG_COUNT, 0)));
	json_put_text(object, "state", wire_str(result, TAG_STATE));
	json_put_text(object, "idp", wire_str(result, TAG_ENTITY_ID));
	json_put_text(object, "detail", wire_str(result, TAG_DETAIL));
	json_put_text(object, "status", wire_str(result, TAG_STATUS));
	json_put_text(
	    object, "status_second", wire_str(result, TAG_STATUS_SECOND));
	json_put_text(object, "request_id", wire_str(result, TAG_REQUEST_ID));
	json_put_text(object, "data", wire_str(result, TAG_DATA));
	json_put_time(object, "expires", wire_num(result, TAG_EXPIRES, 0));
	outgoing_put(object, result);
	return json_show(object);
}

/* What happened is for a person, the message for whoever sends it on. */
static int
show_text(const struct wire_msg *result)
{
	const char *detail = wire_str(result, TAG_DETAIL);

	note("%s; %lld sessions ended", wire_str(result, TAG_STATE),
	    (long long)wire_num(result, TAG_COUNT, 0));
	/* not only at a terminal: the user stays signed in at the IdP */
	if (detail != NULL)
		complain("the IdP is not told: %s", detail);
	if (outgoing_is(result) == 1)
		outgoing_print(result);
	else
		puts(wire_str(result, TAG_STATE));
	return CTL_DONE;
}

static int
show(const struct wire_msg *result, int json)
{
	const char *state = wire_str(result, TAG_STATE);
	int r;

	if (state == NULL || outgoing_is(result) < 0) {
		complain("%s", gate_strerror(GATE_EPROTO));
		return CTL_FAILED;
	}
	r = json ? show_json(result) : show_text(result);
	/* a part is not all of it, for a script too */
	return r == CTL_DONE && strcmp(state, "complete") != 0 ? CTL_NO : r;
}

int
logout_start(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_LOGOUT_BEGIN);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_SESSION, options->argument);
		if (options->given & OPTION_POST)
			wire_put_num(ask_msg(ask), TAG_BINDING, BY_POST);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = show(ask_msg(ask), options->json);
	ask_free(&ask);
	return r;
}

/* What came in, as the daemon is told of it; points into the input. */
struct received {
	enum binding binding;
	const char *text;
	size_t size;
	const char *relay_state;
};

/* Only a query string is signed beside its message. */
static int
is_query(const char *text)
{
	return strncmp(text, "http://", 7) == 0 ||
	    strncmp(text, "https://", 8) == 0 ||
	    strncmp(text, "SigAlg=", 7) == 0 ||
	    strncmp(text, "Signature=", 10) == 0 ||
	    strstr(text, "&SigAlg=") != NULL ||
	    strstr(text, "&Signature=") != NULL;
}

/* The query of a whole URL, or one alone, as it stands: nothing is decoded. */
static void
take_query(struct received *received, char *text)
{
	char *query = strncmp(text, "http", 4) == 0 ? strchr(text, '?') : NULL;

	received->binding = BY_REDIRECT;
	received->text = query != NULL ? query + 1 : text;
	received->size = strcspn(received->text, "#\r\n");
}

static int
take_input(struct received *received, struct input *input)
{
	struct form form;

	if (strlen(input->bytes) == input->size && is_query(input->bytes)) {
		take_query(received, input->bytes);
		return CTL_DONE;
	}
	if (form_read(&form, input->bytes, input->size) != 0) {
		complain("standard input: neither a URL or its query string, "
			 "nor the form that a browser posts");
		return CTL_NO;
	}
	received->binding = BY_POST;
	received->text = form.request != NULL ? form.request : form.response;
	received->size =
	    form.request != NULL ? form.request_size : form.response_size;
	received->relay_state = form.relay_state;
	return CTL_DONE;
}

static int
receive(const struct options *options, const struct received *received)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_LOGOUT_RECEIVE);

	if (r == CTL_DONE) {
		wire_put_num(ask_msg(ask), TAG_BINDING, received->binding);
		wire_put_bytes(
		    ask_msg(ask), TAG_TEXT, received->text, received->size);
		wire_put_str(
		    ask_msg(ask), TAG_RELAY_STATE, received->relay_state);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = show(ask_msg(ask), options->json);
	ask_free(&ask);
	return r;
}

int
logout_receive(const struct options *options)
{
	struct received received = { 0 };
	struct input input = { 0 };
	int error, r = CTL_FAILED;

	/* a terminal's line ends at 4095 bytes, without a word */
	if (isatty(STDIN_FILENO)) {
		complain("no message on standard input; gatehousectl logout "
			 "receive < FILE");
		return CTL_USAGE;
	}
	error = input_read(&input, "-", ANSWER_MAX);
	if (error == 0)
		r = take_input(&received, &input);
	else
		complain("standard input: %s",
		    error == GATE_EIO ? strerror(errno) : gate_strerror(error));
	if (r == CTL_DONE)
		r = receive(options, &received);
	input_free(&input);
	return r;
}
