/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/user.h"

#include <string.h>
#include <strings.h>

#include "saml/element.h"
#include "saml/text.h"

#define FROM_NAME_ID   "name_id"
#define FROM_ATTRIBUTE "attribute:"

/* The scopes that the IdP's metadata gives it. */
#define SCOPE_METADATA "metadata"

/* How the users of one IdP are named. */
struct mapping {
	const char *from;
	const char *scope; /* "": any */
	int strip;
};

static int
is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static struct mapping
mapping_of(const struct saml_check *check)
{
	const struct saml_settings *settings = check->settings;
	const struct saml_idp_rule *rule =
	    saml_settings_rule(settings, check->idp->entity_id);
	struct mapping mapping = { settings->user_from, "", 0 };

	if (is_given(settings->user_scope))
		mapping.scope = settings->user_scope;
	if (rule == NULL)
		return mapping;
	if (is_given(rule->user_from))
		mapping.from = rule->user_from;
	if (is_given(rule->user_scope))
		mapping.scope = rule->user_scope;
	mapping.strip = rule->strip_scope != 0;
	return mapping;
}

/* The values of an attribute of this name: the first, and how many. */
struct values {
	const char *name;
	const xmlNode *first;
	size_t count; /* also of those that are not acceptable */
};

static void
count_values(const xmlNode *attribute, struct values *values)
{
	const xmlNode *node;

	for (node = attribute->children; node != NULL; node = node->next) {
		if (!element_is(node, NS_ASSERTION, "AttributeValue"))
			continue;
		if (values->count++ == 0)
			values->first = node;
	}
}

static void
find_values(const xmlNode *statement, struct values *values)
{
	const xmlNode *node;
	const char *name;

	for (node = statement->children; node != NULL; node = node->next) {
		if (!element_is(node, NS_ASSERTION, "Attribute"))
			continue;
		name = element_attribute(node, "Name");
		if (name != NULL && strcmp(name, values->name) == 0)
			count_values(node, values);
	}
}

static int
from_attribute(const struct saml_check *check, const char *name,
    const xmlNode *first, struct saml_identity *identity)
{
	struct values values = { name, NULL, 0 };
	const char *text, *flaw;
	const xmlNode *node;

	for (node = first; node != NULL; node = node->next) {
		if (element_is(node, NS_ASSERTION, "AttributeStatement"))
			find_values(node, &values);
	}
	if (values.count != 1)
		return refuse(check->refusal, REASON_NO_USER,
		    "the attribute \"%.80s\" of user_from has %zu values; "
		    "there must be exactly one",
		    name, values.count);
	if ((text = element_text(values.first)) == NULL)
		return refuse(check->refusal, REASON_ATTRIBUTE,
		    "the value of \"%.80s\", which names the user, holds "
		    "elements",
		    name);
	if ((flaw = saml_text_flaw(text, SAML_IDENTITY_TEXT_MAX)) != NULL)
		return refuse(check->refusal, REASON_ATTRIBUTE,
		    "the value of \"%.80s\", which names the user, %s", name,
		    flaw);
	return saml_copy(&identity->user, text);
}

static int
from_name_id(const struct saml_check *check, struct saml_identity *identity)
{
	if (identity->name_id == NULL)
		return refuse(check->refusal, REASON_NAME_ID,
		    "the assertion has no NameID, where user_from looks for "
		    "the user");
	return saml_copy(&identity->user, identity->name_id);
}

static int
from_somewhere(const struct saml_check *check, const char *from,
    const xmlNode *first, struct saml_identity *identity)
{
	size_t prefix = strlen(FROM_ATTRIBUTE);

	if (strcmp(from, FROM_NAME_ID) == 0)
		return from_name_id(check, identity);
	if (strncmp(from, FROM_ATTRIBUTE, prefix) == 0)
		return from_attribute(check, from + prefix, first, identity);
	return refuse(check->refusal, REASON_NO_USER,
	    "user_from is \"%.60s\", neither name_id nor attribute:NAME", from);
}

/* Scopes are names of the DNS, where the case of a letter means nothing. */
static int
in_scope(const struct saml_idp *idp, const char *scope, const char *domain)
{
	size_t i;

	if (scope[0] == '@')
		return strcasecmp(scope + 1, domain) == 0;
	if (strcmp(scope, SCOPE_METADATA) != 0)
		return 0;
	for (i = 0; i < idp->scope_count; i++) {
		if (strcasecmp(idp->scopes[i], domain) == 0)
			return 1;
	}
	return 0;
}

/* Cuts the scope off: what is left must not look like another scope's user. */
static int
strip(const struct saml_check *check, char *user, char *at)
{
	const char *flaw;

	*at = '\0';
	if (strchr(user, '@') != NULL)
		return refuse(check->refusal, REASON_USER_SCOPE,
		    "the user is \"%.120s\" without the scope, which has "
		    "another @ in it",
		    user);
	if ((flaw = saml_text_flaw(user, SAML_IDENTITY_TEXT_MAX)) != NULL)
		return refuse(check->refusal, REASON_USER_SCOPE,
		    "the user without the scope %s", flaw);
	return 0;
}

static int
check_scope(const struct saml_check *check, const struct mapping *mapping,
    struct saml_identity *identity)
{
	char *user = identity->user, *at = strrchr(user, '@');
	int by_metadata = strcmp(mapping->scope, SCOPE_METADATA) == 0;

	if (mapping->scope[0] == '\0')
		return 0;
	if (at == NULL || at == user ||
	    !in_scope(check->idp, mapping->scope, at + 1))
		return refuse(check->refusal, REASON_USER_SCOPE,
		    "\"%.80s\" names the user \"%.80s\", but its scope is %s%.80s",
		    check->idp->entity_id, user,
		    by_metadata ? "what its metadata has as shibmd:Scope" : "",
		    by_metadata ? "" : mapping->scope);
	return mapping->strip ? strip(check, user, at) : 0;
}

int
saml_user_take(const struct saml_check *check, const xmlNode *first,
    struct saml_identity *identity)
{
	struct mapping mapping = mapping_of(check);
	int r;

	r = from_somewhere(check, mapping.from, first, identity);
	if (r == 0)
		r = check_scope(check, &mapping, identity);
	if (r == 0)
		saml_trace_add(check->trace,
		    "user: %.160s, from %.80s, scope %.60s%s", identity->user,
		    mapping.from,
		    is_given(mapping.scope) ? mapping.scope : "any",
		    mapping.strip ? ", stripped" : "");
	return r;
}
