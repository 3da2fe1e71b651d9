/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/hash.h>
#include <libxml/xmlreader.h>

#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "saml/element.h"
#include "saml/identity.h"
#include "saml/key.h"
#include "saml/metadata.h"
#include "saml/scan.h"
#include "saml/time.h"

#define OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

/* How deep EntitiesDescriptors may be nested. */
#define NESTED_MAX 8

/* Keys of one IdP, of which a few are in use at any time. */
#define KEYS_MAX 8

struct saml_idps {
	xmlHashTable *by_entity_id;
};

/* One document while it is read. */
struct reading {
	struct saml_idps *idps;
	xmlTextReader *reader;
	int64_t valid_until[NESTED_MAX]; /* of the descriptors around */
	size_t nested, found;
	char *why;
	size_t why_size;
};

static int __attribute__((format(printf, 2, 3)))
complain(struct reading *reading, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(reading->why, reading->why_size, format, ap);
	va_end(ap);
	return GATE_ECONFIG;
}

static void
idp_free(struct saml_idp *idp)
{
	size_t i;

	for (i = 0; i < idp->key_count; i++)
		xmlSecKeyDestroy(idp->keys[i]);
	free(idp->keys);
	free(idp->entity_id);
	free(idp);
}

static void
free_entry(void *idp, const xmlChar *name)
{
	(void)name;
	idp_free(idp);
}

int
saml_idps_new(struct saml_idps **idps)
{
	if ((*idps = calloc(1, sizeof(**idps))) == NULL)
		return GATE_ENOMEM;
	if (((*idps)->by_entity_id = xmlHashCreate(0)) == NULL) {
		saml_idps_free(idps);
		return GATE_ENOMEM;
	}
	return 0;
}

void
saml_idps_free(struct saml_idps **idps)
{
	if (*idps == NULL)
		return;
	if ((*idps)->by_entity_id != NULL)
		xmlHashFree((*idps)->by_entity_id, free_entry);
	free(*idps);
	*idps = NULL;
}

/* Whichever ends first; 0 is no end. */
static int64_t
earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

static int
read_valid_until(struct reading *reading, const char *text, int64_t *until)
{
	int64_t epoch;

	if (text == NULL)
		return 0;
	if (saml_time_parse(text, &epoch) != 0)
		return complain(
		    reading, "validUntil \"%.40s\" is not a time in UTC", text);
	/* What ended before 1970 must not look like what has no end. */
	*until = earlier(*until, epoch > 0 ? epoch : 1);
	return 0;
}

static int
has_word(const char *list, const char *word)
{
	size_t size = strlen(word), length;

	if (list == NULL)
		return 0;
	for (list += strspn(list, " \t\r\n"); *list != '\0';
	     list += strspn(list, " \t\r\n")) {
		length = strcspn(list, " \t\r\n");
		if (length == size && memcmp(list, word, size) == 0)
			return 1;
		list += length;
	}
	return 0;
}

/* Adds the key of a certificate; one that cannot be used is passed over. */
static int
add_key(struct saml_idp *idp, const xmlNode *certificate)
{
	xmlSecKey **keys, *key;
	const char *why;
	xmlChar *text;
	int r;

	if (idp->key_count == KEYS_MAX)
		return 0;
	if ((text = xmlNodeGetContent(certificate)) == NULL)
		return GATE_ENOMEM;
	r = saml_key_from_certificate(&key, (const char *)text, &why);
	xmlFree(text);
	if (r != 0)
		return r == GATE_ENOTFOUND ? 0 : r;
	keys =
	    reallocarray(idp->keys, idp->key_count + 1, sizeof(idp->keys[0]));
	if (keys == NULL) {
		xmlSecKeyDestroy(key);
		return GATE_ENOMEM;
	}
	idp->keys = keys;
	idp->keys[idp->key_count++] = key;
	return 0;
}

static xmlNode *
first_child(const xmlNode *node, const char *ns, const char *name)
{
	xmlNode *child = node != NULL ? node->children : NULL;

	while (child != NULL && !element_is(child, ns, name))
		child = child->next;
	return child;
}

/*
 * The first certificate of a signing KeyDescriptor: those after it are its
 * chain, whose keys must not sign assertions.
 */
static int
read_key(struct saml_idp *idp, const xmlNode *descriptor)
{
	const char *use = element_attribute(descriptor, "use");
	const xmlNode *node;

	if (use != NULL && strcmp(use, "signing") != 0)
		return 0;
	node = first_child(descriptor, NS_DSIG, "KeyInfo");
	node = first_child(node, NS_DSIG, "X509Data");
	node = first_child(node, NS_DSIG, "X509Certificate");
	return node != NULL ? add_key(idp, node) : 0;
}

static int
read_role(struct reading *reading, struct saml_idp *idp, const xmlNode *role)
{
	const xmlNode *node;
	int r;

	r = read_valid_until(
	    reading, element_attribute(role, "validUntil"), &idp->valid_until);
	for (node = role->children; r == 0 && node != NULL; node = node->next) {
		if (element_is(node, NS_METADATA, "KeyDescriptor"))
			r = read_key(idp, node);
	}
	return r;
}

static int
is_idp_role(const xmlNode *node)
{
	return element_is(node, NS_METADATA, "IDPSSODescriptor") &&
	    has_word(element_attribute(node, "protocolSupportEnumeration"),
		NS_PROTOCOL);
}

/* Hands the IdP to the table, which refuses a name that it has. */
static int
add_idp(struct reading *reading, struct saml_idp **idp)
{
	xmlHashTable *table = reading->idps->by_entity_id;
	const xmlChar *name = BAD_CAST(*idp)->entity_id;

	if (xmlHashLookup(table, name) != NULL)
		return complain(reading,
		    "the entityID \"%.120s\" is given twice",
		    (*idp)->entity_id);
	if (xmlHashAddEntry(table, name, *idp) != 0)
		return GATE_ENOMEM;
	*idp = NULL;
	reading->found++;
	return 0;
}

static int
read_entity(struct reading *reading, const xmlNode *entity)
{
	const char *id = element_attribute(entity, "entityID");
	struct saml_idp *idp = NULL;
	const xmlNode *node;
	int r = 0, roles = 0;

	if (id == NULL || id[0] == '\0' || strlen(id) > SAML_URI_MAX)
		return complain(reading,
		    "an EntityDescriptor without an "
		    "entityID, or with one of more than %d bytes",
		    SAML_URI_MAX);
	if ((idp = calloc(1, sizeof(*idp))) == NULL ||
	    (idp->entity_id = strdup(id)) == NULL) {
		r = GATE_ENOMEM;
		goto out;
	}
	if (reading->nested > 0)
		idp->valid_until = reading->valid_until[reading->nested - 1];
	r = read_valid_until(reading, element_attribute(entity, "validUntil"),
	    &idp->valid_until);
	for (node = entity->children; r == 0 && node != NULL;
	     node = node->next) {
		if (!is_idp_role(node))
			continue;
		roles++;
		r = read_role(reading, idp, node);
	}
	if (r == 0 && roles > 0)
		r = add_idp(reading, &idp);
out:
	if (idp != NULL)
		idp_free(idp);
	return r;
}

/* An EntitiesDescriptor begins: what it says of time holds for all in it. */
static int
enter_group(struct reading *reading)
{
	int64_t *until = &reading->valid_until[reading->nested];
	xmlChar *text;
	int r;

	if (reading->nested == NESTED_MAX)
		return complain(reading,
		    "EntitiesDescriptors more than %d deep", NESTED_MAX);
	*until = reading->nested > 0 ? until[-1] : 0;
	text =
	    xmlTextReaderGetAttribute(reading->reader, BAD_CAST "validUntil");
	r = read_valid_until(reading, (const char *)text, until);
	xmlFree(text);
	if (!xmlTextReaderIsEmptyElement(reading->reader))
		reading->nested++;
	return r;
}

static int
reader_is(const struct reading *reading, const char *name)
{
	return xmlStrEqual(xmlTextReaderConstNamespaceUri(reading->reader),
		   BAD_CAST NS_METADATA) &&
	    xmlStrEqual(
		xmlTextReaderConstLocalName(reading->reader), BAD_CAST name);
}

/* Looks at one node, and says whether what is in it is of interest. */
static int
read_node(struct reading *reading, int *descend)
{
	const xmlNode *entity;

	*descend = 0;
	switch (xmlTextReaderNodeType(reading->reader)) {
	case XML_READER_TYPE_DOCUMENT_TYPE:
		return complain(reading, "metadata must not have a DTD");
	case XML_READER_TYPE_END_ELEMENT:
		if (reader_is(reading, "EntitiesDescriptor"))
			reading->nested--;
		return 0;
	case XML_READER_TYPE_ELEMENT:
		break;
	default:
		return 0;
	}
	if (reader_is(reading, "EntitiesDescriptor")) {
		*descend = 1;
		return enter_group(reading);
	}
	if (reader_is(reading, "EntityDescriptor")) {
		entity = xmlTextReaderExpand(reading->reader);
		return entity != NULL ? read_entity(reading, entity) : 0;
	}
	if (xmlTextReaderDepth(reading->reader) == 0)
		return complain(reading,
		    "the root is neither an "
		    "EntityDescriptor nor an EntitiesDescriptor");
	return 0;
}

/* One entity at a time is in memory: aggregates are large. */
static int
read_all(struct reading *reading)
{
	int r, more, descend = 1;

	for (;;) {
		more = descend ? xmlTextReaderRead(reading->reader)
			       : xmlTextReaderNext(reading->reader);
		if (more != 1)
			break;
		if ((r = read_node(reading, &descend)) != 0)
			return r;
	}
	if (more < 0)
		return complain(reading, "not well-formed XML, at line %d",
		    xmlTextReaderGetParserLineNumber(reading->reader));
	if (reading->found == 0)
		return complain(reading,
		    "no IDPSSODescriptor for SAML 2.0 in it: is it the "
		    "metadata of an IdP?");
	return 0;
}

int
saml_idps_add(struct saml_idps *idps, const char *text, size_t size, char *why,
    size_t why_size)
{
	struct reading reading = {
		.idps = idps, .why = why, .why_size = why_size
	};
	struct refusal refusal;
	int r;

	if (size == 0 || size > INT_MAX)
		return complain(&reading, "an empty file");
	if (saml_scan_prolog(text, size, &refusal) != 0)
		return complain(&reading, "%s: %s", reason_help(refusal.reason),
		    refusal.detail);
	reading.reader =
	    xmlReaderForMemory(text, (int)size, NULL, NULL, OPTIONS);
	if (reading.reader == NULL)
		return GATE_ENOMEM;
	r = read_all(&reading);
	xmlFreeTextReader(reading.reader);
	return r;
}

const struct saml_idp *
saml_idps_find(const struct saml_idps *idps, const char *entity_id)
{
	return xmlHashLookup(idps->by_entity_id, BAD_CAST entity_id);
}

size_t
saml_idps_count(const struct saml_idps *idps)
{
	return (size_t)xmlHashSize(idps->by_entity_id);
}

/* A look at all IdPs for the one that is of no use. */
struct survey {
	int64_t now;
	size_t unusable;
	char *text;
	size_t size;
};

static void
look_at(void *payload, void *data, const xmlChar *name)
{
	const struct saml_idp *idp = payload;
	struct survey *survey = data;
	int expired = idp->valid_until != 0 && idp->valid_until <= survey->now;
	char until[CLOCK_TEXT_SIZE];

	(void)name;
	if (!expired && idp->key_count > 0)
		return;
	if (survey->unusable++ > 0)
		return;
	clock_text(idp->valid_until, until);
	if (expired)
		snprintf(survey->text, survey->size,
		    "%s cannot be used: its metadata was valid until %s",
		    idp->entity_id, until);
	else
		snprintf(survey->text, survey->size,
		    "%s cannot be used: it has no signing key of RSA from "
		    "2048 bits, P-256 or P-384",
		    idp->entity_id);
}

size_t
saml_idps_unusable(
    const struct saml_idps *idps, int64_t now, char *text, size_t size)
{
	struct survey survey = { .now = now, .text = text, .size = size };

	xmlHashScan(idps->by_entity_id, look_at, &survey);
	return survey.unusable;
}
