/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_WORKER_H
#define SAML_WORKER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/reason.h"
#include "saml/identity.h"
#include "saml/settings.h"

/*
 * The caller's end of one gatehouse-saml process, the only code that touches
 * XML. It is started with an empty environment and one socket, and shuts
 * itself in before it reads the first byte from it. One thread at a time may
 * use a worker; several workers are started and used side by side.
 *
 *	VERB_SAML_SETUP: the body of saml_settings_put
 *	VERB_SAML_VERIFY: RESPONSE NOW IN_RESPONSE_TO?
 *	VERB_RESULT: OUTCOME_GRANTED, IDP_COUNT and a warning as DETAIL?, or
 *saml_identity_put; OUTCOME_DENIED REASON DETAIL; OUTCOME_UNAVAILABLE ERROR
 *DETAIL
 */
struct saml_worker;

/* The worker's descriptor of its socket. */
#define SAML_WORKER_FD 3

/* How a worker exits, since it does not write once it is shut in. */
enum saml_worker_exit {
	SAML_WORKER_DONE = 0, /* the caller hung up */
	SAML_WORKER_BY_HAND = 2,
	SAML_WORKER_OPEN = 3,   /* it could not shut itself in */
	SAML_WORKER_MEMORY = 4, /* memory_limit reached */
	SAML_WORKER_PROTO = 5,  /* the caller does not speak the protocol */
	SAML_WORKER_FAILED = 6,
};

/*
 * Starts program, hands it the settings and waits until it has taken them, by
 * the deadline (clock_mono_ms). 0; or GATE_ECONFIG when it refuses the
 * settings (bad metadata, no IdP), with why naming the file; GATE_ENOMEM also
 * when they do not fit in memory_limit; GATE_ETIMEOUT, GATE_ECLOSED,
 * GATE_EPROTO, GATE_EIO. why gets a sentence in each case.
 */
int saml_worker_new(struct saml_worker **worker, const char *program,
    const struct saml_settings *settings, int64_t deadline, char *why,
    size_t why_size);

/* Ends the process (SIGKILL) and reaps it. */
void saml_worker_free(struct saml_worker **worker);

/*
 * Whether an idle worker can be given a Response: not if it has died, or says
 * something that it was not asked for.
 */
int saml_worker_ready(const struct saml_worker *worker);

/* The process, or -1 once it has ended. */
pid_t saml_worker_pid(const struct saml_worker *worker);

/* What is asked about one Response. */
struct saml_request {
	const char *response; /* base64, deflated base64, or XML */
	size_t response_size;
	const char *in_response_to; /* the ID our request had; NULL: none */
	int64_t now;                /* epoch seconds */
};

/*
 * Has one Response verified. 0 and *identity; or GATE_EREFUSED and *refusal.
 * Any other error (GATE_ETIMEOUT, GATE_ECLOSED, GATE_EPROTO, ...) means that
 * this worker is of no more use: it has been ended, *refusal tells how
 * (REASON_WORKER_TIMEOUT, REASON_WORKER_FAILED), and the caller frees it.
 */
int saml_worker_verify(struct saml_worker *worker,
    const struct saml_request *request, int64_t deadline,
    struct saml_identity **identity, struct refusal *refusal);

/*
 * What the worker found odd about settings that it has taken, such as an IdP
 * that cannot be used, in a sentence; NULL for nothing. The worker's own.
 */
const char *saml_worker_warning(const struct saml_worker *worker);

/* How many IdPs the worker knows from its metadata. */
int64_t saml_worker_idp_count(const struct saml_worker *worker);

/*
 * The largest body of a VERB_SAML_VERIFY or its answer: what a Response of
 * max_response bytes takes as base64 with its line breaks.
 */
size_t saml_worker_body_max(const struct saml_settings *settings);

#endif
