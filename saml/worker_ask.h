/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_WORKER_ASK_H
#define SAML_WORKER_ASK_H

#include "saml/worker.h"

/*
 * How a question is put to a worker. For the saml/worker_*.c files alone, each
 * of which is one question.
 */

/* The worker's message, begun with this verb, for the question's fields. */
struct wire_msg *saml_worker_question(
    struct saml_worker *worker, uint16_t verb);

/*
 * Takes what it wants from an answer OUTCOME_GRANTED. 0; GATE_EPROTO for an
 * answer that does not fit the question, as only a worker that was taken over
 * gives; GATE_ENOMEM; any other error becomes that of saml_worker_ask.
 */
typedef int saml_worker_take(const struct wire_msg *answer, void *data);

/*
 * Asks what stands in msg (the worker's own, or a larger one) and wipes it.
 * What take returns; or GATE_EREFUSED and *refusal; any error of the machinery
 * has ended the worker, and *refusal tells how (worker_timeout, worker_failed).
 */
int saml_worker_ask(struct saml_worker *worker, struct wire_msg *msg,
    int64_t deadline, saml_worker_take *take, void *data,
    struct refusal *refusal);

/* The same, and the steps that the answer tells of, also where it refuses;
 * trace may be NULL. */
int saml_worker_ask_traced(struct saml_worker *worker, struct wire_msg *msg,
    int64_t deadline, saml_worker_take *take, void *data,
    struct saml_trace *trace, struct refusal *refusal);

/* The most bytes of a Response that the worker can be given. */
size_t saml_worker_response_max(const struct saml_worker *worker);

#endif
