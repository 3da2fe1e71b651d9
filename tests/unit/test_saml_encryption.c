/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shape of an encrypted element, and its algorithms: what is refused before
 * anything is computed.
 */
#include "encryption_case.h"

#define SHAPE(what, from_text, to_text)                                        \
	{                                                                      \
		.name = what, .expected = REASON_ENCRYPTION_SHAPE, .edits = {  \
			{ from_text, to_text }                                 \
		}                                                              \
	}
#define BESIDE(what, from_text, to_text)                                       \
	{                                                                      \
		.name = what, .expected = REASON_ENCRYPTION_SHAPE,             \
		.options = { .beside = 1, .retrieval = 1 }, .edits = {         \
			{ from_text, to_text }                                 \
		}                                                              \
	}
#define ALGORITHM(what, from_text, to_text)                                    \
	{                                                                      \
		.name = what, .expected = REASON_ENCRYPTION_ALGORITHM,         \
		.edits = {                                                     \
			{ from_text, to_text }                                 \
		}                                                              \
	}
#define NO_KEY                                                                      \
	"<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"" ENCRYPT_OAEP_MGF1P \
	"\"/><xenc:CipherData><xenc:CipherValue>AAAA"                               \
	"</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>"

static const struct encryption_case shapes[] = {
	SHAPE("a CipherReference", "<xenc:CipherData>",
	    "<xenc:CipherData><xenc:CipherReference URI=\"/etc/passwd\"/>"),
	SHAPE("a CipherReference instead", "<xenc:CipherValue>",
	    "<xenc:CipherReference URI=\"http://x/\"/><xenc:CipherValue>"),
	SHAPE("two CipherValues", "</xenc:CipherValue>",
	    "</xenc:CipherValue><xenc:CipherValue>AA==</xenc:CipherValue>"),
	SHAPE("an element in a CipherValue", "</xenc:CipherValue>",
	    "<x/></xenc:CipherValue>"),
	SHAPE("two CipherDatas", "</xenc:CipherData>",
	    "</xenc:CipherData><xenc:CipherData/>"),
	SHAPE("an unknown element", "</xenc:EncryptedData>",
	    "<x/></xenc:EncryptedData>"),
	SHAPE("an unknown element in an EncryptedKey", "</xenc:EncryptedKey>",
	    "<x/></xenc:EncryptedKey>"),
	SHAPE("an unknown element in the whole", "</saml:EncryptedAssertion>",
	    "<x/></saml:EncryptedAssertion>"),
	SHAPE("text between", "<xenc:CipherData>", "x<xenc:CipherData>"),
	SHAPE("no EncryptedData", "xenc:EncryptedData", "xenc:EncryptedDate"),
	SHAPE("two EncryptedDatas", "</xenc:EncryptedData>",
	    "</xenc:EncryptedData><xenc:EncryptedData xmlns:xenc=\"" ENCRYPT_XENC
	    "\"/>"),
	SHAPE("no key", "xenc:EncryptedKey", "ds:EncryptedKey"),
	SHAPE("five keys", "</ds:KeyInfo>",
	    NO_KEY NO_KEY NO_KEY NO_KEY "</ds:KeyInfo>"),
	SHAPE("a key within a key", "</xenc:EncryptionMethod>",
	    "</xenc:EncryptionMethod><ds:KeyInfo>" NO_KEY "</ds:KeyInfo>"),
	SHAPE("an unknown element in the key's method",
	    "</xenc:EncryptionMethod>", "<x/></xenc:EncryptionMethod>"),
	SHAPE("two DigestMethods", "</xenc:EncryptionMethod>",
	    "<ds:DigestMethod Algorithm=\"" ENCRYPT_SHA1 "\"/>"
	    "<ds:DigestMethod Algorithm=\"" ENCRYPT_SHA1 "\"/>"
	    "</xenc:EncryptionMethod>"),
	SHAPE("something in a DigestMethod", "</xenc:EncryptionMethod>",
	    "<ds:DigestMethod Algorithm=\"" ENCRYPT_SHA1 "\">x"
	    "</ds:DigestMethod></xenc:EncryptionMethod>"),
	SHAPE("elements in a label", "</xenc:EncryptionMethod>",
	    "<xenc:OAEPparams><x/></xenc:OAEPparams></xenc:EncryptionMethod>"),
	SHAPE("something in the cipher's method", "aes256-gcm\"/>",
	    "aes256-gcm\"><x/></xenc:EncryptionMethod>"),
	SHAPE("a RetrievalMethod to nothing",
	    "<ds:KeyInfo xmlns:ds=\"" ENCRYPT_DSIG "\">",
	    "<ds:KeyInfo xmlns:ds=\"" ENCRYPT_DSIG "\">"
	    "<ds:RetrievalMethod URI=\"#nothing\"/>"),
	BESIDE("a RetrievalMethod to a file", "URI=\"#_key\"",
	    "URI=\"file:///etc/passwd\""),
	BESIDE("a RetrievalMethod to a server", "URI=\"#_key\"",
	    "URI=\"http://127.0.0.1/#_key\""),
	BESIDE("a RetrievalMethod by XPointer", "URI=\"#_key\"",
	    "URI=\"#xpointer(id('_key'))\""),
	BESIDE("a RetrievalMethod to all", "URI=\"#_key\"", "URI=\"\""),
	BESIDE("a RetrievalMethod without URI", " URI=\"#_key\"", ""),
	BESIDE(
	    "a RetrievalMethod to the data", "URI=\"#_key\"", "URI=\"#_data\""),
	BESIDE("a RetrievalMethod to a certificate",
	    "Type=\"" ENCRYPT_XENC "EncryptedKey\"",
	    "Type=\"" ENCRYPT_DSIG "X509Data\""),
	BESIDE("a RetrievalMethod with a transform", "EncryptedKey\"/>",
	    "EncryptedKey\"><ds:Transforms/></ds:RetrievalMethod>"),
	{ .name = "Content",
	    .expected = REASON_ENCRYPTION_SHAPE,
	    .options = { .type = ENCRYPT_XENC "Content" } },
	{ .name = "a key before the data",
	    .expected = REASON_ENCRYPTION_SHAPE,
	    .edits = { { "<xenc:EncryptedData", NO_KEY "<xenc:EncryptedData" },
		{ "<xenc:EncryptedKey>",
		    "<xenc:EncryptedKey xmlns:xenc=\"" ENCRYPT_XENC "\">" } } },
	{ .name = "3DES",
	    .expected = REASON_ENCRYPTION_ALGORITHM,
	    .options = { .cipher = ENCRYPT_3DES_CBC } },
	{ .name = "RSA 1.5",
	    .expected = REASON_ENCRYPTION_ALGORITHM,
	    .options = { .transport = ENCRYPT_RSA_1_5 } },
	{ .name = "RSA 1.5 for another recipient",
	    .expected = REASON_ENCRYPTION_ALGORITHM,
	    .edits = { { "</ds:KeyInfo>", NO_KEY "</ds:KeyInfo>" },
		{ "\"" ENCRYPT_OAEP_MGF1P "\"/>",
		    "\"" ENCRYPT_RSA_1_5 "\"/>" } } },
	{ .name = "an MGF that rsa-oaep-mgf1p cannot have",
	    .expected = REASON_ENCRYPTION_ALGORITHM,
	    .options = { .mgf = ENCRYPT_MGF_SHA256 } },
	ALGORITHM("a cipher without a name",
	    " Algorithm=\"" ENCRYPT_AES256_GCM "\"", ""),
	ALGORITHM("a key wrapped by AES", ENCRYPT_OAEP_MGF1P,
	    ENCRYPT_XENC "kw-aes256"),
	ALGORITHM("a transport without a name",
	    " Algorithm=\"" ENCRYPT_OAEP_MGF1P "\"", ""),
	ALGORITHM("a cipher of another version", ENCRYPT_AES256_GCM,
	    ENCRYPT_XENC "aes256-gcm"),
	ALGORITHM("no cipher at all", ENCRYPT_AES256_GCM, ENCRYPT_XENC),
	ALGORITHM("MD5 in OAEP", "</xenc:EncryptionMethod>",
	    "<ds:DigestMethod Algorithm=\"" ENCRYPT_MORE "md5\"/>"
	    "</xenc:EncryptionMethod>"),
	ALGORITHM("a DigestMethod without a name", "</xenc:EncryptionMethod>",
	    "<ds:DigestMethod/></xenc:EncryptionMethod>"),
	{ .name = "an unknown MGF",
	    .expected = REASON_ENCRYPTION_ALGORITHM,
	    .options = { .transport = ENCRYPT_OAEP, .mgf = ENCRYPT_MGF_SHA256 },
	    .edits = { { ENCRYPT_MGF_SHA256, ENCRYPT_XENC11 "mgf1md5" } } },
	{ .name = "an empty EncryptionMethod",
	    .expected = REASON_ENCRYPTION_SHAPE,
	    .edits = { { "<xenc:EncryptionMethod Algorithm=\"" ENCRYPT_AES256_GCM
			 "\"/>",
		"" } } },
};

static void
test_shapes(void **state)
{
	(void)state;
	run(shapes, COUNT(shapes), one);
}

/* An EncryptedKey without its CipherValue, and an empty one. */
static void
test_no_value(void **state)
{
	static const struct encryption_case c = { .name = "no CipherValue" };
	static const char *const replacements[] = { "", "<xenc:CipherValue/>" };
	struct saml_census census;
	struct refusal refusal;
	xmlDoc *doc;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		char *text = encrypted_case(&c);
		char *value = fixture_cut_out(
		    text, "<xenc:CipherValue>", "</xenc:CipherValue>");

		text = fixture_replace(text, value, replacements[i]);
		assert_int_equal(
		    open_text(text, one, "Assertion", &doc, &census, &refusal),
		    GATE_EREFUSED);
		assert_int_equal(refusal.reason, REASON_ENCRYPTION_SHAPE);
		free(value);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_no_value),
	};

	return cmocka_run_group_tests(
	    tests, encryption_setup, encryption_teardown);
}
