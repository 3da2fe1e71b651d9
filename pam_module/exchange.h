/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_EXCHANGE_H
#define GATE_EXCHANGE_H

#include <security/pam_modules.h>

#include "lib/protocol.h"
#include "pam_module/arguments.h"

/*
 * One hook's question to gatehoused, on a connection of its own: sends what
 * PAM knows about the login, relays the daemon's prompts to the person until
 * the outcome comes, and gives back to PAM what comes with it: the user's
 * name, the session's id, the delay, the password for the lines that follow.
 *
 * 0 and *outcome; or a negative GATE_E..., told in the system's log, when the
 * daemon cannot be asked or does not make sense; or a positive PAM code, valid
 * in every hook, when libpam or the application fails. flags are the hook's.
 */
int exchange_run(pam_handle_t *pamh, int flags,
    const struct arguments *arguments, enum verb verb, enum outcome *outcome);

#endif
