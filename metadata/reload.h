/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef METADATA_RELOAD_H
#define METADATA_RELOAD_H

/*
 * Has the gatehoused behind this socket read everything anew. 0, also where
 * none runs: it will read it when it starts. Errors have been logged.
 */
int reload_ask(const char *socket);

#endif
