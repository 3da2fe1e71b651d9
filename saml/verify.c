/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <openssl/crypto.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/errors.h>
#include <xmlsec/openssl/crypto.h>

#include "saml/decode.h"
#include "saml/parse.h"
#include "saml/response.h"
#include "saml/scan.h"
#include "saml/signature.h"
#include "saml/token.h"
#include "saml/verify.h"

/* Nobody reads what the libraries have to say: what is wrong with a message
 * is told by its refusal, and formatting texts costs a fifth of the time. */
static void
no_xmlsec_error(const char *file, int line, const char *function,
    const char *object, const char *subject, int reason, const char *text)
{
	(void)file;
	(void)line;
	(void)function;
	(void)object;
	(void)subject;
	(void)reason;
	(void)text;
}

static void
no_xml_error(void *data, const char *format, ...)
{
	(void)data;
	(void)format;
}

static xmlParserInput *
no_entity(const char *url, const char *id, xmlParserCtxt *ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	return NULL;
}

int
saml_verify_init(void)
{
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return GATE_ECRYPTO;
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, no_xml_error);
	xmlSetExternalEntityLoader(no_entity);
	xmlSecErrorsSetCallback(no_xmlsec_error);
	if (xmlSecInit() < 0 || xmlSecOpenSSLInit() < 0)
		return GATE_ECRYPTO;
	/* Either of them may have set one of its own. */
	xmlSecErrorsSetCallback(no_xmlsec_error);
	return 0;
}

/* Step 4: the keys come from metadata, by the name of who claims to speak. */
static int
find_idp(struct saml_check *check, const struct saml_idps *idps,
    const struct saml_response *response)
{
	const char *issuer = saml_issuer_text(response->assertion.issuer);
	const struct saml_idp *idp = saml_idps_find(idps, issuer);

	if (issuer[0] == '\0')
		return refuse(check->refusal, REASON_ISSUER_MISSING,
		    "the Issuer of the Assertion is empty, or holds elements");
	if (response->issuer != NULL &&
	    strcmp(saml_issuer_text(response->issuer), issuer) != 0)
		return refuse(check->refusal, REASON_ISSUER_MISMATCH,
		    "the Response is issued by \"%.100s\", its assertion by "
		    "\"%.100s\"",
		    saml_issuer_text(response->issuer), issuer);
	if (idp == NULL)
		return refuse(check->refusal, REASON_ISSUER_UNKNOWN,
		    "no metadata in [saml] idp_metadata has the entityID "
		    "\"%.120s\"",
		    issuer);
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
	check->idp = idp;
	return 0;
}

/*
 * Step 5: every signature in the message is where SAML has it and is valid,
 * the Response's first, as that of the assertion may be a part of what it
 * covers. All are looked at before anything is computed.
 */
static int
check_signatures(const struct saml_check *check,
    const struct saml_response *response, const struct saml_census *census)
{
	xmlNode *const nodes[] = { response->signature,
		response->assertion.signature };
	struct saml_signature signatures[2];
	size_t i, count = 0;
	int r;

	for (i = 0; i < 2; i++) {
		if (nodes[i] == NULL)
			continue;
		r = saml_signature_read(
		    &signatures[count++], nodes[i], check->refusal);
		if (r != 0)
			return r;
	}
	if (census->signatures != count)
		return refuse(check->refusal, REASON_SIGNATURE_SHAPE,
		    "%zu of the %zu Signatures in the message stand where none "
		    "may",
		    census->signatures - count, census->signatures);
	if (count == 0)
		return refuse(check->refusal, REASON_SIGNATURE_MISSING, NULL);
	for (i = 0; i < count; i++) {
		r = saml_signature_verify(
		    &signatures[i], check->idp, check->refusal);
		if (r != 0)
			return r;
	}
	return 0;
}

static void
drop(xmlNode **node)
{
	if (*node != NULL) {
		xmlUnlinkNode(*node);
		xmlFreeNode(*node);
		*node = NULL;
	}
}

/*
 * Step 6: copies the element that a signature covers, without the signature,
 * into a document of its own, and has response point there. What is not
 * covered is out of reach from then on, apart from an unsigned Response's
 * own attributes and status.
 */
static int
take_verified(struct saml_response *response, const struct saml_census *census,
    xmlDoc **verified, struct refusal *refusal)
{
	int whole = response->signature != NULL;
	xmlNode *copy;

	/* A signature's own parts are covered by nothing: not to be copied.
	 * The dictionary of names is shared, which saves copying them. */
	drop(&response->signature);
	drop(&response->assertion.signature);
	if ((*verified = xmlNewDoc(NULL)) == NULL)
		return GATE_ENOMEM;
	(*verified)->dict = response->node->doc->dict;
	xmlDictReference((*verified)->dict);
	response->covered = whole;
	copy = xmlDocCopyNode(
	    whole ? response->node : response->assertion.node, *verified, 1);
	if (copy == NULL)
		return GATE_ENOMEM;
	xmlDocSetRootElement(*verified, copy);
	if (whole)
		return saml_response_read(response, copy, census, refusal);
	return saml_assertion_read(&response->assertion, copy, refusal);
}

/* Steps 3 to 7, on a message that is parsed. */
static int
verify_message(struct saml_check *check, const struct saml_idps *idps,
    xmlDoc *doc, const struct saml_census *census,
    struct saml_identity *identity)
{
	struct saml_response response;
	xmlDoc *verified = NULL;
	int r;

	memset(&response, 0, sizeof(response));
	r = saml_response_read(
	    &response, xmlDocGetRootElement(doc), census, check->refusal);
	if (r != 0)
		goto out;
	if ((r = find_idp(check, idps, &response)) != 0)
		goto out;
	if ((r = check_signatures(check, &response, census)) != 0)
		goto out;
	r = take_verified(&response, census, &verified, check->refusal);
	if (r != 0)
		goto out;
	if ((r = saml_response_check(check, &response)) != 0)
		goto out;
	r = saml_assertion_check(check, &response.assertion, identity);
	if (r != 0)
		goto out;
	r = saml_response_age(check, &response);
out:
	if (verified != NULL)
		xmlFreeDoc(verified);
	return r;
}

/* Says who cut it, where that can be told by its length. */
static void
explain_cut(struct refusal *refusal, size_t size)
{
	const char *by = saml_token_cut_by(size);

	(void)refuse(refusal, REASON_RESPONSE_CUT,
	    "the Response ends in its middle, after %zu bytes%s%s: exchange it "
	    "for a ticket (gatehousectl ticket < response)",
	    size, by != NULL ? ", where answers are cut by " : "",
	    by != NULL ? by : "");
}

/* Steps 1 and 2: from what was handed over to a tree. */
static int
parse_response(
    const struct saml_check *check, xmlDoc **doc, struct saml_census *census)
{
	const struct saml_request *request = check->request;
	struct saml_input input;
	int r;

	r = saml_decode(&input, request->response, request->response_size,
	    (size_t)check->settings->max_response, check->refusal);
	if (r == 0)
		r = saml_scan(input.text, input.size, check->refusal);
	if (r == 0 && input.ragged)
		r = refuse(check->refusal, REASON_BAD_BASE64,
		    "the padding is missing");
	if (r == 0)
		r = saml_parse(
		    input.text, input.size, doc, census, check->refusal);
	if (r == GATE_EREFUSED && check->refusal->reason == REASON_RESPONSE_CUT)
		explain_cut(check->refusal, request->response_size);
	saml_input_clear(&input);
	return r;
}

int
saml_verify(const struct saml_settings *settings, const struct saml_idps *idps,
    const struct saml_request *request, struct saml_identity **identity,
    struct refusal *refusal)
{
	struct saml_check check = {
		.settings = settings, .request = request, .refusal = refusal
	};
	struct saml_census census;
	xmlDoc *doc = NULL;
	int r;

	*identity = NULL;
	if ((r = parse_response(&check, &doc, &census)) != 0)
		goto out;
	if ((r = saml_identity_new(identity)) != 0)
		goto out;
	r = verify_message(&check, idps, doc, &census, *identity);
out:
	if (r != 0)
		saml_identity_free(identity);
	if (doc != NULL)
		xmlFreeDoc(doc);
	return r;
}
