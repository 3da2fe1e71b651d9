/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_WORKER_H
#define SAML_WORKER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/reason.h"
#include "saml/identity.h"
#include "saml/idp_info.h"
#include "saml/logout.h"
#include "saml/settings.h"
#include "saml/trace.h"

/*
 * The caller's end of one gatehouse-saml process, the only code that reads XML
 * of others. It is started with an empty environment and one socket, and shuts
 * itself in before it reads the first byte from it. One thread at a time may
 * use a worker; several workers are started and used side by side. The
 * questions and answers stand in lib/protocol.h.
 */
struct saml_worker;

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
	/*
	 * The request that must be answered: its ID, or NULL for none. With
	 * any_request, whatever request the message says that it answers: the
	 * caller looks at identity->in_response_to, and must know it.
	 */
	const char *in_response_to;
	int any_request;
	const char *idp;     /* the only entityID that will do; NULL: any */
	const char *address; /* the client's; NULL: unknown */
	int64_t authn_after; /* AuthnInstant must not be before; 0: any */
	int64_t now;         /* epoch seconds */
	struct saml_trace *trace; /* gets the steps passed; NULL: not wanted */
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
 * What is known of an IdP (NULL: of the only one there is). 0 and *info, to be
 * cleared; GATE_ENOTFOUND; other errors as in saml_worker_verify, with refusal.
 */
int saml_worker_idp(struct saml_worker *worker, const char *entity_id,
    int64_t deadline, struct saml_idp_info *info, struct refusal *refusal);

/*
 * The IdPs, ordered by entityID: each is called for at most limit of them from
 * the first whose entityID is above after (NULL: from the start), with
 * entity_id and display_name alone set. Returns as each does.
 */
typedef int saml_worker_idp_each(const struct saml_idp_info *info, void *data);
int saml_worker_idps(struct saml_worker *worker, const char *after,
    int64_t limit, int64_t deadline, saml_worker_idp_each *each, void *data,
    struct refusal *refusal);

/* Has a logout message looked at: 0 and *logout, to be cleared; errors as in
 * saml_worker_verify. */
int saml_worker_logout(struct saml_worker *worker,
    const struct saml_logout_input *input, int64_t deadline,
    struct saml_logout *logout, struct refusal *refusal);

/*
 * Has fetched metadata judged, see saml_metadata_verify. certificate may be
 * NULL. 0 and the facts; GATE_ECONFIG and why; any other error ends the worker.
 * It is one that saml_worker_new_judge has started, for this alone: with
 * settings that have no documents, and memory for the largest that there may
 * be.
 */
struct saml_metadata_facts;
int saml_worker_new_judge(struct saml_worker **worker, const char *program,
    int64_t deadline, char *why, size_t why_size);
int saml_worker_metadata(struct saml_worker *worker, const char *text,
    size_t size, const char *certificate, int64_t now, int64_t deadline,
    struct saml_metadata_facts *facts, char *why, size_t why_size);

/*
 * What the worker found odd about settings that it has taken, such as an IdP
 * that cannot be used: the sentence at i, from 0 on; NULL: there are no more.
 * The worker's own.
 */
const char *saml_worker_warning(const struct saml_worker *worker, size_t i);

/* How many IdPs the worker knows from its metadata. */
int64_t saml_worker_idp_count(const struct saml_worker *worker);

/*
 * The largest body of a VERB_SAML_VERIFY or its answer: what a Response of
 * max_response bytes takes as base64 with its line breaks.
 */
size_t saml_worker_body_max(const struct saml_settings *settings);

#endif
