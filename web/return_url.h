/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_RETURN_URL_H
#define WEB_RETURN_URL_H

#include <stddef.h>

#include "web/origin.h"

/* Room for one as it is written, with its NUL. */
#define RETURN_URL_SIZE 2048

/* Where people may be sent after signing in. */
struct return_rules {
	const struct origin *own;    /* of the front door */
	const struct origin *others; /* and of the portals it serves */
	size_t other_count;
	const char *prefix; /* of the front door's pages: "/gate" */
};

/*
 * Where a person is to go on, as a request has it: a path of our own, "/a?b#c",
 * or a whole URL of ours or of one of the others. What is written is made anew
 * of what was understood, and always whole, so that no two readers disagree of
 * where it leads: nothing is passed on that was not.
 *
 * Refused are other schemes, hosts and ports; users; control characters, blanks
 * and backslashes, plain or (in the path) escaped; paths that lead elsewhere
 * once somebody has unescaped or tidied them: with empty segments, "." or "..",
 * what is escaped twice or is not UTF-8; and the front door's own pages, which
 * would lead in circles. 0; GATE_EREFUSED, or GATE_ETOOBIG: the caller goes on
 * to a page of its own.
 */
int return_url_make(const struct return_rules *rules, const char *text,
    char url[RETURN_URL_SIZE]);

#endif
