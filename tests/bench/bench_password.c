/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_password DIR ENTRIES: what a new password costs. The policy beside
 * pam_pwquality and the history of 24 beside pam_pwhistory, both asked through
 * libpam, of the same passwords; and one lookup among so many stolen passwords.
 * Interleaved; medians. pam_pwhistory has its file at one place only: as root
 * it gets a view of the machine of its own, else its work is done in its stead,
 * one crypt(3) after the other.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include <err.h>
#include <sched.h>
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/error.h"
#include "lib/file.h"
#include "password/breached.h"
#include "password/breached_import.h"
#include "password/history.h"
#include "password/policy.h"
#include "password/verifier.h"
#include "tests/bench/bench.h"

#define CHECKS  1000
#define KEPT    24
#define ROUNDS  9
#define LOOKUPS 10000

/* Of all machines; pam_pwhistory knows nobody whom the system does not. */
#define USER "daemon"

static const char password[] = "Blue 7 bicycle wheel, and Mo";

static int
answer(int count, const struct pam_message **messages,
    struct pam_response **responses, void *data)
{
	int i;

	(void)messages;
	*responses = calloc((size_t)count, sizeof(**responses));
	for (i = 0; i < count; i++)
		(*responses)[i].resp = strdup(data);
	return PAM_SUCCESS;
}

/* Microseconds that a module takes to have a new password. */
static double
time_module(const char *dir, const char *service, const char *new)
{
	const struct pam_conv conv = { answer, (void *)(uintptr_t) new };
	pam_handle_t *handle = NULL;
	double start = bench_wall_us();
	int r;

	if (pam_start_confdir(service, USER, &conv, dir, &handle) !=
	    PAM_SUCCESS)
		errx(1, "libpam does not start");
	r = pam_chauthtok(handle, 0);
	pam_end(handle, r);
	if (r != PAM_SUCCESS)
		errx(1, "%s: %s", service, pam_strerror(handle, r));
	return bench_wall_us() - start;
}

static void
write_service(const char *dir, const char *name, const char *line)
{
	char path[4096], text[512];
	int n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	n = snprintf(text, sizeof(text),
	    "password requisite %s\npassword required pam_permit.so\n", line);
	if (file_replace(path, 0644, text, (size_t)n) != 0)
		err(1, "%s", path);
}

static void
measure_policy(const char *dir)
{
	static const struct password_policy policy = { .min_length = 14,
		.min_kinds = 4,
		.max_repeat = 3,
		.max_sequence = 3,
		.min_changed = 2,
		.dictionary = 1 };
	static const struct password_person person = { .user = USER,
		.real_name = "Alice B. Liddell",
		.host = "portal.example",
		.service = "portal",
		.old = "Green 9 umbrellas in the rain" };
	struct password_judgement judgement;
	double ours[CHECKS], theirs[CHECKS], start;
	size_t i;

	write_service(dir, "pwquality",
	    "pam_pwquality.so enforce_for_root retry=1 minlen=14 minclass=4 "
	    "maxrepeat=3 maxsequence=3 gecoscheck=1");
	for (i = 0; i < CHECKS; i++) {
		start = bench_wall_us();
		if (password_judge(&policy, &person, password, &judgement) != 0)
			errx(1, "our policy refuses it");
		ours[i] = bench_wall_us() - start;
		theirs[i] = time_module(dir, "pwquality", password);
	}
	bench_row("password_policy", "us", bench_median(ours, CHECKS),
	    bench_median(theirs, CHECKS), "ratio <= 1");
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
	write_service(dir, "pwhistory",
	    "pam_pwhistory.so enforce_for_root retry=1 remember=24");
	has_module = hide_security(dir, verifiers);
	for (i = 0; i < ROUNDS; i++) {
		start = bench_wall_us();
		if (history_check(list, KEPT, password, KEPT, NULL) != 0)
			errx(1, "the history is not as it was made");
		ours[i] = (bench_wall_us() - start) / 1e3;
		theirs[i] =
		    (has_module ? time_module(dir, "pwhistory", password)
				: time_sequence(verifiers)) /
		    1e3;
	}
	bench_row("password_history_24", "ms", bench_median(ours, ROUNDS),
	    bench_median(theirs, ROUNDS), "ratio <= 0.6");
}

/* A file of so many entries that are spread as hashes are. */
static void
make_breached(const char *path, uint64_t entries)
{
	struct breached_import *import = NULL;
	uint64_t i, state = 88172645463325252u, count;
	char line[41];

	if (breached_import_new(&import, path, BREACHED_IMPORT_ENTRIES) != 0)
		err(1, "%s", path);
	for (i = 0; i < entries; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		snprintf(line, sizeof(line), "%016llX%024d",
		    (unsigned long long)state, 0);
		if (breached_import_line(import, NULL, line, 40) != 0)
			err(1, "%s", path);
	}
	if (breached_import_finish(import, &count) != 0)
		err(1, "%s", path);
	breached_import_free(&import);
}

static void
measure_breached(const char *dir, uint64_t entries)
{
	struct breached *breached = NULL;
	double times[LOOKUPS], start;
	char path[4096], why[256], one[32];
	int i;

	snprintf(path, sizeof(path), "%s/breached", dir);
	make_breached(path, entries);
	if (breached_open(&breached, path, why, sizeof(why)) != 0)
		errx(1, "%s: %s", path, why);
	for (i = 0; i < LOOKUPS; i++) {
		snprintf(one, sizeof(one), "password %d", i);
		start = bench_wall_us();
		if (breached_has(breached, one) != 0)
			errx(1, "%s is found, and was not put in", one);
		times[i] = bench_wall_us() - start;
	}
	bench_row("password_breached", "us", bench_median(times, LOOKUPS), 0,
	    "<= 1000 us");
	breached_free(&breached);
	unlink(path);
}

int
main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: bench_password DIR ENTRIES");
	measure_policy(argv[1]);
	measure_breached(argv[1], strtoull(argv[2], NULL, 10));
	measure_history(argv[1]);
	return 0;
}
