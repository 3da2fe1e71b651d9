/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_ENTRANCE_H
#define WEB_ENTRANCE_H

#include "lib/config.h"

/*
 * The descriptor that people's proxies call on: the one that systemd has opened
 * (sd_listen_fds(3)), or else what [web] listen says: a unix socket, of mode
 * 0660 and of run_as where it is root who asks, or a port of this machine's
 * own. 0 and *fd, non-blocking; or an error that has been logged.
 */
int entrance_open(const struct config *config, int *fd);

#endif
