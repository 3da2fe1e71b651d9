/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef METADATA_SOURCE_H
#define METADATA_SOURCE_H

#include <stdint.h>

#include "lib/config.h"

/* How all sources are looked at. */
struct source_options {
	int force;           /* due or not */
	int accept_shrunken; /* min_entities does not count */
	int accept_older;    /* it may end before the one in place */
	const char *proxy;   /* NULL: none */
	int64_t timeout;     /* seconds for one document */
};

/* What became of one. */
enum source_outcome {
	SOURCE_NOTHING, /* not due, or another run is at it */
	SOURCE_SAME,    /* looked at: what is there is the newest */
	SOURCE_NEWS,    /* gatehoused has yet to read it: of now, or before */
	SOURCE_FAILED   /* which has been logged; the file is as it was */
};

/*
 * Looks at one [metadata NAME] if it is due, and puts what it fetched in the
 * place of its file only once it was found good. Whatever fails, the file
 * stays.
 */
enum source_outcome source_refresh(const struct config *config,
    const struct config_source *source, const struct source_options *options);

/*
 * Notes that gatehoused has read what is in place. Until then it is news at
 * every run: a reload that failed, or was cut off, is asked for again.
 */
void source_read(const struct config_source *source);

#endif
