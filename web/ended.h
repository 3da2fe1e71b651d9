/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_ENDED_H
#define WEB_ENDED_H

#include "web/exchange.h"

/* The page of who is signed out; state is STATE of a logout (NULL: complete):
 * whether all others could be told. */
void ended_page(struct exchange *x, const char *state);

#endif
