/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_WORKERS_H
#define GATEHOUSED_WORKERS_H

#include <stddef.h>
#include <stdint.h>

#include "saml/worker.h"

/*
 * A fixed number of gatehouse-saml processes. Each verifies one Response at a
 * time; one that dies, hangs or breaks the protocol is replaced.
 */
struct workers;

/* Takes the settings over. The program and the limits are copied. */
struct workers_options {
	const char *program;
	size_t count;
	int64_t timeout; /* milliseconds for one verification */
};

/*
 * Starts them all, which proves the settings: 0, or an error of
 * saml_worker_new with why. The settings are the pool's from then on, also
 * when it fails.
 */
int workers_new(struct workers **workers, const struct workers_options *options,
    struct saml_settings *settings, char *why, size_t why_size);
void workers_free(struct workers **workers);

/*
 * Has a Response verified by the next idle worker, for which the caller waits
 * at most patience milliseconds. 0 and *identity, or
 * GATE_EREFUSED and *refusal, also where the worker failed (worker_failed,
 * worker_timeout) or none became idle in time (overload).
 */
int workers_verify(struct workers *workers, const struct saml_request *request,
    int64_t patience, struct saml_identity **identity, struct refusal *refusal);

/*
 * The other questions of saml/worker.h, likewise. 0; GATE_EREFUSED and
 * *refusal; workers_idp also GATE_ENOTFOUND, workers_idps what each returns.
 */
int workers_idp(struct workers *workers, const char *entity_id,
    int64_t patience, struct saml_idp_info *info, struct refusal *refusal);
int workers_idps(struct workers *workers, const char *after, int64_t limit,
    int64_t patience, saml_worker_idp_each *each, void *data,
    struct refusal *refusal);
int workers_logout(struct workers *workers,
    const struct saml_logout_input *input, int64_t patience,
    struct saml_logout *logout, struct refusal *refusal);

/* For gatehousectl status. */
struct workers_status {
	size_t count;
	int64_t idps;
	int64_t verified; /* answers given, of either kind */
	int64_t replaced;
};
void workers_status(struct workers *workers, struct workers_status *status);

#endif
