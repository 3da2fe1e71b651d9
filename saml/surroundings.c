/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "saml/surroundings.h"

/* Whether it reaches to node, with no nearer declaration in its way. */
static int
is_in_scope(const xmlNs *ns, const xmlNode *node)
{
	return xmlSearchNs(node->doc, (xmlNode *)node, ns->prefix) == ns;
}

/*
 * Adds a namespace's name so that a parser reads the same from within quotes.
 * An ampersand is special: libxml2 2.9 keeps the reference that stood for it.
 */
static int
add_name(xmlBuffer *tag, const char *name)
{
	static const char ampersand[] = "&#38;";
	char reference[8];
	size_t plain;
	int r = 0;

	while (r == 0 && *name != '\0') {
		plain = strcspn(name, "&<\"\t\n\r");
		if (plain > 0) {
			r = xmlBufferAdd(tag, BAD_CAST name, (int)plain);
			name += plain;
		} else if (strncmp(name, ampersand, strlen(ampersand)) == 0) {
			r = xmlBufferCCat(tag, ampersand);
			name += strlen(ampersand);
		} else {
			snprintf(reference, sizeof(reference), "&#%d;", *name);
			r = xmlBufferCCat(tag, reference);
			name++;
		}
	}
	return r;
}

static int
add_namespace(xmlBuffer *tag, const xmlNs *ns)
{
	int r = xmlBufferCCat(tag, " xmlns");

	if (r == 0 && ns->prefix != NULL)
		r = xmlBufferCCat(tag, ":");
	if (r == 0 && ns->prefix != NULL)
		r = xmlBufferCat(tag, ns->prefix);
	if (r == 0)
		r = xmlBufferCCat(tag, "=\"");
	if (r == 0)
		r = add_name(tag, (const char *)ns->href);
	if (r == 0)
		r = xmlBufferCCat(tag, "\"");
	return r;
}

xmlBuffer *
saml_surroundings(const xmlNode *node)
{
	xmlBuffer *tag = xmlBufferCreate();
	const xmlNode *place;
	const xmlNs *ns;
	int r = tag != NULL ? xmlBufferCCat(tag, "<surroundings") : -1;

	for (place = node; place != NULL; place = place->parent) {
		if (place->type != XML_ELEMENT_NODE)
			break;
		for (ns = place->nsDef; r == 0 && ns != NULL; ns = ns->next) {
			if (is_in_scope(ns, node))
				r = add_namespace(tag, ns);
		}
	}
	if (r == 0)
		r = xmlBufferCCat(tag, ">");
	if (r != 0 && tag != NULL) {
		xmlBufferFree(tag);
		tag = NULL;
	}
	return tag;
}
