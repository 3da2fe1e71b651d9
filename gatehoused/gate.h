/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_GATE_H
#define GATEHOUSED_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "gatehoused/audit.h"
#include "gatehoused/errands.h"
#include "gatehoused/policy.h"
#include "gatehoused/slots.h"
#include "lib/seal.h"
#include "lib/store.h"

struct presence;
struct shells;
struct sweeper;

/*
 * The gate itself: what lives as long as the daemon, and the policy of the
 * moment.
 */
struct gate;

/*
 * Reads the configuration, opens store, key and audit log. 0, or an error
 * that has been logged.
 */
int gate_new(struct gate **gate, const char *config_path);
void gate_free(struct gate **gate);

/* The policy in force, with a reference for the caller to give back. */
struct policy *gate_policy(struct gate *gate);

/*
 * Reads everything anew. The old policy stays in force until the new one is
 * ready, and stays for good where the new one is bad (an error, logged). An
 * error too where the new one is in force, and sessions keep their limits of
 * before. Opens the audit log anew too, for log rotation.
 */
int gate_reload(struct gate *gate);

struct store *gate_store(struct gate *gate);
struct audit *gate_audit(struct gate *gate);
struct seal_key *gate_key(struct gate *gate);
struct slots *gate_slots(struct gate *gate);
struct errands *gate_errands(struct gate *gate);
struct presence *gate_presence(struct gate *gate);
struct shells *gate_shells(struct gate *gate);

/* NULL until the server runs, and when it has ended. */
struct sweeper *gate_sweeper(struct gate *gate);
void gate_set_sweeper(struct gate *gate, struct sweeper *sweeper);

/*
 * Counts one more request that is to go on record: 0 and *count, those before
 * it; or an error of the store. Who counts rows holds up nobody: it is done
 * once in a second, what came since is added.
 */
int gate_count_request(struct gate *gate, int64_t *count);

/* Drops what is past its time from the store; call now and then. */
void gate_keep_house(struct gate *gate);

/* For gatehousectl status. */
struct gate_status {
	int64_t started; /* epoch seconds */
	int64_t loaded;  /* when the policy in force was read */
	int reload_failed;
};
void gate_status(struct gate *gate, struct gate_status *status);

#endif
