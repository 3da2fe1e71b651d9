/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_HELPER_H
#define SAML_HELPER_H

#include "lib/wire.h"

/*
 * The inside of a helper process: what gatehouse-saml and gatehouse-compose
 * have in common. See process.h for the caller's side.
 */
struct helper {
	const char *name;
	const char *help; /* what it is, and who starts it */
	/* sets its libraries up, before the system is out of reach: 0 or an
	 * error */
	int (*prepare)(void);
	/* answers questions until there is no going on: an error */
	int (*serve)(void);
};

/*
 * A whole main(): --version, --help, no start by hand; gives up what was
 * inherited, prepares, shuts the process in, serves, and ends the process with
 * a status of enum saml_process_exit.
 */
int helper_main(const struct helper *helper, int argc, char **argv);

/* Waits for the next message however long it takes, and reads it. */
int helper_receive(struct wire_msg *msg);

/* Sends the answer in msg. */
int helper_reply(struct wire_msg *msg);

/*
 * Begins an answer: granted; a refusal; or an error of enum gate_error, with a
 * sentence that may be NULL.
 */
struct refusal;
void helper_granted(struct wire_msg *msg);
void helper_refused(struct wire_msg *msg, const struct refusal *refusal);
void helper_failed(struct wire_msg *msg, int error, const char *detail);

#endif
