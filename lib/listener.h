/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_LISTENER_H
#define GATE_LISTENER_H

#include <sys/types.h>

/*
 * Makes a unix socket at path and listens on it. Others may do with it what
 * mode says (0666 where SO_PEERCRED decides who may ask what), and may not
 * write to its folder. A socket that nobody listens on any more is replaced;
 * one that answers is another process's. key is what the configuration calls
 * it: "[gate] socket". 0 and *fd, non-blocking; or an error that has been
 * logged.
 */
int listener_open(const char *path, mode_t mode, const char *key, int *fd);

#endif
