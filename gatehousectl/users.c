/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/ended.h"
#include "gatehousectl/input.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "gatehousectl/command.h"
#include "lib/error.h"
#include "lib/protocol.h"

static const struct record_field fields[] = {
	{ TAG_USER, RECORD_TEXT, "user", "USER" },
	{ TAG_STATE, RECORD_TEXT, "state", "STATE" },
	{ TAG_REAL_NAME, RECORD_TEXT, "real_name", "NAME" },
	{ TAG_MAIL, RECORD_TEXT, "mail", NULL },
	{ TAG_LANGUAGE, RECORD_TEXT, "language", NULL },
	{ TAG_CREATED, RECORD_TIME, "created", NULL },
	{ TAG_CHANGED, RECORD_TIME, "changed", "PASSWORD CHANGED" },
	{ TAG_MUST_CHANGE, RECORD_FLAG, "must_change", NULL },
	{ TAG_GRACE_USED, RECORD_NUMBER, "grace_used", NULL },
	{ TAG_ELSEWHERE, RECORD_FLAG, "elsewhere", NULL },
	{ TAG_LAST_LOGIN, RECORD_TIME, "last_login", "LAST LOGIN" },
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

static void
put_particulars(struct ask *ask, const struct options *options)
{
	wire_put_str(ask_msg(ask), TAG_USER, options->argument);
	wire_put_str(ask_msg(ask), TAG_REAL_NAME, options->real_name);
	wire_put_str(ask_msg(ask), TAG_MAIL, options->mail);
	wire_put_str(ask_msg(ask), TAG_LANGUAGE, options->language);
}

/* A password that was refused: all that is wrong with it. */
static int
taken(struct ask *ask)
{
	const char *faults = wire_str(ask_msg(ask), TAG_TEXT);

	if (faults == NULL)
		return ask_granted(ask);
	complain("%s", faults);
	return CTL_NO;
}

int
user_add(const struct options *options)
{
	int elsewhere = (options->given & OPTION_ELSEWHERE) != 0;
	struct input password = { 0 };
	struct ask *ask = NULL;
	int r = 0;

	/* asked before the daemon is: it does not wait for people here */
	if (!elsewhere)
		r = input_password(&password);
	r = r != 0 ? no_password(r) : ask_new(&ask, options, VERB_USER_ADD);
	if (r == CTL_DONE) {
		put_particulars(ask, options);
		wire_put_num(ask_msg(ask), TAG_ELSEWHERE, elsewhere);
		wire_put_num(ask_msg(ask), TAG_MUST_CHANGE,
		    (options->given & OPTION_MUST_CHANGE) != 0);
		if (!elsewhere)
			wire_put_bytes(ask_msg(ask), TAG_TEXT, password.bytes,
			    password.size);
		r = ask_run(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = taken(ask);
	ask_free(&ask);
	input_free(&password);
	return r;
}

/* What needs no more than the user's name, and what user_set has. */
static int
change(const struct options *options, uint16_t verb)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, verb);

	if (r == CTL_DONE) {
		put_particulars(ask, options);
		r = ask_done(ask, NULL, NULL);
	}
	ask_free(&ask);
	return r;
}

/* What is answered where the daemon asks for a new password. */
struct replacement {
	const char *password;
	int faulty; /* the daemon has said what is wrong with it */
};

static const char *
replace(enum prompt_style style, enum prompt_kind kind, const char *text,
    void *data)
{
	struct replacement *replacement = data;

	if (style == PROMPT_ERROR) {
		complain("%s", text);
		replacement->faulty = 1;
		return "";
	}
	if (style == PROMPT_INFO) {
		note("%s", text);
		return "";
	}
	if (kind == KIND_NEW_AUTHTOK)
		return replacement->password;
	complain("only an administrator sets a password without the old one; "
		 "run it as root, or see [peers] admin");
	return NULL;
}

/* As passwd does it by PAM: the policy, the history and all that goes with it
 * are the same. */
static int
set_password(const struct options *options, const char *password)
{
	struct replacement replacement = { .password = password };
	struct ask *ask = NULL;
	int64_t outcome;
	int r = ask_new(&ask, options, VERB_CHAUTHTOK);

	if (r != CTL_DONE)
		return r;
	wire_put_str(ask_msg(ask), TAG_SERVICE, "gatehousectl");
	wire_put_str(ask_msg(ask), TAG_USER, options->argument);
	wire_put_num(ask_msg(ask), TAG_RUID, getuid());
	r = ask_dialogue(ask, replace, &replacement);
	outcome = wire_num(ask_msg(ask), TAG_OUTCOME, OUTCOME_UNAVAILABLE);
	if (r != CTL_DONE)
		;
	else if (replacement.faulty)
		r = CTL_NO;
	else if (outcome == OUTCOME_USER_UNKNOWN) {
		complain("%s: the gate keeps no password of such a user; see "
			 "gatehousectl user list",
		    options->argument);
		r = CTL_NO;
	} else
		r = ask_granted(ask);
	ask_free(&ask);
	return r;
}

int
password_set(const struct options *options)
{
	struct input password = { 0 };
	int r = input_password(&password);

	r = r != 0 ? no_password(r) : set_password(options, password.bytes);
	if (r == CTL_DONE && (options->given & OPTION_MUST_CHANGE))
		r = change(options, VERB_USER_MUST_CHANGE);
	input_free(&password);
	return r;
}

/* Lets a user in no more, for now or for good. */
static int
part(const struct options *options, uint16_t verb)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, verb);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = ended_show(options, ask_msg(ask), ENDED_BESIDES);
	ask_free(&ask);
	return r;
}

int
user_remove(const struct options *options)
{
	return part(options, VERB_USER_REMOVE);
}

int
user_disable(const struct options *options)
{
	return part(options, VERB_USER_DISABLE);
}

int
user_enable(const struct options *options)
{
	return change(options, VERB_USER_ENABLE);
}

int
password_expire(const struct options *options)
{
	return change(options, VERB_USER_MUST_CHANGE);
}

int
user_set(const struct options *options)
{
	if (options->given == 0) {
		complain("nothing to change was given; see gatehousectl user "
			 "--help");
		return CTL_USAGE;
	}
	return change(options, VERB_USER_SET);
}

int
user_show(const struct options *options)
{
	struct record_view view = { fields, sizeof(fields) / sizeof(fields[0]),
		options->json };
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_USER_SHOW);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		r = ask_done(ask, record_show, &view);
	}
	ask_free(&ask);
	return r;
}

int
user_list(const struct options *options)
{
	const struct record_view view = { fields,
		sizeof(fields) / sizeof(fields[0]), options->json };
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_USER_LIST);

	if (r == CTL_DONE)
		r = record_list_ask(ask, &view);
	ask_free(&ask);
	return r;
}
