/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/config.h"
#include "lib/languages.h"
#include "web/csrf.h"
#include "web/forwarded.h"
#include "web/origin.h"
#include "web/return_url.h"
#include "web/theme.h"

struct gate;
struct identities;
struct metrics;
struct rate;
struct memo;
struct conversations;
struct hold_tokens;

/*
 * All that requests have in common: what the configuration says, read once at
 * the start and never changed, and what the threads share.
 */
struct site {
	const struct config *config;
	struct origin own; /* [web] base_url */
	char prefix[256];  /* "/gate" */
	size_t prefix_length;
	struct forwarded_rules forwarded;
	struct return_rules return_rules;
	struct theme theme; /* checked; logo is PREFIX/logo or NULL */
	struct languages *languages;
	struct csrf *csrf; /* handles as who uses it has them */
	struct gate *gate; /* gatehoused */
	struct identities *identities;
	struct metrics *metrics;
	char *logo; /* the image; NULL */
	size_t logo_size;
	const char *logo_type;

	/* of others, each made by site_new and freed by site_free */
	struct conversations *conversations;
	struct rate *rate;     /* of sign-ins that begin, */
	struct rate *arrivals; /* and of messages of IdPs */
	struct memo *idps, *metadata;
	struct hold_tokens *hold_tokens;
};

/* Makes all of it of a configuration, which must outlive it. 0, or an error
 * that has been logged. */
int site_new(struct site **site, const struct config *config);
void site_free(struct site **site);

#endif
