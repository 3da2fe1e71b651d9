/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_BECOME_H
#define GATE_BECOME_H

#include <stddef.h>

/*
 * Becomes this user for good, where the process is not that user already: with
 * the groups that the system gives that user, and no capability but this one
 * (-1: none at all). An empty name changes nothing. 0; GATE_ENOTFOUND,
 * GATE_EPERM, which have been logged.
 */
int become(const char *user, int capability);

/*
 * Where it is root who asks, becomes gatehoused's user for good, without any
 * capability: run_as, else the owner of the store's folder. Root stays root
 * where neither is another's. Keys and fetched metadata are that user's, and a
 * stranger's files are not believed. 0; GATE_ENOTFOUND, GATE_EPERM, and why
 * gets a sentence.
 */
struct config;
int become_daemon(const struct config *config, char *why, size_t why_size);

#endif
