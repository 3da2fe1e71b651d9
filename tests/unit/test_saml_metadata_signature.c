/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/metadata.h"
#include "saml/verify.h"
#include "saml_fixture.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/*
 * The metadata of a federation: signed as a whole, with a hole for the
 * Signature and two IdPs of which one is signed by itself, as some are.
 */
#define ENTITY(id)                                                             \
	"<md:EntityDescriptor entityID=\"" id "\" ID=\"_" id "\">"             \
	"<md:IDPSSODescriptor protocolSupportEnumeration=\"" SAML              \
	"protocol\"/></md:EntityDescriptor>"
#define ROOT_TAG                                                               \
	"<md:EntitiesDescriptor xmlns:md=\"" SAML "metadata\""                 \
	" ID=\"_root\" validUntil=\"2026-11-23T00:00:00Z\""                    \
	" cacheDuration=\"PT6H\">"
#define DOCUMENT                                                               \
	"<?xml version=\"1.0\"?>\n<!-- a federation -->\n<?x y?>\n" ROOT_TAG   \
	"\n" HOLE_RESPONSE "<!-- inside -->" HOLE_ASSERTION ENTITY("a")        \
	    ENTITY("b") "</md:EntitiesDescriptor>\n"

static EVP_PKEY *signer, *stranger;
static char *certificate, *other_certificate;

static int
setup(void **state)
{
	(void)state;
	signer = EVP_RSA_gen(2048);
	stranger = EVP_RSA_gen(2048);
	certificate = fixture_certificate(signer);
	other_certificate = fixture_certificate(stranger);
	return saml_verify_init();
}

static int
teardown(void **state)
{
	(void)state;
	free(certificate);
	free(other_certificate);
	EVP_PKEY_free(signer);
	EVP_PKEY_free(stranger);
	return 0;
}

/* One document: edited, signed, edited again. */
struct document_case {
	const char *name;
	const char *words; /* NULL: good */
	struct edit before[3], after[3];
	const char *signature; /* NULL: the usual one; "": none */
	int64_t later;
	int without_certificate;
};

#define RSA_SHA256(id) SIGNATURE(MORE "rsa-sha256", ENC "sha256", id)

static char *
make_document(const struct document_case *c)
{
	const char *signature =
	    c->signature != NULL ? c->signature : RSA_SHA256("_root");
	xmlSecKey *key = fixture_wrap(signer);
	xmlChar *out;
	xmlDoc *doc;
	char *text;
	int size;

	text = fixture_replace(strdup(DOCUMENT), HOLE_RESPONSE, signature);
	text = fixture_replace(text, HOLE_ASSERTION, "");
	text = fixture_edit(text, c->before, COUNT(c->before));
	if (signature[0] != '\0') {
		doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL, 0);
		assert_non_null(doc);
		fixture_add_ids(doc, doc->children);
		fixture_sign_element(doc, "EntitiesDescriptor", key);
		xmlDocDumpMemory(doc, &out, &size);
		free(text);
		text = strdup((const char *)out);
		xmlFree(out);
		xmlFreeDoc(doc);
	}
	xmlSecKeyDestroy(key);
	return fixture_edit(text, c->after, COUNT(c->after));
}

static void
expect(const char *name, const char *text, const char *pem, int64_t now,
    const char *words)
{
	struct saml_metadata_facts facts = { 0 };
	char why[512] = "";
	int r = saml_metadata_verify(
	    text, strlen(text), pem, now, &facts, why, sizeof(why));

	if (words == NULL && r != 0)
		fail_msg("%s: refused: %s", name, why);
	if (words != NULL && r != GATE_ECONFIG)
		fail_msg("%s: accepted (%d)", name, r);
	if (words != NULL && strstr(why, words) == NULL)
		fail_msg("%s: no \"%s\" in: %s", name, words, why);
	if (words != NULL)
		return;
	assert_int_equal(facts.idps, 2);
	assert_int_equal(facts.valid_until, 1795392000);
	assert_int_equal(facts.cache_duration, 21600);
}

static const struct document_case cases[] = {
	{ .name = "good" },
	{ .name = "good, and nobody asks who signed",
	    .without_certificate = 1 },
	{ .name = "unsigned, and nobody asks",
	    .signature = "",
	    .without_certificate = 1 },
	{ .name = "a comment changed, which is no part of what is signed",
	    .after = { { "inside", "outside" } } },
	{ .name = "up to its last second", .later = 1795392000 - NOW - 1 },
	{ "past it", "valid until 2026-11-23T00:00:00Z",
	    .later = 1795392000 - NOW },
	{ "unsigned", "not signed", .signature = "" },
	{ "an entity changed", "does not match",
	    .after = { { "entityID=\"b\"", "entityID=\"c\"" } } },
	{ "an entity added", "does not match",
	    .after = { { "</md:EntitiesDescriptor>",
		ENTITY("evil") "</md:EntitiesDescriptor>" } } },
	{ "a later validUntil", "does not match",
	    .after = { { "2026-11-23T", "2036-11-23T" } } },
	{ "the validUntil gone", "does not match",
	    .after = { { " validUntil=\"2026-11-23T00:00:00Z\"", "" } } },
	{ "the signature covers one entity", "Reference",
	    .signature = RSA_SHA256("_a") },
	{ "a Reference to the whole document", "Reference",
	    .signature = SIGNATURE(MORE "rsa-sha256", ENC "sha256", ""),
	    .before = { { "URI=\"#\"", "URI=\"\"" } } },
	{ "not the first element", "not signed",
	    .after = { { "<ds:Signature xmlns:ds",
		"<md:Extensions/><ds:Signature xmlns:ds" } } },
	{ "no ID", "no ID", .after = { { " ID=\"_root\"", "" } } },
	{ "the ID in a namespace", "no ID",
	    .after = { { " ID=\"_root\"", " md:ID=\"_root\"" } } },
	{ "the ID doubled as xml:id", "no ID",
	    .after = { { "ID=\"_a\"", "xml:id=\"_root\"" } } },
	{ "SHA-1", "SHA-256",
	    .after = { { MORE "rsa-sha256", DSIG "rsa-sha1" } } },
	{ "HMAC", "RSA or ECDSA",
	    .after = { { MORE "rsa-sha256", MORE "hmac-sha256" } } },
	{ "an Object", "unknown",
	    .after = { { "</ds:Signature>", "<ds:Object/></ds:Signature>" } } },
	{ "wrapped", "not signed",
	    .after = { { ROOT_TAG,
			   "<md:EntitiesDescriptor xmlns:md=\"" SAML
			   "metadata\""
			   " ID=\"_evil\">" ENTITY("evil") ROOT_TAG },
		{ "</md:EntitiesDescriptor>",
		    "</md:EntitiesDescriptor></md:EntitiesDescriptor>" } } },
	{ "an entityID twice", "twice",
	    .before = { { "entityID=\"b\"", "entityID=\"a\"" } } },
	{ "no IdP", "no IDPSSODescriptor",
	    .before = { { "IDPSSO", "SPSSO" } } },
	{ "not well-formed", "cut off",
	    .after = { { "</md:EntitiesDescriptor>", "" } } },
	{ "not well-formed inside", "not well-formed",
	    .after = { { "<!-- inside -->", "<x></y>" } },
	    .without_certificate = 1 },
	{ "a DTD", "DTD",
	    .after = { { "<?x y?>", "<!DOCTYPE x [<!ENTITY y \"z\">]>" } } },
	{ "another root", "root",
	    .after = { { "md:EntitiesDescriptor", "md:Other" } },
	    .without_certificate = 1 },
	{ "another encoding", "UTF-8",
	    .after = { { "version=\"1.0\"",
		"version=\"1.0\" encoding=\"UTF-16\"" } } },
};

static void
test_documents(void **state)
{
	const struct document_case *c;

	(void)state;
	for (c = cases; c < cases + COUNT(cases); c++) {
		char *text = make_document(c);

		expect(c->name, text,
		    c->without_certificate ? NULL : certificate, NOW + c->later,
		    c->words);
		free(text);
	}
}

#define PEM "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"

/* Which certificates of a signer will do. */
static void
test_certificates(void **state)
{
	char *text = make_document(&cases[0]), *pem;

	(void)state;
	expect("another's", text, other_certificate, NOW, "does not match");
	pem = fixture_text(PEM, certificate);
	expect("PEM", text, pem, NOW, NULL);
	free(pem);
	pem = fixture_text(
	    "old and new:\n" PEM PEM, other_certificate, certificate);
	expect("PEM with two", text, pem, NOW, NULL);
	free(pem);
	pem = fixture_text("-----BEGIN CERTIFICATE-----\n%s", certificate);
	expect("cut off", text, pem, NOW, "certificate: cut off");
	free(pem);
	pem = fixture_text(PEM PEM, certificate, "AAAA");
	expect("not one", text, pem, NOW, "certificate: not a certificate");
	free(pem);
	expect("none", text, "", NOW, "certificate: not a certificate");
	free(text);
}

/* Far more elements than a message may have, and none too deep. */
static void
test_limits(void **state)
{
	size_t i, n = 30000;
	char *many = malloc(n * 4 + 1), *text, *p = many;
	char *entity = fixture_entity("a", "", "");
	struct saml_metadata_facts facts;
	char why[512];

	(void)state;
	for (i = 0; i < n; i++)
		p = stpcpy(p, "<x/>");
	text = fixture_replace(strdup(entity), "</md:EntityDescriptor>",
	    "@MANY@</md:EntityDescriptor>");
	text = fixture_replace(text, "@MANY@", many);
	assert_int_equal(saml_metadata_verify(text, strlen(text), NULL, NOW,
			     &facts, why, sizeof(why)),
	    0);
	free(text);
	free(many);
	text = fixture_replace(entity, "</md:EntityDescriptor>",
	    "<x><x><x><x><x><x><x><x><x><x><x><x><x><x><x><x><x><x><x><x><x>"
	    "<x><x><x><x><x><x><x><x><x><x><x><x></md:EntityDescriptor>");
	expect("deep", text, NULL, NOW, "levels");
	free(text);
}

/* A federation's root declares what any of its entities may need. */
static void
test_declarations(void **state)
{
	static const struct {
		int count;
		const char *words;
	} with[] = { { 60, NULL }, { 110, "in one tag" } };
	char *document = make_document(&cases[0]), *text, *root, *more, *p;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < COUNT(with); i++) {
		more = p = malloc((size_t)with[i].count * 32);
		for (n = 0; n < with[i].count; n++)
			p += sprintf(p, "xmlns:n%d=\"urn:x:%d\" ", n, n);
		root = fixture_text("<md:EntitiesDescriptor %s", more);
		text = fixture_replace(
		    strdup(document), "<md:EntitiesDescriptor ", root);
		/* unused, they are no part of the canonical form */
		expect(root, text, certificate, NOW, with[i].words);
		free(text);
		free(root);
		free(more);
	}
	free(document);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_declarations),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
