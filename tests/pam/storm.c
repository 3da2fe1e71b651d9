/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many people at once: one process for each line of a file, each a whole PAM
 * login from its own handle.
 *
 *	storm CONFDIR SERVICE FILE [PID HOOK COUNT]
 *
 * A line is USER and the answers, with tabs between them. All processes are
 * there before the first of them begins, and a second answer is given by all
 * at once: before it comes the comparison of a password, which spreads them.
 * Each ends with one line of output,
 * where N is its line in the file:
 *
 *	granted N SESSION
 *	refused N CODE SESSION
 *
 * CODE is libpam's of the hook that failed. SESSION is what the gate has put
 * on record; "-" in a refusal where not even authenticate had succeeded. With
 * PID, that process is killed with SIGKILL once HOOK (authenticate or
 * open_session) has let COUNT people through.
 *
 * Exit status 0 when every process has reported, 2 otherwise.
 */
#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>

#define PEOPLE_MAX 4096
#define DEADLINE   60 /* seconds */
#define ADDRESS    "192.0.2.7"

/* No longer than PIPE_BUF, so that reports do not mix. */
#define REPORT_SIZE 128

struct shared {
	long passed; /* the hook that counts, so far */
	pthread_barrier_t second;
};

static struct storm {
	const char *confdir, *service;
	char *people[PEOPLE_MAX];
	pid_t pids[PEOPLE_MAX];
	size_t count;
	pid_t victim; /* 0: none */
	const char *victim_hook;
	long victim_after;
	struct shared *shared;
} storm;

struct person {
	char *answers; /* those to come */
	int given;
};

static const char *
next_answer(struct person *person)
{
	const char *answer;

	if (++person->given == 2)
		pthread_barrier_wait(&storm.shared->second);
	answer = strsep(&person->answers, "\t");
	return answer != NULL ? answer : "";
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *data)
{
	struct pam_response *all = calloc((size_t)count, sizeof(*all));

	if (all == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			all[i].resp = strdup(next_answer(data));
	*responses = all;
	return PAM_SUCCESS;
}

/* By the person itself: the victim dies now, not when the parent gets to it. */
static void
has_passed(const char *hook)
{
	if (storm.victim == 0 || strcmp(storm.victim_hook, hook) != 0)
		return;
	if (__atomic_add_fetch(&storm.shared->passed, 1, __ATOMIC_SEQ_CST) ==
		storm.victim_after &&
	    kill(storm.victim, SIGKILL) == -1)
		err(2, "kill %d", (int)storm.victim);
}

/* One login: libpam's code, and the session where there is one. */
static int
sign_in(char *line, char session[64])
{
	struct person person = { .answers = line };
	const char *user = strsep(&person.answers, "\t"), *id;
	const struct pam_conv conv = { converse, &person };
	pam_handle_t *pamh = NULL;
	int r;

	r = pam_start_confdir(storm.service, user, &conv, storm.confdir, &pamh);
	if (r != PAM_SUCCESS)
		return r;
	r = pam_set_item(pamh, PAM_RHOST, ADDRESS);
	if (r == PAM_SUCCESS)
		r = pam_authenticate(pamh, 0);
	if (r == PAM_SUCCESS) {
		has_passed("authenticate");
		id = pam_getenv(pamh, "GATEHOUSE_SESSION");
		snprintf(session, 64, "%s", id != NULL ? id : "none");
		r = pam_acct_mgmt(pamh, 0);
	}
	if (r == PAM_SUCCESS)
		r = pam_open_session(pamh, 0);
	if (r == PAM_SUCCESS)
		has_passed("open_session");
	pam_end(pamh, r);
	return r;
}

/* A person's process: waits for all others, signs in, and reports. */
static _Noreturn void
person_run(size_t number, int start, int report)
{
	char session[64] = "-", text[REPORT_SIZE], byte;
	int r, size;

	if (read(start, &byte, 1) != 0)
		_exit(2);
	r = sign_in(storm.people[number], session);
	if (r == PAM_SUCCESS)
		size = snprintf(text, sizeof(text), "granted %zu %s\n",
		    number + 1, session);
	else
		size = snprintf(text, sizeof(text), "refused %zu %d %s\n",
		    number + 1, r, session);
	_exit(write(report, text, (size_t)size) == size ? 0 : 2);
}

static void
end_all(int signal)
{
	(void)signal;
	for (size_t i = 0; i < storm.count; i++)
		if (storm.pids[i] > 0)
			kill(storm.pids[i], SIGKILL);
}

/* Returns the reading end of the reports; all wait for the same start. */
static int
gather_people(void)
{
	int start[2], report[2];

	if (pipe(start) == -1 || pipe(report) == -1)
		err(2, "pipe");
	for (size_t i = 0; i < storm.count; i++) {
		storm.pids[i] = fork();
		if (storm.pids[i] == -1) {
			end_all(SIGALRM);
			err(2, "fork");
		}
		if (storm.pids[i] == 0) {
			close(start[1]);
			close(report[0]);
			person_run(i, start[0], report[1]);
		}
	}
	close(start[0]);
	close(report[1]);
	close(start[1]); /* the start */
	return report[0];
}

/* Passes the reports on until all have hung up: how many there were. */
static size_t
take_reports(int fd)
{
	FILE *reports = fdopen(fd, "re");
	char line[REPORT_SIZE];
	size_t count = 0;

	if (reports == NULL)
		err(2, "fdopen");
	for (; fgets(line, sizeof(line), reports) != NULL; count++)
		fputs(line, stdout);
	fclose(reports);
	return count;
}

static void
read_people(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t room = 0;
	ssize_t size;

	if (file == NULL)
		err(2, "%s", path);
	while (storm.count < PEOPLE_MAX &&
	    (size = getline(&storm.people[storm.count], &room, file)) > 0) {
		storm.people[storm.count][size - 1] = '\0';
		storm.count++;
		room = 0;
	}
	if (!feof(file) || storm.count == 0)
		errx(2, "%s: empty, unreadable or too long", path);
	fclose(file);
}

static void
share(void)
{
	pthread_barrierattr_t attr;

	storm.shared = mmap(NULL, sizeof(*storm.shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (storm.shared == MAP_FAILED)
		err(2, "mmap");
	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(
	    &storm.shared->second, &attr, (unsigned)storm.count);
	pthread_barrierattr_destroy(&attr);
}

int
main(int argc, char **argv)
{
	size_t reports;

	if (argc != 4 && argc != 7)
		errx(2, "usage: storm CONFDIR SERVICE FILE [PID HOOK COUNT]");
	storm.confdir = argv[1];
	storm.service = argv[2];
	if (argc == 7) {
		storm.victim = (pid_t)strtol(argv[4], NULL, 10);
		storm.victim_hook = argv[5];
		storm.victim_after = strtol(argv[6], NULL, 10);
		if (storm.victim <= 1 || storm.victim_after < 1)
			errx(2, "%s %s: no process to kill", argv[4], argv[6]);
	}
	read_people(argv[3]);
	share();
	signal(SIGALRM, end_all);
	alarm(DEADLINE);
	reports = take_reports(gather_people());
	while (wait(NULL) > 0)
		;
	if (reports < storm.count)
		errx(2, "%zu of %zu have not reported", storm.count - reports,
		    storm.count);
	return 0;
}
