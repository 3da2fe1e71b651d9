/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "saml/attribute.h"
#include "saml/element.h"
#include "saml/text.h"

#define FROM_NAME_ID   "name_id"
#define FROM_ATTRIBUTE "attribute:"

#define COUNT(table)   (sizeof(table) / sizeof((table)[0]))

/* What was found of the attribute that names the user. */
struct user_attribute {
	const char *name; /* NULL: another source is configured */
	const xmlNode *value;
	size_t count; /* of all values, also those that are not acceptable */
};

static int
take_value(const xmlNode *node, struct saml_identity *identity)
{
	const char *text = element_text(node);

	if (text == NULL ||
	    saml_text_flaw(text, SAML_IDENTITY_TEXT_MAX) != NULL)
		return 0;
	return saml_identity_value(identity, text);
}

static int
take_attribute(const struct saml_check *check, const xmlNode *node,
    struct user_attribute *user, struct saml_identity *identity)
{
	static const struct element_slot slots[] = {
		{ NS_ASSERTION, { "AttributeValue" }, 0, 1 },
	};
	const char *name = element_attribute(node, "Name");
	xmlNode *found[COUNT(slots)];
	const xmlNode *value;
	int r, names_user, shown;

	r = element_children(
	    node, slots, COUNT(slots), found, REASON_ATTRIBUTE, check->refusal);
	if (r != 0)
		return r;
	if (name == NULL)
		return refuse(check->refusal, REASON_ATTRIBUTE,
		    "an Attribute without a Name");
	names_user = user->name != NULL && strcmp(name, user->name) == 0;
	shown = saml_text_flaw(name, SAML_IDENTITY_TEXT_MAX) == NULL;
	if (shown && (r = saml_identity_attribute(identity, name)) != 0)
		return r;
	for (value = found[0]; value != NULL; value = value->next) {
		if (value->type != XML_ELEMENT_NODE)
			continue;
		if (names_user && user->count++ == 0)
			user->value = value;
		if (shown && (r = take_value(value, identity)) != 0)
			return r;
	}
	return 0;
}

static int
take_statement(const struct saml_check *check, const xmlNode *node,
    struct user_attribute *user, struct saml_identity *identity)
{
	static const struct element_slot slots[] = {
		{ NS_ASSERTION, { "Attribute", "EncryptedAttribute" }, 1, 1 },
	};
	xmlNode *found[COUNT(slots)];
	const xmlNode *attribute;
	int r;

	r = element_children(
	    node, slots, COUNT(slots), found, REASON_ATTRIBUTE, check->refusal);
	if (r != 0)
		return r;
	for (attribute = found[0]; attribute != NULL;
	     attribute = attribute->next) {
		if (attribute->type != XML_ELEMENT_NODE)
			continue;
		if (element_is(attribute, NS_ASSERTION, "EncryptedAttribute"))
			return refuse(check->refusal, REASON_ENCRYPTED,
			    "an attribute is encrypted, and this SP takes "
			    "none");
		r = take_attribute(check, attribute, user, identity);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
user_from_attribute(const struct saml_check *check,
    const struct user_attribute *user, struct saml_identity *identity)
{
	const char *text, *flaw;

	if (user->count != 1)
		return refuse(check->refusal, REASON_NO_USER,
		    "the attribute \"%.80s\" of [saml] user_from has %zu "
		    "values; there must be exactly one",
		    user->name, user->count);
	if ((text = element_text(user->value)) == NULL)
		return refuse(check->refusal, REASON_ATTRIBUTE,
		    "the value of \"%.80s\", which names the user, holds "
		    "elements",
		    user->name);
	if ((flaw = saml_text_flaw(text, SAML_IDENTITY_TEXT_MAX)) != NULL)
		return refuse(check->refusal, REASON_ATTRIBUTE,
		    "the value of \"%.80s\", which names the user, %s",
		    user->name, flaw);
	return saml_copy(&identity->user, text);
}

static int
user_from_name_id(
    const struct saml_check *check, struct saml_identity *identity)
{
	if (identity->name_id == NULL)
		return refuse(check->refusal, REASON_NAME_ID,
		    "the assertion has no NameID, where [saml] user_from "
		    "looks for the user");
	return saml_copy(&identity->user, identity->name_id);
}

int
saml_attributes_take(const struct saml_check *check, const xmlNode *first,
    struct saml_identity *identity)
{
	const char *from = check->settings->user_from;
	struct user_attribute user = { NULL, NULL, 0 };
	const xmlNode *node;
	int r;

	if (strncmp(from, FROM_ATTRIBUTE, strlen(FROM_ATTRIBUTE)) == 0)
		user.name = from + strlen(FROM_ATTRIBUTE);
	for (node = first; node != NULL; node = node->next) {
		if (!element_is(node, NS_ASSERTION, "AttributeStatement"))
			continue;
		r = take_statement(check, node, &user, identity);
		if (r != 0)
			return r;
	}
	if (user.name != NULL)
		return user_from_attribute(check, &user, identity);
	if (strcmp(from, FROM_NAME_ID) == 0)
		return user_from_name_id(check, identity);
	return refuse(check->refusal, REASON_NO_USER,
	    "[saml] user_from is \"%.60s\", neither name_id nor "
	    "attribute:NAME",
	    from);
}
