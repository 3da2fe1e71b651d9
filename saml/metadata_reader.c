/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/metadata_reader.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <libxml/xmlreader.h>

#include "lib/error.h"
#include "saml/duration.h"
#include "saml/element.h"
#include "saml/idp.h"
#include "saml/scan.h"

#define OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

/* How deep EntitiesDescriptors may be nested. */
#define NESTED_MAX 8

/*
 * The shortest cacheDuration that ends anything: one that is over before the
 * document can be fetched again would only lock people out.
 */
#define CACHE_MIN 3600

/* One document while it is read. */
struct reading {
	xmlTextReader *reader;
	int64_t fetched;
	int64_t valid_until[NESTED_MAX]; /* of the descriptors around */
	size_t nested;
	struct saml_metadata_facts facts;
	saml_metadata_take *take;
	void *data;
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

/* An attribute of the descriptor that the reader stands at. */
static const char *
attribute(const struct reading *reading, const char *name)
{
	return element_attribute(
	    xmlTextReaderCurrentNode(reading->reader), name);
}

/*
 * What the root says of itself. Its cacheDuration ends what is in it, if it was
 * fetched; a nested one is about another fetch, the federation's own.
 */
static int
read_root(struct reading *reading)
{
	struct saml_metadata_facts *facts = &reading->facts;
	const char *text = attribute(reading, "cacheDuration");
	int r;

	r = saml_idp_valid_until(attribute(reading, "validUntil"),
	    &facts->valid_until, reading->why, reading->why_size);
	if (r != 0 || text == NULL)
		return r;
	if (saml_duration_parse(text, &facts->cache_duration) != 0)
		return complain(reading,
		    "cacheDuration \"%.40s\" is not a duration, as PT6H", text);
	if (facts->cache_duration < CACHE_MIN)
		facts->cache_duration = CACHE_MIN;
	return 0;
}

/* When all that the descriptors around say of time is over. */
static int64_t
end_of_all(const struct reading *reading)
{
	const struct saml_metadata_facts *facts = &reading->facts;
	int64_t until = facts->valid_until;

	if (reading->nested > 0)
		until = saml_idp_earlier(
		    until, reading->valid_until[reading->nested - 1]);
	if (reading->fetched > 0 && facts->cache_duration > 0)
		until = saml_idp_earlier(
		    until, reading->fetched + facts->cache_duration);
	return until;
}

static int
read_entity(struct reading *reading)
{
	const xmlNode *entity = xmlTextReaderExpand(reading->reader);
	struct saml_idp *idp;
	int r;

	if (entity == NULL) /* not well-formed: the next step says so */
		return 0;
	r = saml_idp_read(
	    &idp, entity, end_of_all(reading), reading->why, reading->why_size);
	if (r != 0 || idp == NULL)
		return r;
	reading->facts.idps++;
	return reading->take(idp, reading->data);
}

/* An EntitiesDescriptor begins: what it says of time holds for all in it. */
static int
enter_group(struct reading *reading)
{
	int64_t *until = &reading->valid_until[reading->nested];
	int r;

	if (reading->nested == NESTED_MAX)
		return complain(reading,
		    "EntitiesDescriptors more than %d deep", NESTED_MAX);
	*until = reading->nested > 0 ? until[-1] : 0;
	r = saml_idp_valid_until(attribute(reading, "validUntil"), until,
	    reading->why, reading->why_size);
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

/* An element that the reader has come to, and not passed over. */
static int
read_element(struct reading *reading, int *descend)
{
	int group = reader_is(reading, "EntitiesDescriptor");
	int entity = reader_is(reading, "EntityDescriptor");
	int r = 0;

	if (xmlTextReaderDepth(reading->reader) == 0)
		r = group || entity
		    ? read_root(reading)
		    : complain(reading,
			  "the root is neither an EntityDescriptor nor an "
			  "EntitiesDescriptor");
	if (r != 0)
		return r;
	*descend = group;
	if (group)
		return enter_group(reading);
	return entity ? read_entity(reading) : 0;
}

/* Looks at one node, and says whether what is in it is of interest. */
static int
read_node(struct reading *reading, int *descend)
{
	*descend = 0;
	switch (xmlTextReaderNodeType(reading->reader)) {
	case XML_READER_TYPE_DOCUMENT_TYPE:
		return complain(reading, "metadata must not have a DTD");
	case XML_READER_TYPE_END_ELEMENT:
		if (reader_is(reading, "EntitiesDescriptor"))
			reading->nested--;
		return 0;
	case XML_READER_TYPE_ELEMENT:
		return read_element(reading, descend);
	default:
		return 0;
	}
}

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
	if (reading->facts.idps == 0)
		return complain(reading,
		    "no IDPSSODescriptor for SAML 2.0 in it: is it the "
		    "metadata of an IdP?");
	return 0;
}

int
saml_metadata_read(const char *text, size_t size, int64_t fetched,
    saml_metadata_take *take, void *data, struct saml_metadata_facts *facts,
    char *why, size_t why_size)
{
	struct reading reading = { .fetched = fetched,
		.take = take,
		.data = data,
		.why = why,
		.why_size = why_size };
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
	if (r == 0 && facts != NULL)
		*facts = reading.facts;
	return r;
}
