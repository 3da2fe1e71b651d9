/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_MAIL_ERRAND_H
#define GATEHOUSED_MAIL_ERRAND_H

#include "gatehoused/login.h"

/*
 * Has a code made and sent to the login's user, in a thread of its own, where
 * he is one whom codes are for, has none that is still good, and has not had
 * too many; where due is 0, nothing, in the same time. What comes of it is put
 * on record there; a code that could not be sent is taken back.
 */
void mail_errand_send(const struct login *login, int due);

#endif
