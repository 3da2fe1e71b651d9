/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <libxml/tree.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "tests/idp/response.h"
#include "tests/idp/sign.h"

#define SAML_NS    "urn:oasis:names:tc:SAML:2.0:assertion"
#define NAMEFORMAT "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"

#define ASSERTION  "Assertion"
#define NAME_ID    "Assertion/Subject/NameID"
#define SUBJECT    "Assertion/Subject/SubjectConfirmation"
#define CONFIRM    SUBJECT "/SubjectConfirmationData"
#define CONDITIONS "Assertion/Conditions"
#define AUDIENCES  "Assertion/Conditions/AudienceRestriction"
#define AUTHN      "Assertion/AuthnStatement"
#define CONTEXT    "Assertion/AuthnStatement/AuthnContext/AuthnContextClassRef"

/* Long enough to be few, short enough for any limit on a value. */
#define PADDING_VALUE 200

struct response {
	xmlDoc *doc;
	const struct keys *keys;
	const struct options *options;
};

/* One thing to write: an attribute, or the text where attribute is NULL. */
struct setting {
	const char *path;
	const char *attribute;
	const char *value; /* NULL: leave it as it is */
};

/* The element at a path of names below root; NULL where there is none. */
static xmlNode *
element_at(xmlNode *root, const char *path)
{
	char name[64];
	size_t size;
	xmlNode *node = root;

	while (node != NULL && *path != '\0') {
		size = strcspn(path, "/");
		snprintf(name, sizeof(name), "%.*s", (int)size, path);
		node = xmlSecFindChild(node, BAD_CAST name, BAD_CAST SAML_NS);
		path += size + (path[size] == '/');
	}
	return node;
}

static int
write_settings(xmlNode *root, const struct setting *settings, size_t count)
{
	const struct setting *s;
	xmlNode *node;

	for (s = settings; s < settings + count; s++) {
		if (s->value == NULL)
			continue;
		node = element_at(root, s->path);
		if (node == NULL)
			return GATE_EINVAL;
		if (s->attribute == NULL) {
			xmlNodeSetContent(node, NULL);
			xmlNodeAddContent(node, BAD_CAST s->value);
		} else if (xmlSetProp(node, BAD_CAST s->attribute,
			       BAD_CAST s->value) == NULL) {
			return GATE_ENOMEM;
		}
	}
	return 0;
}

/* What is the same in all Responses that are issued. */
static int
write_common(xmlNode *root, const struct options *o)
{
	char now[CLOCK_TEXT_SIZE], start[CLOCK_TEXT_SIZE];
	char end[CLOCK_TEXT_SIZE], session_end[CLOCK_TEXT_SIZE];
	int has_end = o->session_not_on_or_after != OPTION_ABSENT;
	const struct setting settings[] = {
		{ "", "IssueInstant", now },
		{ "", "Destination", o->destination },
		{ "", "InResponseTo", o->in_response_to },
		{ ASSERTION, "IssueInstant", now },
		{ NAME_ID, "Format", o->name_id_format },
		{ CONFIRM, "NotOnOrAfter", end },
		{ CONFIRM, "Recipient", o->recipient },
		{ CONFIRM, "InResponseTo", o->in_response_to },
		{ CONDITIONS, "NotBefore", start },
		{ CONDITIONS, "NotOnOrAfter", end },
		{ AUTHN, "AuthnInstant", now },
		{ AUTHN, "SessionNotOnOrAfter", has_end ? session_end : NULL },
		{ CONTEXT, NULL, o->authn_context },
	};

	clock_text(o->now, now);
	clock_text(o->now + o->not_before, start);
	clock_text(o->now + o->not_on_or_after, end);
	if (has_end)
		clock_text(o->now + o->session_not_on_or_after, session_end);
	return write_settings(
	    root, settings, sizeof(settings) / sizeof(settings[0]));
}

static xmlNode *
add_child(xmlNode *parent, const char *name, const char *text)
{
	xmlNode *child;

	child = xmlNewChild(parent, parent->ns, BAD_CAST name, NULL);
	if (child != NULL && text != NULL)
		xmlNodeAddContent(child, BAD_CAST text);
	return child;
}

/* One AudienceRestriction of all the audiences asked for, if any. */
static int
write_audiences(xmlNode *root, const struct option_list *audiences)
{
	xmlNode *restriction = element_at(root, AUDIENCES), *child;
	size_t i;

	if (audiences->count == 0)
		return 0;
	if (restriction == NULL)
		return GATE_EINVAL;
	while ((child = restriction->children) != NULL) {
		xmlUnlinkNode(child);
		xmlFreeNode(child);
	}
	for (i = 0; i < audiences->count; i++)
		if (add_child(restriction, "Audience", audiences->items[i]) ==
		    NULL)
			return GATE_ENOMEM;
	return 0;
}

/* The AttributeStatement, which is made for its first attribute. */
static xmlNode *
attribute_statement(xmlNode *root)
{
	xmlNode *assertion = element_at(root, ASSERTION);
	xmlNode *statement = element_at(assertion, "AttributeStatement");

	if (statement == NULL && assertion != NULL)
		statement = add_child(assertion, "AttributeStatement", NULL);
	return statement;
}

/* The Attribute of this name, made if it is new. */
static xmlNode *
attribute_named(xmlNode *statement, const char *name)
{
	xmlNode *node;
	xmlChar *found;
	int same;

	for (node = statement->children; node != NULL; node = node->next) {
		found = xmlGetNoNsProp(node, BAD_CAST "Name");
		same = xmlStrEqual(found, BAD_CAST name);
		xmlFree(found);
		if (same)
			return node;
	}
	node = add_child(statement, "Attribute", NULL);
	if (node == NULL ||
	    xmlNewProp(node, BAD_CAST "Name", BAD_CAST name) == NULL ||
	    xmlNewProp(node, BAD_CAST "NameFormat", BAD_CAST NAMEFORMAT) ==
		NULL)
		return NULL;
	return node;
}

static int
write_attribute(xmlNode *root, const char *name, const char *value)
{
	xmlNode *statement = attribute_statement(root), *attribute;

	if (statement == NULL)
		return GATE_ENOMEM;
	attribute = attribute_named(statement, name);
	if (attribute == NULL ||
	    add_child(attribute, "AttributeValue", value) == NULL)
		return GATE_ENOMEM;
	return 0;
}

static int
write_attributes(xmlNode *root, const struct option_list *attributes)
{
	const char *text, *equals;
	char *name;
	size_t i;
	int r = 0;

	for (i = 0; i < attributes->count && r == 0; i++) {
		text = attributes->items[i];
		equals = strchr(text, '=');
		name = strndup(text, equals - text);
		r = name == NULL ? GATE_ENOMEM
				 : write_attribute(root, name, equals + 1);
		free(name);
	}
	return r;
}

/* Values of one attribute, as a long list of groups would be. */
static int
write_padding(struct response *response)
{
	static const char element[] =
	    "<saml:AttributeValue></saml:AttributeValue>";
	xmlNode *root = xmlDocGetRootElement(response->doc);
	char value[PADDING_VALUE + 1];
	int64_t left;
	xmlChar *xml;
	int size, r;

	/* Measured signed, as it will be. */
	r = response_issue(response, 0, &xml, &size);
	if (r != 0)
		return r;
	xmlFree(xml);
	memset(value, 'x', PADDING_VALUE);
	left = response->options->size - size;
	while (left > (int64_t)sizeof(element) && r == 0) {
		left -= sizeof(element) - 1;
		value[left < PADDING_VALUE ? left : PADDING_VALUE] = '\0';
		left -= strlen(value);
		r = write_attribute(root, "padding", value);
	}
	return r;
}

int
response_new(struct response **response, xmlDoc *doc, const struct keys *keys,
    const struct options *options)
{
	struct response *new = calloc(1, sizeof(*new));
	xmlNode *root = xmlDocGetRootElement(doc);
	int r;

	if (new == NULL) {
		xmlFreeDoc(doc);
		return GATE_ENOMEM;
	}
	*new = (struct response){ doc, keys, options };
	r = write_common(root, options);
	if (r == 0)
		r = write_audiences(root, &options->audiences);
	if (r == 0)
		r = write_attributes(root, &options->attributes);
	if (r == 0 && options->size > 0)
		r = write_padding(new);
	if (r != 0)
		goto out;
	*response = new;
	new = NULL;
out:
	response_free(&new);
	return r;
}

void
response_free(struct response **response)
{
	struct response *r = *response;

	*response = NULL;
	if (r == NULL)
		return;
	xmlFreeDoc(r->doc);
	free(r);
}

/* "_" and 160 random bits (SAML core 1.3.4). */
#define ID_SIZE 42
static int
random_id(char id[ID_SIZE])
{
	unsigned char bytes[(ID_SIZE - 2) / 2];
	size_t i;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return GATE_ECRYPTO;
	id[0] = '_';
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(id + 1 + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* The name with this number; the caller frees it, NULL: no memory. */
static char *
numbered_name(const struct options *o, int64_t number)
{
	const char *name = o->name_id, *place;
	char *text;
	int n;

	if (name == NULL) {
		n = asprintf(&text, "%s%" PRId64, o->name_id_prefix, number);
		return n < 0 ? NULL : text;
	}
	place = o->count > 0 ? strstr(name, "%d") : NULL;
	if (place == NULL)
		return strdup(name);
	n = asprintf(&text, "%.*s%" PRId64 "%s", (int)(place - name), name,
	    number, place + 2);
	return n < 0 ? NULL : text;
}

/* What is different in each Response. */
static int
write_own(xmlNode *root, const struct options *o, int64_t number)
{
	char response_id[ID_SIZE], assertion_id[ID_SIZE], index[ID_SIZE];
	char *name;
	int r;

	if (random_id(response_id) != 0 || random_id(assertion_id) != 0 ||
	    random_id(index) != 0)
		return GATE_ECRYPTO;
	name = numbered_name(o, number);
	if (name == NULL)
		return GATE_ENOMEM;
	const struct setting settings[] = {
		{ "", "ID", response_id },
		{ ASSERTION, "ID",
		    o->assertion_id != NULL ? o->assertion_id : assertion_id },
		{ AUTHN, "SessionIndex",
		    o->session_index != NULL ? o->session_index : index },
		{ NAME_ID, NULL, name },
	};
	r = write_settings(
	    root, settings, sizeof(settings) / sizeof(settings[0]));
	free(name);
	return r;
}

/* The assertion first: the signature of the Response covers it. */
static int
sign(xmlNode *root, const struct response *response)
{
	const struct options *o = response->options;
	xmlSecKey *key = keys_signing(response->keys);
	int r = 0;

	if ((o->sign & SIGN_ASSERTION) != 0)
		r = sign_element(element_at(root, ASSERTION), key, o->digest);
	if (r == 0 && (o->sign & SIGN_RESPONSE) != 0)
		r = sign_element(root, key, o->digest);
	return r;
}

int
response_issue(
    struct response *response, int64_t number, xmlChar **xml, int *size)
{
	xmlDoc *doc = xmlCopyDoc(response->doc, 1);
	xmlBuffer *buffer = xmlBufferCreate();
	xmlNode *root;
	int r = GATE_ENOMEM;

	if (doc == NULL || buffer == NULL)
		goto out;
	root = xmlDocGetRootElement(doc);
	r = write_own(root, response->options, number);
	if (r == 0)
		r = sign(root, response);
	if (r != 0)
		goto out;
	/* The element alone: messages carry no XML declaration. */
	*size = xmlNodeDump(buffer, doc, root, 0, 0);
	*xml = *size > 0 ? xmlBufferDetach(buffer) : NULL;
	if (*xml == NULL)
		r = GATE_ENOMEM;
out:
	xmlBufferFree(buffer);
	xmlFreeDoc(doc);
	return r;
}
