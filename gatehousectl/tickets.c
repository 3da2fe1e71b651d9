/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/form.h"
#include "gatehousectl/input.h"
#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "gatehousectl/command.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

static int
read_response(struct input *input)
{
	int r;

	/* a terminal's line ends at 4095 bytes, without a word */
	if (isatty(STDIN_FILENO)) {
		complain("no Response on standard input; gatehousectl ticket "
			 "< response");
		return CTL_USAGE;
	}
	r = input_read(input, "-", ANSWER_MAX);
	if (r == 0)
		return CTL_DONE;
	if (r == GATE_ETOOBIG)
		complain("the Response has more than %u KiB; see [saml] "
			 "max_response",
		    ANSWER_MAX >> 10);
	else
		complain("standard input: %s",
		    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	return r == GATE_ETOOBIG ? CTL_NO : CTL_FAILED;
}

static int
show(const struct wire_msg *result, int json)
{
	const char *text = wire_str(result, TAG_TEXT);
	const char *user = wire_str(result, TAG_USER);
	const char *data = wire_str(result, TAG_DATA);
	int64_t expires = wire_num(result, TAG_EXPIRES, 0);
	char until[CLOCK_TEXT_SIZE];
	json_t *object;

	if (text == NULL || user == NULL) {
		complain("%s", gate_strerror(GATE_EPROTO));
		return CTL_FAILED;
	}
	if (json) {
		object = json_object();
		json_put_text(object, "ticket", text);
		json_put_text(object, "user", user);
		json_put_time(object, "expires", expires);
		json_put_text(object, "data", data);
		return json_show(object);
	}
	puts(text);
	clock_text(expires, until);
	note("logs %s in, once, until %s", user, until);
	return CTL_DONE;
}

int
ticket(const struct options *options)
{
	struct input input = { 0 };
	struct form form;
	struct ask *ask = NULL;
	int r = read_response(&input);

	if (r == CTL_DONE)
		r = form_response(&form, &input, "-");
	if (r == CTL_DONE)
		r = ask_new(&ask, options, VERB_TICKET);
	if (r == CTL_DONE) {
		wire_put_bytes(
		    ask_msg(ask), TAG_TEXT, form.response, form.response_size);
		wire_put_str(ask_msg(ask), TAG_RELAY_STATE, form.relay_state);
		wire_put_str(ask_msg(ask), TAG_RHOST, options->address);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = show(ask_msg(ask), options->json);
	ask_free(&ask);
	input_free(&input);
	return r;
}
