/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/input.h"
#include "gatehousectl/json.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "gatehousectl/command.h"
#include "lib/error.h"
#include "lib/protocol.h"

static const struct record_field fields[] = {
	{ TAG_USER, RECORD_TEXT, "user", "USER" },
	{ TAG_STATE, RECORD_TEXT, "state", "STATE" },
	{ TAG_CHANGED, RECORD_TIME, "changed", "PASSWORD CHANGED" },
	{ TAG_OTP, RECORD_FLAG, "otp", "SECOND FACTOR" },
};

/* Why no password came of it. */
static int
no_password(int error)
{
	switch (error) {
	case GATE_EINVAL:
		complain("a password is one line, and not empty");
		return CTL_USAGE;
	case GATE_ECLOSED:
		complain("no password was given; nothing was changed");
		return CTL_NO;
	case GATE_EREFUSED:
		complain("the two passwords differ; nothing was changed");
		return CTL_NO;
	default:
		complain("the password: %s",
		    error == GATE_EIO ? strerror(errno) : gate_strerror(error));
		return CTL_FAILED;
	}
}

int
user_add(const struct options *options)
{
	struct input password = { 0 };
	struct ask *ask = NULL;
	int r;

	/* asked before the daemon is: it does not wait for people here */
	r = input_password(&password);
	r = r != 0 ? no_password(r) : ask_new(&ask, options, VERB_USER_ADD);
	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		wire_put_bytes(
		    ask_msg(ask), TAG_TEXT, password.bytes, password.size);
		r = ask_done(ask, NULL, NULL);
	}
	ask_free(&ask);
	input_free(&password);
	return r;
}

int
user_remove(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_USER_REMOVE);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		r = ask_done(ask, NULL, NULL);
	}
	ask_free(&ask);
	return r;
}

int
user_list(const struct options *options)
{
	const struct record_view view = { fields,
		sizeof(fields) / sizeof(fields[0]), options->json };
	struct record_list *list = NULL;
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_USER_LIST);

	if (r == CTL_DONE && record_list_new(&list, &view) != 0) {
		complain("%s", gate_strerror(GATE_ENOMEM));
		r = CTL_FAILED;
	}
	if (r == CTL_DONE)
		r = ask_done(ask, record_list_add, list);
	if (r == CTL_DONE)
		r = record_list_show(list);
	record_list_free(&list);
	ask_free(&ask);
	return r;
}

static int
show_uri(const struct options *options, const char *uri)
{
	json_t *object;

	if (uri == NULL) {
		complain("%s", gate_strerror(GATE_EPROTO));
		return CTL_FAILED;
	}
	if (options->json) {
		object = json_object();
		json_put_text(object, "user", options->argument);
		json_put_text(object, "uri", uri);
		return json_show(object);
	}
	puts(uri);
	note("a secret, shown this once: add it to %s's authenticator app",
	    options->argument);
	return CTL_DONE;
}

int
otp_enroll(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_OTP_ENROLL);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = show_uri(options, wire_str(ask_msg(ask), TAG_TEXT));
	ask_free(&ask);
	return r;
}
