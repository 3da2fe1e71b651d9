/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs PAM transactions from the command line, for what pamtester cannot do:
 * no user, long answers, several threads, several transactions in one
 * process, and applications whose conversation is broken.
 *
 *	loader [-u USER] [-c CONFDIR] [-i ITEM=VALUE] [-e NAME=VALUE]
 *	    [-a ANSWER] [-A FILE] [-x FAULT] [-t THREADS] [-n TIMES] [-qE]
 *	    [-l LOCALE]
 *	    SERVICE HOOK...
 *
 * -q sets PAM_SILENT, -E PAM_CHANGE_EXPIRED_AUTHTOK. FAULT is a word of
 * fault_names below.
 *
 * Prints each prompt, behind what it is for if that is told, each hook's
 *result, and at the end the PAM user, the session that was handed on, and the
 *one before it. Exit status 0 if every hook succeeded, 1 if one did not, 2 when
 *the transaction could not be run as asked.
 */
#include <err.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_appl.h>

#define LENGTH(table)   (sizeof(table) / sizeof((table)[0]))
#define ANSWERS_MAX     64
#define SETTINGS_MAX    16
#define THREADS_MAX     64
#define ANSWER_FILE_MAX (4u << 20)

enum fault {
	FAULT_NONE,
	FAULT_ERROR,   /* the conversation fails */
	FAULT_EMPTY,   /* succeeds, but gives no response at all */
	FAULT_NULL,    /* gives a response without a text */
	FAULT_DISOBEY, /* fails, and leaves a response behind */
};

static const char *const fault_names[] = {
	[FAULT_NONE] = "none",
	[FAULT_ERROR] = "error",
	[FAULT_EMPTY] = "empty",
	[FAULT_NULL] = "null",
	[FAULT_DISOBEY] = "disobey",
};

/* Items, as "rhost=192.0.2.1", and what the hooks are called. */
static const struct {
	const char *name;
	int item;
} items[] = {
	{ "rhost", PAM_RHOST },
	{ "ruser", PAM_RUSER },
	{ "tty", PAM_TTY },
};

/* What a session's leader does while it lasts: nothing, until a signal. */
static int
hold(pam_handle_t *pamh, int flags)
{
	const char *session = pam_getenv(pamh, "GATEHOUSE_SESSION");

	(void)flags;
	printf("held: %s\n", session != NULL ? session : "");
	fflush(stdout);
	pause();
	return PAM_SUCCESS;
}

static const struct {
	const char *name;
	int (*call)(pam_handle_t *pamh, int flags);
} hooks[] = {
	{ "authenticate", pam_authenticate }, { "setcred", pam_setcred },
	{ "acct_mgmt", pam_acct_mgmt }, { "open_session", pam_open_session },
	{ "close_session", pam_close_session }, { "chauthtok", pam_chauthtok },
	{ "hold", hold }, /* no hook of PAM's */
};

/* What the command line asks for: one plan for all threads. */
static struct plan {
	const char *service, *user, *confdir;
	const char *items[SETTINGS_MAX], *environment[SETTINGS_MAX];
	size_t item_count, environment_count;
	const char *answers[ANSWERS_MAX];
	size_t answer_count;
	enum fault fault;
	long threads, times;
	int flags;
	char **hooks;
} plan = { .threads = 1, .times = 1 };

/* One transaction. */
struct run {
	long number;
	pam_handle_t *pamh;
	size_t answered;
	int failed;
};

static void
say(const struct run *run, const char *what, const char *text)
{
	if (plan.threads > 1)
		printf("%ld: %s: %s\n", run->number, what, text);
	else
		printf("%s: %s\n", what, text);
}

/* What the prompt is for, where the module says so. */
static void
say_kind(const struct run *run)
{
	const char *kind = pam_getenv(run->pamh, "GATEHOUSE_PROMPT");

	if (kind != NULL)
		say(run, "kind", kind);
}

static const char *
style_name(int style)
{
	static const char *const names[] = {
		[PAM_PROMPT_ECHO_OFF] = "hidden",
		[PAM_PROMPT_ECHO_ON] = "shown",
		[PAM_ERROR_MSG] = "error",
		[PAM_TEXT_INFO] = "info",
	};

	return style > 0 && (size_t)style < LENGTH(names) ? names[style] : "?";
}

/* The answers of the command line, in turn; out of them, it fails. */
static int
answer(struct run *run, struct pam_response *response)
{
	if (plan.fault == FAULT_NULL)
		return PAM_SUCCESS;
	if (run->answered == plan.answer_count) {
		say(run, "unanswered", "no more answers");
		return PAM_CONV_ERR;
	}
	response->resp = strdup(plan.answers[run->answered++]);
	return response->resp != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *data)
{
	struct run *run = data;
	struct pam_response *all = NULL;
	int r = PAM_SUCCESS;

	if (plan.fault == FAULT_EMPTY)
		return PAM_SUCCESS;
	if (plan.fault == FAULT_ERROR)
		return PAM_CONV_ERR;
	all = calloc((size_t)count, sizeof(*all));
	if (all == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count && r == PAM_SUCCESS; i++) {
		say_kind(run);
		say(run, style_name(messages[i]->msg_style), messages[i]->msg);
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			r = answer(run, &all[i]);
	}
	if (plan.fault == FAULT_DISOBEY)
		r = PAM_CONV_ERR;
	if (r != PAM_SUCCESS && plan.fault != FAULT_DISOBEY) {
		for (int i = 0; i < count; i++)
			free(all[i].resp);
		free(all);
		all = NULL;
	}
	*responses = all;
	return r;
}

/* Sets an item from its "name=value". */
static void
set_item(pam_handle_t *pamh, const char *setting)
{
	size_t length = strcspn(setting, "=");

	for (size_t i = 0; i < LENGTH(items); i++) {
		if (strlen(items[i].name) == length &&
		    strncmp(items[i].name, setting, length) == 0 &&
		    setting[length] == '=' &&
		    pam_set_item(pamh, items[i].item, setting + length + 1) ==
			PAM_SUCCESS)
			return;
	}
	errx(2, "no such item: %s", setting);
}

static void
set_up(pam_handle_t *pamh)
{
	for (size_t i = 0; i < plan.item_count; i++)
		set_item(pamh, plan.items[i]);
	for (size_t i = 0; i < plan.environment_count; i++) {
		if (pam_putenv(pamh, plan.environment[i]) != PAM_SUCCESS)
			errx(2, "bad environment: %s", plan.environment[i]);
	}
}

static void
call_hook(struct run *run, pam_handle_t *pamh, const char *name)
{
	char text[128];
	int r;

	for (size_t i = 0; i < LENGTH(hooks); i++) {
		if (strcmp(hooks[i].name, name) != 0)
			continue;
		r = hooks[i].call(pamh, plan.flags);
		snprintf(text, sizeof(text), "%d %s", r, pam_strerror(pamh, r));
		say(run, name, text);
		if (r != PAM_SUCCESS)
			run->failed = 1;
		return;
	}
	errx(2, "no such hook: %s", name);
}

static void
say_end(struct run *run, pam_handle_t *pamh)
{
	const char *session = pam_getenv(pamh, "GATEHOUSE_SESSION");
	const char *previous = pam_getenv(pamh, "GATEHOUSE_PREVIOUS_SESSION");
	const char *user = NULL;

	(void)pam_get_item(pamh, PAM_USER, (const void **)&user);
	say(run, "user", user != NULL ? user : "");
	say(run, "session", session != NULL ? session : "");
	if (previous != NULL)
		say(run, "previous", previous);
}

static void
transaction(struct run *run)
{
	const struct pam_conv conv = { converse, run };
	pam_handle_t *pamh = NULL;
	int r;

	run->answered = 0;
	if (plan.confdir != NULL)
		r = pam_start_confdir(
		    plan.service, plan.user, &conv, plan.confdir, &pamh);
	else
		r = pam_start(plan.service, plan.user, &conv, &pamh);
	if (r != PAM_SUCCESS)
		errx(2, "pam_start: %s", pam_strerror(pamh, r));
	run->pamh = pamh;
	set_up(pamh);
	for (char **name = plan.hooks; *name != NULL; name++) {
		call_hook(run, pamh, *name);
		if (pam_getenv(pamh, "GATEHOUSE_PROMPT") != NULL)
			say(run, "left behind", "GATEHOUSE_PROMPT");
	}
	say_end(run, pamh);
	pam_end(pamh, PAM_SUCCESS);
}

static void *
thread(void *data)
{
	struct run *run = data;

	for (long i = 0; i < plan.times; i++)
		transaction(run);
	return NULL;
}

static int
run_threads(void)
{
	pthread_t threads[THREADS_MAX];
	struct run runs[THREADS_MAX] = { 0 };
	int failed = 0;

	for (long i = 0; i < plan.threads; i++) {
		runs[i].number = i + 1;
		if (pthread_create(&threads[i], NULL, thread, &runs[i]) != 0)
			errx(2, "pthread_create");
	}
	for (long i = 0; i < plan.threads; i++) {
		pthread_join(threads[i], NULL);
		failed |= runs[i].failed;
	}
	return failed;
}

/* A file's contents, without a newline at its end. */
static const char *
answer_file(const char *path)
{
	char *text = malloc(ANSWER_FILE_MAX + 1);
	FILE *file = fopen(path, "re");
	size_t size;

	if (text == NULL || file == NULL)
		err(2, "%s", path);
	size = fread(text, 1, ANSWER_FILE_MAX, file);
	if (ferror(file) || !feof(file))
		errx(2, "%s: unreadable or too large", path);
	fclose(file);
	if (size > 0 && text[size - 1] == '\n')
		size--;
	text[size] = '\0';
	return text;
}

static void
append(const char **list, size_t *count, size_t max, const char *text)
{
	if (*count == max)
		errx(2, "too many: %s", text);
	list[(*count)++] = text;
}

static enum fault
fault_of(const char *name)
{
	for (size_t i = 0; i < LENGTH(fault_names); i++) {
		if (strcmp(name, fault_names[i]) == 0)
			return (enum fault)i;
	}
	errx(2, "no such fault: %s", name);
}

static void
take_option(int option, const char *value)
{
	switch (option) {
	case 'u':
		plan.user = value;
		break;
	case 'c':
		plan.confdir = value;
		break;
	case 'i':
		append(plan.items, &plan.item_count, SETTINGS_MAX, value);
		break;
	case 'e':
		append(plan.environment, &plan.environment_count, SETTINGS_MAX,
		    value);
		break;
	case 'A':
		value = answer_file(value);
		/* FALLTHROUGH */
	case 'a':
		append(plan.answers, &plan.answer_count, ANSWERS_MAX, value);
		break;
	case 'x':
		plan.fault = fault_of(value);
		break;
	case 't':
		plan.threads = strtol(value, NULL, 10);
		break;
	case 'n':
		plan.times = strtol(value, NULL, 10);
		break;
	case 'l':
		if (setlocale(LC_ALL, value) == NULL)
			errx(2, "no such locale: %s", value);
		break;
	case 'q':
		plan.flags |= PAM_SILENT;
		break;
	case 'E':
		plan.flags |= PAM_CHANGE_EXPIRED_AUTHTOK;
		break;
	default:
		errx(2, "usage: loader [option...] SERVICE HOOK...");
	}
}

int
main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "u:c:i:e:a:A:x:t:n:l:qE")) != -1)
		take_option(option, optarg);
	if (argc - optind < 2 || plan.threads < 1 ||
	    plan.threads > THREADS_MAX || plan.times < 1)
		take_option('?', NULL);
	plan.service = argv[optind];
	plan.hooks = argv + optind + 1;
	return run_threads();
}
