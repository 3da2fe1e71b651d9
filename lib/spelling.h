/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_SPELLING_H
#define GATE_SPELLING_H

/*
 * Nonzero if word is such a slip of the pen for name that "did you mean?" is
 * worth asking: at most two letters added, dropped or changed, and not most
 * of them.
 */
int spelling_resembles(const char *word, const char *name);

#endif
