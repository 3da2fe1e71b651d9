/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_LISTENER_H
#define GATEHOUSED_LISTENER_H

/*
 * Makes the gate's socket at path, open to everybody (SO_PEERCRED decides who
 * may ask what). A socket that nobody listens on any more is replaced; one
 * that answers is another daemon's. 0 and *fd, non-blocking; or an error that
 * has been logged.
 */
int listener_open(const char *path, int *fd);

#endif
