/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_HARDEN_H
#define GATEHOUSED_HARDEN_H

/*
 * Becomes user (a name; "" to stay who we are), keeping CAP_KILL and nothing
 * else; no new privileges from then on. 0, or an error that has been logged.
 */
int harden_become(const char *user);

/*
 * Keeps secrets in memory: no core dump, no ptrace by the same user, and no
 * swap where the limits allow it (said in the log where they do not).
 */
void harden_memory(void);

#endif
