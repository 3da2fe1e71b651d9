/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_PROCESS_H
#define SAML_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/wire.h"

/*
 * A helper process that is shut in: started with an empty environment and one
 * socket, asked one thing at a time over it, ended when it is of no more use.
 * What worker.h and composer.h have in common.
 */
struct saml_process;

/* The helper's descriptor of its socket. */
#define SAML_PROCESS_FD 3

/* How a helper exits, since it does not write once it is shut in. */
enum saml_process_exit {
	SAML_PROCESS_DONE = 0, /* the caller hung up */
	SAML_PROCESS_BY_HAND = 2,
	SAML_PROCESS_OPEN = 3,   /* it could not shut itself in */
	SAML_PROCESS_MEMORY = 4, /* memory_limit reached */
	SAML_PROCESS_PROTO = 5,  /* the caller does not speak the protocol */
	SAML_PROCESS_FAILED = 6,
};

/*
 * Starts program, which must be FILE_TRUSTED. 0; GATE_EIO, GATE_EUNSAFE,
 * GATE_ENOMEM, and why gets a sentence.
 */
int saml_process_new(struct saml_process **process, const char *program,
    char *why, size_t why_size);

/* Ends the process (SIGKILL) and reaps it. */
void saml_process_free(struct saml_process **process);

/* The process, or -1 once it has ended. */
pid_t saml_process_pid(const struct saml_process *process);

/* Whether an idle one can be asked: not if it has died, or says something that
 * it was not asked for. */
int saml_process_ready(const struct saml_process *process);

/*
 * Sends the question in msg and reads the answer, a VERB_RESULT, into it, by
 * the deadline (clock_mono_ms). 0 or an error of wire_send, wire_recv.
 */
int saml_process_ask(
    struct saml_process *process, struct wire_msg *msg, int64_t deadline);

/* The error in an answer OUTCOME_UNAVAILABLE; GATE_EPROTO without one. */
int saml_process_error(const struct wire_msg *msg);

/*
 * Ends a process that gave error, and says what became of it, as the end of a
 * sentence. Returns the error, GATE_ENOMEM where it was memory that it lacked.
 */
int saml_process_end(
    struct saml_process *process, int error, char *text, size_t size);

#endif
