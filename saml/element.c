/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "saml/element.h"

int
element_is(const xmlNode *node, const char *ns, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns != NULL &&
	    strcmp((const char *)node->name, name) == 0 &&
	    strcmp((const char *)node->ns->href, ns) == 0;
}

const char *
element_attribute(const xmlNode *node, const char *name)
{
	const xmlAttr *attr;

	for (attr = node->properties; attr != NULL; attr = attr->next) {
		if (attr->ns == NULL &&
		    strcmp((const char *)attr->name, name) == 0)
			return attr->children == NULL
			    ? ""
			    : (const char *)attr->children->content;
	}
	return NULL;
}

const char *
element_text(const xmlNode *node)
{
	const xmlNode *text = node->children;

	if (text == NULL)
		return "";
	if (text->type != XML_TEXT_NODE || text->next != NULL)
		return NULL;
	return (const char *)text->content;
}

const xmlNode *
element_at(const xmlNode *parent, size_t place)
{
	const xmlNode *child = parent->children;

	for (; child != NULL; child = child->next) {
		if (child->type == XML_ELEMENT_NODE && place-- == 0)
			break;
	}
	return child;
}

static int
fits(const struct element_slot *slot, const xmlNode *node)
{
	size_t i;

	for (i = 0; i < SLOT_NAMES && slot->names[i] != NULL; i++) {
		if (element_is(node, slot->ns, slot->names[i]))
			return 1;
	}
	return 0;
}

static int
is_blank(const xmlNode *node)
{
	const char *text = (const char *)node->content;

	return node->type == XML_TEXT_NODE &&
	    text[strspn(text, " \t\r\n")] == '\0';
}

int
element_children(const xmlNode *parent, const struct element_slot *slots,
    size_t count, xmlNode **found, enum reason reason, struct refusal *refusal)
{
	xmlNode *child;
	size_t slot = 0, i;

	memset(found, 0, count * sizeof(found[0]));
	for (child = parent->children; child != NULL; child = child->next) {
		if (child->type != XML_ELEMENT_NODE) {
			if (is_blank(child))
				continue;
			return refuse(refusal, reason,
			    "text between the elements of %.40s",
			    (const char *)parent->name);
		}
		while (slot < count && !fits(&slots[slot], child))
			slot++;
		if (slot == count)
			return refuse(refusal, reason,
			    "the element %.60s is unknown, doubled or out of "
			    "place in %.40s",
			    (const char *)child->name,
			    (const char *)parent->name);
		if (found[slot] == NULL)
			found[slot] = child;
		if (!slots[slot].many)
			slot++;
	}
	for (i = 0; i < count; i++) {
		if (slots[i].required && found[i] == NULL)
			return refuse(refusal, reason,
			    "the element %s is missing in %.40s",
			    slots[i].names[0], (const char *)parent->name);
	}
	return 0;
}
