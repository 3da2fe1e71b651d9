/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/address.h"
#include "lib/clock.h"
#include "saml/check.h"
#include "saml/element.h"
#include "saml/time.h"

int
saml_check_time(const struct saml_check *check, const xmlNode *node,
    const char *name, int64_t *epoch)
{
	const char *text = element_attribute(node, name);

	*epoch = SAML_TIME_NONE;
	if (text == NULL || saml_time_parse(text, epoch) == 0)
		return 0;
	return refuse(check->refusal, REASON_BAD_TIME,
	    "%s of %s is \"%.40s\", which is not xs:dateTime in UTC, as in "
	    "2026-11-22T03:25:43Z",
	    name, (const char *)node->name, text);
}

/* What the messages about times end with. */
#define CLOCKS "it is %s here, clock_skew is %lld s"

int
saml_check_issued(
    const struct saml_check *check, const xmlNode *node, int64_t *epoch)
{
	int64_t now = check->request->now, skew = check->settings->clock_skew;
	char issued[CLOCK_TEXT_SIZE], here[CLOCK_TEXT_SIZE];
	int r;

	if ((r = saml_check_time(check, node, "IssueInstant", epoch)) != 0)
		return r;
	if (*epoch == SAML_TIME_NONE)
		return refuse(check->refusal, REASON_BAD_TIME,
		    "%s has no IssueInstant", (const char *)node->name);
	if (*epoch <= now + skew)
		return 0;
	clock_text(*epoch, issued);
	clock_text(now, here);
	return refuse(check->refusal, REASON_ISSUE_INSTANT,
	    "%s was issued in the future, at %s: " CLOCKS,
	    (const char *)node->name, issued, here, (long long)skew);
}

int
saml_check_begun(
    const struct saml_check *check, const xmlNode *node, int64_t not_before)
{
	int64_t now = check->request->now, skew = check->settings->clock_skew;
	char from[CLOCK_TEXT_SIZE], here[CLOCK_TEXT_SIZE];

	if (not_before == SAML_TIME_NONE || now + skew >= not_before)
		return 0;
	clock_text(not_before, from);
	clock_text(now, here);
	return refuse(check->refusal, REASON_NOT_YET_VALID,
	    "%s begin at %s: " CLOCKS, (const char *)node->name, from, here,
	    (long long)skew);
}

int
saml_check_not_over(const struct saml_check *check, const xmlNode *node,
    int64_t not_on_or_after)
{
	int64_t now = check->request->now, skew = check->settings->clock_skew;
	char until[CLOCK_TEXT_SIZE], here[CLOCK_TEXT_SIZE];

	if (not_on_or_after == SAML_TIME_NONE || now - skew < not_on_or_after)
		return 0;
	clock_text(not_on_or_after, until);
	clock_text(now, here);
	return refuse(check->refusal, REASON_EXPIRED, "%s ended at %s: " CLOCKS,
	    (const char *)node->name, until, here, (long long)skew);
}

int
saml_check_in_response_to(const struct saml_check *check, const xmlNode *node)
{
	const char *id = element_attribute(node, "InResponseTo");
	const char *wanted = check->in_response_to;
	const char *name = (const char *)node->name;

	if (wanted != NULL) {
		if (id == NULL)
			return refuse(check->refusal, REASON_UNSOLICITED,
			    "%s has no InResponseTo, but a request is waiting "
			    "for its answer",
			    name);
		if (strcmp(id, wanted) == 0)
			return 0;
		return refuse(check->refusal, REASON_IN_RESPONSE_TO,
		    "%s answers \"%.80s\", not the request \"%.80s\"", name, id,
		    wanted);
	}
	if (id != NULL)
		return refuse(check->refusal, REASON_IN_RESPONSE_TO,
		    "%s answers \"%.80s\", but no request is waiting for an "
		    "answer",
		    name, id);
	return check->settings->allow_unsolicited
	    ? 0
	    : refuse(check->refusal, REASON_UNSOLICITED, NULL);
}

int
saml_check_address(const struct saml_check *check, const xmlNode *node)
{
	const char *meant = element_attribute(node, "Address");
	const char *client = check->request->address;
	struct address a, b;

	if (!check->settings->check_address || meant == NULL)
		return 0;
	if (client != NULL && address_parse(meant, &a) == 0 &&
	    address_parse(client, &b) == 0 &&
	    memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0)
		return 0;
	return refuse(check->refusal, REASON_CONFIRMATION_ADDRESS,
	    "the assertion is confirmed for a client at \"%.60s\", this one "
	    "is at \"%.60s\"",
	    meant, client != NULL ? client : "");
}

int
saml_copy(char **copy, const char *text)
{
	*copy = text != NULL ? strdup(text) : NULL;
	return text != NULL && *copy == NULL ? GATE_ENOMEM : 0;
}
