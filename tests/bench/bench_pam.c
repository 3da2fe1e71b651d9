/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_pam MODE CONFDIR SOCKET TOKENS CALLERS COUNT NAME TARGET: what a login
 * through libpam costs (pam_start, authenticate, acct_mgmt, pam_end), against
 * the same with pam_permit. TOKENS holds one Response a line, the n-th for the
 * user "u<n>". Callers are processes; both kinds are measured in turns, in lock
 * step.
 *
 *	ticket	exchanges each Response for a ticket first (not measured)
 *	raw	gives the Responses themselves
 *	soak	gives them all once, measures nothing: for what memory does
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/protocol.h"
#include "tests/bench/bench.h"
#include "tests/bench/transaction.h"

#define BLOCK 25 /* logins of one kind before it is the other's turn */

struct token {
	char user[16];
	char *text;
};

/* Shared by the callers. */
struct shared {
	pthread_barrier_t turn;
	double block_us[2]; /* wall time of all blocks of a kind */
	int failures;
	double times[]; /* [kind][login] */
};

static const char *confdir, *socket_path;
static struct token *tokens;
static int callers, count; /* logins of each kind in all */
static struct shared *shared;

/* A login as an application does it; one that fails is counted. */
static double
login(const char *service, const struct token *token)
{
	const struct transaction transaction = { .confdir = confdir,
		.service = service,
		.user = token->user,
		.answer = token->text,
		.hooks = { pam_authenticate, pam_acct_mgmt } };
	double us;

	if (transaction_run(&transaction, &us) != PAM_SUCCESS)
		__atomic_add_fetch(&shared->failures, 1, __ATOMIC_RELAXED);
	return us;
}

static void
exchange(struct token *token)
{
	struct client *client = NULL;
	int64_t deadline = clock_mono_ms() + 10000;
	const char *text;

	if (client_new(&client, socket_path, deadline) != 0)
		err(1, "%s", socket_path);
	wire_begin(client_msg(client), VERB_TICKET);
	wire_put_str(client_msg(client), TAG_TEXT, token->text);
	if (client_ask(client, deadline) != 0 ||
	    (text = wire_str(client_msg(client), TAG_TEXT)) == NULL)
		errx(1, "no ticket for %s", token->user);
	free(token->text);
	token->text = strdup(text);
	client_free(&client);
}

static void
read_tokens(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t room = 0;
	ssize_t n;
	int i;

	if (file == NULL)
		err(1, "%s", path);
	tokens = calloc((size_t)count, sizeof(*tokens));
	if (tokens == NULL)
		err(1, NULL);
	for (i = 0; i < count; i++, room = 0) {
		n = getline(&tokens[i].text, &room, file);
		if (n < 0)
			errx(1, "%s has fewer than %d lines", path, count);
		tokens[i].text[strcspn(tokens[i].text, "\n")] = '\0';
		snprintf(tokens[i].user, sizeof(tokens[i].user), "u%d", i + 1);
	}
	fclose(file);
}

/* One block of one kind, begun and ended together by all callers. */
static void
run_block(int caller, int kind, int first)
{
	static const char *const services[] = { "permit", "portal" };
	double *times = shared->times + kind * count;
	double block;
	int i;

	pthread_barrier_wait(&shared->turn);
	block = bench_wall_us();
	for (i = first; i < first + BLOCK; i++)
		times[i] = login(services[kind], &tokens[i]);
	pthread_barrier_wait(&shared->turn);
	if (caller == 0)
		shared->block_us[kind] += bench_wall_us() - block;
}

static void
call(int caller)
{
	int each = count / callers;
	int at;

	for (at = caller * each; at < (caller + 1) * each; at += BLOCK) {
		run_block(caller, 0, at);
		run_block(caller, 1, at);
	}
}

static void
soak(int caller)
{
	int i;

	for (i = caller; i < count; i += callers)
		(void)login("portal", &tokens[i]);
}

static void
fork_callers(void (*run)(int))
{
	pthread_barrierattr_t attr;
	int i;

	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&shared->turn, &attr, (unsigned)callers);
	for (i = 0; i < callers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			run(i);
			_exit(0);
		}
	}
	for (i = 0; i < callers; i++)
		wait(NULL);
	if (shared->failures > 0)
		errx(1, "%d logins failed", shared->failures);
}

static void
report(const char *name, const char *target)
{
	char row[128];
	size_t n = (size_t)count;
	double permit = bench_median(shared->times, n);
	double gate = bench_median(shared->times + count, n);

	bench_row(name, "us", gate, permit, target);
	snprintf(row, sizeof(row), "%s_rate", name);
	bench_row(row, "logins/s", count / (shared->block_us[1] / 1e6),
	    count / (shared->block_us[0] / 1e6), "-");
}

int
main(int argc, char **argv)
{
	size_t size;
	int i;

	if (argc != 9)
		errx(2, "MODE CONFDIR SOCKET TOKENS CALLERS COUNT NAME TARGET");
	confdir = argv[2];
	socket_path = argv[3];
	callers = atoi(argv[5]);
	count = atoi(argv[6]) / (callers * BLOCK) * (callers * BLOCK);
	if (count <= 0)
		errx(2, "COUNT must be %d or more", callers * BLOCK);
	read_tokens(argv[4]);
	size = sizeof(*shared) + 2 * (size_t)count * sizeof(double);
	shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	if (strcmp(argv[1], "soak") == 0) {
		fork_callers(soak);
		return 0;
	}
	if (strcmp(argv[1], "ticket") == 0)
		for (i = 0; i < count; i++)
			exchange(&tokens[i]);
	fork_callers(call);
	report(argv[7], argv[8]);
	return 0;
}
