/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "web/site.h"

/*
 * HTTP, by libmicrohttpd: two threads that serve everybody, and others for what
 * has to wait.
 */
struct server;

/*
 * Serves whoever calls on a listening descriptor, which is closed in the end.
 * All threads are started when this returns. 0, or an error that has been
 * logged.
 */
int server_new(struct server **server, struct site *site, int fd);

/* Watches over time until SIGTERM or SIGINT, which are blocked in all threads.
 */
void server_run(struct server *server);

/* Takes no more requests, waits a little for those under way, and ends. */
void server_free(struct server **server);

#endif
