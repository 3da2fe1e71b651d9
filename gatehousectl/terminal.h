/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_TERMINAL_H
#define GATEHOUSECTL_TERMINAL_H

#include <stddef.h>

/*
 * Asks for one line at the controlling terminal, without echo; the line's end
 * is left out. The terminal is as it was afterwards, also after a signal,
 * which is then raised again. 0, or GATE_EIO (errno: no terminal),
 * GATE_ECLOSED (end of input, or a signal), GATE_ETOOBIG.
 */
int terminal_ask(const char *prompt, char *line, size_t size);

/* The same for what is no secret: it is seen as it is typed. */
int terminal_ask_shown(const char *prompt, char *line, size_t size);

#endif
