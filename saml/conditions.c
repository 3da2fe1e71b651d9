/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "saml/conditions.h"
#include "saml/element.h"
#include "saml/time.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* One Audience among several is enough. */
static int
check_audience(const struct saml_check *check, const xmlNode *node)
{
	static const struct element_slot slots[] = {
		{ NS_ASSERTION, { "Audience" }, 1, 1 },
	};
	const char *entity_id = check->settings->entity_id, *text, *seen = "";
	const xmlNode *audience;
	xmlNode *found[COUNT(slots)];
	int r;

	r = element_children(node, slots, COUNT(slots), found,
	    REASON_CONDITIONS, check->refusal);
	if (r != 0)
		return r;
	for (audience = found[0]; audience != NULL; audience = audience->next) {
		if (audience->type != XML_ELEMENT_NODE ||
		    (text = element_text(audience)) == NULL)
			continue;
		if (strcmp(text, entity_id) == 0)
			return 0;
		seen = text;
	}
	return refuse(check->refusal, REASON_AUDIENCE,
	    "the assertion is meant for \"%.100s\", [saml] entity_id is "
	    "\"%.100s\"",
	    seen, entity_id);
}

static int
accept(const struct saml_check *check, const xmlNode *node)
{
	(void)check;
	(void)node;
	return 0;
}

/* The conditions that are understood, and whether there may be many. */
enum {
	AUDIENCE,
	ONE_TIME_USE,
	PROXY
};
static const struct kind {
	const char *name;
	int (*check)(const struct saml_check *, const xmlNode *);
	int many;
} kinds[] = {
	[AUDIENCE] = { "AudienceRestriction", check_audience, 1 },
	[ONE_TIME_USE] = { "OneTimeUse", accept, 0 },
	[PROXY] = { "ProxyRestriction", accept, 0 },
};

static int
check_condition(
    const struct saml_check *check, const xmlNode *node, int seen[COUNT(kinds)])
{
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		if (!element_is(node, NS_ASSERTION, kinds[i].name))
			continue;
		if (seen[i]++ > 0 && !kinds[i].many)
			break;
		return kinds[i].check(check, node);
	}
	return refuse(check->refusal, REASON_CONDITIONS,
	    "the condition %.60s is unknown, or given twice",
	    (const char *)node->name);
}

static int
check_times(const struct saml_check *check, const xmlNode *node, int64_t *end)
{
	int64_t begin;
	int r;

	if ((r = saml_check_time(check, node, "NotBefore", &begin)) != 0 ||
	    (r = saml_check_time(check, node, "NotOnOrAfter", end)) != 0 ||
	    (r = saml_check_begun(check, node, begin)) != 0 ||
	    (r = saml_check_not_over(check, node, *end)) != 0)
		return r;
	/* With a skew allowed, both may hold and still contradict. */
	if (*end != SAML_TIME_NONE && begin != SAML_TIME_NONE && begin >= *end)
		return refuse(check->refusal, REASON_CONDITIONS,
		    "the Conditions end before they begin");
	return 0;
}

int
saml_conditions_check(
    const struct saml_check *check, const xmlNode *node, int64_t *end)
{
	int seen[COUNT(kinds)] = { 0 };
	const xmlNode *child;
	int r;

	if (node == NULL)
		return refuse(check->refusal, REASON_CONDITIONS,
		    "the assertion has no Conditions");
	for (child = node->children; child != NULL; child = child->next) {
		if (child->type != XML_ELEMENT_NODE)
			continue;
		if ((r = check_condition(check, child, seen)) != 0)
			return r;
	}
	if (seen[AUDIENCE] == 0)
		return refuse(check->refusal, REASON_AUDIENCE,
		    "the assertion has no AudienceRestriction, which must name "
		    "[saml] entity_id");
	return check_times(check, node, end);
}
