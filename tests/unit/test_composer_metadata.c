/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The metadata that gatehouse-compose writes.
 */
#include "composer_under_test.h"

#define ROLE "/m:EntityDescriptor/m:SPSSODescriptor"

static xmlDoc *
metadata(const struct saml_speaker *speaker, int is_signed)
{
	struct saml_composer *composer = composer_start(speaker);
	char *xml = NULL, why[256];
	xmlDoc *doc;

	if (saml_compose_metadata(
		composer, is_signed, TEN_SECONDS, &xml, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	doc = parse(xml);
	assert_valid(doc);
	free(xml);
	saml_composer_free(&composer);
	return doc;
}

/* What stands in a certificate, without the lines around it. */
static char *
certificate_body(const char *pem)
{
	char *body = calloc(1, strlen(pem));
	const char *p = strchr(pem, '\n');
	size_t n = 0;

	assert_non_null(body);
	for (; *p != '-'; p++)
		if (*p != '\n')
			body[n++] = *p;
	return body;
}

static void
says_the_least(void **state)
{
	struct saml_speaker *speaker = speaker_new(KEY_NONE);
	xmlDoc *doc = metadata(speaker, 0);

	(void)state;
	assert_value(doc, "/m:EntityDescriptor/@entityID", SP);
	assert_value(doc, "count(/*/@*)", "1");
	assert_value(doc, "count(/*/*)", "1");
	assert_value(doc, ROLE "/@AuthnRequestsSigned", "false");
	assert_value(doc, ROLE "/@WantAssertionsSigned", "true");
	assert_value(doc, ROLE "/@protocolSupportEnumeration", SAML "protocol");
	assert_value(doc, "count(" ROLE "/m:NameIDFormat)", "4");
	assert_value(doc, ROLE "/m:AssertionConsumerService/@Location", ACS);
	assert_value(doc, ROLE "/m:AssertionConsumerService/@Binding",
	    SAML "bindings:HTTP-POST");
	assert_value(doc, ROLE "/m:AssertionConsumerService/@index", "0");
	assert_value(
	    doc, ROLE "/m:AssertionConsumerService/@isDefault", "true");
	assert_value(doc, "count(" ROLE "/*)", "5");
	xmlFreeDoc(doc);
	saml_speaker_free(&speaker);
}

static void
says_all(void **state)
{
	struct saml_speaker *speaker = speaker_new(KEY_NONE);
	xmlDoc *doc;

	(void)state;
	set_text(&speaker->slo_url, SLO);
	set_text(&speaker->name_id_format, SAML "nameid-format:persistent");
	set_text(&speaker->display_name, "Größe & <Co> \"KG\"");
	set_text(&speaker->contact, "ops@example.org");
	set_text(&speaker->requested_attributes,
	    " urn:oid:0.9.2342.19200300.100.1.3  role ");
	doc = metadata(speaker, 0);
	assert_value(doc, "count(" ROLE "/m:SingleLogoutService)", "2");
	assert_value(doc, ROLE "/m:SingleLogoutService[1]/@Binding",
	    SAML "bindings:HTTP-Redirect");
	assert_value(doc, ROLE "/m:SingleLogoutService[2]/@Binding",
	    SAML "bindings:HTTP-POST");
	assert_value(
	    doc, "count(//m:SingleLogoutService[@Location='" SLO "'])", "2");
	assert_value(doc, "count(" ROLE "/m:NameIDFormat)", "1");
	assert_value(
	    doc, ROLE "/m:NameIDFormat", SAML "nameid-format:persistent");
	assert_value(doc, ROLE "/m:Extensions/u:UIInfo/u:DisplayName",
	    "Größe & <Co> \"KG\"");
	assert_value(doc, "//u:DisplayName/@xml:lang", "en");
	assert_value(doc,
	    ROLE "/m:AttributeConsumingService/m:ServiceName[@xml:lang]",
	    "Größe & <Co> \"KG\"");
	assert_value(doc, "count(//m:RequestedAttribute)", "2");
	assert_value(doc, "//m:RequestedAttribute[1]/@Name",
	    "urn:oid:0.9.2342.19200300.100.1.3");
	assert_value(doc, "//m:RequestedAttribute[1]/@NameFormat",
	    SAML "attrname-format:uri");
	assert_value(doc, "//m:RequestedAttribute[2]/@Name", "role");
	assert_value(doc, "//m:RequestedAttribute[2]/@NameFormat",
	    SAML "attrname-format:basic");
	assert_value(doc,
	    "/*/m:ContactPerson[@contactType='technical']/m:EmailAddress",
	    "mailto:ops@example.org");
	xmlFreeDoc(doc);
	set_text(&speaker->display_name, "");
	set_text(&speaker->requested_attributes, "role");
	doc = metadata(speaker, 0);
	assert_value(doc, "//m:ServiceName", SP);
	assert_value(doc, "count(//m:Extensions)", "0");
	xmlFreeDoc(doc);
	set_text(&speaker->requested_attributes, " ");
	doc = metadata(speaker, 0);
	assert_value(doc, "count(//m:AttributeConsumingService)", "0");
	xmlFreeDoc(doc);
	saml_speaker_free(&speaker);
}

#define KEY(n) ROLE "/m:KeyDescriptor[" #n "]"

static void
names_its_keys(void **state)
{
	struct saml_speaker *speaker = speaker_new(KEY_P256);
	char *body, *rollover, *pem;
	xmlDoc *doc;

	(void)state;
	body = certificate_body(speaker->certificate);
	doc = metadata(speaker, 0);
	assert_value(doc, ROLE "/@AuthnRequestsSigned", "true");
	assert_value(doc, "count(//m:KeyDescriptor)", "1");
	assert_value(doc, KEY(1) "/@use", "signing");
	assert_value(doc, KEY(1) "//d:X509Certificate", body);
	assert_value(doc, "count(//m:EncryptionMethod)", "0");
	xmlFreeDoc(doc);
	/* and another key, to which can be encrypted */
	pem = key_pem(world.other);
	set_key(&speaker->rollover_key, pem);
	speaker->rollover_certificate = certificate_pem(world.other);
	rollover = certificate_body(speaker->rollover_certificate);
	doc = metadata(speaker, 0);
	assert_value(doc, "count(//m:KeyDescriptor)", "3");
	assert_value(doc, KEY(1) "//d:X509Certificate", body);
	assert_value(doc, KEY(2) "/@use", "signing");
	assert_value(doc, KEY(2) "//d:X509Certificate", rollover);
	assert_value(doc, KEY(3) "/@use", "encryption");
	assert_value(doc, KEY(3) "//d:X509Certificate", rollover);
	assert_value(doc, "count(" KEY(3) "/m:EncryptionMethod)", "5");
	assert_value(doc, KEY(3) "/m:EncryptionMethod[1]/@Algorithm",
	    "http://www.w3.org/2009/xmlenc11#aes128-gcm");
	assert_value(doc,
	    "count(//m:EncryptionMethod[contains(@Algorithm, "
	    "'cbc') or contains(@Algorithm, '1_5')])",
	    "0");
	xmlFreeDoc(doc);
	free(pem);
	free(body);
	free(rollover);
	saml_speaker_free(&speaker);
}

static void
signs_if_asked_to(void **state)
{
	struct saml_speaker *speaker;
	xmlDoc *doc;
	int kind;

	(void)state;
	for (kind = KEY_RSA; kind < KEY_KINDS; kind++) {
		speaker = speaker_new(kind);
		set_text(&speaker->contact, "ops@example.org");
		doc = metadata(speaker, 1);
		assert_shape(doc, kind);
		assert_true(is_signed_by(doc, 1, world.keys[kind]));
		xmlSetProp(xmlDocGetRootElement(doc), BAD_CAST "entityID",
		    BAD_CAST "https://evil.example/");
		assert_false(is_signed_by(doc, 1, world.keys[kind]));
		xmlFreeDoc(doc);
		doc = metadata(speaker, 0);
		assert_value(doc, "count(//d:Signature)", "0");
		assert_value(doc, "count(/*/@ID)", "0");
		xmlFreeDoc(doc);
		saml_speaker_free(&speaker);
	}
}

static void
signs_nothing_without_a_key(void **state)
{
	struct saml_composer *composer = composer_with(KEY_NONE);
	char *xml = NULL, why[256];

	(void)state;
	assert_int_equal(saml_compose_metadata(
			     composer, 1, TEN_SECONDS, &xml, why, sizeof(why)),
	    GATE_ECONFIG);
	assert_non_null(strstr(why, "[saml] key"));
	assert_null(xml);
	assert_int_equal(saml_compose_metadata(
			     composer, 0, TEN_SECONDS, &xml, why, sizeof(why)),
	    0);
	free(xml);
	saml_composer_free(&composer);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_the_least),
		cmocka_unit_test(says_all),
		cmocka_unit_test(names_its_keys),
		cmocka_unit_test(signs_if_asked_to),
		cmocka_unit_test(signs_nothing_without_a_key),
	};
	int failed;

	if (under_test_begin(argc, argv,
		SCHEMAS "opensaml/saml-schema-metadata-2.0.xsd") != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	under_test_end();
	return failed;
}
