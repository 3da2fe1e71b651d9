/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/prompts.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "web/hints.h"
#include "web/login_cookie.h"
#include "web/qr_svg.h"

/* So long a person may take to put recovery codes away. */
#define KEEP_MS (30 * 60 * 1000)

/* A form of one of these steps was sent before, but it was one. */
#define STEPS_BEFORE 8

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define FORM_SIZE    32

int64_t
prompts_now(void)
{
	return clock_boot_ms() / 1000;
}

/* --- pages --- */

/* What all of them have. */
struct show {
	struct exchange *x;
	const struct talk *talk;
	struct page page;
	char action[512], cancel[512];
	char csrf[CSRF_TOKEN_SIZE];
};

static void
form_of(unsigned step, char form[FORM_SIZE])
{
	snprintf(form, FORM_SIZE, "talk.%u", step);
}

static const char *
said(const struct buffer *buffer)
{
	return buffer->used > 0 ? buffer->text : NULL;
}

static void
answer_page(
    struct show *s, enum page_id id, const struct template_field *fields)
{
	s->page.id = id;
	s->page.fields = fields;
	exchange_page(s->x, 200, &s->page, NULL);
}

static void
show_code(struct show *s)
{
	const struct template_field fields[] = {
		{ .name = "action", .text = s->action },
		{ .name = "csrf", .text = s->csrf },
		{ .name = "cancel", .text = s->cancel },
		{ .name = "mailed" },
		{ .name = NULL },
	};

	answer_page(s, PAGE_CODE, fields);
}

/* The key of an otpauth URI, in groups that can be read and typed. */
static void
add_key(struct buffer *key, const char *uri)
{
	const char *at = strstr(uri, "secret=");
	size_t i, length;

	if (at == NULL)
		return;
	at += strlen("secret=");
	length = strcspn(at, "&#");
	for (i = 0; i < length; i++) {
		if (i > 0 && i % 4 == 0)
			buffer_add(key, " ", 1);
		buffer_add(key, at + i, 1);
	}
}

static void
show_enrolment(struct show *s)
{
	const char *uri = s->talk->otpauth.text;
	struct buffer qr = { 0 }, key = { 0 };
	int r = qr_svg(
	    &qr, uri, catalogue_get(s->x->catalogue, "QR code of your key"));

	add_key(&key, uri);
	const struct template_field fields[] = {
		{ .name = "action", .text = s->action },
		{ .name = "csrf", .text = s->csrf },
		{ .name = "later" },
		{ .name = "qr",
		    .text = r == 0 ? qr.text : NULL,
		    .is_markup = 1 },
		{ .name = "key", .text = key.text },
		{ .name = "uri", .text = uri },
		{ .name = NULL },
	};

	answer_page(s, PAGE_ENROL, fields);
	buffer_clear(&qr);
	buffer_clear(&key);
}

#define CODES_MAX 64

static void
show_codes(struct show *s)
{
	struct template_field rows[CODES_MAX][2] = { 0 };
	const struct template_field *list[CODES_MAX + 1] = { 0 };
	struct buffer words = { 0 };
	size_t count = 0;
	char *at, *rest;

	buffer_add_text(&words, s->talk->codes.text);
	for (at = words.error == 0 ? strtok_r(words.text, " \n", &rest) : NULL;
	     at != NULL && count < CODES_MAX;
	     at = strtok_r(NULL, " \n", &rest)) {
		rows[count][0] =
		    (struct template_field){ .name = "code", .text = at };
		list[count] = rows[count];
		count++;
	}
	const struct template_field fields[] = {
		{ .name = "action", .text = s->action },
		{ .name = "csrf", .text = s->csrf },
		{ .name = "codes", .rows = list },
		{ .name = NULL },
	};

	answer_page(s, PAGE_RECOVERY, fields);
	buffer_clear(&words);
}

static void
show_change(struct show *s)
{
	struct hints hints;

	hints_make(&hints, s->x->site->config, s->x->catalogue);
	const struct template_field fields[] = {
		{ .name = "action", .text = s->action },
		{ .name = "csrf", .text = s->csrf },
		{ .name = "user", .text = s->talk->user },
		{ .name = "expired", .text = s->talk->is_change ? NULL : "1" },
		{ .name = "hints", .rows = hints.rows },
		{ .name = NULL },
	};

	answer_page(s, PAGE_CHANGE, fields);
}

/* What a terminal is asked ends with a colon and a blank. */
static void
show_question(struct show *s)
{
	const struct wire_msg *msg = talk_said(s->talk);
	const char *text = wire_str(msg, TAG_TEXT);
	char question[1024];
	size_t length;

	snprintf(question, sizeof(question), "%s", text != NULL ? text : "");
	length = strlen(question);
	while (length > 0 && strchr(": ", question[length - 1]) != NULL)
		question[--length] = '\0';
	const struct template_field fields[] = {
		{ .name = "action", .text = s->action },
		{ .name = "csrf", .text = s->csrf },
		{ .name = "cancel", .text = s->cancel },
		{ .name = "question",
		    .text = length > 0 ? question : s->x->site->theme.site },
		{ .name = "secret",
		    .text =
			wire_num(msg, TAG_STYLE, PROMPT_HIDDEN) == PROMPT_HIDDEN
			? "1"
			: NULL },
		{ .name = NULL },
	};

	answer_page(s, PAGE_QUESTION, fields);
}

static int
kind_of(const struct talk *talk)
{
	return (int)wire_num(talk_said(talk), TAG_KIND, KIND_TEXT);
}

static void
show_asked(struct show *s)
{
	int kind = kind_of(s->talk);

	if (kind == KIND_CODE && s->talk->otpauth.used > 0)
		show_enrolment(s);
	else if (kind == KIND_CODE)
		show_code(s);
	else if (kind == KIND_OLDAUTHTOK || kind == KIND_NEW_AUTHTOK)
		show_change(s);
	else
		show_question(s);
}

/* The browser is known by this handle from here on. */
static void
give_handle(struct exchange *x, const struct talk *talk)
{
	char handle[BROWSER_HANDLE_SIZE] = "";

	if (login_cookie_get(x, handle) != 0 ||
	    strcmp(handle, talk->handle) != 0)
		login_cookie_set(x, talk->handle);
	explicit_bzero(handle, sizeof(handle));
}

static void
show(struct exchange *x, struct talk *talk, const char *problem)
{
	struct show s = { .x = x, .talk = talk };
	char form[FORM_SIZE];
	int r;

	exchange_speak(x);
	form_of(talk->step, form);
	r = csrf_token(
	    x->site->csrf, talk->handle, form, prompts_now(), s.csrf);
	if (r != 0) {
		exchange_fail(
		    x, 500, NULL, "a token for a form: %s", gate_strerror(r));
		return;
	}
	give_handle(x, talk);
	exchange_path(x, talk->action, s.action, sizeof(s.action));
	exchange_path(x, talk->cancel, s.cancel, sizeof(s.cancel));
	s.page.problem = problem != NULL ? problem : said(&talk->errors);
	s.page.note = said(&talk->notes);
	if (talk->codes.used > 0)
		show_codes(&s);
	else
		show_asked(&s);
}

/* --- steps --- */

static void
finish(struct exchange *x, struct talk **talk)
{
	struct talk *t = *talk;

	if (t->state == TALK_OVER && t->settle(x, t) != 0) {
		talk_drop(talk);
		return;
	}
	t->state = TALK_SETTLED;
	if (t->codes.used > 0) {
		t->step++;
		t->until = clock_mono_ms() + KEEP_MS;
		show(x, t, NULL);
		talk_keep(talk);
		return;
	}
	t->leave(x, t);
	login_cookie_drop(x);
	talk_drop(talk);
}

/* What answers the question that is asked now, taken off the list. */
static const char *
take_reply(struct prompt_reply *replies, size_t count, int kind)
{
	const char *text = NULL;
	size_t i;

	for (i = 0; i < count && text == NULL; i++)
		if (replies[i].kind == kind && replies[i].text != NULL) {
			text = replies[i].text;
			replies[i].text = NULL;
		}
	return text;
}

void
prompts_go_on(struct exchange *x, struct talk **talk, int r,
    struct prompt_reply *replies, size_t count)
{
	struct talk *t = *talk;
	const char *text;
	int enrolled = 0;

	while (r == 0 && t->state == TALK_ASKED &&
	    (text = take_reply(replies, count, kind_of(t))) != NULL) {
		enrolled = kind_of(t) == KIND_CODE && t->otpauth.used > 0;
		r = talk_answer(t, text);
	}
	if (r != 0) {
		exchange_fail(
		    x, 503, NULL, "gatehouse-login: %s", gate_strerror(r));
		talk_drop(talk);
	} else if (t->state == TALK_ASKED) {
		/* the factor is not his yet: this tells nobody anything */
		show(x, t,
		    enrolled && t->otpauth.used > 0 && t->errors.used == 0
			? catalogue_get(x->catalogue,
			      "That was not the code that the app shows now.")
			: NULL);
		talk_keep(talk);
	} else
		finish(x, talk);
}

/* The fields of the page that asks for a kind, in the order of the questions.
 */
static void
answer(struct exchange *x, struct talk **talk)
{
	int kind = kind_of(*talk);
	struct prompt_reply change[] = {
		{ KIND_OLDAUTHTOK, exchange_argument(x, "current") },
		{ KIND_NEW_AUTHTOK, exchange_argument(x, "new") },
		{ KIND_NEW_AUTHTOK, exchange_argument(x, "again") },
	};
	struct prompt_reply one = { kind,
		exchange_argument(x, kind == KIND_CODE ? "code" : "answer") };

	if (kind == KIND_OLDAUTHTOK || kind == KIND_NEW_AUTHTOK)
		prompts_go_on(x, talk, 0, change, COUNT(change));
	else
		prompts_go_on(x, talk, 0, &one, 1);
}

/* The person has put the codes away. */
static void
go_on_without_codes(struct exchange *x, struct talk **talk)
{
	struct talk *t = *talk;

	buffer_clear(&t->codes);
	t->step++;
	if (t->state == TALK_SETTLED)
		finish(x, talk);
	else
		prompts_go_on(x, talk, 0, NULL, 0);
}

/* Whether the form is the one of this step: 0; of one before: GATE_EEXISTS. */
static int
check_form(const struct exchange *x, const struct talk *talk)
{
	const char *token = exchange_argument(x, "csrf");
	char form[FORM_SIZE];
	unsigned back;
	int r = GATE_EREFUSED;

	for (back = 0; back <= STEPS_BEFORE && back <= talk->step && r != 0;
	     back++) {
		form_of(talk->step - back, form);
		r = csrf_check(
		    x->site->csrf, talk->handle, form, prompts_now(), token);
		if (r == 0 && back > 0)
			return GATE_EEXISTS;
	}
	return r;
}

static int
find(struct exchange *x, struct talk **talk)
{
	char handle[BROWSER_HANDLE_SIZE] = "";
	int r = login_cookie_get(x, handle);

	if (r == 0)
		r = talk_find(x->site->conversations, handle, talk);
	explicit_bzero(handle, sizeof(handle));
	return r;
}

void
prompts_answer(struct exchange *x)
{
	struct talk *talk;
	int r = find(x, &talk);

	if (r != 0) {
		exchange_fail(x, r == GATE_ETIMEOUT ? 503 : 403,
		    "This sign-in is over: it took too long, or another was "
		    "begun. Start again.",
		    "an answer without a question: %s", gate_strerror(r));
		return;
	}
	r = check_form(x, talk);
	if (r == GATE_EEXISTS) {
		exchange_speak(x);
		show(x, talk,
		    catalogue_get(x->catalogue,
			"That was sent before. Go on from here."));
		talk_keep(&talk);
	} else if (r != 0) {
		exchange_fail(x, 403, NULL,
		    "a form without a token of ours, or with another's");
		talk_keep(&talk);
	} else if (talk->codes.used > 0)
		go_on_without_codes(x, &talk);
	else
		answer(x, &talk);
}

void
prompts_cancel(struct exchange *x)
{
	const char *site = exchange_field(x, "Sec-Fetch-Site");

	/* a link of another's page ends nothing */
	if (site == NULL || strcmp(site, "same-origin") == 0)
		prompts_forget(x);
}

void
prompts_forget(struct exchange *x)
{
	struct talk *talk;

	if (find(x, &talk) != 0)
		return;
	if (talk->state == TALK_ASKED)
		(void)talk_answer(talk, NULL);
	talk_drop(&talk);
}
