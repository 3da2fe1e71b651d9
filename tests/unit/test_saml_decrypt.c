/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decryption: every algorithm and form that is accepted, and that whoever sends
 * what cannot be decrypted learns nothing by it.
 */
#include "encryption_case.h"

#define CIPHER(uri)                                                            \
	{ .name = #uri, .options = { .cipher = uri } },                        \
	{                                                                      \
		.name = #uri ", beside", .options = {                          \
			.cipher = uri,                                         \
			.beside = 1,                                           \
			.retrieval = 1                                         \
		}                                                              \
	}
#define OAEP(uri, digest_uri, mgf_uri)                                         \
	{                                                                      \
		.name = #uri " " #digest_uri " " #mgf_uri, .options = {        \
			.transport = uri,                                      \
			.digest = digest_uri,                                  \
			.mgf = mgf_uri                                         \
		}                                                              \
	}

static const struct encryption_case accepted[] = {
	CIPHER(ENCRYPT_AES128_GCM),
	CIPHER(ENCRYPT_AES192_GCM),
	CIPHER(ENCRYPT_AES256_GCM),
	CIPHER(ENCRYPT_AES128_CBC),
	CIPHER(ENCRYPT_AES192_CBC),
	CIPHER(ENCRYPT_AES256_CBC),
	OAEP(ENCRYPT_OAEP_MGF1P, NULL, NULL),
	OAEP(ENCRYPT_OAEP_MGF1P, ENCRYPT_SHA1, NULL),
	OAEP(ENCRYPT_OAEP_MGF1P, ENCRYPT_SHA256, NULL),
	OAEP(ENCRYPT_OAEP_MGF1P, ENCRYPT_SHA384, NULL),
	OAEP(ENCRYPT_OAEP_MGF1P, ENCRYPT_SHA512, NULL),
	OAEP(ENCRYPT_OAEP_MGF1P, ENCRYPT_SHA256, ENCRYPT_MGF_SHA1),
	OAEP(ENCRYPT_OAEP, NULL, NULL),
	OAEP(ENCRYPT_OAEP, ENCRYPT_SHA256, NULL),
	OAEP(ENCRYPT_OAEP, NULL, ENCRYPT_MGF_SHA256),
	OAEP(ENCRYPT_OAEP, ENCRYPT_SHA1, ENCRYPT_MGF_SHA1),
	OAEP(ENCRYPT_OAEP, ENCRYPT_SHA256, ENCRYPT_MGF_SHA1),
	OAEP(ENCRYPT_OAEP, ENCRYPT_SHA1, ENCRYPT_MGF_SHA256),
	OAEP(ENCRYPT_OAEP, ENCRYPT_SHA256, ENCRYPT_MGF_SHA256),
	OAEP(ENCRYPT_OAEP, ENCRYPT_SHA384, ENCRYPT_MGF_SHA384),
	OAEP(ENCRYPT_OAEP, ENCRYPT_SHA512, ENCRYPT_MGF_SHA512),
	OAEP(ENCRYPT_OAEP, ENCRYPT_SHA512, ENCRYPT_MGF_SHA1),
	{ .name = "a label", .options = { .label = "for this SP" } },
	{ .name = "a label and a digest",
	    .options = { .transport = ENCRYPT_OAEP,
		.digest = ENCRYPT_SHA256,
		.mgf = ENCRYPT_MGF_SHA256,
		.label = "x" } },
	{ .name = "an empty label",
	    .edits = { { "rsa-oaep-mgf1p\">",
		"rsa-oaep-mgf1p\"><xenc:OAEPparams/>" } } },
	{ .name = "SHA-384 by the name that XML Encryption has for it",
	    .options = { .digest = ENCRYPT_SHA384 },
	    .edits = { { ENCRYPT_SHA384, ENCRYPT_XENC "sha384" } } },
	{ .name = "beside, without a RetrievalMethod",
	    .options = { .beside = 1 } },
	{ .name = "a RetrievalMethod without a Type",
	    .options = { .beside = 1, .retrieval = 1 },
	    .edits = { { " Type=\"" ENCRYPT_XENC "EncryptedKey\"", "" } } },
	{ .name = "two recipients", .other = &stranger },
	{ .name = "two recipients, beside",
	    .options = { .beside = 1, .retrieval = 1 },
	    .other = &stranger },
	{ .name = "two recipients, one with a larger key", .other = &larger },
	{ .name = "no Type", .options = { .type = "" } },
	{ .name = "a KeySize",
	    .edits = { { "aes256-gcm\"/>",
		"aes256-gcm\"><xenc:KeySize>256</xenc:KeySize>"
		"</xenc:EncryptionMethod>" } } },
	{ .name = "hints about the key",
	    .edits = { { "<ds:KeyInfo xmlns:ds=\"" ENCRYPT_DSIG "\">",
			   "<ds:KeyInfo xmlns:ds=\"" ENCRYPT_DSIG "\">"
			   "<ds:KeyName>k</ds:KeyName>" },
		{ "</xenc:EncryptedKey>",
		    "<xenc:ReferenceList><xenc:DataReference URI=\"#_data\"/>"
		    "</xenc:ReferenceList><xenc:CarriedKeyName>c"
		    "</xenc:CarriedKeyName></xenc:EncryptedKey>" },
		{ "rsa-oaep-mgf1p\"></xenc:EncryptionMethod>",
		    "rsa-oaep-mgf1p\"/><ds:KeyInfo><ds:X509Data>"
		    "<ds:X509Certificate>x</ds:X509Certificate></ds:X509Data>"
		    "<ds:RetrievalMethod URI=\"http://x/\"/></ds:KeyInfo>" } } },
	{ .name = "white space in base64",
	    .edits = { { "<xenc:CipherValue>", "<xenc:CipherValue>\n\t  " },
		{ "</xenc:CipherValue>", " \r\n</xenc:CipherValue>" } } },
	{ .name = "blanks around", .plaintext = " \n\t" PLAIN "\r\n" },
	{ .name = "CDATA", .plaintext = START "<![CDATA[<x>]]>" END },
};

static void
test_accepted(void **state)
{
	(void)state;
	run(accepted, COUNT(accepted), one);
	run(accepted, COUNT(accepted), both);
}

static void
test_what_comes_out(void **state)
{
	const struct encryption_case c = { .options = { .beside = 1 } };
	struct saml_census census;
	struct refusal refusal;
	char *text = encrypted_case(&c);
	const xmlNode *root;
	xmlDoc *doc;

	(void)state;
	assert_int_equal(
	    open_text(text, both, "Assertion", &doc, &census, &refusal), 0);
	root = xmlDocGetRootElement(doc);
	assert_true(element_is(root->children, NS_ASSERTION, "Assertion"));
	assert_null(root->children->next);
	assert_string_equal(element_text(root->children), "a secret");
	assert_int_equal(census.assertions, 1);
	assert_int_equal(census.encrypted, 0);
	xmlFreeDoc(doc);
	free(text);
}

static void
test_encrypted_id(void **state)
{
	const struct encrypt_options options = { .element = "EncryptedID" };
	struct saml_census census;
	struct refusal refusal;
	xmlDoc *doc;
	char *text = encrypt_element(&options, ours,
	    "<saml:NameID xmlns:saml=\"" NS_ASSERTION "\">alice</saml:NameID>");

	(void)state;
	assert_int_equal(
	    open_text(text, one, "NameID", &doc, &census, &refusal), 0);
	xmlFreeDoc(doc);
	assert_int_equal(
	    open_text(text, one, "Assertion", &doc, &census, &refusal),
	    GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_DECRYPTION_FAILED);
	free(text);
}

/* Every length of padding, and what stands in it is arbitrary. */
static void
test_padding(void **state)
{
	struct encryption_case c = { .name = "padding",
		.options = { .cipher = ENCRYPT_AES128_CBC } };
	char plaintext[sizeof(PLAIN) + 16] = PLAIN;
	size_t i;

	(void)state;
	c.plaintext = plaintext;
	for (i = 0; i < 16; i++) {
		run(&c, 1, one);
		strcat(plaintext, " ");
	}
	/* one more than there is, none, and what would be negative */
	c.expected = REASON_DECRYPTION_FAILED;
	c.options.last_byte = 17;
	run(&c, 1, one);
	c.options.last_byte = -1;
	run(&c, 1, one);
	c.options.last_byte = 255;
	run(&c, 1, one);
}

static void
flip_first(struct encrypt_parts *parts)
{
	parts->data[0] ^= 1;
}

static void
flip_text(struct encrypt_parts *parts)
{
	parts->data[20] ^= 1;
}

static void
flip_last(struct encrypt_parts *parts)
{
	parts->data[parts->data_size - 1] ^= 0x80;
}

static void
cut_byte(struct encrypt_parts *parts)
{
	parts->data_size--;
}

static void
cut_block(struct encrypt_parts *parts)
{
	parts->data_size -= 16;
}

static void
only_iv(struct encrypt_parts *parts)
{
	parts->data_size = 16;
}

static void
only_iv_and_tag(struct encrypt_parts *parts)
{
	parts->data_size = 28;
}

static void
almost_nothing(struct encrypt_parts *parts)
{
	parts->data_size = 1;
}

static void
flip_wrapped(struct encrypt_parts *parts)
{
	parts->wrapped[parts->wrapped_size - 1] ^= 1;
}

static void
cut_wrapped(struct encrypt_parts *parts)
{
	parts->wrapped_size--;
}

static void
zero_wrapped(struct encrypt_parts *parts)
{
	memset(parts->wrapped, 0, parts->wrapped_size);
}

/* Above any modulus. */
static void
fill_wrapped(struct encrypt_parts *parts)
{
	memset(parts->wrapped, 0xff, parts->wrapped_size);
}

#define FAILS(what, ...)                                                       \
	{                                                                      \
		.name = what, .expected = REASON_DECRYPTION_FAILED,            \
		.options = {                                                   \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define SAYS(what, ...)                                                        \
	{                                                                      \
		.name = what, .expected = REASON_DECRYPTION_FAILED,            \
		.plaintext = __VA_ARGS__                                       \
	}

static const struct encryption_case failing[] = {
	{ .name = "for somebody else",
	    .expected = REASON_DECRYPTION_FAILED,
	    .recipient = &stranger },
	{ .name = "for somebody else, in CBC",
	    .expected = REASON_DECRYPTION_FAILED,
	    .options = { .cipher = ENCRYPT_AES128_CBC },
	    .recipient = &stranger },
	{ .name = "for a key of another size",
	    .expected = REASON_DECRYPTION_FAILED,
	    .recipient = &larger },
	FAILS("GCM: the IV changed", .tamper = flip_first),
	FAILS("GCM: the text changed", .tamper = flip_text),
	FAILS("GCM: the tag changed", .tamper = flip_last),
	FAILS("GCM: the tag cut", .tamper = cut_byte),
	FAILS("GCM: no tag", .tamper = cut_block),
	FAILS("GCM: no text", .tamper = only_iv_and_tag),
	FAILS("GCM: less than an IV", .tamper = almost_nothing),
	FAILS("CBC: the IV changed", .cipher = ENCRYPT_AES256_CBC,
	    .tamper = flip_first),
	FAILS("CBC: the text changed", .cipher = ENCRYPT_AES256_CBC,
	    .tamper = flip_text),
	FAILS("CBC: the padding's block changed", .cipher = ENCRYPT_AES256_CBC,
	    .tamper = flip_last),
	FAILS("CBC: no whole block", .cipher = ENCRYPT_AES256_CBC,
	    .tamper = cut_byte),
	FAILS("CBC: a block less", .cipher = ENCRYPT_AES256_CBC,
	    .tamper = cut_block),
	FAILS("CBC: no text", .cipher = ENCRYPT_AES256_CBC, .tamper = only_iv),
	FAILS("CBC: less than an IV", .cipher = ENCRYPT_AES256_CBC,
	    .tamper = almost_nothing),
	FAILS("the wrapped key changed", .tamper = flip_wrapped),
	FAILS("the wrapped key cut", .tamper = cut_wrapped),
	FAILS("the wrapped key zero", .tamper = zero_wrapped),
	FAILS("the wrapped key above the modulus", .tamper = fill_wrapped),
	FAILS("a session key too short", .key_size = 16),
	FAILS("a session key one byte too long", .key_size = 33),
	FAILS("a session key of one byte", .key_size = 1),
	{ .name = "another label",
	    .expected = REASON_DECRYPTION_FAILED,
	    .options = { .label = "abc" },
	    .edits = { { ">YWJj<", ">YWJk<" } } },
	{ .name = "a label that is no base64",
	    .expected = REASON_DECRYPTION_FAILED,
	    .options = { .label = "abc" },
	    .edits = { { ">YWJj<", ">YWJ<" } } },
	{ .name = "the label removed",
	    .expected = REASON_DECRYPTION_FAILED,
	    .options = { .label = "abc" },
	    .edits = { { "<xenc:OAEPparams>YWJj</xenc:OAEPparams>", "" } } },
	{ .name = "another digest",
	    .expected = REASON_DECRYPTION_FAILED,
	    .options = { .digest = ENCRYPT_SHA256 },
	    .edits = { { ENCRYPT_SHA256, ENCRYPT_SHA512 } } },
	{ .name = "another MGF",
	    .expected = REASON_DECRYPTION_FAILED,
	    .options = { .transport = ENCRYPT_OAEP, .mgf = ENCRYPT_MGF_SHA256 },
	    .edits = { { ENCRYPT_MGF_SHA256, ENCRYPT_MGF_SHA512 } } },
	{ .name = "the MGF removed",
	    .expected = REASON_DECRYPTION_FAILED,
	    .options = { .transport = ENCRYPT_OAEP, .mgf = ENCRYPT_MGF_SHA256 },
	    .edits = { { "Algorithm=\"" ENCRYPT_MGF_SHA256 "\"",
		"Algorithm=\"" ENCRYPT_MGF_SHA1 "\"" } } },
	{ .name = "GCM taken for CBC",
	    .expected = REASON_DECRYPTION_FAILED,
	    .edits = { { ENCRYPT_AES256_GCM, ENCRYPT_AES256_CBC } } },
	{ .name = "CBC taken for GCM",
	    .expected = REASON_DECRYPTION_FAILED,
	    .options = { .cipher = ENCRYPT_AES256_CBC },
	    .edits = { { ENCRYPT_AES256_CBC, ENCRYPT_AES256_GCM } } },
	{ .name = "a CipherValue that is no base64",
	    .expected = REASON_DECRYPTION_FAILED,
	    .edits = { { "</xenc:CipherValue>", "*</xenc:CipherValue>" } } },
	{ .name = "a CipherValue with something after the padding",
	    .expected = REASON_DECRYPTION_FAILED,
	    .edits = { { "</xenc:CipherValue>", "====</xenc:CipherValue>" } } },

	SAYS("nothing but blanks", "  "),
	SAYS("text", "alice"),
	SAYS("two elements", PLAIN PLAIN),
	SAYS("text before", "x" PLAIN),
	SAYS("text behind", PLAIN "x"),
	SAYS("a reference behind", PLAIN "&#x20;&#65;"),
	SAYS("a comment", "<!-- -->" PLAIN),
	SAYS("a comment inside", START "a<!-- -->b" END),
	SAYS("a processing instruction", "<?x y?>" PLAIN),
	SAYS("a processing instruction inside", START "<?x y?>" END),
	SAYS("an XML declaration", "<?xml version=\"1.0\"?>" PLAIN),
	SAYS("a byte order mark", "\xef\xbb\xbf" PLAIN),
	SAYS("CDATA beside", PLAIN "<![CDATA[]]>"),
	SAYS("a DTD", "<!DOCTYPE x>" PLAIN),
	SAYS("an entity", START "&e;" END),
	SAYS("another element",
	    "<saml:Response xmlns:saml=\"" NS_ASSERTION "\"/>"),
	SAYS("another namespace", "<Assertion xmlns=\"urn:x\"/>"),
	SAYS("no namespace", "<Assertion/>"),
	SAYS("an undeclared prefix", "<saml2:Assertion/>"),
	SAYS("not well-formed", START "<a></b>" END),
	SAYS("cut", START),
	SAYS("not UTF-8", START "\xff" END),
	SAYS(
	    "the stand-in closed", PLAIN "</surroundings><surroundings>" PLAIN),
	SAYS("the stand-in closed, and more", PLAIN "</surroundings>"),
	SAYS("one inside another element", "<x>" PLAIN "</x>"),
	SAYS("an ID twice",
	    "<saml:Assertion xmlns:saml=\"" NS_ASSERTION
	    "\" ID=\"a\"><x ID=\"a\"/>" END),
	SAYS("an xml:id",
	    "<saml:Assertion xmlns:saml=\"" NS_ASSERTION "\" xml:id=\"a\"/>"),
};

static void
test_failing(void **state)
{
	(void)state;
	run(failing, COUNT(failing), one);
	run(failing, COUNT(failing), both);
}

static int stripped;

/* RFC 8017, 7.1.2: a ciphertext is as long as the modulus, not as its value. */
static void
strip_zero(struct encrypt_parts *parts)
{
	stripped = parts->wrapped[0] == 0;
	if (stripped)
		memmove(
		    parts->wrapped, parts->wrapped + 1, --parts->wrapped_size);
}

static void
test_stripped_zero(void **state)
{
	const struct encryption_case c = { .name = "without the first zero",
		.options = { .tamper = strip_zero } };
	struct saml_census census;
	struct refusal refusal;
	xmlDoc *doc;
	char *text = NULL;

	(void)state;
	for (stripped = 0; !stripped;) { /* one in 256 is such */
		free(text);
		text = encrypted_case(&c);
	}
	assert_int_equal(
	    open_text(text, one, "Assertion", &doc, &census, &refusal),
	    GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_DECRYPTION_FAILED);
	free(text);
}

static const struct encryption_case namespaces[] = {
	{ .name = "a prefix from outside",
	    .plaintext = "<saml2:Assertion/>",
	    .surroundings =
		"<r xmlns:saml2=\"" NS_ASSERTION "\">" HERE "</r>" },
	{ .name = "the default namespace from outside",
	    .plaintext = "<Assertion/>",
	    .surroundings = "<r xmlns=\"" NS_ASSERTION "\">" HERE "</r>" },
	{ .name = "the default namespace taken back",
	    .expected = REASON_DECRYPTION_FAILED,
	    .plaintext = "<Assertion/>",
	    .surroundings = "<r xmlns=\"" NS_ASSERTION "\"><s xmlns=\"\">" HERE
			    "</s></r>" },
	{ .name = "the nearer of two declarations",
	    .plaintext = "<a:Assertion/>",
	    .surroundings = "<r xmlns:a=\"urn:x\"><s xmlns:a=\"" NS_ASSERTION
			    "\">" HERE "</s></r>" },
	{ .name = "not the farther of two declarations",
	    .expected = REASON_DECRYPTION_FAILED,
	    .plaintext = "<a:Assertion/>",
	    .surroundings = "<r xmlns:a=\"" NS_ASSERTION
			    "\"><s xmlns:a=\"urn:x\">" HERE "</s></r>" },
	{ .name = "a neighbour's declaration",
	    .expected = REASON_DECRYPTION_FAILED,
	    .plaintext = "<a:Assertion/>",
	    .surroundings =
		"<r><s xmlns:a=\"" NS_ASSERTION "\"/>" HERE "</r>" },
	{ .name = "a declaration within the EncryptedData",
	    .expected = REASON_DECRYPTION_FAILED,
	    .plaintext = "<xenc:Assertion/>" },
	{ .name = "a name of the plaintext's own goes before",
	    .plaintext = "<a:Assertion xmlns:a=\"" NS_ASSERTION "\"/>",
	    .surroundings = "<r xmlns:a=\"urn:x\">" HERE "</r>" },
	{ .name = "an ampersand and an apostrophe in a name",
	    .plaintext = START "<a:x/>" END,
	    .surroundings = "<r xmlns:a=\"urn:x?a&amp;b='c'\">" HERE "</r>" },
};

static void
test_namespaces(void **state)
{
	(void)state;
	run(namespaces, COUNT(namespaces), one);
}

/* A name stays the same, or a signature over it would not match. */
static void
test_namespace_name(void **state)
{
	const struct encryption_case c = { .plaintext = START "<a:x/>" END,
		.surroundings =
		    "<r xmlns:a=\"urn:x?a&amp;b='c'\"><a:y/>" HERE "</r>" };
	char *text = encrypted_case(&c);
	struct saml_census census;
	struct refusal refusal;
	xmlDoc *outer, *doc;
	xmlNode *x;

	(void)state;
	outer = xmlReadMemory(text, (int)strlen(text), NULL, NULL, 0);
	assert_int_equal(
	    open_text(text, one, "Assertion", &doc, &census, &refusal), 0);
	x = xmlDocGetRootElement(doc)->children->children;
	assert_string_equal(
	    x->ns->href, xmlDocGetRootElement(outer)->children->ns->href);
	xmlFreeDoc(doc);
	xmlFreeDoc(outer);
	free(text);
}

/* More declarations in scope than one tag of a message may have. */
static void
test_many_namespaces(void **state)
{
	struct encryption_case c = { .name = "many namespaces",
		.plaintext = "<n7:Assertion/>" };
	char *text = strdup(HERE), *more;
	int i, j;

	(void)state;
	for (i = 0; i < 3; i++) {
		char tag[2048] = "<r";

		for (j = 0; j < SCAN_NAMESPACES_MAX; j++)
			sprintf(tag + strlen(tag), " xmlns:n%d=\"%s%.0d\"",
			    i * SCAN_NAMESPACES_MAX + j, NS_ASSERTION,
			    i + j - 7);
		more = fixture_text("%s>%s</r>", tag, text);
		free(text);
		text = more;
	}
	c.surroundings = text;
	run(&c, 1, one);
	free(text);
}

static char *
repeat(const char *text, size_t count)
{
	char *all = malloc(strlen(text) * count + 1), *p = all;

	assert_non_null(all);
	*p = '\0';
	while (count-- > 0)
		p = stpcpy(p, text);
	return all;
}

/* The plaintext has the limits of a message. */
static void
test_bombs(void **state)
{
	static const struct {
		const char *start, *each, *end;
		size_t count;
	} bombs[] = {
		{ START, "<a/>", END, SCAN_ELEMENTS_MAX },
		{ START "<a", " b='c'", "/>" END, SCAN_TAG_MAX + 1 },
		{ START, "<a>", END, SCAN_DEPTH_MAX },
		{ "", "<a><b><c>", "", 100000 },
		{ START, "&lt;", "", 100000 },
	};
	struct encryption_case c = { .name = "a bomb",
		.expected = REASON_DECRYPTION_FAILED };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bombs); i++) {
		char *middle = repeat(bombs[i].each, bombs[i].count);
		char *text = fixture_text(
		    "%s%s%s", bombs[i].start, middle, bombs[i].end);

		c.plaintext = text;
		run(&c, 1, one);
		free(middle);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_what_comes_out),
		cmocka_unit_test(test_encrypted_id),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_stripped_zero),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_namespace_name),
		cmocka_unit_test(test_many_namespaces),
		cmocka_unit_test(test_bombs),
	};

	return cmocka_run_group_tests(
	    tests, encryption_setup, encryption_teardown);
}
