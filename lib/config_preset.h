/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_PRESET_H
#define GATE_CONFIG_PRESET_H

#include "lib/config.h"
#include "lib/config_conflict.h"

/*
 * Published rules as values of keys ([password] preset): one is chosen, and
 * what the file sets itself goes before it.
 */

/* What a value must be to the preset's. */
enum config_bound {
	BOUND_LEAST,      /* that or more */
	BOUND_LEAST_OR_0, /* that or more, or 0, which is for ever */
	BOUND_MOST_BUT_0, /* that or less; 0 would be no limit at all */
	BOUND_EXACTLY,    /* the rule is against any other */
	BOUND_NONE,       /* the rule does not say: it goes with the others */
	/* Of a firm bound nobody is let off: config_preset_refuses. */
	BOUND_FIRM_LEAST,
	BOUND_FIRM_MOST_BUT_0
};

/* One value of the presets; a key may have one for each bound. */
struct config_preset_value {
	unsigned presets; /* 1 << enum config_preset, of all that have it */
	const char *section;
	const char *name;
	const char *value; /* as it would stand in the file */
	const char *limit; /* what the rule itself demands; NULL: the value */
	enum config_bound bound;
	const char *source; /* where the rule says so */
};

/* All of them, *count; static storage. */
const struct config_preset_value *config_preset_values(size_t *count);

/*
 * Gives every key that the file does not set the value of the preset that it
 * chooses: 0 or GATE_ENOMEM.
 */
int config_preset_apply(struct config *config);

/* The word of the preset that is chosen, "none" where none is. */
const char *config_preset_word(const struct config *config);

/*
 * Is this number of the key's one that a firm bound of the preset is against,
 * wherever it stands? 0; or GATE_ECONFIG, and why: "preset stig, which has 10m
 * or less, ...".
 */
int config_preset_refuses(enum config_preset preset,
    const struct config_key *key, int64_t number, char *why, size_t why_size);

/*
 * Tells of each key of the file that is weaker than the preset, or against
 * what it demands, with its line. That is allowed: a warning, not an error;
 * whoever reads what has a firm bound refuses it himself.
 */
void config_preset_contradictions(
    const struct config *config, config_conflict *tell, void *data);

#endif
