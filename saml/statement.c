/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/clock.h"
#include "saml/element.h"
#include "saml/statement.h"
#include "saml/text.h"
#include "saml/time.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int
refuse_statement(const struct saml_check *check, const char *what)
{
	return refuse(check->refusal, REASON_AUTHN_STATEMENT, "%s", what);
}

/* A URI or an index: not for people, but for logs. An empty one is none. */
static int
take_text(const struct saml_check *check, const char *text, char **copy)
{
	if (text == NULL || text[0] == '\0')
		return 0;
	if (saml_text_flaw(text, SAML_URI_MAX) != NULL)
		return refuse_statement(check,
		    "the SessionIndex or AuthnContextClassRef is not "
		    "acceptable as text");
	return saml_copy(copy, text);
}

static int
take_context(const struct saml_check *check, const xmlNode *node,
    struct saml_identity *identity)
{
	enum {
		CLASS,
		DECLARATION,
		AUTHORITY
	};
	static const struct element_slot slots[] = {
		[CLASS] = { NS_ASSERTION, { "AuthnContextClassRef" }, 0, 0 },
		[DECLARATION] = { NS_ASSERTION,
		    { "AuthnContextDecl", "AuthnContextDeclRef" }, 0, 0 },
		[AUTHORITY] = { NS_ASSERTION, { "AuthenticatingAuthority" }, 0,
		    1 },
	};
	xmlNode *found[COUNT(slots)];
	const char *text;
	int r;

	r = element_children(node, slots, COUNT(slots), found,
	    REASON_AUTHN_STATEMENT, check->refusal);
	if (r != 0 || found[CLASS] == NULL)
		return r;
	if ((text = element_text(found[CLASS])) == NULL)
		return refuse_statement(
		    check, "the AuthnContextClassRef holds elements");
	return take_text(check, text, &identity->authn_context);
}

static int
check_session_end(const struct saml_check *check, const xmlNode *node,
    struct saml_identity *identity)
{
	char until[CLOCK_TEXT_SIZE], here[CLOCK_TEXT_SIZE];
	int64_t end, *earliest = &identity->session_not_on_or_after;
	int r;

	r = saml_check_time(check, node, "SessionNotOnOrAfter", &end);
	if (r != 0 || end == SAML_TIME_NONE)
		return r;
	if (end <= check->request->now) {
		clock_text(end, until);
		clock_text(check->request->now, here);
		return refuse(check->refusal, REASON_SESSION_EXPIRED,
		    "the session at the IdP ended at %s, it is %s here", until,
		    here);
	}
	if (*earliest == 0 || end < *earliest)
		*earliest = end;
	return 0;
}

/* The earliest AuthnInstant that will do; SAML_TIME_NONE: any. */
static int64_t
oldest_wanted(const struct saml_check *check)
{
	const struct saml_request *request = check->request;
	int64_t oldest = SAML_TIME_NONE;

	if (check->settings->max_authn_age > 0)
		oldest = request->now - check->settings->max_authn_age;
	if (request->authn_after > 0 && request->authn_after > oldest)
		oldest = request->authn_after;
	return oldest;
}

static int
check_age(const struct saml_check *check, int64_t instant)
{
	int64_t oldest = oldest_wanted(check);
	char then[CLOCK_TEXT_SIZE], wanted[CLOCK_TEXT_SIZE];

	if (oldest == SAML_TIME_NONE ||
	    instant + check->settings->clock_skew >= oldest)
		return 0;
	clock_text(instant, then);
	clock_text(oldest, wanted);
	return refuse(check->refusal, REASON_AUTHN_TOO_OLD,
	    "the user signed in at the IdP at %s, which has to be %s or later: "
	    "clock_skew is %lld s",
	    then, wanted, (long long)check->settings->clock_skew);
}

static int
check_instant(
    const struct saml_check *check, const xmlNode *node, int64_t *instant)
{
	int r;

	r = saml_check_time(check, node, "AuthnInstant", instant);
	if (r != 0)
		return r;
	if (*instant == SAML_TIME_NONE)
		return refuse_statement(check, "no AuthnInstant");
	if (*instant > check->request->now + check->settings->clock_skew)
		return refuse_statement(
		    check, "the AuthnInstant is in the future");
	return check_age(check, *instant);
}

static int
check_statement(const struct saml_check *check, const xmlNode *node, int first,
    struct saml_identity *identity)
{
	enum {
		LOCALITY,
		CONTEXT
	};
	static const struct element_slot slots[] = {
		[LOCALITY] = { NS_ASSERTION, { "SubjectLocality" }, 0, 0 },
		[CONTEXT] = { NS_ASSERTION, { "AuthnContext" }, 1, 0 },
	};
	xmlNode *found[COUNT(slots)];
	int64_t instant;
	int r;

	r = element_children(node, slots, COUNT(slots), found,
	    REASON_AUTHN_STATEMENT, check->refusal);
	if (r != 0 || (r = check_instant(check, node, &instant)) != 0 ||
	    (r = check_session_end(check, node, identity)) != 0 || !first)
		return r;
	identity->authn_instant = instant > 0 ? instant : 0;
	r = take_text(check, element_attribute(node, "SessionIndex"),
	    &identity->session_index);
	return r != 0 ? r : take_context(check, found[CONTEXT], identity);
}

static void
trace_statement(
    const struct saml_check *check, const struct saml_identity *identity)
{
	char then[CLOCK_TEXT_SIZE];

	if (check->trace == NULL)
		return;
	clock_text(identity->authn_instant, then);
	saml_trace_add(check->trace,
	    "authentication: at %s, context %.120s, SessionIndex %.80s", then,
	    identity->authn_context != NULL ? identity->authn_context
					    : "not given",
	    identity->session_index != NULL ? identity->session_index
					    : "not given");
}

int
saml_statements_check(const struct saml_check *check, const xmlNode *first,
    struct saml_identity *identity)
{
	const xmlNode *node;
	int r, seen = 0;

	for (node = first; node != NULL; node = node->next) {
		if (!element_is(node, NS_ASSERTION, "AuthnStatement"))
			continue;
		if ((r = check_statement(check, node, seen++ == 0, identity)) !=
		    0)
			return r;
	}
	if (seen == 0)
		return refuse_statement(
		    check, "the assertion has no AuthnStatement");
	trace_statement(check, identity);
	return 0;
}
