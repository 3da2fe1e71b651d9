/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <libxml/hash.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <openssl/crypto.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/errors.h>
#include <xmlsec/openssl/crypto.h>

#include "saml/decode.h"
#include "saml/element.h"
#include "saml/encrypted.h"
#include "saml/issuer.h"
#include "saml/parse.h"
#include "saml/pss.h"
#include "saml/response.h"
#include "saml/scan.h"
#include "saml/signature.h"
#include "saml/token.h"
#include "saml/verify.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

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
	if (xmlSecInit() < 0 || xmlSecOpenSSLInit() < 0 || saml_pss_init() != 0)
		return GATE_ECRYPTO;
	/* Either of them may have set one of its own. */
	xmlSecErrorsSetCallback(no_xmlsec_error);
	return 0;
}

/*
 * One message on its way from a tree to an identity. The copies hold what
 * signatures cover, and nothing else: identity is read from them alone.
 */
struct message {
	struct saml_check *check;
	struct saml_idps *idps;
	xmlDoc *doc; /* as it came */
	struct saml_census census;
	struct saml_response response;
	xmlDoc *response_copy, *assertion_copy;
	xmlDoc *decrypted;
};

/*
 * Step 4: the keys come from metadata, by the name of who claims to speak. The
 * Response and its assertion must name the same one.
 */
static int
find_idp(struct message *m)
{
	const xmlNode *outer = m->response.issuer;
	const xmlNode *inner = m->response.assertion.issuer;
	const char *name = saml_issuer_text(inner);

	if (outer != NULL && name[0] != '\0' &&
	    strcmp(saml_issuer_text(outer), name) != 0)
		return refuse(m->check->refusal, REASON_ISSUER_MISMATCH,
		    "the Response is issued by \"%.100s\", its assertion by "
		    "\"%.100s\"",
		    saml_issuer_text(outer), name);
	return saml_issuer_find(m->check, m->idps, inner);
}

static void
trace_signature(
    const struct saml_check *check, const struct saml_signature *signature)
{
	const xmlNode *info = element_at(signature->node, 0);
	const char *uri = element_attribute(element_at(info, 1), "Algorithm");
	const char *name = strrchr(uri, '#');

	saml_trace_add(check->trace,
	    "signature: that of the %.40s is valid, %.60s with key %zu of %zu",
	    (const char *)signature->node->parent->name,
	    name != NULL ? name + 1 : uri, signature->key,
	    check->idp->key_count);
}

static int
verify_signature(
    const struct saml_check *check, struct saml_signature *signature)
{
	int r;

	r = saml_signature_verify(signature, check->idp, check->refusal);
	if (r == 0 && check->trace != NULL)
		trace_signature(check, signature);
	return r;
}

/*
 * Step 5: each of these Signatures (NULL: none) is where SAML has it and is
 * valid, the Response's first, as that of the assertion may be a part of what
 * it covers. All are looked at before anything is computed. The text they
 * stand in has as many in all, and at_least must be there.
 */
static int
check_signatures(const struct saml_check *check, xmlNode *of_response,
    xmlNode *of_assertion, size_t in_all, size_t at_least)
{
	xmlNode *const nodes[] = { of_response, of_assertion };
	struct saml_signature signatures[COUNT(nodes)];
	size_t i, count = 0;
	int r;

	for (i = 0; i < COUNT(nodes); i++) {
		if (nodes[i] == NULL)
			continue;
		r = saml_signature_read(
		    &signatures[count++], nodes[i], check->refusal);
		if (r != 0)
			return r;
	}
	if (in_all != count)
		return refuse(check->refusal, REASON_SIGNATURE_SHAPE,
		    "%zu of the %zu Signatures in the message stand where none "
		    "may",
		    in_all - count, in_all);
	if (count < at_least)
		return refuse(check->refusal, REASON_SIGNATURE_MISSING, NULL);
	for (i = 0; i < count; i++) {
		if ((r = verify_signature(check, &signatures[i])) != 0)
			return r;
	}
	return 0;
}

/* A signature's own parts are covered by nothing: not to be copied. */
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
 * Copies an element into a document of its own. The dictionary of names is
 * shared, which saves copying them.
 */
static int
copy_element(xmlNode *node, xmlDoc **doc, xmlNode **copy)
{
	if ((*doc = xmlNewDoc(NULL)) == NULL)
		return GATE_ENOMEM;
	(*doc)->dict = node->doc->dict;
	xmlDictReference((*doc)->dict);
	if ((*copy = xmlDocCopyNode(node, *doc, 1)) == NULL)
		return GATE_ENOMEM;
	xmlDocSetRootElement(*doc, *copy);
	return 0;
}

/*
 * Step 6: from here on, the copies are what is read. What is not covered is
 * out of reach, apart from an unsigned Response's own attributes and status.
 */
static int
take_response(struct message *m)
{
	struct saml_response *response = &m->response;
	xmlNode *copy;
	int r;

	drop(&response->signature);
	r = copy_element(response->node, &m->response_copy, &copy);
	if (r != 0)
		return r;
	response->covered = 1;
	return saml_response_read(
	    response, copy, &m->census, m->check->refusal);
}

static int
take_assertion(struct message *m)
{
	struct saml_assertion *assertion = &m->response.assertion;
	xmlNode *copy;
	int r;

	drop(&assertion->signature);
	r = copy_element(assertion->node, &m->assertion_copy, &copy);
	if (r != 0)
		return r;
	return saml_assertion_read(assertion, copy, m->check->refusal);
}

static int
open_plain(struct message *m)
{
	struct saml_response *response = &m->response;
	int r;

	if ((r = find_idp(m)) != 0)
		return r;
	r = check_signatures(m->check, response->signature,
	    response->assertion.signature, m->census.signatures, 1);
	if (r != 0)
		return r;
	if (response->signature == NULL)
		return take_assertion(m);
	drop(&response->assertion.signature);
	return take_response(m);
}

/* An ID that stands in two texts, of which one is inside the other. */
struct repeated {
	xmlDoc *outer;
	const xmlChar *id;
};

static void
look_up(void *attr, void *data, const xmlChar *id)
{
	struct repeated *repeated = data;

	(void)attr;
	if (xmlGetID(repeated->outer, id) != NULL)
		repeated->id = id;
}

/* What was decrypted is one assertion, and has no ID of the text around it. */
static int
check_decrypted(const struct message *m, const struct saml_census *census)
{
	struct repeated repeated = { m->doc, NULL };

	if (census->assertions != 1 || census->encrypted != 0)
		return refuse(m->check->refusal, REASON_ASSERTION_COUNT,
		    "%zu assertions in what was encrypted, where there must be "
		    "exactly one",
		    census->assertions + census->encrypted);
	xmlHashScan(m->decrypted->ids, look_up, &repeated);
	if (repeated.id != NULL)
		return refuse(m->check->refusal, REASON_BAD_ID,
		    "the ID \"%.80s\" is given twice, inside of what was "
		    "encrypted and outside",
		    (const char *)repeated.id);
	return 0;
}

/*
 * The signature of a Response is verified before anything in it is decrypted,
 * and then what it covers is decrypted; that of an assertion is a part of what
 * was encrypted. One of the two must be there.
 */
static int
open_encrypted(struct message *m)
{
	struct saml_check *check = m->check;
	struct saml_response *response = &m->response;
	struct saml_census census;
	xmlNode *assertion;
	int r = 0;

	if (response->issuer != NULL)
		r = saml_issuer_find(check, m->idps, response->issuer);
	if (r == 0)
		r = check_signatures(
		    check, response->signature, NULL, m->census.signatures, 0);
	if (r == 0 && response->signature != NULL)
		r = take_response(m);
	if (r == 0)
		r = saml_encrypted_open(check, response->encrypted, "Assertion",
		    response->covered, &m->decrypted, &assertion, &census);
	if (r == 0)
		r = check_decrypted(m, &census);
	if (r == 0)
		r = saml_assertion_read(
		    &response->assertion, assertion, check->refusal);
	if (r == 0)
		r = find_idp(m);
	if (r == 0)
		r = check_signatures(check, NULL, response->assertion.signature,
		    census.signatures, !response->covered);
	return r == 0 ? take_assertion(m) : r;
}

/* Steps 3 to 7, on a message that is parsed. */
static int
verify_message(struct message *m, struct saml_identity *identity)
{
	struct saml_check *check = m->check;
	struct saml_response *response = &m->response;
	int r;

	r = saml_response_read(
	    response, xmlDocGetRootElement(m->doc), &m->census, check->refusal);
	if (r != 0)
		return r;
	saml_trace_add(check->trace,
	    "structure: a Response with one assertion, %s",
	    response->encrypted != NULL ? "encrypted" : "in the clear");
	r = response->encrypted != NULL ? open_encrypted(m) : open_plain(m);
	if (r != 0 || (r = saml_response_request(check, response)) != 0 ||
	    (r = saml_response_check(check, response)) != 0)
		return r;
	r = saml_assertion_check(check, &response->assertion, identity);
	return r != 0 ? r : saml_response_age(check, response);
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
	if (r == 0)
		saml_trace_add(check->trace,
		    "encoding: %s, %zu bytes of plain XML within all limits",
		    input.form, input.size);
	if (r == GATE_EREFUSED && check->refusal->reason == REASON_RESPONSE_CUT)
		explain_cut(check->refusal, request->response_size);
	saml_input_clear(&input);
	return r;
}

static void
free_doc(xmlDoc *doc)
{
	if (doc != NULL)
		xmlFreeDoc(doc);
}

int
saml_verify(const struct saml_settings *settings, struct saml_idps *idps,
    const struct saml_decryption_keys *keys, const struct saml_request *request,
    struct saml_identity **identity, struct refusal *refusal)
{
	struct saml_check check = { .settings = settings,
		.request = request,
		.keys = keys,
		.trace = request->trace,
		.refusal = refusal };
	struct message m = { .check = &check, .idps = idps };
	int r;

	*identity = NULL;
	if ((r = parse_response(&check, &m.doc, &m.census)) != 0)
		goto out;
	if ((r = saml_identity_new(identity)) != 0)
		goto out;
	r = verify_message(&m, *identity);
out:
	if (r != 0)
		saml_identity_free(identity);
	free_doc(m.assertion_copy);
	free_doc(m.decrypted);
	free_doc(m.response_copy);
	free_doc(m.doc);
	return r;
}
