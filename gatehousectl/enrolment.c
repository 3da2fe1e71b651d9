/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/enrolment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/input.h"
#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "twofactor/qr.h"

/* How often a wrong code may be typed before the person has to begin anew. */
#define TRIES 5

/* Whether what is printed as UTF-8 is shown as such: POSIX, 8.2. */
static int
speaks_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			break;
	}
	return value != NULL &&
	    (strcasestr(value, "UTF-8") != NULL ||
		strcasestr(value, "UTF8") != NULL);
}

/* For the camera of a phone, where there is something to look at. */
static void
show_qr(const char *uri)
{
	struct qr_terminal terminal = { .utf8 = speaks_utf8() };
	struct winsize size;
	char *drawing = NULL;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		terminal.columns = size.ws_col;
	if (qr_draw(uri, &terminal, &drawing) == 0)
		printf("%s\n", drawing);
	else
		note("no QR code fits this terminal: the line below says the "
		     "same");
	secret_str_free(&drawing);
}

/* The codes of an answer into an array, or a line each. */
static int
show_codes(const struct options *options, const struct wire_msg *answer)
{
	json_t *object = NULL;
	struct wire_field field;
	size_t cursor = 0;

	if (options->json) {
		object = json_object();
		json_put_text(object, "user", options->argument);
		json_put_value(object, "recovery_codes", NULL);
	}
	while (wire_next(answer, &cursor, &field))
		if (field.tag == TAG_VALUE && options->json)
			json_put_value(object, "recovery_codes", field.bytes);
		else if (field.tag == TAG_VALUE)
			puts(field.bytes);
	if (options->json)
		return json_show(object);
	note("secrets, shown this once: each is good for one login of %s's "
	     "without the device",
	    options->argument);
	return CTL_DONE;
}

int
enrolment_codes(const struct options *options, struct ask *ask)
{
	int r = ask_done(ask, NULL, NULL);

	return r == CTL_DONE ? show_codes(options, ask_msg(ask)) : r;
}

/* Has the daemon compare a code. */
static int
confirm(const struct options *options, const struct input *code)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_OTP_CONFIRM);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		wire_put_bytes(ask_msg(ask), TAG_TEXT, code->bytes, code->size);
		r = enrolment_codes(options, ask);
	}
	ask_free(&ask);
	return r;
}

static int
no_code(int error)
{
	if (error == GATE_EINVAL) {
		complain("a code is one line, and not empty");
		return CTL_USAGE;
	}
	complain("the code: %s",
	    error == GATE_EIO ? strerror(errno) : gate_strerror(error));
	return error == GATE_ECLOSED ? CTL_NO : CTL_FAILED;
}

static int
confirm_once(const struct options *options)
{
	struct input code = { 0 };
	int r = input_line(&code, "Code that the app shows: ");

	r = r == 0 ? confirm(options, &code) : no_code(r);
	input_free(&code);
	return r;
}

int
otp_confirm(const struct options *options)
{
	return confirm_once(options);
}

/* Until a right one was typed, or somebody is tired of it. */
static int
confirm_patiently(const struct options *options)
{
	int tries = 0;
	int r = CTL_NO;

	while (r == CTL_NO && tries++ < TRIES) {
		fflush(stdout);
		r = confirm_once(options);
		if (feof(stdin))
			break;
	}
	if (r != CTL_DONE)
		complain("%s: the new second factor does not count; see "
			 "gatehousectl otp confirm",
		    options->argument);
	return r;
}

static int
show_json(const struct options *options, const char *uri)
{
	json_t *object = json_object();

	json_put_text(object, "user", options->argument);
	json_put_text(object, "uri", uri);
	json_put(object, "confirmed",
	    json_boolean(options->given & OPTION_NO_CONFIRM));
	return json_show(object);
}

/* Who sits at a terminal is led through; scripts go step by step. */
static int
go_on(const struct options *options, const char *uri)
{
	int at_once = (options->given & OPTION_NO_CONFIRM) != 0;

	if (uri == NULL) {
		complain("%s", gate_strerror(GATE_EPROTO));
		return CTL_FAILED;
	}
	if (options->json)
		return show_json(options, uri);
	if (isatty(STDOUT_FILENO))
		show_qr(uri);
	puts(uri);
	note("a secret, shown this once: add it to %s's authenticator app",
	    options->argument);
	if (at_once)
		return CTL_DONE;
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return confirm_patiently(options);
	note("it does not count yet: see gatehousectl otp confirm");
	return CTL_DONE;
}

int
otp_enroll(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_OTP_ENROLL);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		wire_put_str(ask_msg(ask), TAG_ALGORITHM, options->algorithm);
		if (options->given & OPTION_HOTP)
			wire_put_str(ask_msg(ask), TAG_METHOD, "hotp");
		if (options->given & OPTION_DIGITS)
			wire_put_num(ask_msg(ask), TAG_DIGITS, options->digits);
		if (options->given & OPTION_PERIOD)
			wire_put_num(ask_msg(ask), TAG_PERIOD, options->period);
		wire_put_num(ask_msg(ask), TAG_FORCE,
		    (options->given & OPTION_NO_CONFIRM) != 0);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = go_on(options, wire_str(ask_msg(ask), TAG_TEXT));
	ask_free(&ask);
	return r;
}
