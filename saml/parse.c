/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "saml/element.h"
#include "saml/identity.h"
#include "saml/parse.h"

/* Text in one piece, no network, no error texts; never NOENT, never HUGE. */
#define OPTIONS                                                                \
	(XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC |          \
	    XML_PARSE_COMPACT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

/* What was wrong first: libxml2 itself keeps what was wrong last. */
struct first_error {
	int code, line;
	char text[160];
};

/*
 * libxml2 goes on after an error to look for more, formatting a text for each
 * of them. The first is enough. xmlStopParser(3) must not be called from here:
 * it frees the text that is being read, to whose middle the parser comes back
 * with pointers in its hands (2.9.14, xmlParseStartTag2). What it does besides
 * is done here, and makes all loops of the parser end.
 */
static void
stop_at_error(void *data, xmlError *error)
{
	xmlParserCtxt *ctxt = data;
	struct first_error *first = ctxt->_private;
	const char *text = error->message != NULL ? error->message : "";

	if (error->level < XML_ERR_ERROR)
		return;
	if (first->code == XML_ERR_OK) {
		first->code = error->code;
		first->line = error->line;
		snprintf(first->text, sizeof(first->text), "%.*s",
		    (int)strcspn(text, "\n"), text);
	}
	/* not every error does that by itself: half a tree is none */
	ctxt->wellFormed = 0;
	ctxt->disableSAX = 1;
	ctxt->instate = XML_PARSER_EOF;
}

static int
refuse_xml(const struct first_error *first, struct refusal *refusal)
{
	if (first->code == XML_ERR_NO_MEMORY)
		return GATE_ENOMEM;
	return refuse(refusal, REASON_BAD_XML,
	    "not well-formed XML: line %d, libxml2's error %d: %s", first->line,
	    first->code, first->text);
}

static int
parse_text(const char *text, size_t size, xmlDoc **doc, struct refusal *refusal)
{
	struct first_error first = { 0 };
	xmlParserCtxt *ctxt;
	int r = 0;

	if (size > INT_MAX || (ctxt = xmlNewParserCtxt()) == NULL)
		return GATE_ENOMEM;
	ctxt->_private = &first;
	ctxt->sax->serror = stop_at_error;
	*doc = xmlCtxtReadMemory(ctxt, text, (int)size, NULL, NULL, OPTIONS);
	if (*doc == NULL || !ctxt->wellFormed || !ctxt->nsWellFormed)
		r = refuse_xml(&first, refusal);
	xmlFreeParserCtxt(ctxt);
	return r;
}

static int
check_id(xmlDoc *doc, xmlAttr *attr, struct refusal *refusal)
{
	const xmlChar *id =
	    attr->children != NULL ? attr->children->content : BAD_CAST "";

	if (strlen((const char *)id) > SAML_URI_MAX ||
	    xmlValidateNCName(id, 0) != 0)
		return refuse(refusal, REASON_BAD_ID,
		    "the ID \"%.80s\" is not an NCName", (const char *)id);
	if (xmlGetID(doc, id) != NULL)
		return refuse(refusal, REASON_BAD_ID,
		    "the ID \"%.80s\" is given twice", (const char *)id);
	return xmlAddID(NULL, doc, id, attr) != NULL ? 0 : GATE_ENOMEM;
}

static int
is_one_text(const xmlNode *node)
{
	return node == NULL ||
	    (node->type == XML_TEXT_NODE && node->next == NULL);
}

static int
check_attributes(xmlDoc *doc, const xmlNode *node, struct refusal *refusal)
{
	xmlAttr *attr;
	int r;

	for (attr = node->properties; attr != NULL; attr = attr->next) {
		const char *name = (const char *)attr->name;

		if (!is_one_text(attr->children))
			return refuse(refusal, REASON_XML_FORBIDDEN, NULL);
		if (attr->ns == NULL && name[0] == 'I' &&
		    (strcmp(name, "ID") == 0 || strcmp(name, "Id") == 0)) {
			if ((r = check_id(doc, attr, refusal)) != 0)
				return r;
		} else if (attr->ns != NULL && strcmp(name, "id") == 0 &&
		    xmlStrEqual(attr->ns->href, XML_XML_NAMESPACE)) {
			return refuse(refusal, REASON_BAD_ID,
			    "an xml:id; SAML's IDs are in no namespace");
		}
	}
	return 0;
}

static void
count(const xmlNode *node, struct saml_census *census)
{
	const char *name = (const char *)node->name;

	/* Nearly all elements are told by their first letter. */
	if (name[0] == 'A' && element_is(node, NS_ASSERTION, "Assertion"))
		census->assertions++;
	else if (name[0] == 'E' &&
	    element_is(node, NS_ASSERTION, "EncryptedAssertion"))
		census->encrypted++;
	else if (name[0] == 'S' && element_is(node, NS_DSIG, "Signature"))
		census->signatures++;
}

static int
check_node(xmlDoc *doc, const xmlNode *node, struct saml_census *census,
    struct refusal *refusal)
{
	if (node->type == XML_ELEMENT_NODE) {
		count(node, census);
		return check_attributes(doc, node, refusal);
	}
	if (node->type == XML_TEXT_NODE &&
	    (node->next == NULL || node->next->type == XML_ELEMENT_NODE))
		return 0;
	return refuse(refusal, REASON_XML_FORBIDDEN, NULL);
}

/* The next node in document order, or NULL. */
static const xmlNode *
next_node(const xmlNode *node)
{
	if (node->type == XML_ELEMENT_NODE && node->children != NULL)
		return node->children;
	while (node != NULL && node->next == NULL)
		node = node->parent;
	return node != NULL ? node->next : NULL;
}

int
saml_parse(const char *text, size_t size, xmlDoc **doc,
    struct saml_census *census, struct refusal *refusal)
{
	const xmlNode *node;
	int r;

	*doc = NULL;
	memset(census, 0, sizeof(*census));
	if ((r = parse_text(text, size, doc, refusal)) != 0)
		goto out;
	for (node = (*doc)->children; node != NULL; node = next_node(node)) {
		if ((r = check_node(*doc, node, census, refusal)) != 0)
			goto out;
	}
out:
	if (r != 0 && *doc != NULL) {
		xmlFreeDoc(*doc);
		*doc = NULL;
	}
	return r;
}
