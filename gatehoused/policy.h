/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_POLICY_H
#define GATEHOUSED_POLICY_H

#include <stddef.h>
#include <sys/types.h>

#include "access/rules.h"
#include "gatehoused/speaker.h"
#include "gatehoused/workers.h"
#include "ipwhitelist/allowlist.h"
#include "lib/attribute_names.h"
#include "lib/catalogue.h"
#include "lib/config.h"
#include "lib/languages.h"
#include "password/rules.h"
#include "session/idle.h"
#include "twofactor/demand.h"
#include "web/identity_token.h"

/*
 * All that the administrator has decided, as it was at one moment: the
 * configuration, the allowlist, the access rules, and the processes that have
 * taken the SAML settings. It is never changed: a reload makes a new one, and
 * requests under way finish with the one they began with.
 */
struct policy {
	struct config *config;
	struct allowlist *allowlist;
	struct access_rules *access;
	char *attribute_names; /* of those kept of an assertion; "*": all */
	char kept_names[ATTRIBUTE_NAMES_SIZE]; /* a text for that set */
	struct workers *workers; /* NULL where SSO is not configured */
	struct speaker *speaker; /* NULL likewise */
	struct languages *languages;
	const struct catalogue *catalogue; /* of [gate] language */
	struct password_rules *passwords;
	struct demand_rules *demand; /* who is asked for a code */
	int64_t enroll_by;           /* epoch seconds; 0: no deadline */
	char *path;                  /* of the configuration */
	uid_t *login_uids;           /* [peers] login */
	size_t login_count;
	uid_t *admin_uids; /* [peers] admin */
	size_t admin_count;
	uid_t *hold_uids; /* [peers] hold */
	size_t hold_count;
	uid_t *web_uids; /* [peers] web */
	size_t web_count;
	struct idle_rules *idle;
	struct identity_key *identity_key; /* [web]; NULL: no tokens */
	int references;
};

/*
 * Reads everything that path names and starts the workers. 0 and *policy with
 * one reference; or an error, of which every cause has been logged.
 */
int policy_load(struct policy **policy, const char *path);

/* Takes one more reference. */
struct policy *policy_ref(struct policy *policy);

/* Gives one back; the last one ends the workers and frees it. */
void policy_unref(struct policy **policy);

#endif
