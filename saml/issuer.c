/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/issuer.h"

#include <string.h>

#include "saml/element.h"

#define FORMAT_ENTITY "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

const char *
saml_issuer_text(const xmlNode *issuer)
{
	const char *text = element_text(issuer);

	return text != NULL ? text : "";
}

/* Whether an IdP may speak at all, whoever it is. */
static int
check_usable(const struct saml_check *check, const struct saml_idp *idp)
{
	if (idp->key_count == 0)
		return refuse(check->refusal, REASON_IDP_NO_KEY,
		    "the metadata of \"%.120s\" has no signing key that can be "
		    "used (RSA from 2048 bits, EC P-256 or P-384)",
		    idp->entity_id);
	if (idp->valid_until != 0 && check->request->now >= idp->valid_until)
		return refuse(check->refusal, REASON_IDP_EXPIRED,
		    "the metadata of \"%.120s\" is past its validUntil: fetch "
		    "it anew",
		    idp->entity_id);
	return 0;
}

int
saml_issuer_find(
    struct saml_check *check, struct saml_idps *idps, const xmlNode *issuer)
{
	const char *name = saml_issuer_text(issuer);
	const char *asked = check->request->idp;
	const struct saml_idp *idp;
	int r;

	if (name[0] == '\0')
		return refuse(check->refusal, REASON_ISSUER_MISSING,
		    "the Issuer of the %s is empty, or holds elements",
		    (const char *)issuer->parent->name);
	if (asked != NULL && strcmp(name, asked) != 0)
		return refuse(check->refusal, REASON_ISSUER_MISMATCH,
		    "the request was sent to \"%.100s\", \"%.100s\" answers",
		    asked, name);
	if ((idp = saml_idps_find(idps, name)) == NULL)
		return refuse(check->refusal, REASON_ISSUER_UNKNOWN,
		    "no metadata in [saml] idp_metadata has the entityID "
		    "\"%.120s\"",
		    name);
	if ((r = check_usable(check, idp)) != 0)
		return r;
	saml_trace_add(check->trace,
	    "issuer: the %s names the IdP %.160s, which has %zu signing key%s",
	    (const char *)issuer->parent->name, name, idp->key_count,
	    idp->key_count == 1 ? "" : "s");
	check->idp = idp;
	return 0;
}

int
saml_issuer_check(const struct saml_check *check, const xmlNode *issuer)
{
	const char *format = element_attribute(issuer, "Format");

	if (strcmp(saml_issuer_text(issuer), check->idp->entity_id) != 0)
		return refuse(check->refusal, REASON_ISSUER_MISMATCH,
		    "the Issuer of %s is \"%.80s\", but the signature was "
		    "verified for \"%.80s\"",
		    (const char *)issuer->parent->name,
		    saml_issuer_text(issuer), check->idp->entity_id);
	if (format != NULL && strcmp(format, FORMAT_ENTITY) != 0)
		return refuse(check->refusal, REASON_BAD_STRUCTURE,
		    "the Format of an Issuer is \"%.100s\", not that of an "
		    "entity",
		    format);
	return 0;
}
