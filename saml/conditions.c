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
check_one_time_use(const struct saml_check *check, const xmlNode *node)
{
	xmlNode *none[1];

	return element_children(
	    node, NULL, 0, none, REASON_CONDITIONS, check->refusal);
}

static int
check_proxy(const struct saml_check *check, const xmlNode *node)
{
	static const struct element_slot slots[] = {
		{ NS_ASSERTION, { "Audience" }, 0, 1 },
	};
	xmlNode *found[COUNT(slots)];

	return element_children(node, slots, COUNT(slots), found,
	    REASON_CONDITIONS, check->refusal);
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
	[ONE_TIME_USE] = { "OneTimeUse", check_one_time_use, 0 },
	[PROXY] = { "ProxyRestriction", check_proxy, 0 },
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
	    "the condition %.60s is given twice", (const char *)node->name);
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

static void
trace_conditions(const struct saml_check *check, const xmlNode *node)
{
	const char *from = element_attribute(node, "NotBefore");
	const char *until = element_attribute(node, "NotOnOrAfter");

	saml_trace_add(check->trace,
	    "conditions: from %.40s until %.40s, for the audience %.160s",
	    from != NULL ? from : "ever", until != NULL ? until : "ever",
	    check->settings->entity_id);
}

int
saml_conditions_check(
    const struct saml_check *check, const xmlNode *node, int64_t *end)
{
	static const struct element_slot slots[] = {
		{ NS_ASSERTION,
		    { "AudienceRestriction", "OneTimeUse", "ProxyRestriction" },
		    0, 1 },
	};
	xmlNode *found[COUNT(slots)];
	int seen[COUNT(kinds)] = { 0 };
	const xmlNode *child;
	int r;

	if (node == NULL)
		return refuse(check->refusal, REASON_CONDITIONS,
		    "the assertion has no Conditions");
	r = element_children(node, slots, COUNT(slots), found,
	    REASON_CONDITIONS, check->refusal);
	if (r != 0)
		return r;
	for (child = found[0]; child != NULL; child = child->next) {
		if (child->type != XML_ELEMENT_NODE)
			continue;
		if ((r = check_condition(check, child, seen)) != 0)
			return r;
	}
	if (seen[AUDIENCE] == 0)
		return refuse(check->refusal, REASON_AUDIENCE,
		    "the assertion has no AudienceRestriction, which must name "
		    "[saml] entity_id");
	if ((r = check_times(check, node, end)) != 0)
		return r;
	trace_conditions(check, node);
	return 0;
}
