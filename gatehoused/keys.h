/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_KEYS_H
#define GATEHOUSED_KEYS_H

#include "gatehoused/gate.h"

/*
 * Goes on with sealing everything anew under a new master key, where that was
 * interrupted: by a crash, or a disk that was full. For a while only; call it
 * now and then. Errors are logged.
 */
void keys_go_on(struct gate *gate);

/*
 * Tells, in the log, of a master key that is not that of this store, as after
 * a backup that was put back: by the first who has something sealed. The gate
 * goes on without what does not open.
 */
void keys_look(struct gate *gate);

#endif
