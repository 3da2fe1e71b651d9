/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/clock.h"
#include "saml/element.h"
#include "saml/issuer.h"
#include "saml/response.h"
#include "saml/status.h"
#include "saml/time.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int
check_root(const xmlNode *node, struct refusal *refusal)
{
	const char *version;

	if (!element_is(node, NS_PROTOCOL, "Response"))
		return refuse(refusal, REASON_NOT_RESPONSE,
		    "the root element is %.60s, not samlp:Response",
		    (const char *)node->name);
	version = element_attribute(node, "Version");
	if (version == NULL || strcmp(version, "2.0") != 0)
		return refuse(refusal, REASON_NOT_RESPONSE,
		    "the Version is \"%.20s\", not 2.0",
		    version != NULL ? version : "");
	if (element_attribute(node, "ID") == NULL)
		return refuse(refusal, REASON_BAD_ID, "the Response has no ID");
	return 0;
}

/* An assertion anywhere but in its place is how wrapping attacks look. */
static int
check_census(const struct saml_response *response,
    const struct saml_census *census, const xmlNode *first,
    struct refusal *refusal)
{
	int r;

	if (census->assertions == 0 && census->encrypted == 0 &&
	    (r = saml_response_status(response, refusal)) != 0)
		return r;
	if (census->assertions + census->encrypted != 1 || first == NULL)
		return refuse(refusal, REASON_ASSERTION_COUNT,
		    "%zu assertions in the message, %zu of them encrypted; "
		    "there must be exactly one, a child of the Response",
		    census->assertions + census->encrypted, census->encrypted);
	return 0;
}

int
saml_response_read(struct saml_response *response, xmlNode *node,
    const struct saml_census *census, struct refusal *refusal)
{
	enum {
		ISSUER,
		SIGNATURE,
		EXTENSIONS,
		STATUS,
		ASSERTION
	};
	static const struct element_slot slots[] = {
		[ISSUER] = { NS_ASSERTION, { "Issuer" }, 0, 0 },
		[SIGNATURE] = { NS_DSIG, { "Signature" }, 0, 0 },
		[EXTENSIONS] = { NS_PROTOCOL, { "Extensions" }, 0, 0 },
		[STATUS] = { NS_PROTOCOL, { "Status" }, 1, 0 },
		[ASSERTION] = { NS_ASSERTION,
		    { "Assertion", "EncryptedAssertion" }, 0, 1 },
	};
	xmlNode *found[COUNT(slots)];
	int r;

	if ((r = check_root(node, refusal)) != 0)
		return r;
	r = element_children(
	    node, slots, COUNT(slots), found, REASON_BAD_STRUCTURE, refusal);
	if (r != 0)
		return r;
	response->node = node;
	response->issuer = found[ISSUER];
	response->signature = found[SIGNATURE];
	response->status = found[STATUS];
	r = check_census(response, census, found[ASSERTION], refusal);
	if (r != 0)
		return r;
	if (response->signature != NULL && response->issuer == NULL)
		return refuse(refusal, REASON_ISSUER_MISSING,
		    "the Response is signed and has no Issuer");
	if (census->encrypted != 0) {
		response->encrypted = found[ASSERTION];
		return 0;
	}
	return saml_assertion_read(
	    &response->assertion, found[ASSERTION], refusal);
}

int
saml_response_status(
    const struct saml_response *response, struct refusal *refusal)
{
	struct saml_status status;
	int r = saml_status_read(&status, response->status, refusal);

	if (r != 0 || strcmp(status.code, SAML_STATUS_SUCCESS) == 0)
		return r;
	return refuse(refusal, REASON_STATUS,
	    "the IdP reports \"%.70s\" \"%.70s\", message \"%.100s\"",
	    status.code, status.second != NULL ? status.second : "",
	    status.message != NULL ? status.message : "");
}

/* Bindings 3.5.5.2: only in a Response that is signed it must be there. */
static int
check_destination(
    const struct saml_check *check, const struct saml_response *response)
{
	const char *to = element_attribute(response->node, "Destination");
	const char *here = check->settings->acs_url;

	if (to == NULL)
		return !response->covered
		    ? 0
		    : refuse(check->refusal, REASON_DESTINATION,
			  "the Response is signed and has no Destination");
	if (strcmp(to, here) == 0)
		return 0;
	return refuse(check->refusal, REASON_DESTINATION,
	    "the Response was sent to \"%.100s\", [saml] acs_url is \"%.100s\"",
	    to, here);
}

int
saml_response_request(
    struct saml_check *check, const struct saml_response *response)
{
	const char *waiting = check->request->in_response_to;
	const char *id = element_attribute(response->node, "InResponseTo");

	if (!check->request->any_request) {
		check->in_response_to =
		    waiting != NULL && waiting[0] != '\0' ? waiting : NULL;
		return 0;
	}
	if (id != NULL &&
	    (strlen(id) > SAML_URI_MAX ||
		xmlValidateNCName(BAD_CAST id, 0) != 0))
		return refuse(check->refusal, REASON_IN_RESPONSE_TO,
		    "the InResponseTo of the Response is \"%.80s\", which is "
		    "not an NCName",
		    id);
	check->in_response_to = id;
	return 0;
}

static void
trace_response(
    const struct saml_check *check, const struct saml_response *response)
{
	const char *to = element_attribute(response->node, "Destination");

	saml_trace_add(check->trace,
	    "response: success, sent to %.100s, in answer to %.80s, issued at "
	    "%.40s",
	    to != NULL ? to : "no address of its own",
	    check->in_response_to != NULL ? check->in_response_to
					  : "no request",
	    element_attribute(response->node, "IssueInstant"));
}

int
saml_response_check(
    const struct saml_check *check, const struct saml_response *response)
{
	int64_t issued;
	int r;

	if (response->issuer != NULL &&
	    (r = saml_issuer_check(check, response->issuer)) != 0)
		return r;
	if ((r = saml_response_status(response, check->refusal)) != 0 ||
	    (r = check_destination(check, response)) != 0 ||
	    (r = saml_check_in_response_to(check, response->node)) != 0)
		return r;
	if ((r = saml_check_issued(check, response->node, &issued)) != 0)
		return r;
	trace_response(check, response);
	return 0;
}

int
saml_response_age(
    const struct saml_check *check, const struct saml_response *response)
{
	const struct saml_settings *settings = check->settings;
	char text[CLOCK_TEXT_SIZE];
	int64_t issued;
	int r;

	if ((r = saml_check_issued(check, response->node, &issued)) != 0)
		return r;
	if (check->request->now - settings->clock_skew <
	    issued + settings->max_validity)
		return 0;
	clock_text(issued, text);
	return refuse(check->refusal, REASON_ISSUE_INSTANT,
	    "the Response was issued at %s, longer ago than [saml] "
	    "max_validity, %lld s",
	    text, (long long)settings->max_validity);
}
