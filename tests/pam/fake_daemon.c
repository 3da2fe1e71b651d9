/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stands in for gatehoused in tests of the PAM module: does to each caller
 * what its command line says.
 *
 *	fake_daemon SOCKET LOG ACTION... [-- ACTION...]...
 *
 * The first connection gets the actions before the first --, the next the
 * ones after it, and so on; the last row is repeated. Actions:
 *
 *	prompt:STYLE:KIND:TEXT	  ask, and wait for the answer
 *	result:OUTCOME[:FIELD=VALUE]...	  user, session, previous, delay
 *	hang close garbage half slow wrongverb nooutcome endless:COUNT
 *
 * Prints its process id and closes its output once it listens; what it is
 * told goes to LOG, a line per message. It ends by itself after a minute.
 */
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "lib/wire.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define LIFETIME      60 /* seconds */

/* One connection. */
struct caller {
	int fd;
	FILE *log;
	struct wire_msg *msg;
};

struct word {
	const char *word;
	int number;
};

static const struct word styles[] = {
	{ "hidden", PROMPT_HIDDEN },
	{ "shown", PROMPT_SHOWN },
	{ "error", PROMPT_ERROR },
	{ "info", PROMPT_INFO },
};

static const struct word kinds[] = {
	{ "text", KIND_TEXT },
	{ "user", KIND_USER },
	{ "authtok", KIND_AUTHTOK },
	{ "code", KIND_CODE },
	{ "oldauthtok", KIND_OLDAUTHTOK },
	{ "newauthtok", KIND_NEW_AUTHTOK },
	{ "otpauth", KIND_OTPAUTH },
	{ "recovery", KIND_RECOVERY },
	{ "beyond", KIND_COUNT },
};

static const struct word outcomes[] = {
	{ "granted", OUTCOME_GRANTED },
	{ "denied", OUTCOME_DENIED },
	{ "unavailable", OUTCOME_UNAVAILABLE },
	{ "user_unknown", OUTCOME_USER_UNKNOWN },
	{ "new_authtok", OUTCOME_NEW_AUTHTOK },
	{ "expired", OUTCOME_EXPIRED },
	{ "maxtries", OUTCOME_MAXTRIES },
	{ "try_again", OUTCOME_TRY_AGAIN },
	{ "not_token", OUTCOME_NOT_TOKEN },
	{ "beyond", OUTCOME_COUNT },
};

static const struct word verbs[] = {
	{ "login", VERB_LOGIN },
	{ "answer", VERB_ANSWER },
	{ "account", VERB_ACCOUNT },
	{ "open", VERB_OPEN },
	{ "close", VERB_CLOSE },
	{ "chauthtok", VERB_CHAUTHTOK },
};

static const struct word text_tags[] = {
	{ "service", TAG_SERVICE },
	{ "user", TAG_USER },
	{ "rhost", TAG_RHOST },
	{ "tty", TAG_TTY },
	{ "ssh", TAG_SSH },
	{ "session", TAG_SESSION },
	{ "previous", TAG_PREVIOUS },
	{ "text", TAG_TEXT },
	{ "language", TAG_LANGUAGE },
};

static const struct word number_tags[] = {
	{ "step", TAG_STEP },
	{ "pid", TAG_PID },
	{ "preliminary", TAG_PRELIMINARY },
	{ "expired_only", TAG_EXPIRED_ONLY },
	{ "delay", TAG_DELAY },
	{ "detached", TAG_DETACHED },
	{ "draws", TAG_DRAWS },
};

static int
number_of(const struct word *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (word != NULL && strcmp(words[i].word, word) == 0)
			return words[i].number;
	}
	errx(2, "unknown word: %s", word != NULL ? word : "(none)");
}

static const char *
word_of(const struct word *words, size_t count, int number)
{
	for (size_t i = 0; i < count; i++) {
		if (words[i].number == number)
			return words[i].word;
	}
	return NULL;
}

/* Long texts are given by their length alone. */
static void
log_field(FILE *log, const struct wire_field *field)
{
	const char *word = word_of(text_tags, LENGTH(text_tags), field->tag);

	if (word != NULL && field->size > 200)
		fprintf(log, " %s=(%zu bytes)", word, field->size);
	else if (word != NULL)
		fprintf(log, " %s=%s", word, field->bytes);
	word = word_of(number_tags, LENGTH(number_tags), field->tag);
	if (word != NULL)
		fprintf(log, " %s=%lld", word,
		    (long long)wire_field_num(field, -1));
}

static int
hear(struct caller *caller)
{
	struct wire_field field;
	size_t cursor = 0;
	const char *verb;
	int r;

	r = wire_recv(
	    caller->fd, caller->msg, clock_mono_ms() + LIFETIME * 1000);
	if (r != 0)
		return r;
	verb = word_of(verbs, LENGTH(verbs), wire_verb(caller->msg));
	fprintf(caller->log, "%s", verb != NULL ? verb : "?");
	while (wire_next(caller->msg, &cursor, &field))
		log_field(caller->log, &field);
	fprintf(caller->log, "\n");
	fflush(caller->log);
	return 0;
}

static void
tell(struct caller *caller)
{
	(void)wire_send(
	    caller->fd, caller->msg, clock_mono_ms() + LIFETIME * 1000);
}

/* Waits until the caller hangs up. */
static void
outwait(struct caller *caller)
{
	struct pollfd p = { .fd = caller->fd, .events = POLLRDHUP };

	(void)poll(&p, 1, LIFETIME * 1000);
}

static void
send_raw(struct caller *caller, const void *bytes, size_t size)
{
	(void)send(caller->fd, bytes, size, MSG_NOSIGNAL);
}

static void
act_prompt(struct caller *caller, char *rest)
{
	const char *style = strsep(&rest, ":");
	const char *kind = strsep(&rest, ":");

	wire_begin(caller->msg, VERB_PROMPT);
	wire_put_num(
	    caller->msg, TAG_STYLE, number_of(styles, LENGTH(styles), style));
	wire_put_num(
	    caller->msg, TAG_KIND, number_of(kinds, LENGTH(kinds), kind));
	wire_put_str(caller->msg, TAG_TEXT, rest);
	tell(caller);
	(void)hear(caller);
}

static void
act_result(struct caller *caller, char *rest)
{
	const char *word = strsep(&rest, ":");
	char *field;
	int tag;

	wire_begin(caller->msg, VERB_RESULT);
	wire_put_num(caller->msg, TAG_OUTCOME,
	    number_of(outcomes, LENGTH(outcomes), word));
	while ((field = strsep(&rest, ":")) != NULL) {
		word = strsep(&field, "=");
		if (strcmp(word, "delay") == 0) {
			wire_put_num(
			    caller->msg, TAG_DELAY, strtol(field, NULL, 10));
			continue;
		}
		tag = number_of(text_tags, LENGTH(text_tags), word);
		wire_put_str(caller->msg, (uint16_t)tag, field);
	}
	tell(caller);
}

static void
act_hang(struct caller *caller, char *rest)
{
	(void)rest;
	outwait(caller);
}

static void
act_close(struct caller *caller, char *rest)
{
	(void)rest;
	(void)shutdown(caller->fd, SHUT_RDWR);
}

static void
act_garbage(struct caller *caller, char *rest)
{
	unsigned char bytes[4096];

	(void)rest;
	if (secret_random(bytes, sizeof(bytes)) != 0)
		errx(2, "no random bytes");
	bytes[0] = (unsigned char)~(WIRE_MAGIC & 0xff);
	send_raw(caller, bytes, sizeof(bytes));
	outwait(caller);
}

/* A frame's beginning, which promises a body that never comes. */
static const struct {
	uint32_t magic;
	uint16_t version, verb;
	uint32_t size;
} promise = { WIRE_MAGIC, WIRE_VERSION, VERB_RESULT, 4096 };

static void
act_half(struct caller *caller, char *rest)
{
	(void)rest;
	send_raw(caller, &promise, sizeof(promise));
	(void)shutdown(caller->fd, SHUT_RDWR);
}

/* A byte now and then keeps every single read alive. */
static void
act_slow(struct caller *caller, char *rest)
{
	const char *bytes = (const char *)&promise;
	struct pollfd p = { .fd = caller->fd, .events = POLLRDHUP };

	(void)rest;
	send_raw(caller, bytes, sizeof(promise));
	while (poll(&p, 1, 100) == 0)
		send_raw(caller, "", 1);
}

/* All that a prompt or a result needs, under the wrong name. */
static void
act_wrongverb(struct caller *caller, char *rest)
{
	(void)rest;
	wire_begin(caller->msg, VERB_ROW);
	wire_put_num(caller->msg, TAG_OUTCOME, OUTCOME_GRANTED);
	wire_put_num(caller->msg, TAG_STYLE, PROMPT_INFO);
	wire_put_num(caller->msg, TAG_KIND, KIND_TEXT);
	wire_put_str(caller->msg, TAG_TEXT, "hello");
	tell(caller);
	outwait(caller);
}

static void
act_nooutcome(struct caller *caller, char *rest)
{
	(void)rest;
	wire_begin(caller->msg, VERB_RESULT);
	wire_put_str(caller->msg, TAG_USER, "alice");
	tell(caller);
	outwait(caller);
}

static void
act_endless(struct caller *caller, char *rest)
{
	long count = strtol(rest, NULL, 10);
	char prompt[] = "info:text:again";

	for (long i = 0; i < count; i++) {
		char copy[sizeof(prompt)];

		memcpy(copy, prompt, sizeof(prompt));
		act_prompt(caller, copy);
	}
}

static const struct {
	const char *name;
	void (*act)(struct caller *caller, char *rest);
} actions[] = {
	{ "prompt", act_prompt },
	{ "result", act_result },
	{ "hang", act_hang },
	{ "close", act_close },
	{ "garbage", act_garbage },
	{ "half", act_half },
	{ "slow", act_slow },
	{ "wrongverb", act_wrongverb },
	{ "nooutcome", act_nooutcome },
	{ "endless", act_endless },
};

static void
act(struct caller *caller, const char *action)
{
	char *copy = strdup(action);
	char *rest = copy;
	const char *name = strsep(&rest, ":");

	for (size_t i = 0; i < LENGTH(actions); i++) {
		if (strcmp(actions[i].name, name) == 0) {
			actions[i].act(caller, rest);
			free(copy);
			return;
		}
	}
	errx(2, "no such action: %s", name);
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || strlen(path) >= sizeof(address.sun_path))
		err(2, "%s", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    listen(fd, 16) == -1)
		err(2, "%s", path);
	return fd;
}

static void
serve(int listener, FILE *log, char **script)
{
	struct caller caller = { .log = log };
	char **action;

	for (;;) {
		caller.fd = accept(listener, NULL, NULL);
		if (caller.fd == -1)
			err(2, "accept");
		if (wire_msg_new(&caller.msg, WIRE_BODY_LOGIN) != 0)
			errx(2, "no memory");
		(void)hear(&caller);
		for (action = script;
		     *action != NULL && strcmp(*action, "--") != 0; action++)
			act(&caller, *action);
		if (*action != NULL)
			script = action + 1;
		wire_msg_free(&caller.msg);
		close(caller.fd);
	}
}

int
main(int argc, char **argv)
{
	FILE *log;
	int listener;

	if (argc < 4)
		errx(2, "usage: fake_daemon SOCKET LOG ACTION...");
	listener = listen_at(argv[1]);
	log = fopen(argv[2], "ae");
	if (log == NULL)
		err(2, "%s", argv[2]);
	/* Whoever waits for our output waits for this line, not for more. */
	printf("%d\n", (int)getpid());
	if (freopen("/dev/null", "w", stdout) == NULL ||
	    dup2(fileno(log), STDERR_FILENO) == -1)
		err(2, "/dev/null");
	alarm(LIFETIME);
	serve(listener, log, argv + 3);
	return 0;
}
