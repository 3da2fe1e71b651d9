/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_password DIR LINE: what a new password costs.
 *
 * password_policy: how long a person waits for the verdict, from the start of
 * the transaction with libpam to the prompt to type the password again. LINE is
 * our module's, whose gate has the rules below, as pam_pwquality gets them, no
 * history, and a user daemon. Both judge the same password by the same
 * dictionary; ours by asking the daemon, which the other does not have to.
 * password_judge: the two functions behind it, in this process.
 *
 * password_history_24: a password that is none of the last 24, all of the
 * same yescrypt cost, of which pam_pwhistory compares one after the other. Ours
 * is the function, its is the hook: libpam's part in it is less than 1 of 300.
 * It has its file at one place only: as root it gets a view of the machine of
 * its own, else its work is done in its stead, one crypt(3) after the other.
 *
 * password_breached: one lookup among so many stolen passwords, which are
 * spread as hashes are, beside reading 8 bytes of that file at random; with the
 * file in memory, and with none of it there.
 *
 * Interleaved; medians.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include <err.h>
#include <pwquality.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/error.h"
#include "lib/file.h"
#include "password/history.h"
#include "password/policy.h"
#include "password/verifier.h"
#include "tests/bench/bench.h"
#include "tests/bench/transaction.h"

#define CHECKS 1000
#define KEPT   24
#define ROUNDS 15

/* Of all machines; pam_pwhistory knows nobody whom the system does not. */
#define USER "daemon"

static const char password[] = "Blue 7 bicycle wheel, and Mo";

/* The rules of both; tests/bench/run gives them to the gate as well. */
static const struct password_policy policy = { .min_length = 14,
	.min_kinds = 4,
	.max_repeat = 3,
	.max_sequence = 3,
	.min_changed = 2,
	.dictionary = 1 };
static const char options[] = "enforce_for_root retry=1 minlen=14 minclass=4 "
			      "maxrepeat=3 maxsequence=3 gecoscheck=1";

/* How long a module takes, until a prompt or to the end. */
static double
time_module(const char *dir, const char *service, const char *over_at)
{
	const struct transaction transaction = { .confdir = dir,
		.service = service,
		.user = USER,
		.answer = password,
		.over_at = over_at,
		.hooks = { pam_chauthtok } };

	return transaction_time(&transaction);
}

static void
measure_verdict(const char *dir, const char *line)
{
	static const char over_at[] = "Retype new password";
	double ours[CHECKS], theirs[CHECKS];
	char text[512];
	size_t i;

	snprintf(text, sizeof(text), "pam_pwquality.so %s", options);
	transaction_service(dir, "pwquality", "password", text);
	transaction_service(dir, "gate", "password", line);
	for (i = 0; i < CHECKS; i++) {
		ours[i] = time_module(dir, "gate", over_at);
		theirs[i] = time_module(dir, "pwquality", over_at);
	}
	bench_row("password_policy", "us", bench_median(ours, CHECKS),
	    bench_median(theirs, CHECKS), "<= 1200 us");
}

static pwquality_settings_t *
read_options(void)
{
	pwquality_settings_t *settings = pwquality_default_settings();
	char copy[sizeof(options)], *rest = copy, *option;

	if (settings == NULL)
		errx(1, "libpwquality has no memory");
	memcpy(copy, options, sizeof(copy));
	while ((option = strsep(&rest, " ")) != NULL)
		(void)pwquality_set_option(settings, option);
	return settings;
}

static void
measure_judge(void)
{
	static const struct password_person person = { .user = USER,
		.real_name = USER };
	pwquality_settings_t *settings = read_options();
	struct password_judgement judgement;
	double ours[CHECKS], theirs[CHECKS], start;
	void *detail;
	size_t i;

	for (i = 0; i < CHECKS; i++) {
		start = bench_wall_us();
		if (password_judge(&policy, &person, password, &judgement) != 0)
			errx(1, "our policy refuses it");
		ours[i] = bench_wall_us() - start;
		start = bench_wall_us();
		if (pwquality_check(settings, password, NULL, USER, &detail) <
		    0)
			errx(1, "libpwquality refuses it");
		theirs[i] = bench_wall_us() - start;
	}
	pwquality_free_settings(settings);
	bench_row("password_judge", "us", bench_median(ours, CHECKS),
	    bench_median(theirs, CHECKS), "-");
}

/* A /etc/security with the history in it, for this process only. */
static int
hide_security(const char *dir, char verifiers[KEPT][VERIFIER_SIZE])
{
	char path[4096], *text = NULL;
	size_t size, i;
	FILE *out;

	snprintf(path, sizeof(path), "%s/security", dir);
	if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    (mkdir(path, 0755) != 0 && access(path, F_OK) != 0) ||
	    mount(path, "/etc/security", NULL, MS_BIND, NULL) != 0)
		return 0;
	if ((out = open_memstream(&text, &size)) == NULL)
		err(1, "memory");
	fprintf(out, USER ":1:%d:", KEPT);
	for (i = 0; i < KEPT; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", verifiers[i]);
	fputc('\n', out);
	fclose(out);
	if (file_replace("/etc/security/opasswd", 0600, text, size) != 0)
		err(1, "opasswd");
	free(text);
	return 1;
}

/* What pam_pwhistory does, without it. */
static double
time_sequence(char verifiers[KEPT][VERIFIER_SIZE])
{
	double start = bench_wall_us();
	size_t i;

	for (i = 0; i < KEPT; i++)
		if (verifier_check(verifiers[i], password) != GATE_EREFUSED)
			errx(1, "the history is not as it was made");
	return bench_wall_us() - start;
}

static void
measure_history(const char *dir)
{
	static char verifiers[KEPT][VERIFIER_SIZE];
	const char *list[KEPT];
	double ours[ROUNDS], theirs[ROUNDS], start;
	char old[32];
	size_t i;
	int has_module;

	for (i = 0; i < KEPT; i++) {
		snprintf(old, sizeof(old), "old password %zu", i);
		if (verifier_make(old, verifiers[i]) != 0)
			errx(1, "yescrypt");
		list[i] = verifiers[i];
	}
	transaction_service(dir, "pwhistory", "password",
	    "pam_pwhistory.so enforce_for_root retry=1 remember=24");
	has_module = hide_security(dir, verifiers);
	for (i = 0; i < ROUNDS; i++) {
		start = bench_wall_us();
		if (history_check(list, KEPT, password, KEPT, NULL) != 0)
			errx(1, "the history is not as it was made");
		ours[i] = (bench_wall_us() - start) / 1e3;
		theirs[i] = (has_module ? time_module(dir, "pwhistory", NULL)
					: time_sequence(verifiers)) /
		    1e3;
	}
	bench_row("password_history_24", "ms", bench_median(ours, ROUNDS),
	    bench_median(theirs, ROUNDS), "ratio <= 0.6");
}

int
main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "DIR LINE");
	transaction_prepare(argv[1]);
	measure_verdict(argv[1], argv[2]);
	measure_judge();
	measure_history(argv[1]);
	return 0;
}
