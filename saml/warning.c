/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/warning.h"

#include <stdio.h>
#include <string.h>

#include "lib/protocol.h"
#include "lib/spelling.h"
#include "saml/identity.h"

/* With what is said of it. */
#define WARNING_SIZE (SAML_URI_MAX + 512)

/* Sections that are said to have no IdP; there is room for others. */
#define STRAYS_MAX (SAML_WARNINGS_MAX - 3)

static void
warn_of_unusable(struct service *service, int64_t now)
{
	char text[SAML_URI_MAX + 128], warning[WARNING_SIZE];
	size_t n = saml_idps_unusable(service->idps, now, text, sizeof(text));

	if (n == 0)
		return;
	snprintf(warning, sizeof(warning),
	    "[saml] idp_metadata: %s (%zu of %zu IdPs)", text, n,
	    saml_idps_count(service->idps));
	wire_put_str(service->msg, TAG_DETAIL, warning);
}

/* An IdP whose name may be meant by another. */
struct likeness {
	const char *name;
	const char *found;
};

static int
compare(const struct saml_idp *idp, void *data)
{
	struct likeness *likeness = data;

	if (!spelling_resembles(likeness->name, idp->entity_id))
		return 0;
	likeness->found = idp->entity_id;
	return 1;
}

/*
 * A slip in the entityID of a section leaves the IdP that is meant without its
 * user_scope, and nothing else would tell.
 */
static void
warn_of_strays(struct service *service)
{
	const struct saml_settings *settings = service->settings;
	const struct saml_idp_rule *rule = settings->rules;
	char warning[WARNING_SIZE];
	size_t strays = 0;

	for (; rule < settings->rules + settings->rule_count; rule++) {
		struct likeness likeness = { rule->entity_id, NULL };

		if (saml_idps_has(service->idps, rule->entity_id) ||
		    ++strays > STRAYS_MAX)
			continue;
		(void)saml_idps_list(service->idps, compare, &likeness);
		snprintf(warning, sizeof(warning),
		    "[idp NAME] entity_id = %.300s: no metadata has it, so "
		    "the section is of no IdP%s%.300s%s",
		    rule->entity_id,
		    likeness.found != NULL ? "; did you mean " : "",
		    likeness.found != NULL ? likeness.found : "",
		    likeness.found != NULL ? "?" : "");
		wire_put_str(service->msg, TAG_DETAIL, warning);
	}
}

/* IdPs that may name whomever they like. */
struct unbounded {
	const struct saml_settings *settings;
	const char *example;
	size_t count;
};

static int
count_unbounded(const struct saml_idp *idp, void *data)
{
	struct unbounded *unbounded = data;
	const struct saml_idp_rule *rule =
	    saml_settings_rule(unbounded->settings, idp->entity_id);

	if (rule != NULL && rule->user_scope != NULL &&
	    rule->user_scope[0] != '\0')
		return 0;
	if (unbounded->count++ == 0)
		unbounded->example = idp->entity_id;
	return 0;
}

static void
warn_of_unbounded(struct service *service)
{
	const char *scope = service->settings->user_scope;
	struct unbounded unbounded = { service->settings, NULL, 0 };
	size_t idps = saml_idps_count(service->idps);
	char warning[WARNING_SIZE];

	if (idps < 2 || (scope != NULL && scope[0] != '\0'))
		return;
	(void)saml_idps_list(service->idps, count_unbounded, &unbounded);
	if (unbounded.count == 0)
		return;
	snprintf(warning, sizeof(warning),
	    "[saml] user_scope: there are several IdPs, and without it each "
	    "can name any user, another's too: \"%s\" has none (%zu of %zu "
	    "IdPs)",
	    unbounded.example, unbounded.count, idps);
	wire_put_str(service->msg, TAG_DETAIL, warning);
}

void
saml_warnings_put(struct service *service, int64_t now)
{
	warn_of_unusable(service, now);
	warn_of_strays(service);
	warn_of_unbounded(service);
	if (service->rollover_idle)
		wire_put_str(service->msg, TAG_DETAIL,
		    "[saml] rollover_key: it is no RSA key, and can decrypt "
		    "nothing");
}
