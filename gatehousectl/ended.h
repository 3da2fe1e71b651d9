/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_ENDED_H
#define GATEHOUSECTL_ENDED_H

#include "gatehousectl/options.h"
#include "lib/wire.h"

/* How the sessions that ended were asked for. */
enum ended_way {
	ENDED_ONE,     /* by its name: it goes without saying */
	ENDED_MANY,    /* how many they were is the answer */
	ENDED_BESIDES, /* as something else was done */
};

/*
 * Says what a result has of sessions that ended, COUNT and STATE: an exit
 * status, CTL_NO where a process that holds one goes on.
 */
int ended_show(const struct options *options, const struct wire_msg *result,
    enum ended_way way);

#endif
