/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOGIN_SESSIONS_H
#define LOGIN_SESSIONS_H

#include "lib/client.h"
#include "lib/config.h"
#include "lib/protocol.h"
#include "lib/store.h"

/* Room for a session's token. */
#define TOKEN_SIZE 64

/* A session, as gatehoused knows it. */
struct session {
	char id[STORE_SESSION_ID_MAX];
	char user[STORE_USER_MAX];
	char service[STORE_SERVICE_MAX];
};

/*
 * All of them ask on *line, where it is NULL on a new one, which is left open:
 * it is for questions that follow at once, and the caller's to free.
 *
 * Which session this is, by TAG_TOKEN, a secret, or by TAG_SESSION, an id; from
 * is the client's address or NULL. 0; GATE_EREFUSED where it does not go on;
 * or an error that has been logged.
 */
int sessions_look(const struct config *config, struct client **line,
    enum tag by, const char *value, const char *from, struct session *session);

/* A new token, in place of the one before; token is secret memory. 0 or an
 * error as above. */
int sessions_token(const struct config *config, struct client **line,
    const char *id, char token[TOKEN_SIZE]);

/* Ends it. */
int sessions_end(
    const struct config *config, struct client **line, const char *id);

#endif
