/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "saml/assertion.h"
#include "saml/attribute.h"
#include "saml/conditions.h"
#include "saml/element.h"
#include "saml/issuer.h"
#include "saml/statement.h"
#include "saml/subject.h"
#include "saml/time.h"
#include "saml/user.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

int
saml_assertion_read(
    struct saml_assertion *assertion, xmlNode *node, struct refusal *refusal)
{
	enum {
		ISSUER,
		SIGNATURE,
		SUBJECT,
		CONDITIONS,
		ADVICE,
		STATEMENTS
	};
	static const struct element_slot slots[] = {
		[ISSUER] = { NS_ASSERTION, { "Issuer" }, 0, 0 },
		[SIGNATURE] = { NS_DSIG, { "Signature" }, 0, 0 },
		[SUBJECT] = { NS_ASSERTION, { "Subject" }, 0, 0 },
		[CONDITIONS] = { NS_ASSERTION, { "Conditions" }, 0, 0 },
		[ADVICE] = { NS_ASSERTION, { "Advice" }, 0, 0 },
		[STATEMENTS] = { NS_ASSERTION,
		    { "AuthnStatement", "AttributeStatement",
			"AuthzDecisionStatement" },
		    0, 1 },
	};
	const char *version = element_attribute(node, "Version");
	xmlNode *found[COUNT(slots)];
	int r;

	r = element_children(
	    node, slots, COUNT(slots), found, REASON_BAD_STRUCTURE, refusal);
	if (r != 0)
		return r;
	if (version == NULL || strcmp(version, "2.0") != 0)
		return refuse(refusal, REASON_BAD_STRUCTURE,
		    "the Version of the Assertion is not 2.0");
	if (element_attribute(node, "ID") == NULL)
		return refuse(
		    refusal, REASON_BAD_ID, "the Assertion has no ID");
	if (found[ISSUER] == NULL)
		return refuse(refusal, REASON_ISSUER_MISSING,
		    "the Assertion has no Issuer");
	assertion->node = node;
	assertion->issuer = found[ISSUER];
	assertion->signature = found[SIGNATURE];
	assertion->subject = found[SUBJECT];
	assertion->conditions = found[CONDITIONS];
	assertion->statements = found[STATEMENTS];
	return 0;
}

/*
 * The times of an assertion. It can be used until the end of its Conditions,
 * and until the last of its confirmations has ended: another one than today's
 * may hold tomorrow, so that a replay is remembered until then.
 */
static int
check_lifetime(const struct saml_check *check, int64_t issued,
    int64_t conditions_end, const struct saml_confirmation *confirmation,
    struct saml_identity *identity)
{
	const struct saml_settings *settings = check->settings;
	int64_t end = confirmation->not_on_or_after;
	int64_t last = confirmation->last_end;

	if (conditions_end != SAML_TIME_NONE) {
		end = conditions_end < end ? conditions_end : end;
		last = conditions_end < last ? conditions_end : last;
	}
	if (last - issued > settings->max_validity)
		return refuse(check->refusal, REASON_VALIDITY_TOO_LONG,
		    "the assertion holds for %lld s from its IssueInstant, "
		    "[saml] max_validity is %lld s",
		    (long long)(last - issued),
		    (long long)settings->max_validity);
	identity->not_on_or_after = end;
	identity->replay_until = last + settings->clock_skew;
	return 0;
}

static int
take_names(const struct saml_check *check,
    const struct saml_assertion *assertion, struct saml_identity *identity)
{
	const char *id = element_attribute(assertion->node, "ID");
	int r;

	if ((r = saml_copy(&identity->assertion_id, id)) != 0 ||
	    (r = saml_copy(&identity->in_response_to, check->in_response_to)) !=
		0)
		return r;
	return saml_copy(&identity->issuer, check->idp->entity_id);
}

int
saml_assertion_check(const struct saml_check *check,
    const struct saml_assertion *assertion, struct saml_identity *identity)
{
	struct saml_confirmation confirmation;
	int64_t issued, conditions_end;
	int r;

	if ((r = saml_issuer_check(check, assertion->issuer)) != 0)
		return r;
	if ((r = saml_check_issued(check, assertion->node, &issued)) != 0)
		return r;
	r = saml_conditions_check(
	    check, assertion->conditions, &conditions_end);
	if (r != 0)
		return r;
	r = saml_subject_check(
	    check, assertion->subject, &confirmation, identity);
	if (r != 0)
		return r;
	r = check_lifetime(
	    check, issued, conditions_end, &confirmation, identity);
	if (r != 0)
		return r;
	r = saml_statements_check(check, assertion->statements, identity);
	if (r != 0)
		return r;
	if ((r = take_names(check, assertion, identity)) != 0)
		return r;
	r = saml_attributes_take(check, assertion->statements, identity);
	if (r != 0)
		return r;
	return saml_user_take(check, assertion->statements, identity);
}
