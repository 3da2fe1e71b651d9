/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Speaks to gatehouse-login as gatehouse-web does, and as a broken one would.
 *
 *	login_client SOCKET VERB [FIELD=VALUE...] [-- ANSWER...]
 *	login_client -n COUNT SOCKET VERB [FIELD=VALUE...]
 *
 * VERB and FIELD are words of the tables below; VALUE "-" is the next line of
 * standard input. Prints each message that comes as a line, "STYLE KIND: TEXT"
 * or "result FIELD=VALUE...". An ANSWER is a text, or one of
 *
 *	:code	     of the otpauth URI that was shown last
 *	:cancel	     VERB_WEB_CANCEL
 *	:hang_up     at once, without an answer; also in place of KEPT
 *	:wait	     until the other end hangs up, and how long it took
 *	:nonsense    a message that is no answer
 *
 * Exit status 0 if it was granted, 1 if not, 2 without a result, 3 after a
 * :hang_up.
 *
 * With -n so many at once: waits for the first question or the result of each,
 * prints "questions N results N none N", and hangs up at the end of standard
 * input.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/prompt_kind.h"
#include "lib/protocol.h"
#include "lib/wire.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define DEADLINE      60000 /* milliseconds */
#define LINE_SIZE     4096
#define COUNT_MAX     1024

enum {
	GRANTED,
	REFUSED,
	NO_RESULT,
	HUNG_UP
};

static const struct {
	const char *name;
	uint16_t verb;
} verbs[] = {
	{ "login", VERB_WEB_LOGIN },
	{ "password", VERB_WEB_PASSWORD },
	{ "open", VERB_OPEN },
};

static const struct {
	const char *name;
	uint16_t tag;
	int is_number;
} fields[] = {
	{ "outcome", TAG_OUTCOME, 1 },
	{ "error", TAG_ERROR, 1 },
	{ "delay", TAG_DELAY, 1 },
	{ "rhost", TAG_RHOST, 0 },
	{ "user", TAG_USER, 0 },
	{ "language", TAG_LANGUAGE, 0 },
	{ "ticket", TAG_TICKET, 0 },
	{ "token", TAG_TOKEN, 0 },
	{ "service", TAG_SERVICE, 0 },
	{ "session", TAG_SESSION, 0 },
	{ "previous", TAG_PREVIOUS, 0 },
};

static const char *const styles[] = {
	[PROMPT_HIDDEN] = "hidden",
	[PROMPT_SHOWN] = "shown",
	[PROMPT_ERROR] = "error",
	[PROMPT_INFO] = "info",
};

static char uri[LINE_SIZE];

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		errx(NO_RESULT, "socket");
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		err(NO_RESULT, "%s", path);
	return fd;
}

static int64_t
deadline(void)
{
	return clock_mono_ms() + DEADLINE;
}

static void
put_field(struct wire_msg *msg, const char *setting)
{
	size_t length = strcspn(setting, "=");
	const char *value = setting + length + (setting[length] == '=');
	char line[LINE_SIZE];

	for (size_t i = 0; i < LENGTH(fields); i++) {
		if (strlen(fields[i].name) != length ||
		    strncmp(fields[i].name, setting, length) != 0)
			continue;
		if (strcmp(value, "-") == 0) {
			if (fgets(line, sizeof(line), stdin) == NULL)
				errx(NO_RESULT, "no line for %s", setting);
			line[strcspn(line, "\n")] = '\0';
			value = line;
		}
		wire_put_str(msg, fields[i].tag, value);
		return;
	}
	errx(NO_RESULT, "no such field: %s", setting);
}

static void
put_request(struct wire_msg *msg, const char *verb, char **settings)
{
	for (size_t i = 0; i < LENGTH(verbs); i++)
		if (strcmp(verbs[i].name, verb) == 0) {
			wire_begin(msg, verbs[i].verb);
			for (; *settings != NULL; settings++)
				put_field(msg, *settings);
			return;
		}
	errx(NO_RESULT, "no such verb: %s", verb);
}

static void
print_result(const struct wire_msg *msg)
{
	printf("result");
	for (size_t i = 0; i < LENGTH(fields); i++) {
		const char *text = wire_str(msg, fields[i].tag);
		size_t size;

		if (wire_bytes(msg, fields[i].tag, &size) == NULL)
			continue;
		if (fields[i].is_number)
			printf(" %s=%lld", fields[i].name,
			    (long long)wire_num(msg, fields[i].tag, -1));
		else
			printf(" %s=%s", fields[i].name,
			    text != NULL ? text : "?");
	}
	printf("\n");
	fflush(stdout);
}

static void
print_message(const struct wire_msg *msg)
{
	int64_t style = wire_num(msg, TAG_STYLE, -1);
	int64_t kind = wire_num(msg, TAG_KIND, -1);
	const char *text = wire_str(msg, TAG_TEXT);

	if (style < 0 || style >= (int64_t)LENGTH(styles) || kind < 0 ||
	    kind >= KIND_COUNT || text == NULL)
		errx(NO_RESULT, "senseless message");
	printf("%s %s: %s\n", styles[style],
	    prompt_kind_word((enum prompt_kind)kind), text);
	fflush(stdout);
	if (kind == KIND_OTPAUTH)
		snprintf(uri, sizeof(uri), "%s", text);
}

/* As an authenticator app has it. */
static void
put_code(struct wire_msg *msg)
{
	const char *secret = strstr(uri, "secret=");
	char command[LINE_SIZE], code[32];
	FILE *pipe;

	if (secret == NULL)
		errx(NO_RESULT, "no otpauth URI was shown");
	secret += strlen("secret=");
	snprintf(command, sizeof(command), "oathtool --totp -b '%.*s'",
	    (int)strcspn(secret, "&'"), secret);
	pipe = popen(command, "r");
	if (pipe == NULL || fgets(code, sizeof(code), pipe) == NULL)
		errx(NO_RESULT, "oathtool");
	pclose(pipe);
	code[strcspn(code, "\n")] = '\0';
	wire_put_str(msg, TAG_TEXT, code);
}

static void __attribute__((noreturn)) wait_for_end(int fd, struct wire_msg *msg)
{
	int64_t start = clock_mono_ms();

	while (wire_recv(fd, msg, deadline()) == 0)
		if (wire_verb(msg) == VERB_RESULT)
			print_result(msg);
	printf("hung up after %lld ms\n", (long long)(clock_mono_ms() - start));
	exit(NO_RESULT);
}

static void
answer(int fd, struct wire_msg *msg, const char *text)
{
	if (text == NULL)
		errx(NO_RESULT, "no more answers");
	if (strcmp(text, ":hang_up") == 0)
		exit(HUNG_UP);
	if (strcmp(text, ":wait") == 0)
		wait_for_end(fd, msg);
	wire_begin(msg, VERB_ANSWER);
	if (strcmp(text, ":cancel") == 0)
		wire_begin(msg, VERB_WEB_CANCEL);
	else if (strcmp(text, ":nonsense") == 0)
		wire_begin(msg, VERB_STATUS);
	else if (strcmp(text, ":code") == 0)
		put_code(msg);
	else
		wire_put_str(msg, TAG_TEXT, text);
	if (wire_send(fd, msg, deadline()) != 0)
		errx(NO_RESULT, "it does not listen");
}

static int
converse(int fd, struct wire_msg *msg, char **answers)
{
	int granted;

	for (;;) {
		if (wire_recv(fd, msg, deadline()) != 0)
			errx(NO_RESULT, "no answer");
		if (wire_verb(msg) == VERB_RESULT)
			break;
		print_message(msg);
		if (wire_verb(msg) == VERB_PROMPT) {
			answer(fd, msg, *answers);
			answers += *answers != NULL;
		}
	}
	print_result(msg);
	granted = wire_num(msg, TAG_OUTCOME, -1) == OUTCOME_GRANTED;
	if (granted && *answers != NULL)
		answer(fd, msg, *answers);
	else if (granted) {
		wire_begin(msg, VERB_WEB_KEPT);
		(void)wire_send(fd, msg, deadline());
	}
	return granted ? GRANTED : REFUSED;
}

/* Many at once. */
static void
crowd(long count, const char *path, struct wire_msg *msg, char **request)
{
	static int fds[COUNT_MAX];
	long i, questions = 0, results = 0;
	char c;

	for (i = 0; i < count; i++)
		fds[i] = connect_to(path);
	for (i = 0; i < count; i++) {
		put_request(msg, request[0], request + 1);
		(void)wire_send(fds[i], msg, deadline());
	}
	for (i = 0; i < count; i++) {
		if (wire_recv(fds[i], msg, deadline()) != 0)
			continue;
		questions += wire_verb(msg) == VERB_PROMPT;
		results += wire_verb(msg) == VERB_RESULT;
	}
	printf("questions %ld results %ld none %ld\n", questions, results,
	    count - questions - results);
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		continue;
}

int
main(int argc, char **argv)
{
	struct wire_msg *msg = NULL;
	char **answers;
	long count = 0;
	int fd;

	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		count = strtol(argv[2], NULL, 10);
		argv += 2;
		argc -= 2;
	}
	if (argc < 3 || count < 0 || count > COUNT_MAX)
		errx(NO_RESULT,
		    "usage: login_client [-n COUNT] SOCKET VERB "
		    "[FIELD=VALUE...] [-- ANSWER...]");
	if (wire_msg_new(&msg, WIRE_BODY_LOGIN) != 0)
		errx(NO_RESULT, "no memory");
	for (answers = argv + 2; *answers != NULL; answers++)
		if (strcmp(*answers, "--") == 0) {
			*answers++ = NULL;
			break;
		}
	if (count > 0) {
		crowd(count, argv[1], msg, argv + 2);
		return GRANTED;
	}
	fd = connect_to(argv[1]);
	put_request(msg, argv[2], argv + 3);
	if (wire_send(fd, msg, deadline()) != 0)
		warnx("it does not listen");
	return converse(fd, msg, answers);
}
