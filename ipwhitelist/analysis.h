/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_ANALYSIS_H
#define IPWHITELIST_ANALYSIS_H

#include <stdint.h>

#include "ipwhitelist/rules.h"

/*
 * What is odd about rules that are good: those that could be left out, and
 * those that get in each other's way. Each rule is told of at most once, as the
 * first of these that it is.
 */
enum finding_kind {
	/* It is over for good. */
	FINDING_EXPIRED,
	/* It never decides: wherever it would, a deny of the same network holds
	 * (other), or longer networks decide everything (no other). */
	FINDING_SHADOWED,
	/* Without it every verdict is the same: by the other one, or, of a
	 * deny without another, because nobody is let in there anyway. */
	FINDING_REDUNDANT,
	/* The other one says the opposite, of the same network, where deny
	 * wins, or of a wider one, to which this is an exception. */
	FINDING_OVERLAPPING,
	FINDING_KINDS,
};

struct finding {
	enum finding_kind kind;
	const char *file;
	int line;
	const char *text;
	/* the other one; NULL, 0: there is none */
	const char *other_file;
	int other_line;
	const char *other_text;
};

/* Takes a finding; ends the analysis with what it returns, unless 0. */
typedef int analysis_tell(const struct finding *finding, void *data);

/*
 * Looks at all rules, and tells in the order of files and lines. What it tells
 * is so; it does not find all: of very many rules about one place only some
 * are compared. now (epoch seconds) is for what is over. 0, GATE_ENOMEM,
 * GATE_EINVAL for rules that were made from others (rules_changes), or what
 * tell returned.
 */
int analysis_run(
    const struct rules *rules, int64_t now, analysis_tell *tell, void *data);

/* What a finding says, as "redundant: FILE:LINE, TEXT, decides the same"; for
 * whoever reads it, without its own file and line. */
void analysis_text(const struct finding *finding, char *text, size_t size);

#endif
