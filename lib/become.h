/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_BECOME_H
#define GATE_BECOME_H

/*
 * Becomes this user for good, where the process is not that user already: with
 * no groups but the user's own, and no capability but this one (-1: none at
 * all). An empty name changes nothing. 0; GATE_ENOTFOUND, GATE_EPERM, which
 * have been logged.
 */
int become(const char *user, int capability);

#endif
