/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Can two kinds of sign-ins be told apart by the time that the daemon takes?
 *
 *	timing SOCKET PAIRS ADDRESS USER PASSWORD USER PASSWORD
 *
 * PAIRS times both sign in, one right after the other, in an order that is
 * drawn anew each time; both give the same wrong code. What is measured is the
 * wait for each of the two answers, to the password and to the code.
 *
 * The statistic is Wilcoxon's signed-rank test of the differences within the
 * pairs. Were the two kinds the same, the order being drawn by lot makes each
 * difference as likely as its negative, however loaded the machine is; the sum
 * of the ranks of the positive ones is then normal with known mean and
 * variance, and |z| is Z_MOST or more at one of two answers by chance once in
 * 37,000 runs. Prints both z with the medians; exit status 1 where one is so
 * large, 2 where nothing could be measured.
 */
#include <err.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/protocol.h"
#include "lib/wire.h"

#define Z_MOST   4.2
#define WARM_UP  20
#define PATIENCE 60000 /* milliseconds, for one answer */
#define CODE     "000000"

enum answer {
	TO_PASSWORD,
	TO_CODE,
	ANSWERS
};

static const char *const answer_names[] = { "password", "code" };

struct kind {
	const char *user, *password;
};

static const char *socket_path, *address;
static struct wire_msg *msg;

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
call(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", socket_path);
	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)&name, sizeof(name)) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		err(2, "%s", socket_path);
	return fd;
}

/* Sends what is in msg, waits for the answer of that kind: microseconds. */
static double
ask(int fd, uint16_t verb)
{
	int64_t deadline = clock_mono_ms() + PATIENCE;
	double start = now_us();

	if (wire_send(fd, msg, deadline) != 0 ||
	    wire_recv(fd, msg, deadline) != 0)
		errx(2, "the daemon hung up");
	if (wire_verb(msg) != verb)
		errx(2, "another answer than expected");
	return now_us() - start;
}

static void
sign_in(const struct kind *kind, double took[ANSWERS])
{
	int fd = call();

	wire_begin(msg, VERB_LOGIN);
	wire_put_num(msg, TAG_STEP, STEP_GATE);
	wire_put_str(msg, TAG_SERVICE, "portal");
	wire_put_str(msg, TAG_USER, kind->user);
	wire_put_str(msg, TAG_RHOST, address);
	(void)ask(fd, VERB_PROMPT);
	wire_begin(msg, VERB_ANSWER);
	wire_put_str(msg, TAG_TEXT, kind->password);
	took[TO_PASSWORD] = ask(fd, VERB_PROMPT);
	wire_begin(msg, VERB_ANSWER);
	wire_put_str(msg, TAG_TEXT, CODE);
	took[TO_CODE] = ask(fd, VERB_RESULT);
	if (wire_num(msg, TAG_OUTCOME, -1) != OUTCOME_DENIED)
		errx(2, "\"%s\" was not refused as usual", kind->user);
	close(fd);
}

static int
coin(void)
{
	unsigned char byte;

	if (getrandom(&byte, 1, 0) != 1)
		err(2, "getrandom");
	return byte & 1;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
by_size(const void *a, const void *b)
{
	double x = fabs(*(const double *)a), y = fabs(*(const double *)b);

	return (x > y) - (x < y);
}

static double
median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_value);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* The clock is fine enough for there to be no ties, nor any zeros. */
static double
signed_rank_z(double *differences, size_t count)
{
	double n = (double)count, sum = 0;
	size_t i;

	qsort(differences, count, sizeof(*differences), by_size);
	for (i = 0; i < count; i++)
		if (differences[i] > 0)
			sum += (double)i + 1;
	return (sum - n * (n + 1) / 4) / sqrt(n * (n + 1) * (2 * n + 1) / 24);
}

/* Nonzero if the two kinds can be told apart by this answer. */
static int
judge(enum answer answer, double *a, double *b, size_t pairs)
{
	double *differences = calloc(pairs, sizeof(*differences));
	double z, difference;
	size_t i;

	if (differences == NULL)
		err(2, NULL);
	for (i = 0; i < pairs; i++)
		differences[i] = a[i] - b[i];
	z = signed_rank_z(differences, pairs);
	difference = median(differences, pairs);
	printf("answer to the %s: medians %.1f and %.1f us, of the "
	       "differences %+.1f us, z = %+.2f\n",
	    answer_names[answer], median(a, pairs), median(b, pairs),
	    difference, z);
	free(differences);
	return fabs(z) >= Z_MOST;
}

int
main(int argc, char **argv)
{
	double *times[2][ANSWERS], took[ANSWERS];
	struct kind kinds[2];
	size_t pairs, i;
	int k, turn, apart = 0;

	if (argc != 8 || (pairs = strtoul(argv[2], NULL, 10)) == 0)
		errx(2,
		    "usage: timing SOCKET PAIRS ADDRESS "
		    "USER PASSWORD USER PASSWORD");
	socket_path = argv[1];
	address = argv[3];
	kinds[0] = (struct kind){ argv[4], argv[5] };
	kinds[1] = (struct kind){ argv[6], argv[7] };
	for (k = 0; k < 2 * ANSWERS; k++)
		times[k / 2][k % 2] = calloc(pairs, sizeof(double));
	if (wire_msg_new(&msg, WIRE_BODY_LOGIN) != 0)
		errx(2, "no memory");
	for (i = 0; i < WARM_UP; i++)
		sign_in(&kinds[i % 2], took);
	for (i = 0; i < pairs; i++)
		for (k = coin(), turn = 0; turn < 2; turn++, k = !k) {
			sign_in(&kinds[k], took);
			times[k][TO_PASSWORD][i] = took[TO_PASSWORD];
			times[k][TO_CODE][i] = took[TO_CODE];
		}
	for (k = 0; k < ANSWERS; k++)
		apart |= judge((enum answer)k, times[0][k], times[1][k], pairs);
	return apart;
}
