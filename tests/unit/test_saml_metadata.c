/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "saml/metadata.h"
#include "saml/verify.h"
#include "saml_fixture.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static EVP_PKEY *rsa;

static int
setup(void **state)
{
	(void)state;
	rsa = EVP_RSA_gen(2048);
	return saml_verify_init();
}

static int
teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa);
	return 0;
}

/* Reads a document that must be good. */
static struct saml_idps *
read_idps(const char *text)
{
	struct saml_idps *idps = NULL;
	char why[256] = "";

	assert_int_equal(saml_idps_new(&idps), 0);
	if (saml_idps_add(idps, text, strlen(text), 0, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	return idps;
}

/* Reads a document that must be refused, with these words. */
static void
expect_bad(const char *text, const char *words)
{
	struct saml_idps *idps = NULL;
	char why[256] = "";

	assert_int_equal(saml_idps_new(&idps), 0);
	assert_int_equal(
	    saml_idps_add(idps, text, strlen(text), 0, why, sizeof(why)),
	    GATE_ECONFIG);
	if (strstr(why, words) == NULL)
		fail_msg("no \"%s\" in: %s", words, why);
	saml_idps_free(&idps);
	assert_null(idps);
}

static void
test_entity(void **state)
{
	char *key = fixture_key_descriptor(rsa, " use=\"signing\"");
	char *text = fixture_entity("https://a.example", "", key);
	struct saml_idps *idps = read_idps(text);
	const struct saml_idp *idp;

	(void)state;
	assert_int_equal(saml_idps_count(idps), 1);
	idp = saml_idps_find(idps, "https://a.example");
	assert_non_null(idp);
	assert_int_equal(idp->key_count, 1);
	assert_int_equal(idp->valid_until, 0);
	assert_null(saml_idps_find(idps, "https://a.example/"));
	assert_null(saml_idps_find(idps, ""));
	saml_idps_free(&idps);
	saml_idps_free(&idps);
	free(text);
	free(key);
}

/* As people keep it: a declaration, comments, a line for each element. */
static void
test_formatted(void **state)
{
	char *key = fixture_key_descriptor(rsa, " use=\"signing\"");
	char *text = fixture_entity("https://a.example", "", key);
	char *lines =
	    fixture_replace(strdup(text), "><", ">\r\n\t<!-- here -->\r\n\t<");
	char *whole = fixture_text("<?xml version=\"1.0\"?>\n%s\n", lines);
	struct saml_idps *idps = read_idps(whole);
	const struct saml_idp *idp = saml_idps_find(idps, "https://a.example");

	(void)state;
	assert_non_null(idp);
	assert_int_equal(idp->key_count, 1);
	assert_non_null(idp->endpoints[SAML_SSO_REDIRECT].location);
	saml_idps_free(&idps);
	free(whole);
	free(lines);
	free(text);
	free(key);
}

/* Which keys of a KeyDescriptor are used. */
static void
expect_keys(const char *descriptors, size_t count)
{
	char *text = fixture_entity("https://a.example", "", descriptors);
	struct saml_idps *idps = read_idps(text);
	const struct saml_idp *idp = saml_idps_find(idps, "https://a.example");

	assert_non_null(idp);
	assert_int_equal(idp->key_count, count);
	saml_idps_free(&idps);
	free(text);
}

static void
test_uses(void **state)
{
	char *signing = fixture_key_descriptor(rsa, " use=\"signing\"");
	char *both = fixture_key_descriptor(rsa, "");
	char *encryption = fixture_key_descriptor(rsa, " use=\"encryption\"");
	char *all = fixture_text("%s%s%s", signing, both, encryption);
	char *chain = fixture_replace(strdup(signing), "</ds:X509Data>",
	    "<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>");

	(void)state;
	expect_keys(signing, 1);
	expect_keys(both, 1);
	expect_keys(encryption, 0);
	expect_keys(all, 2);
	expect_keys("", 0);
	expect_keys(chain, 1);
	expect_keys("<md:KeyDescriptor/>", 0);
	free(chain);
	free(all);
	free(encryption);
	free(both);
	free(signing);
}

static void
expect_key(EVP_PKEY *key, size_t count)
{
	char *descriptor = fixture_key_descriptor(key, "");

	expect_keys(descriptor, count);
	free(descriptor);
	EVP_PKEY_free(key);
}

/* The modulus of the usual key, and exponents of one's choice. */
static EVP_PKEY *
key_with_exponent(const char *hex)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *n = NULL, *e = NULL;
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	assert_int_equal(
	    EVP_PKEY_get_bn_param(rsa, OSSL_PKEY_PARAM_RSA_N, &n), 1);
	assert_true(BN_hex2bn(&e, hex) > 0);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_D, e);
	params = OSSL_PARAM_BLD_to_param(builder);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(e);
	return key;
}

/* With an exponent of 1, what is to be signed is its own signature. */
static void
test_exponents(void **state)
{
	(void)state;
	expect_key(key_with_exponent("01"), 0);
	expect_key(key_with_exponent("03"), 1);
	expect_key(key_with_exponent("010001"), 1);
	expect_key(key_with_exponent("FFFFFFFFFFFFFFFF"), 1);
	expect_key(key_with_exponent("010000"), 0);
	expect_key(key_with_exponent("010000000000000001"), 0);
}

static void
test_kinds_of_keys(void **state)
{
	(void)state;
	expect_key(EVP_RSA_gen(1024), 0);
	expect_key(EVP_RSA_gen(2040), 0);
	expect_key(EVP_RSA_gen(2048), 1);
	expect_key(EVP_EC_gen("P-256"), 1);
	expect_key(EVP_EC_gen("P-384"), 1);
	expect_key(EVP_EC_gen("P-224"), 0);
	expect_key(EVP_EC_gen("P-521"), 0);
	expect_key(EVP_EC_gen("secp256k1"), 0);
	expect_keys("<md:KeyDescriptor><ds:KeyInfo xmlns:ds=\"" DSIG "\">"
		    "<ds:X509Data><ds:X509Certificate>AAAA"
		    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
		    "</md:KeyDescriptor>",
	    0);
	expect_keys("<md:KeyDescriptor><ds:KeyInfo xmlns:ds=\"" DSIG "\">"
		    "<ds:X509Data><ds:X509Certificate>!</ds:X509Certificate>"
		    "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
	    0);
}

#define GROUP(more, inside)                                                    \
	"<md:EntitiesDescriptor xmlns:md=\"" SAML "metadata\"" more ">" inside \
	"</md:EntitiesDescriptor>"

static void
test_aggregate(void **state)
{
	char *a =
	    fixture_entity("a", " validUntil=\"2030-01-01T00:00:00Z\"", "");
	char *b =
	    fixture_entity("b", " validUntil=\"2040-01-01T00:00:00Z\"", "");
	char *c = fixture_entity("c", "", "");
	char *sp = fixture_replace(fixture_entity("sp", "", ""),
	    "IDPSSODescriptor", "SPSSODescriptor");
	char *saml1 = fixture_replace(fixture_entity("saml1", "", ""),
	    SAML "protocol", "urn:oasis:names:tc:SAML:1.1:protocol");
	char *text =
	    fixture_text("<?xml version=\"1.0\"?>\n<!-- federation -->\n" GROUP(
			     " validUntil=\"2035-01-01T00:00:00Z\"",
			     "<md:Extensions><x/></md:Extensions>%s"
			     "<md:EntitiesDescriptor/>" GROUP("", "%s%s%s")),
		a, sp, b, saml1);
	struct saml_idps *idps;

	(void)state;
	text = fixture_replace(text, "</md:EntitiesDescriptor></md",
	    "</md:EntitiesDescriptor><!-- end --></md");
	idps = read_idps(text);
	assert_int_equal(saml_idps_count(idps), 2);
	assert_int_equal(saml_idps_find(idps, "a")->valid_until, 1893456000);
	assert_int_equal(saml_idps_find(idps, "b")->valid_until, 2051222400);
	assert_null(saml_idps_find(idps, "sp"));
	assert_null(saml_idps_find(idps, "saml1"));
	/* a second document joins the first, and may not repeat it */
	assert_int_equal(saml_idps_add(idps, c, strlen(c), 0, NULL, 0), 0);
	assert_int_equal(saml_idps_count(idps), 3);
	assert_int_equal(saml_idps_find(idps, "c")->valid_until, 0);
	assert_int_equal(
	    saml_idps_add(idps, a, strlen(a), 0, NULL, 0), GATE_ECONFIG);
	saml_idps_free(&idps);
	free(text);
	free(saml1);
	free(sp);
	free(c);
	free(b);
	free(a);
}

static void
test_valid_until(void **state)
{
	static const struct {
		const char *more;
		int64_t until;
	} cases[] = {
		{ " validUntil=\"2030-01-01T00:00:00Z\"", 1893456000 },
		{ " validUntil=\"2030-01-01T00:00:00.5Z\"", 1893456000 },
		{ " validUntil=\"1960-01-01T00:00:00Z\"", 1 },
		{ " validUntil=\"1970-01-01T00:00:00Z\"", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		char *text = fixture_entity("a", cases[i].more, "");
		struct saml_idps *idps = read_idps(text);

		assert_int_equal(
		    saml_idps_find(idps, "a")->valid_until, cases[i].until);
		/* the role's own end counts too */
		saml_idps_free(&idps);
		text = fixture_replace(text, "<md:IDPSSODescriptor",
		    "<md:IDPSSODescriptor validUntil=\"2001-01-01T00:00:00Z\"");
		idps = read_idps(text);
		assert_int_equal(saml_idps_find(idps, "a")->valid_until,
		    cases[i].until == 1 ? 1 : 978307200);
		saml_idps_free(&idps);
		free(text);
	}
}

static void
test_bad(void **state)
{
	char *good = fixture_entity("a", "", ""), *text;

	(void)state;
	expect_bad("", "empty");
	expect_bad("text", "not well-formed");
	expect_bad("<a/>", "root");
	expect_bad("<EntityDescriptor entityID='a'/>", "root");
	expect_bad(GROUP("", ""), "no IDPSSODescriptor");
	text = fixture_replace(strdup(good), "IDPSSO", "SPSSO");
	expect_bad(text, "no IDPSSODescriptor");
	free(text);
	text = fixture_replace(strdup(good), " entityID=\"a\"", "");
	expect_bad(text, "entityID");
	free(text);
	text = fixture_replace(strdup(good), "\"a\"", "\"\"");
	expect_bad(text, "entityID");
	free(text);
	text =
	    fixture_replace(strdup(good), "\"a\"", "\"a\" validUntil=\"soon\"");
	expect_bad(text, "validUntil");
	free(text);
	text = fixture_text("<!DOCTYPE a [<!ENTITY b 'c'>]>%s", good);
	expect_bad(text, "DTD");
	free(text);
	text = fixture_text("%.*s", (int)strlen(good) - 5, good);
	expect_bad(text, "not well-formed");
	free(text);
	text = fixture_text(GROUP("", "%s%s"), good, good);
	expect_bad(text, "twice");
	free(text);
	free(good);
}

/* Nesting has a limit, which is no more than a limit. */
static void
test_nested(void **state)
{
	char *text = fixture_entity("a", "", "");
	struct saml_idps *idps;
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		char *outer = fixture_text(GROUP("", "%s"), text);

		free(text);
		text = outer;
	}
	idps = read_idps(text);
	assert_int_equal(saml_idps_count(idps), 1);
	saml_idps_free(&idps);
	text = fixture_replace(text, "<md:EntityDescriptor",
	    "<md:EntitiesDescriptor></md:EntitiesDescriptor>"
	    "<md:EntityDescriptor");
	expect_bad(text, "deep");
	free(text);
}

/* What a group says of time ends with it, and so does its depth. */
static void
test_siblings(void **state)
{
	char *a = fixture_entity("a", "", ""), *b = fixture_entity("b", "", "");
	char *text = fixture_text(
	    GROUP("", GROUP(" validUntil=\"2030-01-01T00:00:00Z\"", "%s") "%s"),
	    a, b);
	struct saml_idps *idps = read_idps(text);
	int i;

	(void)state;
	assert_int_equal(saml_idps_find(idps, "a")->valid_until, 1893456000);
	assert_int_equal(saml_idps_find(idps, "b")->valid_until, 0);
	saml_idps_free(&idps);
	for (i = 0; i < 20; i++)
		text = fixture_replace(text, "<md:EntityDescriptor ",
		    GROUP("", "") "<md:EntityDescriptor ");
	idps = read_idps(text);
	assert_int_equal(saml_idps_count(idps), 2);
	saml_idps_free(&idps);
	free(text);
	free(b);
	free(a);
}

/* Many IdPs are found as fast as one. */
static void
test_many(void **state)
{
	struct saml_idps *idps = NULL;
	char id[32], why[256];
	int i;

	(void)state;
	assert_int_equal(saml_idps_new(&idps), 0);
	for (i = 0; i < 2000; i++) {
		char *text;

		snprintf(id, sizeof(id), "https://%d.example", i);
		text = fixture_entity(id, "", "");
		assert_int_equal(saml_idps_add(idps, text, strlen(text), 0, why,
				     sizeof(why)),
		    0);
		free(text);
	}
	assert_int_equal(saml_idps_count(idps), 2000);
	for (i = 0; i < 2000; i++) {
		snprintf(id, sizeof(id), "https://%d.example", i);
		assert_string_equal(saml_idps_find(idps, id)->entity_id, id);
	}
	saml_idps_free(&idps);
}

/* Those that verify nothing are counted, and one is named. */
static void
test_unusable(void **state)
{
	static const struct {
		const char *more;
		const char *words;
	} cases[] = {
		{ "", "no signing key" },
		{ " validUntil=\"2030-01-01T00:00:00Z\"", "2030-01-01" },
	};
	char text[1200];
	struct saml_idps *idps;
	char *entity;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		entity = fixture_entity("https://a.example", cases[i].more, "");
		idps = read_idps(entity);
		free(entity);
		assert_int_equal(
		    saml_idps_unusable(idps, 1893456000, text, sizeof(text)),
		    1);
		assert_non_null(strstr(text, "https://a.example"));
		assert_non_null(strstr(text, cases[i].words));
		saml_idps_free(&idps);
	}
}

/* For another encoding libxml2 would open files, which the sandbox forbids. */
static void
test_encoding(void **state)
{
	static const char *const others[] = { "ISO-8859-15", "UTF-16",
		"EBCDIC-CP-US", "nonsense" };
	char head[64], *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(others); i++) {
		snprintf(head, sizeof(head),
		    "<?xml version=\"1.0\" encoding=\"%s\"?>", others[i]);
		if (asprintf(&text, "%s<md:EntityDescriptor/>", head) < 0)
			fail();
		expect_bad(text, "UTF-8");
		free(text);
	}
	expect_bad("\x4c\x6f\xa7\x94\x93", "UTF-8");
}

/* An IdP with these things in its role, and these after it. */
static struct saml_idps *
read_role(const char *role, const char *after)
{
	char *text = fixture_entity("https://a.example", "", role);
	struct saml_idps *idps;

	text = fixture_replace(
	    text, "</md:IDPSSODescriptor>", "</md:IDPSSODescriptor>@AFTER@");
	text = fixture_replace(text, "@AFTER@", after);
	idps = read_idps(text);
	free(text);
	return idps;
}

#define ENDPOINT(service, binding, rest)                                       \
	"<md:" service " Binding=\"" SAML "bindings:" binding "\" " rest "/>"
#define SSO(binding, location)                                                 \
	ENDPOINT("SingleSignOnService", binding, "Location=\"" location "\"")

/* The first good place of each binding is the one. */
static void
test_endpoints(void **state)
{
	struct saml_idps *idps = read_role(
	    SSO("SOAP", "https://a.example/soap")
		SSO("HTTP-POST", "javascript:alert(1)")
		    SSO("HTTP-POST", "https://a.example/post?x=1&amp;y=%20")
			SSO("HTTP-POST", "https://a.example/second")
			    ENDPOINT("SingleLogoutService", "HTTP-Redirect",
				"Location=\"https://a.example/slo\""
				" ResponseLocation=\"https://a.example/done\"")
				ENDPOINT("SingleLogoutService", "HTTP-POST",
				    "Location=\"http://a.example/slo\""
				    " ResponseLocation=\"data:x\""),
	    "");
	const struct saml_idp *idp = saml_idps_find(idps, NULL);
	const struct saml_endpoint *endpoint;

	(void)state;
	assert_non_null(idp);
	endpoint = idp->endpoints;
	assert_string_equal(endpoint[SAML_SSO_POST].location,
	    "https://a.example/post?x=1&y=%20");
	assert_null(endpoint[SAML_SSO_POST].response);
	assert_string_equal(
	    endpoint[SAML_SSO_REDIRECT].location, "https://idp.example/sso");
	assert_string_equal(
	    endpoint[SAML_SLO_REDIRECT].location, "https://a.example/slo");
	assert_string_equal(
	    endpoint[SAML_SLO_REDIRECT].response, "https://a.example/done");
	assert_string_equal(
	    endpoint[SAML_SLO_POST].location, "http://a.example/slo");
	assert_null(endpoint[SAML_SLO_POST].response);
	assert_int_equal(idp->wants_signed, 0);
	saml_idps_free(&idps);
}

/* Where nobody is sent to. */
static void
test_locations(void **state)
{
	static const char *const bad[] = { "", "https://", "https:///path",
		"https://?x", "//a.example", "/path", "ftp://a.example",
		"https:a.example", " https://a.example", "https://a.example ",
		"https://a.example/&#10;x", "https://a.example/&#x7f;",
		"https://a.example/&quot;x", "https://a.example/&lt;x&gt;",
		"https://a.example/\\x", "https://a.example/#x",
		"https://a.example#", "https://b\xc3\xbc.example/" };
	char *role, *text, *longest;
	struct saml_idps *idps;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		role = fixture_text(SSO("HTTP-POST", "%s"), bad[i]);
		idps = read_role(role, "");
		if (saml_idps_find(idps, NULL)
			->endpoints[SAML_SSO_POST]
			.location != NULL)
			fail_msg("taken: \"%s\"", bad[i]);
		saml_idps_free(&idps);
		free(role);
	}
	longest = malloc(1026);
	memset(longest, 'x', 1025);
	memcpy(longest, "https://", 8);
	for (i = 1024; i <= 1025; i++) {
		longest[i] = '\0';
		text = fixture_text(SSO("HTTP-POST", "%s"), longest);
		idps = read_role(text, "");
		assert_int_equal(saml_idps_find(idps, NULL)
				     ->endpoints[SAML_SSO_POST]
				     .location != NULL,
		    i == 1024);
		saml_idps_free(&idps);
		free(text);
		longest[i] = 'x';
	}
	free(longest);
}

#define UI "urn:oasis:names:tc:SAML:metadata:ui"
#define UI_NAME(lang, name)                                                    \
	"<ui:DisplayName xml:lang=\"" lang "\">" name "</ui:DisplayName>"
#define UI_INFO(names)                                                         \
	"<md:Extensions><ui:UIInfo xmlns:ui=\"" UI "\">" names                 \
	"</ui:UIInfo></md:Extensions>"
#define ORG_NAME(lang, name)                                                   \
	"<md:OrganizationDisplayName xml:lang=\"" lang "\">" name              \
	"</md:OrganizationDisplayName>"
#define ORG(names) "<md:Organization>" names "</md:Organization>"

static void
expect_name(const char *role, const char *after, const char *name)
{
	struct saml_idps *idps = read_role(role, after);
	const char *found = saml_idps_find(idps, NULL)->display_name;

	if (name == NULL)
		assert_null(found);
	else
		assert_string_equal(found, name);
	saml_idps_free(&idps);
}

static void
test_names(void **state)
{
	(void)state;
	expect_name("", "", NULL);
	expect_name("", ORG(ORG_NAME("de", "Klinik")), "Klinik");
	expect_name("", ORG(ORG_NAME("de", "Klinik") ORG_NAME("en", "Clinic")),
	    "Clinic");
	expect_name(UI_INFO(UI_NAME("de", "Haus") UI_NAME("en", " House\n")),
	    ORG(ORG_NAME("en", "Clinic")), "House");
	expect_name(UI_INFO(UI_NAME("de", "Haus") UI_NAME("fr", "Maison")),
	    ORG(ORG_NAME("en", "Clinic")), "Haus");
	/* a comment does not part it; what will not do leaves it to others */
	expect_name(UI_INFO(UI_NAME("en", "Ho<!-- -->use")), "", "House");
	expect_name(UI_INFO(UI_NAME("en", "a\xe2\x80\xae z")), "", NULL);
	expect_name(UI_INFO(UI_NAME("en", " ")), ORG(ORG_NAME("en", "C")), "C");
}

#define SCOPES(scopes)                                                         \
	"<md:Extensions><s:X xmlns:s=\"urn:mace:shibboleth:metadata:1.0\"/>"   \
	"<!-- x -->" scopes "</md:Extensions>"
#define SCOPE(more, text)                                                      \
	"<Scope xmlns=\"urn:mace:shibboleth:metadata:1.0\"" more ">" text      \
	"</Scope>"

static void
test_scopes(void **state)
{
	struct saml_idps *idps = read_role(
	    SCOPES(SCOPE("", "a.example") SCOPE(" regexp=\"true\"", ".*")
		    SCOPE(" regexp=\"1\"", ".*")
			SCOPE(" regexp=\"false\"", "\n b.example ")
			    SCOPE("", "") SCOPE("", "c\xe2\x80\x8b.example")),
	    SCOPES(SCOPE("", "d.example")));
	const struct saml_idp *idp = saml_idps_find(idps, NULL);
	char *many = strdup(""), *more;
	int i;

	(void)state;
	assert_int_equal(idp->scope_count, 3);
	assert_string_equal(idp->scopes[0], "a.example");
	assert_string_equal(idp->scopes[1], "b.example");
	assert_string_equal(idp->scopes[2], "d.example");
	saml_idps_free(&idps);
	for (i = 0; i < SAML_SCOPES_MAX + 1; i++) {
		more = fixture_text("%s" SCOPE("", "%d.example"), many, i);
		free(many);
		many = more;
	}
	more = fixture_text(SCOPES("%s"), many);
	idps = read_role(more, "");
	assert_int_equal(
	    saml_idps_find(idps, NULL)->scope_count, SAML_SCOPES_MAX);
	saml_idps_free(&idps);
	free(more);
	free(many);
}

static void
test_wants_signed(void **state)
{
	static const struct {
		const char *value;
		int wants;
	} cases[] = { { "true", 1 }, { "1", 1 }, { "false", 0 }, { "0", 0 },
		{ "TRUE", 0 }, { "", 0 } };
	char to[64], *text;
	struct saml_idps *idps;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(to, sizeof(to),
		    "<md:IDPSSODescriptor WantAuthnRequestsSigned=\"%s\"",
		    cases[i].value);
		text = fixture_replace(
		    fixture_entity("a", "", ""), "<md:IDPSSODescriptor", to);
		idps = read_idps(text);
		assert_int_equal(
		    saml_idps_find(idps, "a")->wants_signed, cases[i].wants);
		saml_idps_free(&idps);
		free(text);
	}
}

/* What a cacheDuration at the root means for one that was fetched. */
static void
test_cache_duration(void **state)
{
	static const struct {
		const char *more; /* of the root */
		int64_t fetched;
		int64_t until;
	} cases[] = {
		{ " cacheDuration=\"PT6H\"", 0, 0 },
		{ " cacheDuration=\"PT6H\"", 1000000, 1021600 },
		{ "", 1000000, 0 },
		{ " cacheDuration=\"PT1S\"", 1000000, 1003600 },
		{ " cacheDuration=\"P1D\" validUntil=\"1970-01-12T00:00:00Z\"",
		    1000000, 950400 },
	};
	char *entity = fixture_entity("a", " cacheDuration=\"PT1S\"", "");
	char *text, why[256];
	struct saml_metadata_facts facts;
	struct saml_idps *idps = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		text = fixture_text(GROUP("%s", "%s"), cases[i].more, entity);
		assert_int_equal(saml_idps_new(&idps), 0);
		assert_int_equal(
		    saml_idps_add_facts(idps, text, strlen(text),
			cases[i].fetched, &facts, why, sizeof(why)),
		    0);
		assert_int_equal(
		    saml_idps_find(idps, "a")->valid_until, cases[i].until);
		assert_int_equal(facts.idps, 1);
		saml_idps_free(&idps);
		free(text);
	}
	text = fixture_text(GROUP(" cacheDuration=\"soon\"", "%s"), entity);
	expect_bad(text, "cacheDuration");
	free(text);
	free(entity);
}

/* The only one there is goes without a name. */
static void
test_only(void **state)
{
	char *a = fixture_entity("a", "", ""), *b = fixture_entity("b", "", "");
	struct saml_idps *idps = NULL;

	(void)state;
	assert_int_equal(saml_idps_new(&idps), 0);
	assert_null(saml_idps_find(idps, NULL));
	assert_null(saml_idps_find(idps, "a"));
	assert_int_equal(saml_idps_add(idps, b, strlen(b), 0, NULL, 0), 0);
	assert_string_equal(saml_idps_find(idps, NULL)->entity_id, "b");
	assert_int_equal(saml_idps_add(idps, a, strlen(a), 0, NULL, 0), 0);
	assert_null(saml_idps_find(idps, NULL));
	saml_idps_free(&idps);
	free(b);
	free(a);
}

static int
note(const struct saml_idp *idp, void *data)
{
	char *all = data;

	strcat(all, idp->entity_id);
	return strcmp(idp->entity_id, "d") == 0 ? 7 : 0;
}

/* They are listed in their order, whatever that of the documents is. */
static void
test_list(void **state)
{
	static const char *const documents[][2] = { { "c", "a" }, { "e", "b" },
		{ "d", "f" } };
	char all[16] = "", *x, *y, *text, why[256];
	struct saml_idps *idps = NULL;
	size_t i;

	(void)state;
	assert_int_equal(saml_idps_new(&idps), 0);
	assert_int_equal(saml_idps_list(idps, note, all), 0);
	for (i = 0; i < COUNT(documents); i++) {
		x = fixture_entity(documents[i][0], "", "");
		y = fixture_entity(documents[i][1], "", "");
		text = fixture_text(GROUP("", "%s%s"), x, y);
		assert_int_equal(saml_idps_add(idps, text, strlen(text), 0, why,
				     sizeof(why)),
		    0);
		free(text);
		free(y);
		free(x);
	}
	assert_int_equal(saml_idps_list(idps, note, all), 7);
	assert_string_equal(all, "abcd");
	/* a document that does not fit leaves the table as it was */
	x = fixture_entity("0", "", "");
	y = fixture_entity("f", "", "");
	text = fixture_text(GROUP("", "%s%s"), x, y);
	assert_int_equal(
	    saml_idps_add(idps, text, strlen(text), 0, why, sizeof(why)),
	    GATE_ECONFIG);
	assert_int_equal(saml_idps_count(idps), 6);
	assert_null(saml_idps_find(idps, "0"));
	saml_idps_free(&idps);
	free(text);
	free(y);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entity),
		cmocka_unit_test(test_formatted),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_kinds_of_keys),
		cmocka_unit_test(test_exponents),
		cmocka_unit_test(test_aggregate),
		cmocka_unit_test(test_valid_until),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_siblings),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_encoding),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_only),
		cmocka_unit_test(test_cache_duration),
		cmocka_unit_test(test_wants_signed),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_locations),
		cmocka_unit_test(test_endpoints),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
