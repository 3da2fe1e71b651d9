/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <lasso/lasso.h>
#include <lasso/xml/saml-2.0/samlp2_authn_request.h>
#include <lasso/xml/saml-2.0/saml2_assertion.h>
#include <lasso/xml/saml-2.0/saml2_strings.h>
#include <libxml/parser.h>
#include <string.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "lib/error.h"
#include "lib/log.h"
#include "tests/idp/login.h"

#define DSIG_NS "http://www.w3.org/2000/09/xmldsig#"

static int
check(int rc, const char *what)
{
	if (rc == 0)
		return 0;
	log_error("lasso: %s: %s (%d)", what, lasso_strerror(rc), rc);
	return GATE_EREFUSED;
}

/*
 * lasso_login_build_assertion insists on a key to sign with, and takes no EC
 * key. It gets an HMAC key that is of no worth to anybody: what it signs
 * with it is taken out again by strip_signatures.
 */
static int
set_worthless_key(LassoProvider *sp)
{
	char text[] = "d29ydGhsZXNz";
	LassoKey *key;
	int rc;

	key = lasso_key_new_for_signature_from_base64_string(
	    text, NULL, LASSO_SIGNATURE_METHOD_HMAC_SHA256, NULL);
	if (key == NULL)
		return GATE_ENOMEM;
	rc = lasso_provider_set_server_signing_key(sp, key);
	g_object_unref(key);
	return check(rc, "HMAC key");
}

static int
server_new(LassoServer **server, const struct login *login)
{
	GList *ids, *id;
	int r;

	*server = lasso_server_new_from_buffers(
	    login->idp_metadata, NULL, NULL, NULL);
	if (*server == NULL) {
		log_error("lasso: the IdP's metadata are not acceptable");
		return GATE_EREFUSED;
	}
	r = check(lasso_server_add_provider_from_buffer(*server,
		      LASSO_PROVIDER_ROLE_SP, login->sp_metadata, NULL, NULL),
	    "metadata of the SP");
	if (r != 0)
		return r;
	ids = g_hash_table_get_keys((*server)->providers);
	for (id = ids; id != NULL && r == 0; id = id->next)
		r = set_worthless_key(
		    lasso_server_get_provider(*server, id->data));
	g_list_free(ids);
	return r;
}

/* Nothing was asked: lasso makes up the request, here for any kind of name. */
static int
begin_unsolicited(LassoLogin *state, const char *sp)
{
	LassoSamlp2AuthnRequest *request;
	int r;

	r = check(lasso_login_init_idp_initiated_authn_request(state, sp),
	    "unsolicited login");
	if (r != 0)
		return r;
	request = LASSO_SAMLP2_AUTHN_REQUEST(LASSO_PROFILE(state)->request);
	g_free(request->ProtocolBinding);
	request->ProtocolBinding = g_strdup(LASSO_SAML2_METADATA_BINDING_POST);
	g_free(request->NameIDPolicy->Format);
	request->NameIDPolicy->Format =
	    g_strdup(LASSO_SAML2_NAME_IDENTIFIER_FORMAT_UNSPECIFIED);
	return check(lasso_login_process_authn_request_msg(state, NULL),
	    "unsolicited login");
}

static int
begin_asked(LassoLogin *state, const char *text)
{
	LassoSamlp2AuthnRequest *request;
	int r;

	r = check(
	    lasso_login_process_authn_request_msg(state, text), "AuthnRequest");
	if (r != 0)
		return r;
	/* This IdP knows no accounts, so it always makes one. */
	request = LASSO_SAMLP2_AUTHN_REQUEST(LASSO_PROFILE(state)->request);
	if (request->NameIDPolicy != NULL)
		request->NameIDPolicy->AllowCreate = TRUE;
	return 0;
}

/*
 * lasso makes up a transient name, qualified by the IdP, wherever no other
 * format is wished for. The name is put in later; say here what kind it is.
 */
static int
settle_name(LassoLogin *state)
{
	LassoSamlp2AuthnRequest *request;
	LassoSaml2Assertion *assertion;
	LassoSaml2NameID *name;
	const char *format = NULL;

	request = LASSO_SAMLP2_AUTHN_REQUEST(LASSO_PROFILE(state)->request);
	if (request->NameIDPolicy != NULL)
		format = request->NameIDPolicy->Format;
	if (format == NULL)
		format = LASSO_SAML2_NAME_IDENTIFIER_FORMAT_UNSPECIFIED;
	assertion = LASSO_SAML2_ASSERTION(lasso_login_get_assertion(state));
	if (assertion == NULL)
		return GATE_EREFUSED;
	name = assertion->Subject->NameID;
	g_free(name->Format);
	name->Format = g_strdup(format);
	g_free(name->NameQualifier);
	name->NameQualifier = NULL;
	g_object_unref(assertion);
	return 0;
}

static int
build_message(LassoLogin *state)
{
	int r;

	r = check(lasso_login_validate_request_msg(state, TRUE, TRUE),
	    "validating the request");
	if (r == 0)
		r = check(lasso_login_build_assertion(state,
			      LASSO_SAML2_AUTHN_CONTEXT_PASSWORD, NULL, NULL,
			      NULL, NULL),
		    "building the assertion");
	if (r == 0)
		r = settle_name(state);
	if (r == 0)
		r = check(lasso_login_build_authn_response_msg(state),
		    "building the Response");
	return r;
}

static void
strip_signatures(xmlNode *element)
{
	xmlNode *child, *next;

	for (child = element->children; child != NULL; child = next) {
		next = child->next;
		if (xmlSecCheckNodeName(
			child, BAD_CAST "Signature", BAD_CAST DSIG_NS)) {
			xmlUnlinkNode(child);
			xmlFreeNode(child);
		} else {
			strip_signatures(child);
		}
	}
}

static int
take_document(LassoLogin *state, xmlDoc **doc)
{
	char *text;

	text = lasso_node_export_to_xml(LASSO_PROFILE(state)->response);
	if (text == NULL)
		return GATE_ENOMEM;
	*doc = xmlReadMemory(text, strlen(text), NULL, NULL, XML_PARSE_NONET);
	g_free(text);
	if (*doc == NULL)
		return GATE_ENOMEM;
	strip_signatures(xmlDocGetRootElement(*doc));
	return 0;
}

int
login_build(const struct login *login, xmlDoc **doc)
{
	LassoServer *server = NULL;
	LassoLogin *state = NULL;
	int r;

	r = server_new(&server, login);
	if (r != 0)
		goto out;
	state = lasso_login_new(server);
	if (state == NULL) {
		r = GATE_ENOMEM;
		goto out;
	}
	lasso_profile_set_signature_hint(
	    LASSO_PROFILE(state), LASSO_PROFILE_SIGNATURE_HINT_FORBID);
	r = login->request != NULL ? begin_asked(state, login->request)
				   : begin_unsolicited(state, login->sp);
	if (r == 0)
		r = build_message(state);
	if (r == 0)
		r = take_document(state, doc);
out:
	g_clear_object(&state);
	g_clear_object(&server);
	return r;
}
