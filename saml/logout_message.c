/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/logout_message.h"

#include <string.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "saml/element.h"
#include "saml/identity.h"
#include "saml/issuer.h"
#include "saml/name_id.h"
#include "saml/status.h"
#include "saml/text.h"
#include "saml/time.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int
check_root(const xmlNode *node, struct refusal *refusal)
{
	const char *version = element_attribute(node, "Version");

	if (!element_is(node, NS_PROTOCOL, "LogoutRequest") &&
	    !element_is(node, NS_PROTOCOL, "LogoutResponse"))
		return refuse(refusal, REASON_NOT_LOGOUT,
		    "the root element is %.60s, not samlp:LogoutRequest or "
		    "samlp:LogoutResponse",
		    (const char *)node->name);
	if (version == NULL || strcmp(version, "2.0") != 0)
		return refuse(refusal, REASON_NOT_LOGOUT,
		    "the Version is \"%.20s\", not 2.0",
		    version != NULL ? version : "");
	if (element_attribute(node, "ID") == NULL)
		return refuse(refusal, REASON_BAD_ID, "the %s has no ID",
		    (const char *)node->name);
	return 0;
}

/* What both kinds begin with, and then what is particular to each. */
enum {
	ISSUER,
	SIGNATURE,
	EXTENSIONS,
	NAME,
	INDEXES,
	STATUS = NAME,
	SLOTS = INDEXES + 1
};

#define HEAD                                                                   \
	[ISSUER] = { NS_ASSERTION, { "Issuer" }, 0, 0 },                       \
	[SIGNATURE] = { NS_DSIG, { "Signature" }, 0, 0 },                      \
	[EXTENSIONS] = { NS_PROTOCOL, { "Extensions" }, 0, 0 }

static const struct element_slot request_slots[] = {
	HEAD,
	[NAME] = { NS_ASSERTION, { "NameID", "EncryptedID", "BaseID" }, 1, 0 },
	[INDEXES] = { NS_PROTOCOL, { "SessionIndex" }, 0, 1 },
};

static const struct element_slot response_slots[] = {
	HEAD,
	[STATUS] = { NS_PROTOCOL, { "Status" }, 1, 0 },
};

int
saml_logout_message_read(struct saml_logout_message *message, xmlNode *node,
    const struct saml_census *census, struct refusal *refusal)
{
	xmlNode *found[SLOTS] = { NULL };
	int is_response, r;

	if ((r = check_root(node, refusal)) != 0)
		return r;
	is_response = element_is(node, NS_PROTOCOL, "LogoutResponse");
	r = is_response
	    ? element_children(node, response_slots, COUNT(response_slots),
		  found, REASON_BAD_STRUCTURE, refusal)
	    : element_children(node, request_slots, COUNT(request_slots), found,
		  REASON_BAD_STRUCTURE, refusal);
	if (r != 0)
		return r;
	if (census->assertions != 0 || census->encrypted != 0)
		return refuse(refusal, REASON_BAD_STRUCTURE,
		    "there is an assertion in the %s",
		    (const char *)node->name);
	if (found[ISSUER] == NULL)
		return refuse(refusal, REASON_ISSUER_MISSING,
		    "the %s has no Issuer", (const char *)node->name);
	message->node = node;
	message->is_response = is_response;
	message->issuer = found[ISSUER];
	message->signature = found[SIGNATURE];
	message->name = is_response ? NULL : found[NAME];
	message->indexes = is_response ? NULL : found[INDEXES];
	message->status = is_response ? found[STATUS] : NULL;
	return 0;
}

/* Bindings 3.4.5.2, 3.5.5.2: what is signed says where it is meant to go. */
static int
check_destination(const struct saml_check *check, const xmlNode *node)
{
	const char *to = element_attribute(node, "Destination");
	const char *here = check->settings->slo_url;

	if (here[0] == '\0')
		return refuse(check->refusal, REASON_DESTINATION,
		    "a %s has come, but [saml] slo_url is not set",
		    (const char *)node->name);
	if (to != NULL && strcmp(to, here) == 0)
		return 0;
	return refuse(check->refusal, REASON_DESTINATION,
	    "the %s was sent to \"%.100s\", [saml] slo_url is \"%.100s\"",
	    (const char *)node->name, to != NULL ? to : "", here);
}

/*
 * The times of a message. One that says no end is good for as long as an
 * assertion may be, so that the mark of its use need not be kept for ever; but
 * for as long as the setting may ever allow, lest it be raised meanwhile.
 */
static int
check_times(const struct saml_check *check, const xmlNode *node,
    struct saml_logout *logout)
{
	int64_t now = check->request->now, skew = check->settings->clock_skew;
	char text[CLOCK_TEXT_SIZE], here[CLOCK_TEXT_SIZE];
	int64_t issued, end, last;
	int r;

	if ((r = saml_check_issued(check, node, &issued)) != 0 ||
	    (r = saml_check_time(check, node, "NotOnOrAfter", &end)) != 0)
		return r;
	clock_text(now, here);
	last = issued + check->settings->max_validity;
	logout->issued = issued;
	logout->replay_until = issued + CONFIG_MAX_VALIDITY_MOST + skew;
	if (end != SAML_TIME_NONE && now - skew >= end) {
		clock_text(end, text);
		return refuse(check->refusal, REASON_LOGOUT_EXPIRED,
		    "the %s ended at %s: it is %s here, clock_skew is %lld s",
		    (const char *)node->name, text, here, (long long)skew);
	}
	if (now - skew < last)
		return 0;
	clock_text(issued, text);
	return refuse(check->refusal, REASON_ISSUE_INSTANT,
	    "the %s was issued at %s, longer ago than [saml] max_validity, "
	    "%lld s: it is %s here",
	    (const char *)node->name, text,
	    (long long)check->settings->max_validity, here);
}

/* A text that names something, into *copy; NULL is left NULL. */
static int
take_text(const struct saml_check *check, const char *what, const char *text,
    char **copy)
{
	const char *flaw;

	if (text != NULL && (flaw = saml_text_flaw(text, SAML_URI_MAX)) != NULL)
		return refuse(
		    check->refusal, REASON_BAD_STRUCTURE, "%s %s", what, flaw);
	return saml_copy(copy, text);
}

static int
take_indexes(const struct saml_check *check, const xmlNode *first,
    struct saml_logout *logout)
{
	const xmlNode *node;
	const char *text;
	char **next;
	int r;

	for (node = first; node != NULL; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (logout->session_index_count == SAML_SESSION_INDEXES_MAX)
			return refuse(check->refusal, REASON_XML_LIMIT,
			    "more than %d SessionIndexes",
			    SAML_SESSION_INDEXES_MAX);
		next = &logout->session_indexes[logout->session_index_count];
		text = element_text(node);
		r = take_text(
		    check, "a SessionIndex", text != NULL ? text : "", next);
		if (r != 0)
			return r;
		logout->session_index_count++;
	}
	return 0;
}

static int
take_request(const struct saml_check *check,
    const struct saml_logout_message *message, struct saml_logout *logout)
{
	struct saml_name_id name = { 0 };
	int r = saml_name_id_read(check, message->name, &name);

	logout->name_id = name.value;
	logout->name_id_format = name.format;
	logout->name_qualifier = name.name_qualifier;
	logout->sp_name_qualifier = name.sp_name_qualifier;
	return r != 0 ? r : take_indexes(check, message->indexes, logout);
}

static int
take_response(const struct saml_check *check,
    const struct saml_logout_message *message, struct saml_logout *logout)
{
	const char *id = element_attribute(message->node, "InResponseTo");
	struct saml_status status;
	int r = saml_status_read(&status, message->status, check->refusal);

	if (r == 0)
		r = take_text(check, "InResponseTo", id != NULL ? id : "",
		    &logout->in_response_to);
	if (r == 0)
		r = take_text(
		    check, "the StatusCode", status.code, &logout->status);
	if (r == 0)
		r = take_text(check, "the second StatusCode", status.second,
		    &logout->status_second);
	return r;
}

int
saml_logout_message_check(const struct saml_check *check,
    const struct saml_logout_message *message, struct saml_logout *logout)
{
	const xmlNode *node = message->node;
	int r;

	logout->is_response = message->is_response;
	if ((r = saml_issuer_check(check, message->issuer)) != 0 ||
	    (r = check_destination(check, node)) != 0 ||
	    (r = check_times(check, node, logout)) != 0)
		return r;
	if ((r = saml_copy(&logout->issuer, check->idp->entity_id)) != 0 ||
	    (r = saml_copy(&logout->id, element_attribute(node, "ID"))) != 0)
		return r;
	return message->is_response ? take_response(check, message, logout)
				    : take_request(check, message, logout);
}
