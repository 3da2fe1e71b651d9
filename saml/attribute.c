/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/attribute.h"

#include <stdio.h>
#include <string.h>

#include "saml/element.h"
#include "saml/text.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int
take_value(const xmlNode *node, struct attributes *attributes)
{
	const char *text = element_text(node);

	if (text == NULL || saml_text_flaw(text, SAML_URI_MAX) != NULL)
		return 0;
	return attributes_add_value(attributes, text);
}

static int
take_attribute(const struct saml_check *check, const xmlNode *node,
    struct attributes *attributes)
{
	static const struct element_slot slots[] = {
		{ NS_ASSERTION, { "AttributeValue" }, 0, 1 },
	};
	const char *name = element_attribute(node, "Name");
	xmlNode *found[COUNT(slots)];
	const xmlNode *value;
	int r;

	r = element_children(
	    node, slots, COUNT(slots), found, REASON_ATTRIBUTE, check->refusal);
	if (r != 0)
		return r;
	if (name == NULL)
		return refuse(check->refusal, REASON_ATTRIBUTE,
		    "an Attribute without a Name");
	if (saml_text_flaw(name, SAML_IDENTITY_TEXT_MAX) != NULL)
		return 0;
	r = attributes_add(attributes, name);
	for (value = found[0]; r == 0 && value != NULL; value = value->next) {
		if (value->type == XML_ELEMENT_NODE)
			r = take_value(value, attributes);
	}
	return r;
}

/* An empty one says nothing, and is what AWS sends where nothing is mapped. */
static int
take_statement(const struct saml_check *check, const xmlNode *node,
    struct attributes *attributes)
{
	static const struct element_slot slots[] = {
		{ NS_ASSERTION, { "Attribute", "EncryptedAttribute" }, 0, 1 },
	};
	xmlNode *found[COUNT(slots)];
	const xmlNode *attribute;
	int r;

	r = element_children(
	    node, slots, COUNT(slots), found, REASON_ATTRIBUTE, check->refusal);
	for (attribute = found[0]; r == 0 && attribute != NULL;
	     attribute = attribute->next) {
		if (attribute->type != XML_ELEMENT_NODE)
			continue;
		if (element_is(attribute, NS_ASSERTION, "EncryptedAttribute"))
			return refuse(check->refusal, REASON_ENCRYPTED,
			    "an attribute is encrypted, and this SP takes "
			    "none");
		r = take_attribute(check, attribute, attributes);
	}
	return r;
}

/* Their names only: values may be nobody's business. */
static void
trace_names(const struct saml_check *check, const struct attributes *attributes)
{
	char names[240] = "";
	size_t i, size = 0;

	if (check->trace == NULL)
		return;
	for (i = 0; i < attributes->count && size < sizeof(names); i++)
		size += (size_t)snprintf(names + size, sizeof(names) - size,
		    "%s%s", i == 0 ? ": " : ", ", attributes->items[i].name);
	saml_trace_add(check->trace, "attributes: %zu%s%s", attributes->count,
	    names, size < sizeof(names) ? "" : " ...");
}

int
saml_attributes_take(const struct saml_check *check, const xmlNode *first,
    struct saml_identity *identity)
{
	const xmlNode *node;
	int r;

	for (node = first; node != NULL; node = node->next) {
		if (!element_is(node, NS_ASSERTION, "AttributeStatement"))
			continue;
		r = take_statement(check, node, &identity->attributes);
		if (r != 0)
			return r;
	}
	trace_names(check, &identity->attributes);
	return 0;
}
