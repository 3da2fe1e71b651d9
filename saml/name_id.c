/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "saml/element.h"
#include "saml/encrypted.h"
#include "saml/identity.h"
#include "saml/name_id.h"
#include "saml/text.h"

void
saml_name_id_clear(struct saml_name_id *name)
{
	free(name->value);
	free(name->format);
	free(name->name_qualifier);
	free(name->sp_name_qualifier);
	memset(name, 0, sizeof(*name));
}

/* An attribute of it, which names something too; an empty one is none. */
static int
take_attribute(const struct saml_check *check, const xmlNode *node,
    const char *attribute, char **text)
{
	const char *given = element_attribute(node, attribute), *flaw;

	if (given == NULL || given[0] == '\0')
		return 0;
	if ((flaw = saml_text_flaw(given, SAML_URI_MAX)) != NULL)
		return refuse(check->refusal, REASON_NAME_ID,
		    "the %s of the NameID %s", attribute, flaw);
	return saml_copy(text, given);
}

static int
take(const struct saml_check *check, const xmlNode *node,
    struct saml_name_id *name)
{
	const char *text = element_text(node), *flaw;
	int r;

	if (text == NULL)
		return refuse(check->refusal, REASON_NAME_ID,
		    "the NameID holds elements");
	if ((flaw = saml_text_flaw(text, SAML_IDENTITY_TEXT_MAX)) != NULL)
		return refuse(
		    check->refusal, REASON_NAME_ID, "the NameID %s", flaw);
	r = saml_copy(&name->value, text);
	if (r == 0)
		r = take_attribute(check, node, "Format", &name->format);
	if (r == 0)
		r = take_attribute(
		    check, node, "NameQualifier", &name->name_qualifier);
	if (r == 0)
		r = take_attribute(
		    check, node, "SPNameQualifier", &name->sp_name_qualifier);
	return r;
}

static int
take_encrypted(const struct saml_check *check, const xmlNode *node,
    struct saml_name_id *name)
{
	struct saml_census census;
	xmlDoc *doc = NULL;
	xmlNode *inner;
	int r;

	r = saml_encrypted_open(
	    check, node, "NameID", 1, &doc, &inner, &census);
	if (r == 0)
		r = take(check, inner, name);
	if (doc != NULL)
		xmlFreeDoc(doc);
	return r;
}

int
saml_name_id_read(const struct saml_check *check, const xmlNode *node,
    struct saml_name_id *name)
{
	if (element_is(node, NS_ASSERTION, "EncryptedID"))
		return take_encrypted(check, node, name);
	if (element_is(node, NS_ASSERTION, "NameID"))
		return take(check, node, name);
	return refuse(check->refusal, REASON_NAME_ID,
	    "a %.40s in place of the NameID", (const char *)node->name);
}
