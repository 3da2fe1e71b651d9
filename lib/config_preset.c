/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config_preset.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/config_section.h"
#include "lib/config_value.h"
#include "lib/error.h"

#define NIST  (1u << PRESET_NIST)
#define PCI   (1u << PRESET_PCI)
#define CIS   (1u << PRESET_CIS)
#define STIG  (1u << PRESET_STIG)
#define HIPAA (1u << PRESET_HIPAA)

/*
 * 45 CFR 164.308(a)(5)(ii)(D), password management, and 164.312(d), person or
 * entity authentication, give no numbers: those of NIST are taken for them.
 */
#define NIST_LENGTH "SP 800-63B-4, 3.1.1.2: 15 as the only factor"
#define NIST_MFA    "SP 800-63B-4, 3.1.1.2: 8 with a second factor"
#define NIST_ACCEPT "SP 800-63B-4, 3.1.1.2: 64 and more are to be accepted"
#define NIST_KINDS  "SP 800-63B-4, 3.1.1.2: no mixture is to be required"
#define NIST_AGE    "SP 800-63B-4, 3.1.1.2: no change by the calendar"
#define NIST_BLOCK  "SP 800-63B-4, 3.1.1.2: a blocklist is needed"
#define NIST_TRIES  "SP 800-63B-4, 3.2.2: 100 failed tries at most"
#define NIST_MAIL   "SP 800-63B-4, 3.1.3.1: not by mail"

/* Read from ComplianceAsCode, not from the documents themselves. */
#define PCI_FROM "PCI DSS 4.0 by ComplianceAsCode's control file"
#define CIS_FROM "CIS Ubuntu 24.04 and RHEL 9 by ComplianceAsCode's profiles"
#define STIG_FROM                                                              \
	"DISA STIG Ubuntu 24.04 and RHEL 9 by ComplianceAsCode's "             \
	"profiles"

#define OURS "the address that guesses is blocked before the user is"

/* HIPAA has no numbers for automatic logoff: the largest is NIST's, and under
 * the least people are logged off while they work. */
#define NIST_IDLE  "SP 800-63B-4, AAL2: 1 h at most"
#define PCI_IDLE   "PCI DSS 4.0, 8.2.8"
#define CIS_IDLE   "CIS Ubuntu 24.04 and RHEL 9, TMOUT"
#define STIG_IDLE  "DISA STIG Ubuntu 24.04 and RHEL 9"
#define HIPAA_IDLE "45 CFR 164.312(a)(2)(iii), automatic logoff"

#define P(key)     "password", key
#define L(key)     "lockout", key
#define IDLE       "idle", "limit"

static const struct config_preset_value values[] = {
	{ NIST | HIPAA, P("min_length"), "15", NULL, BOUND_LEAST, NIST_LENGTH },
	{ NIST | HIPAA, P("min_length_mfa"), "8", NULL, BOUND_LEAST_OR_0,
	    NIST_MFA },
	{ NIST | HIPAA, P("max_length"), "511", "64", BOUND_LEAST,
	    NIST_ACCEPT },
	{ NIST | HIPAA, P("min_letters"), "0", NULL, BOUND_EXACTLY,
	    NIST_KINDS },
	{ NIST | HIPAA, P("min_lower"), "0", NULL, BOUND_EXACTLY, NIST_KINDS },
	{ NIST | HIPAA, P("min_upper"), "0", NULL, BOUND_EXACTLY, NIST_KINDS },
	{ NIST | HIPAA, P("min_digits"), "0", NULL, BOUND_EXACTLY, NIST_KINDS },
	{ NIST | HIPAA, P("min_others"), "0", NULL, BOUND_EXACTLY, NIST_KINDS },
	{ NIST | HIPAA, P("min_kinds"), "0", NULL, BOUND_EXACTLY, NIST_KINDS },
	{ NIST | HIPAA, P("max_age"), "0s", NULL, BOUND_EXACTLY, NIST_AGE },
	{ NIST | HIPAA, P("dictionary"), "yes", NULL, BOUND_LEAST, NIST_BLOCK },
	{ NIST | HIPAA, "2fa", "mail", "no", NULL, BOUND_EXACTLY, NIST_MAIL },
	{ NIST | HIPAA, L("tries"), "10", "100", BOUND_MOST_BUT_0, NIST_TRIES },

	{ PCI, P("min_length"), "12", NULL, BOUND_LEAST, PCI_FROM ", 8.3.6" },
	{ PCI, P("min_letters"), "1", NULL, BOUND_LEAST, PCI_FROM ", 8.3.6" },
	{ PCI, P("min_digits"), "1", NULL, BOUND_LEAST, PCI_FROM ", 8.3.6" },
	{ PCI, P("history"), "4", NULL, BOUND_LEAST, PCI_FROM ", 8.3.7" },
	{ PCI, P("max_age"), "90d", NULL, BOUND_MOST_BUT_0,
	    PCI_FROM ", 8.3.9" },
	{ PCI, P("max_age_for"), "single_factor", "all", BOUND_LEAST,
	    PCI_FROM ", 8.3.9" },
	{ PCI, L("tries"), "10", NULL, BOUND_MOST_BUT_0, PCI_FROM ", 8.3.4" },
	{ PCI, L("duration"), "30m", NULL, BOUND_LEAST_OR_0,
	    PCI_FROM ", 8.3.4" },

	{ CIS, P("min_length"), "14", NULL, BOUND_LEAST, CIS_FROM },
	{ CIS, P("min_kinds"), "4", NULL, BOUND_LEAST, CIS_FROM },
	{ CIS, P("min_changed"), "2", NULL, BOUND_LEAST, CIS_FROM },
	{ CIS, P("max_repeat"), "3", NULL, BOUND_MOST_BUT_0, CIS_FROM },
	{ CIS, P("max_sequence"), "3", NULL, BOUND_MOST_BUT_0, CIS_FROM },
	{ CIS, P("dictionary"), "yes", NULL, BOUND_LEAST, CIS_FROM },
	{ CIS, P("history"), "24", NULL, BOUND_LEAST, CIS_FROM },
	{ CIS, P("max_age"), "365d", NULL, BOUND_MOST_BUT_0, CIS_FROM },
	{ CIS, P("min_age"), "1d", NULL, BOUND_LEAST, CIS_FROM },
	{ CIS, P("warn"), "7d", NULL, BOUND_LEAST, CIS_FROM },
	{ CIS, L("tries"), "5", NULL, BOUND_MOST_BUT_0, CIS_FROM },
	{ CIS, L("address_tries"), "4", NULL, BOUND_NONE, OURS },
	{ CIS, L("window"), "15m", NULL, BOUND_LEAST, CIS_FROM },
	{ CIS, L("duration"), "15m", NULL, BOUND_LEAST_OR_0, CIS_FROM },

	{ STIG, P("min_length"), "15", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, P("min_lower"), "1", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, P("min_upper"), "1", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, P("min_digits"), "1", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, P("min_others"), "1", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, P("min_kinds"), "4", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, P("min_changed"), "8", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, P("max_repeat"), "3", NULL, BOUND_MOST_BUT_0, STIG_FROM },
	{ STIG, P("max_kind_run"), "4", NULL, BOUND_MOST_BUT_0, STIG_FROM },
	{ STIG, P("dictionary"), "yes", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, P("max_age"), "60d", NULL, BOUND_MOST_BUT_0, STIG_FROM },
	{ STIG, P("min_age"), "1d", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, "gate", "fail_delay", "4000", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, L("tries"), "3", NULL, BOUND_MOST_BUT_0, STIG_FROM },
	{ STIG, L("address_tries"), "2", NULL, BOUND_NONE, OURS },
	{ STIG, L("window"), "15m", NULL, BOUND_LEAST, STIG_FROM },
	{ STIG, L("duration"), "0s", NULL, BOUND_EXACTLY, STIG_FROM },

	{ NIST, IDLE, "15m", "1h", BOUND_FIRM_MOST_BUT_0, NIST_IDLE },
	{ PCI, IDLE, "15m", NULL, BOUND_FIRM_MOST_BUT_0, PCI_IDLE },
	{ CIS, IDLE, "15m", NULL, BOUND_FIRM_MOST_BUT_0, CIS_IDLE },
	{ STIG, IDLE, "10m", NULL, BOUND_FIRM_MOST_BUT_0, STIG_IDLE },
	{ HIPAA, IDLE, "15m", "1h", BOUND_FIRM_MOST_BUT_0, HIPAA_IDLE },
	{ HIPAA, IDLE, "15m", "5m", BOUND_FIRM_LEAST, HIPAA_IDLE },
};

#define VALUES (sizeof(values) / sizeof(values[0]))

const struct config_preset_value *
config_preset_values(size_t *count)
{
	*count = VALUES;
	return values;
}

static int
is_chosen(const struct config *config, const struct config_preset_value *value)
{
	return (value->presets & 1u << config->password_preset) != 0;
}

int
config_preset_apply(struct config *config)
{
	const struct config_key *key;
	char why[256];
	size_t i;
	int r = 0;

	for (i = 0; i < VALUES && r == 0; i++) {
		if (!is_chosen(config, &values[i]))
			continue;
		/* a test sees to it that every value has one */
		key = config_find_key(values[i].section, values[i].name);
		if (config_origin(config, key, 0) != CONFIG_FROM_DEFAULT)
			continue;
		r = config_value_set(
		    config, key, values[i].value, why, sizeof(why));
		if (r == 0)
			r = config_section_origin(
			    config, key, 0, CONFIG_FROM_PRESET);
	}
	return r;
}

static const char *
word_of(enum config_preset preset)
{
	return config_find_key("password", "preset")->choices[preset];
}

const char *
config_preset_word(const struct config *config)
{
	return word_of((enum config_preset)config->password_preset);
}

/* A number as the file would have it, read by the type of its key. */
static int64_t
read_number(const struct config_key *key, const char *text)
{
	struct config_key alone = *key;
	int64_t number = 0;
	char why[256];

	alone.offset = 0;
	(void)config_value_set(&number, &alone, text, why, sizeof(why));
	return number;
}

/* The number that a value may be up to, or must be. */
static const char *
limit_of(const struct config_preset_value *value)
{
	return value->limit != NULL ? value->limit : value->value;
}

static int
is_within(enum config_bound bound, int64_t number, int64_t limit)
{
	switch (bound) {
	case BOUND_LEAST:
	case BOUND_FIRM_LEAST:
		return number >= limit;
	case BOUND_LEAST_OR_0:
		return number >= limit || number == 0;
	case BOUND_MOST_BUT_0:
	case BOUND_FIRM_MOST_BUT_0:
		return number <= limit && number != 0;
	case BOUND_EXACTLY:
		return number == limit;
	case BOUND_NONE:
	default:
		return 1;
	}
}

/* Nonzero if what the value says of its key holds for this number. */
static int
allows(const struct config_preset_value *value, const struct config_key *key,
    int64_t number)
{
	return is_within(
	    value->bound, number, read_number(key, limit_of(value)));
}

static int
is_firm(const struct config_preset_value *value)
{
	return value->bound == BOUND_FIRM_LEAST ||
	    value->bound == BOUND_FIRM_MOST_BUT_0;
}

static const char *
bound_word(enum config_bound bound)
{
	static const char *const words[] = {
		[BOUND_LEAST] = " or more",
		[BOUND_LEAST_OR_0] = " or more",
		[BOUND_MOST_BUT_0] = " or less, and not 0",
		[BOUND_EXACTLY] = "",
		[BOUND_NONE] = "",
		[BOUND_FIRM_LEAST] = " or more",
		[BOUND_FIRM_MOST_BUT_0] = " or less, and not 0",
	};

	return words[bound];
}

/* "preset stig, which has 10m or less, and not 0 (...)" */
static void
spell(const struct config_preset_value *value, const struct config_key *key,
    enum config_preset preset, char *text, size_t size)
{
	snprintf(text, size, "preset %s, which has %s%s (%s)", word_of(preset),
	    limit_of(value),
	    key->type == CONFIG_BOOL || key->type == CONFIG_CHOICE
		? ""
		: bound_word(value->bound),
	    value->source);
}

int
config_preset_refuses(enum config_preset preset, const struct config_key *key,
    int64_t number, char *why, size_t why_size)
{
	const struct config_preset_value *value = values;

	for (; value < values + VALUES; value++) {
		if ((value->presets & 1u << preset) == 0 || !is_firm(value) ||
		    config_find_key(value->section, value->name) != key ||
		    allows(value, key, number))
			continue;
		spell(value, key, preset, why, why_size);
		return GATE_ECONFIG;
	}
	return 0;
}

void
config_preset_contradictions(
    const struct config *config, config_conflict *tell, void *data)
{
	const enum config_preset preset =
	    (enum config_preset)config->password_preset;
	const struct config_preset_value *value;
	const struct config_key *key;
	char is[CONFIG_VALUE_SIZE], what[512], text[1024];
	int line;

	for (value = values; value < values + VALUES; value++) {
		key = config_find_key(value->section, value->name);
		line = config_origin(config, key, 0);
		if (!is_chosen(config, value) || is_firm(value) || line <= 0 ||
		    config_value(config, key, is, sizeof(is)) != 0 ||
		    allows(value, key, read_number(key, is)))
			continue;
		spell(value, key, preset, what, sizeof(what));
		snprintf(text, sizeof(text), "[%s] %s = %s contradicts %s",
		    value->section, value->name, is, what);
		tell(line, text, data);
	}
}
