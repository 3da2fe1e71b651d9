/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "web/own_session.h"
#include "web/routes.h"
#include "web/signin.h"

/*
 * What the script of a portal's pages asks (activity.js), and what it reports:
 * how long the session goes on, and that there was input. In the thread that
 * serves everybody: gatehoused answers from memory.
 */

#define FORM "activity"

/* What a script takes for never: a year. */
#define NEVER_S (366 * 24 * 60 * 60)

static int64_t
seconds_left(const struct own_session *own)
{
	int64_t left = own->left / 1000;

	return left < NEVER_S ? left : NEVER_S;
}

/* From when on there is a warning: as gatehoused has it (session/live.h). */
static int64_t
warn_from(const struct exchange *x, const struct own_session *own)
{
	int64_t warn = x->site->config->idle_warn;
	int64_t half = own->limit / 2000;

	return own->limit > 0 && half < warn ? half : warn;
}

/* A text as JSON has it; it is UTF-8. */
static void
add_json(struct buffer *buffer, const char *text)
{
	char escaped[8];

	buffer_add(buffer, "\"", 1);
	for (; *text != '\0'; text++)
		if (*text == '"' || *text == '\\' ||
		    (unsigned char)*text < ' ') {
			snprintf(escaped, sizeof(escaped), "\\u%04x",
			    (unsigned)(unsigned char)*text);
			buffer_add_text(buffer, escaped);
		} else
			buffer_add(buffer, text, 1);
	buffer_add(buffer, "\"", 1);
}

static void
answer(struct exchange *x, const struct own_session *own)
{
	struct buffer json = { 0 };
	char numbers[128];

	snprintf(numbers, sizeof(numbers),
	    "{\"state\":\"open\",\"left\":%" PRId64 ",\"warn\":%" PRId64
	    ",\"user\":",
	    seconds_left(own), warn_from(x, own));
	buffer_add_text(&json, numbers);
	add_json(&json, own->user);
	buffer_add_text(&json, ",\"text\":");
	add_json(&json,
	    catalogue_get(
		x->catalogue, "Your session is about to end. Seconds left:"));
	buffer_add_text(&json, ",\"stay\":");
	add_json(&json, catalogue_get(x->catalogue, "Stay signed in"));
	buffer_add_text(&json, "}\n");
	if (json.error == 0)
		exchange_json(x, 200, json.text);
	else
		exchange_empty(x, 503);
	buffer_clear(&json);
}

static void
answer_error(struct exchange *x, int error)
{
	if (own_session_is_none(error))
		exchange_json(x, 401, "{\"state\":\"over\"}\n");
	else if (error == GATE_EPERM)
		exchange_json(x, 403, "{\"state\":\"address\"}\n");
	else
		exchange_json(x, 503, "{\"state\":\"unknown\"}\n");
}

static void
run(struct exchange *x, enum evidence evidence, const char *age)
{
	struct own_session own;
	int r;

	exchange_speak(x);
	r = own_session_look(x, &own, evidence, age);
	if (r == 0)
		answer(x, &own);
	else
		answer_error(x, r);
	own_session_clear(&own);
}

void
status_handle(struct exchange *x)
{
	run(x, EVIDENCE_NONE, NULL);
}

/* --- the page of who has no script --- */

static void
show_warning(struct exchange *x, const struct own_session *own)
{
	char csrf[CSRF_TOKEN_SIZE], action[512], seconds[24],
	    return_url[RETURN_URL_SIZE];
	const struct template_field fields[] = {
		{ .name = "action", .text = action },
		{ .name = "csrf", .text = csrf },
		{ .name = "return", .text = return_url },
		{ .name = "seconds", .text = seconds },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_WARNING, .fields = fields };

	exchange_path(x, "activity", action, sizeof(action));
	signin_return(x, return_url);
	snprintf(seconds, sizeof(seconds), "%" PRId64, seconds_left(own));
	if (own_session_form(x, own, FORM, csrf) == 0)
		exchange_page(x, 200, &page, NULL);
}

/* Whoever presses the button is there. */
static void
stay(struct exchange *x, struct own_session *own)
{
	char url[RETURN_URL_SIZE];
	int r;

	if (own_session_check(x, own, FORM) != 0)
		return;
	signin_return(x, url);
	if (exchange_argument(x, "leave") != NULL)
		exchange_path(x, "logout", url, sizeof(url));
	else {
		r = own_session_look(x, own, EVIDENCE_INPUT, "0");
		if (r != 0)
			exchange_path(x, "login", url, sizeof(url));
	}
	exchange_redirect(x, url);
}

void
activity_handle(struct exchange *x)
{
	const char *age = exchange_argument(x, "age");
	struct own_session own;

	exchange_speak(x);
	if (x->method == METHOD_POST && age != NULL) {
		run(x, EVIDENCE_INPUT, age);
		return;
	}
	if (own_session_of_page(x, &own) == 0) {
		if (x->method == METHOD_POST)
			stay(x, &own);
		else
			show_warning(x, &own);
	}
	own_session_clear(&own);
}
