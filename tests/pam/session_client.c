/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks the daemon about sessions over its socket, as a portal or a call system
 * does, and as nobody ought to.
 *
 *	session_client SOCKET ask VERB [FIELD=VALUE...]
 *	session_client SOCKET time TIMES THREADS [FIELD=VALUE...]
 *
 * VERB and FIELD are words of the tables below; VALUE "-" is the next line of
 * standard input. FIELD "answer" is no field: it is what the next question of
 * the daemon is answered with, and without one it is hung up on. ask prints
 * each message that comes on a line, beginning with "row", "prompt" or
 * "result", a field as FIELD=VALUE. Exit status 0 if it was granted, 1 if not,
 * 2 without an answer.
 *
 * time checks the sessions that are named on standard input, an id or a token
 * on each line, over and over: each of THREADS threads, on a connection of its
 * own, TIMES checks. Prints one line:
 *
 *	checks N granted N refused N p50 US p90 US p99 US max US rate N
 *
 * in microseconds, and checks in a second. Exit status 0 if all were answered.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/protocol.h"
#include "lib/wire.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define DEADLINE      120000 /* milliseconds */
#define THREADS_MAX   64
#define INPUT_MAX     (1u << 20)

static const struct {
	const char *name;
	uint16_t verb;
} verbs[] = {
	{ "check", VERB_SESSION_CHECK },
	{ "token", VERB_SESSION_TOKEN },
	{ "list", VERB_SESSION_LIST },
	{ "show", VERB_SESSION_SHOW },
	{ "end", VERB_SESSION_END },
	{ "close", VERB_CLOSE },
	{ "take", VERB_HOLD_TAKE },
	{ "release", VERB_HOLD_RELEASE },
	{ "holds", VERB_HOLD_LIST },
	{ "identity", VERB_SESSION_IDENTITY },
	/* and what has nothing to do with sessions, or should not */
	{ "login", VERB_LOGIN },
	{ "answer", VERB_ANSWER },
	{ "account", VERB_ACCOUNT },
	{ "open", VERB_OPEN },
	{ "chauthtok", VERB_CHAUTHTOK },
	{ "ticket", VERB_TICKET },
	{ "user_add", VERB_USER_ADD },
	{ "user_remove", VERB_USER_REMOVE },
	{ "user_list", VERB_USER_LIST },
	{ "otp_enroll", VERB_OTP_ENROLL },
	{ "allowlist_test", VERB_ALLOWLIST_TEST },
	{ "status", VERB_STATUS },
	{ "clock_accept", VERB_CLOCK_ACCEPT },
	{ "sso_begin", VERB_SSO_BEGIN },
	{ "idp_list", VERB_IDP_LIST },
	{ "logout_begin", VERB_LOGOUT_BEGIN },
	{ "logout_receive", VERB_LOGOUT_RECEIVE },
	{ "reload", VERB_RELOAD },
	{ "lockout_list", VERB_LOCKOUT_LIST },
	{ "lockout_reset", VERB_LOCKOUT_RESET },
	{ "user_show", VERB_USER_SHOW },
	{ "user_set", VERB_USER_SET },
	{ "user_disable", VERB_USER_DISABLE },
	{ "user_enable", VERB_USER_ENABLE },
	{ "user_must_change", VERB_USER_MUST_CHANGE },
	{ "otp_confirm", VERB_OTP_CONFIRM },
	{ "otp_recovery", VERB_OTP_RECOVERY },
	{ "otp_show", VERB_OTP_SHOW },
	{ "otp_remove", VERB_OTP_REMOVE },
	{ "otp_import", VERB_OTP_IMPORT },
	{ "key_rotate", VERB_KEY_ROTATE },
	{ "otp_forget", VERB_OTP_FORGET },
	{ "emergency_issue", VERB_EMERGENCY_ISSUE },
	{ "emergency_list", VERB_EMERGENCY_LIST },
	{ "emergency_revoke", VERB_EMERGENCY_REVOKE },
	{ "sp_metadata", VERB_SP_METADATA },
	{ "identity_keys", VERB_IDENTITY_KEYS },
};

enum kind {
	TEXT,
	NUMBER
};

static const struct {
	const char *name;
	uint16_t tag;
	enum kind kind;
} fields[] = {
	{ "outcome", TAG_OUTCOME, NUMBER },
	{ "error", TAG_ERROR, NUMBER },
	{ "reason", TAG_REASON, TEXT },
	{ "session", TAG_SESSION, TEXT },
	{ "token", TAG_TOKEN, TEXT },
	{ "user", TAG_USER, TEXT },
	{ "service", TAG_SERVICE, TEXT },
	{ "state", TAG_STATE, TEXT },
	{ "end_reason", TAG_END_REASON, TEXT },
	{ "all", TAG_ALL, NUMBER },
	{ "count", TAG_COUNT, NUMBER },
	{ "activity", TAG_ACTIVITY, NUMBER },
	{ "age", TAG_AGE, TEXT },
	{ "idle", TAG_IDLE, NUMBER },
	{ "idle_limit", TAG_IDLE_LIMIT, NUMBER },
	{ "idle_left", TAG_IDLE_LEFT, NUMBER },
	{ "age_left", TAG_AGE_LEFT, NUMBER },
	{ "warn", TAG_WARN, NUMBER },
	{ "held", TAG_HELD, NUMBER },
	{ "rule", TAG_RULE, TEXT },
	{ "previous", TAG_PREVIOUS, TEXT },
	{ "label", TAG_LABEL, TEXT },
	{ "lease", TAG_LEASE, NUMBER },
	{ "holder", TAG_HOLDER, TEXT },
	{ "taken", TAG_TAKEN, NUMBER },
	{ "left", TAG_LEFT, NUMBER },
	{ "rhost", TAG_RHOST, TEXT },
	{ "address", TAG_ADDRESS, TEXT },
	{ "method", TAG_METHOD, TEXT },
	{ "group", TAG_GROUP, TEXT },
	{ "attribute", TAG_ATTRIBUTE, TEXT },
	{ "value", TAG_VALUE, TEXT },
	{ "identity", TAG_IDENTITY, TEXT },
	{ "expires", TAG_EXPIRES, NUMBER },
	{ "detail", TAG_DETAIL, TEXT },
	{ "data", TAG_DATA, TEXT },
	{ "entity_id", TAG_ENTITY_ID, TEXT },
	{ "url", TAG_URL, TEXT },
	{ "binding", TAG_BINDING, NUMBER },
	{ "step", TAG_STEP, NUMBER },
	{ "kind", TAG_KIND, NUMBER },
	{ "key", TAG_KEY, TEXT },
	{ "detached", TAG_DETACHED, NUMBER },
	{ "signed", TAG_SIGNED, NUMBER },
	{ "relay_state", TAG_RELAY_STATE, TEXT },
	{ "text", TAG_TEXT, TEXT },
};

/* What the daemon's questions are answered with. */
#define ANSWERS_MAX 8
static const char *answers[ANSWERS_MAX];
static size_t answer_count;

static const char *socket_path;

static int
call(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		err(2, "%s", socket_path);
	return fd;
}

static struct wire_msg *
message(void)
{
	struct wire_msg *msg;

	if (wire_msg_new(&msg, WIRE_BODY_LOGIN) != 0)
		errx(2, "no memory");
	return msg;
}

/* Sends what is in msg, and reads one message of the answer. */
static void
ask(int fd, struct wire_msg *msg)
{
	int64_t deadline = clock_mono_ms() + DEADLINE;

	if (wire_send(fd, msg, deadline) != 0 ||
	    wire_recv(fd, msg, deadline) != 0)
		errx(2, "no answer");
}

/* Never freed: there are a few of them. */
static const char *
next_line(void)
{
	char *line = malloc(INPUT_MAX);

	if (line == NULL || fgets(line, INPUT_MAX, stdin) == NULL)
		errx(2, "nothing on standard input");
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static void
put(struct wire_msg *msg, const char *setting)
{
	size_t i, length = strcspn(setting, "=");
	const char *value = setting + length + 1;

	if (strncmp(setting, "answer=", 7) == 0) {
		if (answer_count == ANSWERS_MAX)
			errx(2, "too many answers");
		answers[answer_count++] =
		    strcmp(value, "-") == 0 ? next_line() : value;
		return;
	}
	for (i = 0; i < LENGTH(fields); i++)
		if (strlen(fields[i].name) == length &&
		    strncmp(fields[i].name, setting, length) == 0)
			break;
	if (i == LENGTH(fields) || setting[length] != '=')
		errx(2, "no such field: %s", setting);
	if (strcmp(value, "-") == 0)
		value = next_line();
	if (fields[i].kind == TEXT)
		wire_put_str(msg, fields[i].tag, value);
	else
		wire_put_num(msg, fields[i].tag, strtoll(value, NULL, 10));
}

static void
show(const struct wire_msg *msg)
{
	struct wire_field field;
	size_t i, cursor = 0;

	fputs(wire_verb(msg) == VERB_ROW        ? "row"
		: wire_verb(msg) == VERB_PROMPT ? "prompt"
						: "result",
	    stdout);
	while (wire_next(msg, &cursor, &field)) {
		for (i = 0; i < LENGTH(fields); i++)
			if (fields[i].tag == field.tag)
				break;
		if (i == LENGTH(fields))
			continue;
		if (fields[i].kind == TEXT)
			printf(" %s=%s", fields[i].name, field.bytes);
		else
			printf(" %s=%lld", fields[i].name,
			    (long long)wire_field_num(&field, -1));
	}
	putchar('\n');
}

static int
ask_once(const char *verb, char **settings)
{
	struct wire_msg *msg = message();
	int64_t outcome;
	int fd = call();
	size_t i, next = 0;

	for (i = 0; i < LENGTH(verbs); i++)
		if (strcmp(verbs[i].name, verb) == 0)
			break;
	if (i == LENGTH(verbs))
		errx(2, "no such verb: %s", verb);
	wire_begin(msg, verbs[i].verb);
	for (; *settings != NULL; settings++)
		put(msg, *settings);
	ask(fd, msg);
	while (wire_verb(msg) == VERB_ROW ||
	    (wire_verb(msg) == VERB_PROMPT && next < answer_count)) {
		show(msg);
		if (wire_verb(msg) == VERB_PROMPT) {
			wire_begin(msg, VERB_ANSWER);
			wire_put_str(msg, TAG_TEXT, answers[next++]);
			ask(fd, msg);
		} else if (wire_recv(fd, msg, clock_mono_ms() + DEADLINE) != 0)
			errx(2, "the answer has no end");
	}
	show(msg);
	outcome = wire_num(msg, TAG_OUTCOME, -1);
	wire_msg_free(&msg);
	close(fd);
	return outcome == OUTCOME_GRANTED ? 0 : 1;
}

/* --- many checks --- */

static struct {
	char **keys;
	size_t key_count;
	char **settings;
	size_t times, threads;
} plan;

struct thread {
	pthread_t id;
	size_t number;
	double *took; /* microseconds, one for each check */
	size_t granted;
};

static void
read_keys(void)
{
	char *line = NULL;
	size_t room = 0, most = 0;
	ssize_t size;

	while ((size = getline(&line, &room, stdin)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (plan.key_count == most) {
			most = most == 0 ? 1024 : 2 * most;
			plan.keys =
			    reallocarray(plan.keys, most, sizeof(*plan.keys));
		}
		if (plan.keys == NULL ||
		    (plan.keys[plan.key_count++] = strdup(line)) == NULL)
			errx(2, "no memory");
	}
	free(line);
	if (plan.key_count == 0)
		errx(2, "nothing on standard input");
}

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void *
run(void *data)
{
	struct thread *t = data;
	struct wire_msg *msg = message();
	/* far apart, so that they do not ask for the same ones */
	size_t i, at = t->number * (plan.key_count / plan.threads);
	int fd = call();

	for (i = 0; i < plan.times; i++) {
		const char *key = plan.keys[(at + i) % plan.key_count];
		char **setting;
		double began = now_us();

		wire_begin(msg, VERB_SESSION_CHECK);
		wire_put_str(msg,
		    strncmp(key, "gs-", 3) == 0 ? TAG_TOKEN : TAG_SESSION, key);
		for (setting = plan.settings; *setting != NULL; setting++)
			put(msg, *setting);
		ask(fd, msg);
		t->took[i] = now_us() - began;
		t->granted += wire_num(msg, TAG_OUTCOME, -1) == OUTCOME_GRANTED;
	}
	wire_msg_free(&msg);
	close(fd);
	return NULL;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
time_checks(void)
{
	struct thread threads[THREADS_MAX] = { 0 };
	size_t i, all = plan.times * plan.threads, granted = 0;
	double *took = calloc(all, sizeof(*took)), began;

	if (took == NULL)
		errx(2, "no memory");
	read_keys();
	began = now_us();
	for (i = 0; i < plan.threads; i++) {
		threads[i].number = i;
		threads[i].took = took + i * plan.times;
		if (pthread_create(&threads[i].id, NULL, run, &threads[i]) != 0)
			errx(2, "no thread");
	}
	for (i = 0; i < plan.threads; i++) {
		pthread_join(threads[i].id, NULL);
		granted += threads[i].granted;
	}
	began = now_us() - began;
	qsort(took, all, sizeof(*took), by_size);
	printf("checks %zu granted %zu refused %zu p50 %.1f p90 %.1f p99 %.1f "
	       "max %.1f rate %.0f\n",
	    all, granted, all - granted, took[all / 2], took[all * 9 / 10],
	    took[all * 99 / 100], took[all - 1], (double)all / began * 1e6);
	free(took);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc >= 4 && strcmp(argv[2], "ask") == 0) {
		socket_path = argv[1];
		return ask_once(argv[3], argv + 4);
	}
	if (argc < 5 || strcmp(argv[2], "time") != 0)
		errx(2, "usage: see the head of session_client.c");
	socket_path = argv[1];
	plan.times = strtoul(argv[3], NULL, 10);
	plan.threads = strtoul(argv[4], NULL, 10);
	plan.settings = argv + 5;
	if (plan.times == 0 || plan.threads == 0 || plan.threads > THREADS_MAX)
		errx(2, "1 to %d threads, and what to do", THREADS_MAX);
	return time_checks();
}
