/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/enrolment.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "lib/protocol.h"

static const struct record_field fields[] = {
	{ TAG_USER, RECORD_TEXT, "user", NULL },
	{ TAG_STATE, RECORD_TEXT, "state", NULL },
	{ TAG_METHOD, RECORD_TEXT, "kind", NULL },
	{ TAG_MAIL, RECORD_TEXT, "mail", NULL },
	{ TAG_ALGORITHM, RECORD_TEXT, "algorithm", NULL },
	{ TAG_DIGITS, RECORD_NUMBER, "digits", NULL },
	{ TAG_PERIOD, RECORD_NUMBER, "period", NULL },
	{ TAG_CREATED, RECORD_TIME, "created", NULL },
	{ TAG_USED, RECORD_TIME, "last_used", NULL },
	{ TAG_COUNT, RECORD_NUMBER, "counter", NULL },
	{ TAG_CODES_LEFT, RECORD_COUNT, "recovery_codes_left", NULL },
	{ TAG_DEVICES, RECORD_COUNT, "remembered_devices", NULL },
};

static int
ask_of_user(struct ask **ask, const struct options *options, uint16_t verb)
{
	int r = ask_new(ask, options, verb);

	if (r == CTL_DONE)
		wire_put_str(ask_msg(*ask), TAG_USER, options->argument);
	return r;
}

int
otp_recovery(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_of_user(&ask, options, VERB_OTP_RECOVERY);

	if (r == CTL_DONE)
		r = enrolment_codes(options, ask);
	ask_free(&ask);
	return r;
}

int
otp_show(const struct options *options)
{
	struct record_view view = { fields, sizeof(fields) / sizeof(fields[0]),
		options->json };
	struct ask *ask = NULL;
	int r = ask_of_user(&ask, options, VERB_OTP_SHOW);

	if (r == CTL_DONE)
		r = ask_done(ask, record_show, &view);
	ask_free(&ask);
	return r;
}

int
otp_remove(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_of_user(&ask, options, VERB_OTP_REMOVE);

	if (r == CTL_DONE)
		r = ask_done(ask, NULL, NULL);
	ask_free(&ask);
	return r;
}

int
otp_forget(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_of_user(&ask, options, VERB_OTP_FORGET);

	if (r == CTL_DONE)
		r = ask_done(ask, NULL, NULL);
	if (r == CTL_DONE && wire_num(ask_msg(ask), TAG_COUNT, 0) == 0)
		note("no device was remembered");
	ask_free(&ask);
	return r;
}
