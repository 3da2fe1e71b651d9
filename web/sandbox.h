/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_SANDBOX_H
#define WEB_SANDBOX_H

/* There is another sandbox in saml/: no name is that of one there. */

/*
 * Gives up what could be inherited or gained: capabilities, what setuid
 * programs could give, core dumps, being traced; and allows this many open
 * descriptors. Before any thread is started. 0, or GATE_EIO, which has been
 * logged.
 */
int web_sandbox_drop(unsigned long descriptors);

/*
 * Shuts all threads of the process in for good: a filter that kills it on any
 * system call but those by which HTTP is served on the sockets there are, and
 * gatehoused and gatehouse-login are asked over unix sockets. No file can be
 * opened any more, no program run, no thread started. 0, or GATE_EIO, which has
 * been logged.
 */
int web_sandbox_enter(void);

#endif
