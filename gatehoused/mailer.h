/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_MAILER_H
#define GATEHOUSED_MAILER_H

#include <stddef.h>

#include "lib/config.h"

/*
 * Hands one mail to the program of [mail] sendmail, "PROGRAM -t -i": who it is
 * for stands in the mail alone, and nothing of it among the arguments, which
 * all users of the machine can read. The environment is empty but for PATH.
 *
 * Waits until the program has ended, [mail] timeout at most, or until stop_fd
 * is readable; then it is killed, with all that it started. Call it in a thread
 * of its own: the thread gives up the capabilities that the program must not
 * have. size is at most MAILER_SIZE, what a pipe takes at once.
 *
 * 0: the program took it. GATE_EREFUSED: it exited with another status, or was
 * killed; GATE_ETIMEOUT, GATE_ECLOSED (stopped); GATE_EUNSAFE, GATE_EIO,
 * GATE_ETOOBIG: it was not started. outcome gets a phrase that says so, and
 * what the program has said, without a word of the mail's: secret is what must
 * not come out of it.
 */
#define MAILER_SIZE 4096

struct mailer_outcome {
	char what[256]; /* "exited with status 75" */
	char said[256]; /* its standard output and error; "": nothing */
};

int mailer_send(const struct config *config, const char *mail, size_t size,
    const char *secret, int stop_fd, struct mailer_outcome *outcome);

#endif
