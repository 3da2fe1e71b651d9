/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_TRANSACTION_H
#define BENCH_TRANSACTION_H

#include <security/pam_appl.h>

/*
 * One transaction of an application with libpam, from pam_start to pam_end, in
 * which every prompt gets the same answer: so that our module and those of
 * others are measured by the same means, loading them and all.
 */
struct transaction {
	const char *confdir;
	const char *service;
	const char *user;
	const char *answer;
	const char *over_at; /* the person leaves at a prompt that begins so */
	int (*hooks[2])(pam_handle_t *pamh, int flags);
};

/* Runs it: what PAM says, PAM_SUCCESS too where the person has left; *us is
 * how long it took until then. A failure is said on standard error. */
int transaction_run(const struct transaction *transaction, double *us);

/* The same, and ends the program where it fails: microseconds. */
double transaction_time(const struct transaction *transaction);

/*
 * Writes a service into a folder of them: one line of a hook ("auth"), and
 * pam_permit behind it. Ends the program where it cannot.
 */
void transaction_service(const char *confdir, const char *service,
    const char *hook, const char *line);

/*
 * Makes a folder of services fit to be measured with: libpam finds the service
 * "other" in it and has nothing to complain of. And where no system log runs,
 * as in a container, what modules have to say goes nowhere and not to the
 * console, which is a hundred times slower: as root, for this process alone.
 */
void transaction_prepare(const char *confdir);

#endif
