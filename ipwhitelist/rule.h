/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_RULE_H
#define IPWHITELIST_RULE_H

#include <stddef.h>

#include "ipwhitelist/target.h"
#include "ipwhitelist/term.h"
#include "ipwhitelist/when.h"

/*
 * One line of the rules:
 *
 *	allow|deny WHAT [service A,B] [user U,..] [group G,..]
 *	    [attribute NAME=VALUE] [from DATE] [until DATE] [days mon-fri]
 *	    [hours 08:00-18:00] [# note]
 *	set NAME = WHAT, WHAT ... [# note]
 *
 * WHAT: an address, a network, a range A-B, any, local, country DE,
 * name:HOST or the name of a set (target.h). A rule holds where all that it
 * asks does; of a list one is enough, and of several attributes each is asked.
 * Names are compared byte by byte, a VALUE of * is any, and there are no
 * patterns. A name with a blank, a comma or # in it stands in "double quotes".
 * local, for who comes without an address, has to name services.
 */
#define RULE_LINE_MAX  65535
#define RULE_TERMS_MAX 256

enum rule_kind {
	RULE_NONE, /* an empty line, or a note alone */
	RULE_ALLOW,
	RULE_DENY,
	RULE_DEFINES, /* a set */
};

/* A line as it was read; all pieces are the line's. */
struct rule {
	enum rule_kind kind;
	struct target target;
	struct piece set;   /* the name that it defines */
	struct piece items; /* what is in that, for rule_item */
	struct piece text;  /* the line without note and blanks around */
	struct piece note;
	int has_when;
	struct when when;
	size_t term_count;
	struct term terms[RULE_TERMS_MAX]; /* of each kind together */
};

/*
 * Reads a line, which is not ended by NUL nor newline. 0; or GATE_EINVAL, and
 * why says what is wrong and what to do. The rule stands for nothing then.
 */
int rule_read(struct rule *rule, const char *line, size_t length, char *why,
    size_t why_size);

/*
 * Reads the next of the items of a set: 1, and items is what is left; 0 where
 * there is none any more; GATE_EINVAL and why.
 */
int rule_item(
    struct piece *items, struct target *target, char *why, size_t why_size);

#endif
