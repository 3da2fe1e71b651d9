/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOGIN_SERVE_H
#define LOGIN_SERVE_H

#include <sys/types.h>

#include "lib/config.h"

/*
 * One connection, of which this process has nothing else to do: one request,
 * of root or of the user peer, as the kernel says. 0 where it was answered.
 */
int serve_connection(int fd, const struct config *config, uid_t peer);

/*
 * Listens at path, with a process for each connection: of each of the two users
 * at most [web] logins at a time; who comes beyond that is told so at once.
 * SIGHUP reads the configuration at file anew, SIGTERM and SIGINT end it. Does
 * not return in the processes that it makes. 0, or an error that has been
 * logged. Takes *config over.
 */
int serve_listen(
    const char *path, const char *file, struct config **config, uid_t peer);

#endif
