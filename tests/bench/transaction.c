/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/transaction.h"

#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/file.h"
#include "tests/bench/bench.h"

struct talk {
	const struct transaction *transaction;
	double left; /* when the person did; 0: not yet */
};

static int
answer(int count, const struct pam_message **messages,
    struct pam_response **responses, void *data)
{
	struct talk *talk = data;
	const char *over_at = talk->transaction->over_at;
	int i;

	for (i = 0; i < count && over_at != NULL; i++)
		if (strncmp(messages[i]->msg, over_at, strlen(over_at)) == 0) {
			talk->left = bench_wall_us();
			return PAM_CONV_ERR;
		}
	*responses = calloc((size_t)count, sizeof(**responses));
	if (*responses == NULL)
		return PAM_BUF_ERR;
	for (i = 0; i < count; i++)
		(*responses)[i].resp = strdup(talk->transaction->answer);
	return PAM_SUCCESS;
}

int
transaction_run(const struct transaction *transaction, double *us)
{
	struct talk talk = { .transaction = transaction };
	const struct pam_conv conv = { answer, &talk };
	pam_handle_t *handle = NULL;
	double start = bench_wall_us();
	size_t i;
	int r;

	r = pam_start_confdir(transaction->service, transaction->user, &conv,
	    transaction->confdir, &handle);
	if (r == PAM_SUCCESS)
		r = pam_set_item(handle, PAM_RHOST, "192.0.2.7");
	for (i = 0; i < 2 && r == PAM_SUCCESS; i++)
		if (transaction->hooks[i] != NULL)
			r = transaction->hooks[i](handle, 0);
	if (talk.left > 0)
		r = PAM_SUCCESS;
	if (r != PAM_SUCCESS)
		warnx("%s as %s: %s", transaction->service, transaction->user,
		    pam_strerror(handle, r));
	pam_end(handle, r);
	*us = (talk.left > 0 ? talk.left : bench_wall_us()) - start;
	return r;
}

double
transaction_time(const struct transaction *transaction)
{
	double us;

	if (transaction_run(transaction, &us) != PAM_SUCCESS)
		errx(1, "%s failed, and is not measured", transaction->service);
	return us;
}

void
transaction_service(const char *confdir, const char *service, const char *hook,
    const char *line)
{
	char path[4096], text[4096];
	int n;

	snprintf(path, sizeof(path), "%s/%s", confdir, service);
	n = snprintf(text, sizeof(text),
	    "%s requisite %s\n%s required pam_permit.so\n", hook, line, hook);
	if (file_replace(path, 0644, text, (size_t)n) != 0)
		err(1, "%s", path);
}

void
transaction_prepare(const char *confdir)
{
	transaction_service(confdir, "other", "auth", "pam_deny.so");
	if (access("/dev/log", F_OK) == 0 || geteuid() != 0)
		return;
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("/dev/null", "/dev/console", NULL, MS_BIND, NULL) != 0)
		warn("what modules log may go to the console");
}
