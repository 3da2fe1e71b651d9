/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Encrypted assertions. Anybody can encrypt for the SP: what comes out is held
 * to all that holds for an assertion in the clear.
 */
#include "tests/attacks/envelope.h"

#define SHAPE     "encryption_shape"
#define ALGORITHM "encryption_algorithm"
#define PADDING   "CVE-2011-1096"

#define KEY_END   "</xenc:EncryptedKey>"
#define OAEP(with_digest, with_mgf)                                            \
	.transport = ENCRYPT_OAEP, .digest = with_digest, .mgf = with_mgf
#define EMPTY_KEY                                                              \
	"<xenc:EncryptedKey xmlns:xenc=\"" ENC "\"><xenc:EncryptionMethod "    \
	"Algorithm=\"" ENCRYPT_OAEP_MGF1P "\"/>" VALUE                         \
	"AAAA</xenc:CipherValue></xenc:CipherData>" KEY_END

/* What is accepted. */
static const struct envelope good[] = {
	{ .attack = { .name = "signed inside", INSIDE } },
	{ .attack = { .name = "signed outside", OUTSIDE } },
	{ .attack = { .name = "signed inside and outside", BOTH } },
	{ .attack = { .name = "AES-128-GCM", INSIDE },
	    .options = { .cipher = ENCRYPT_AES128_GCM } },
	{ .attack = { .name = "AES-192-GCM", INSIDE },
	    .options = { .cipher = ENCRYPT_AES192_GCM } },
	{ .attack = { .name = "AES-128-CBC in a signed Response", OUTSIDE },
	    .options = { .cipher = ENCRYPT_AES128_CBC } },
	{ .attack = { .name = "AES-192-CBC in a signed Response", OUTSIDE },
	    .options = { .cipher = ENCRYPT_AES192_CBC } },
	{ .attack = { .name = "AES-256-CBC in a signed Response", BOTH },
	    .options = { CBC } },
	{ .attack = { .name = "CBC in an unsigned Response, which may be",
	      INSIDE,
	      .config = "cbc_accept" },
	    .options = { CBC } },
	{ .attack = { .name = "GCM, where CBC is refused",
	      INSIDE,
	      .config = "cbc_refuse" } },
	{ .attack = { .name = "OAEP of 2001 with SHA-1, by name", INSIDE },
	    .options = { .digest = ENCRYPT_SHA1 } },
	{ .attack = { .name = "OAEP of 2001 with SHA-256", INSIDE },
	    .options = { .digest = ENCRYPT_SHA256 } },
	{ .attack = { .name = "OAEP of 2001 with SHA-512", INSIDE },
	    .options = { .digest = ENCRYPT_SHA512 } },
	{ .attack = { .name = "OAEP of 2009 without more", INSIDE },
	    .options = { .transport = ENCRYPT_OAEP } },
	{ .attack = { .name = "OAEP of 2009 with SHA-256 throughout", INSIDE },
	    .options = { OAEP(ENCRYPT_SHA256, ENCRYPT_MGF_SHA256) } },
	{ .attack = { .name = "OAEP of 2009 with SHA-256 and MGF1 with SHA-1",
	      INSIDE },
	    .options = { OAEP(ENCRYPT_SHA256, ENCRYPT_MGF_SHA1) } },
	{ .attack = { .name = "OAEP of 2009 with SHA-1 and MGF1 with SHA-256",
	      INSIDE },
	    .options = { OAEP(ENCRYPT_SHA1, ENCRYPT_MGF_SHA256) } },
	{ .attack = { .name = "OAEP of 2009 with SHA-384 throughout", INSIDE },
	    .options = { OAEP(ENCRYPT_SHA384, ENCRYPT_MGF_SHA384) } },
	{ .attack = { .name = "OAEP of 2009 with SHA-512 throughout", INSIDE },
	    .options = { OAEP(ENCRYPT_SHA512, ENCRYPT_MGF_SHA512) } },
	{ .attack = { .name = "OAEP with a label", INSIDE },
	    .options = { .label = "label" } },
	{ .attack = { .name = "the key beside", INSIDE },
	    .options = { .beside = 1 } },
	{ .attack = { .name = "the key beside, and a RetrievalMethod", INSIDE },
	    .options = { .beside = 1, .retrieval = 1 } },
	{ .attack = { .name = "no Type", INSIDE }, .options = { .type = "" } },
	{ .attack = { .name = "the next key", INSIDE, .config = "rollover" } },
	{ .attack = { .name = "the old key", INSIDE, .config = "rollover" },

	    .recipient = KEY_SP_OLD },
	{ .attack = { .name = "a Recipient and a certificate of the key",
	      INSIDE },

	    .sealed = { { "<xenc:EncryptedKey ",
			    "<xenc:EncryptedKey Recipient=\"" SP "\" " },
		{ "</xenc:EncryptionMethod>" VALUE,
		    "</xenc:EncryptionMethod><ds:KeyInfo><ds:X509Data>"
		    "<ds:X509Certificate>AAAA</ds:X509Certificate>"
		    "</ds:X509Data></ds:KeyInfo>" VALUE } } },
	{ .attack = { .name = "line breaks in the values", INSIDE },

	    .sealed = { { VALUE, VALUE "\n" },
		{ "</xenc:CipherValue>", "\n\t</xenc:CipherValue>" } } },
	{ .attack = { .name = "line breaks between the elements", INSIDE },

	    .sealed = { { "><", ">\n  <" } } },
	{ .attack = { .name = "blanks around the assertion", INSIDE },

	    .plain = { { "<saml:Assertion ", "\n <saml:Assertion " },
		{ ASSERTION_END, ASSERTION_END "\n" } } },
	{ .attack = { .name = "a namespace from the surroundings", INSIDE },

	    .plain = { { " xmlns:saml=\"" SAML "assertion\"", "" } } },
	{ .attack = { .name = "all namespaces from the surroundings",
	      INSIDE,
	      .before = { { "<samlp:Response ",
			      "<samlp:Response xmlns:xs=\"http://www.w3.org/"
			      "2001/XMLSchema\" xmlns:xsi=\"http://"
			      "www.w3.org/2001/XMLSchema-instance\" " },
		  { "<saml:Assertion xmlns:saml=\"" SAML "assertion\""
		    " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""
		    " xmlns:xsi=\"http://www.w3.org/2001/"
		    "XMLSchema-instance\"",
		      "<saml:Assertion xmlns:saml=\"" SAML "assertion\"" } } },

	    .plain = { { " xmlns:saml=\"" SAML "assertion\"", "" } } },
	{ .attack = { .name = "no Issuer of the Response",
	      INSIDE,
	      .before = { { RESPONSE_ISSUER, "" } } } },
	{ .attack = { .name = "an OriginatorKeyInfo's sibling: a KeyName",
	      INSIDE },

	    .sealed = { { "<ds:KeyInfo xmlns:ds=\"" DSIG "\">",
		"<ds:KeyInfo xmlns:ds=\"" DSIG
		"\"><ds:KeyName>x</ds:KeyName>" } } },
	{ .attack = { .name = "a ReferenceList of the key", INSIDE },
	    .options = { .beside = 1 },
	    .sealed = { { KEY_END,
		"<xenc:ReferenceList><xenc:DataReference URI=\"#_data\"/>"
		"</xenc:ReferenceList>" KEY_END } } },
	{ .attack = { .name = "a CarriedKeyName of the key", INSIDE },
	    .sealed = { { KEY_END,
		"<xenc:CarriedKeyName>x</xenc:CarriedKeyName>" KEY_END } } },
	{ .attack = { .name = "a KeySize of the cipher", INSIDE },
	    .sealed = { { ENCRYPT_AES256_GCM "\"/>",
		ENCRYPT_AES256_GCM "\"><xenc:KeySize>256</xenc:KeySize>"
				   "</xenc:EncryptionMethod>" } } },
	{ .attack = { .name = "the MGF before the digest", INSIDE },
	    .options = { OAEP(ENCRYPT_SHA256, ENCRYPT_MGF_SHA256) },
	    .sealed = { { "<ds:DigestMethod xmlns:ds=\"" DSIG
			  "\" Algorithm=\"" ENCRYPT_SHA256 "\"/>",
			    "" },
		{ ENCRYPT_MGF_SHA256 "\"/>",
		    ENCRYPT_MGF_SHA256 "\"/><ds:DigestMethod xmlns:ds=\"" DSIG
				       "\" Algorithm=\"" ENCRYPT_SHA256
				       "\"/>" } } },
	{ .attack = { .name = "MimeType and Encoding of the data", INSIDE },
	    .sealed = { { "<xenc:EncryptedData ",
		"<xenc:EncryptedData MimeType=\"text/xml\" "
		"Encoding=\"UTF-8\" " } } },
	{ .attack = { .name = "an AgreementMethod beside the key", INSIDE },
	    .sealed = { { "<ds:KeyInfo xmlns:ds=\"" DSIG "\">",
		"<ds:KeyInfo xmlns:ds=\"" DSIG
		"\"><xenc:AgreementMethod Algorithm=\"urn:x\"/>" } } },
};

/* Algorithms and policy. */
static const struct envelope algorithms[] = {
	{ .attack = { .name = "CBC that nothing covers",
	      .cve = PADDING,
	      .expected = "cbc_refused",
	      INSIDE },
	    .options = { CBC } },
	{ .attack = { .name = "CBC that nothing covers, unsigned inside",
	      .cve = PADDING,
	      .expected = "cbc_refused signature_missing",
	      UNSIGNED },
	    .options = { CBC } },
	{ .attack = { .name = "CBC, which is refused",
	      .cve = PADDING,
	      .expected = "cbc_refused",
	      BOTH,
	      .config = "cbc_refuse" },
	    .options = { CBC } },
	{ .attack = { .name = "CBC in a Response that was changed",
	      .cve = PADDING,
	      .expected = "signature_invalid",
	      BOTH,
	      .after = { { "2026-11-22T03:25:41Z", "2026-11-22T03:25:40Z" } } },
	    .options = { CBC } },
	{ .attack = { .name = "CBC in a Response that a stranger signed",
	      .cve = PADDING,
	      .expected = "signature_invalid",
	      BOTH,
	      .key = KEY_STRANGER },
	    .options = { CBC } },
	{ .attack = { .name = "RSA with PKCS #1 1.5",
	      .expected = ALGORITHM,
	      BOTH },
	    .options = { .transport = ENCRYPT_RSA_1_5 } },
	{ .attack = { .name = "RSA with PKCS #1 1.5, unsigned",
	      .expected = ALGORITHM,
	      INSIDE },
	    .options = { .transport = ENCRYPT_RSA_1_5 } },
	{ .attack = { .name = "triple DES", .expected = ALGORITHM, BOTH },
	    .options = { .cipher = ENCRYPT_3DES_CBC } },
	{ .attack = { .name = "an unknown cipher",
	      .expected = ALGORITHM,
	      BOTH },

	    .sealed = { { ENCRYPT_AES256_GCM, "urn:x" } } },
	{ .attack = { .name = "no cipher",
	      .expected = "encryption_algorithm "
			  "encryption_shape",
	      BOTH },

	    .sealed = { { "<xenc:EncryptionMethod Algorithm=\"" ENCRYPT_AES256_GCM
			  "\"/>",
		"" } } },
	{ .attack = { .name = "a key's wrapping as the cipher",
	      .expected = ALGORITHM,
	      BOTH },

	    .sealed = { { ENCRYPT_AES256_GCM, ENC "kw-aes256" } } },
	{ .attack = { .name = "AES key wrap as the transport",
	      .expected = ALGORITHM,
	      BOTH },

	    .sealed = { { ENCRYPT_OAEP_MGF1P, ENC "kw-aes256" } } },
	{ .attack = { .name = "ChaCha20", .expected = ALGORITHM, BOTH },

	    .sealed = { { ENCRYPT_AES256_GCM,
		"http://www.w3.org/2021/04/xmldsig-more#chacha20poly1305" } } },
	{ .attack = { .name = "OAEP with MD5", .expected = ALGORITHM, BOTH },
	    .options = { .digest = ENCRYPT_SHA256 },
	    .sealed = { { ENCRYPT_SHA256, MORE "md5" } } },
	{ .attack = { .name = "OAEP with an unknown MGF",
	      .expected = ALGORITHM,
	      BOTH },
	    .options = { OAEP(ENCRYPT_SHA256, ENCRYPT_MGF_SHA256) },
	    .sealed = { { ENCRYPT_MGF_SHA256, "urn:x" } } },
	{ .attack = { .name = "OAEP of 2001 with an MGF of its own",
	      .expected = ALGORITHM,
	      BOTH },
	    .options = { .digest = ENCRYPT_SHA256,
		.mgf = ENCRYPT_MGF_SHA256 } },
	{ .attack = { .name = "no transport",
	      .expected = "encryption_algorithm "
			  "encryption_shape",
	      BOTH },

	    .sealed = { { "<xenc:EncryptionMethod Algorithm=\"" ENCRYPT_OAEP_MGF1P
			  "\"></xenc:EncryptionMethod>",
		"" } } },
	{ .attack = { .name = "no key of ours",
	      .expected = "encrypted",
	      INSIDE,
	      .config = "no_key" } },
	{ .attack = { .name = "no key of ours that decrypts",
	      .expected = "encrypted",
	      INSIDE,
	      .config = "ec_key" } },
};

/* Shapes. */
static const struct envelope shapes[] = {
	{ .attack = { .name = "a CipherReference to a file",
	      .expected = SHAPE,
	      INSIDE },

	    .sealed = { { "<xenc:CipherValue>",
		"<xenc:CipherReference URI=\"file:///dev/zero\"/>"
		"<xenc:CipherValue>" } } },
	{ .attack = { .name = "a CipherReference in place of the value",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .beside = 1 },
	    .sealed = { { "<xenc:CipherValue>",
			    "<xenc:CipherReference URI=\"http://127.0.0.1:9/"
			    "x\"><xenc:Transforms>" },
		{ "</xenc:CipherValue>",
		    "</xenc:Transforms></xenc:CipherReference>" } } },
	{ .attack = { .name = "no CipherData", .expected = SHAPE, INSIDE },

	    .sealed = { { "<xenc:CipherData>", "<xenc:Data>" },
		{ "</xenc:CipherData>", "</xenc:Data>" } } },
	{ .attack = { .name = "two CipherValues", .expected = SHAPE, INSIDE },

	    .sealed = { { "</xenc:CipherValue>",
		"</xenc:CipherValue><xenc:CipherValue>AAAA"
		"</xenc:CipherValue>" } } },
	{ .attack = { .name = "elements in a CipherValue",
	      .expected = SHAPE,
	      INSIDE },

	    .sealed = { { VALUE, VALUE "<x xmlns=\"urn:x\"/>" } } },
	{ .attack = { .name = "a RetrievalMethod by http",
	      .cve = "CVE-2023-36661",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .beside = 1, .retrieval = 1 },
	    .sealed = { { "URI=\"#_key\"",
		"URI=\"http://127.0.0.1:9/key\"" } } },
	{ .attack = { .name = "a RetrievalMethod of a file",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .beside = 1, .retrieval = 1 },
	    .sealed = { { "URI=\"#_key\"", "URI=\"file:///etc/hostname\"" } } },
	{ .attack = { .name = "a RetrievalMethod of nothing",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .beside = 1, .retrieval = 1 },
	    .sealed = { { "URI=\"#_key\"", "URI=\"#_nowhere\"" } } },
	{ .attack = { .name = "a RetrievalMethod of the Response",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .beside = 1, .retrieval = 1 },
	    .sealed = { { "URI=\"#_key\"", "URI=\"#_response1\"" } } },
	{ .attack = { .name = "a RetrievalMethod by XPointer",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .beside = 1, .retrieval = 1 },
	    .sealed = { { "URI=\"#_key\"",
		"URI=\"#xpointer(id('_key'))\"" } } },
	{ .attack = { .name = "a RetrievalMethod with transforms",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .beside = 1, .retrieval = 1 },
	    .sealed = { { "Type=\"" ENC "EncryptedKey\"/>",
		"Type=\"" ENC "EncryptedKey\"><ds:Transforms><ds:Transform "
		"Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>"
		"</ds:Transforms></ds:RetrievalMethod>" } } },
	{ .attack = { .name = "an EncryptedKey within an EncryptedKey",
	      .expected = SHAPE,
	      INSIDE },
	    .sealed = { { "</xenc:EncryptionMethod>" VALUE,
		"</xenc:EncryptionMethod><ds:KeyInfo>" EMPTY_KEY
		"</ds:KeyInfo>" VALUE } } },
	{ .attack = { .name = "OAEPparams that hold elements",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .label = "label" },
	    .sealed = { { ">bGFiZWw=<", ">bGFiZWw=<x xmlns=\"urn:x\"/><" } } },
	{ .attack = { .name = "two digests of OAEP",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .digest = ENCRYPT_SHA256 },
	    .sealed = { { ENCRYPT_SHA256 "\"/>",
		ENCRYPT_SHA256 "\"/><ds:DigestMethod xmlns:ds=\"" DSIG
			       "\" Algorithm=\"" ENCRYPT_SHA1 "\"/>" } } },
	{ .attack = { .name = "an unknown element in OAEP's method",
	      .expected = SHAPE,
	      INSIDE },
	    .sealed = { { "</xenc:EncryptionMethod>",
		"<xenc:x/></xenc:EncryptionMethod>" } } },
	{ .attack = { .name = "no EncryptedKey", .expected = SHAPE, INSIDE },
	    .options = { .beside = 1 },
	    .sealed = { { "xenc:EncryptedKey", "xenc:Key" } } },
	{ .attack = { .name = "an EncryptedKey of another namespace",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .beside = 1 },
	    .sealed = { { "<xenc:EncryptedKey xmlns:xenc=\"" ENC "\"",
		"<xenc:EncryptedKey xmlns:xenc=\"urn:x\"" } } },
	{ .attack = { .name = "five EncryptedKeys", .expected = SHAPE, INSIDE },
	    .options = { .beside = 1 },
	    .sealed = { { "</saml:EncryptedAssertion>",
		EMPTY_KEY EMPTY_KEY EMPTY_KEY EMPTY_KEY
		"</saml:EncryptedAssertion>" } } },
	{ .attack = { .name = "two EncryptedData", .expected = SHAPE, INSIDE },

	    .sealed = { { "</saml:EncryptedAssertion>",
		"<xenc:EncryptedData xmlns:xenc=\"" ENC
		"\"/></saml:EncryptedAssertion>" } } },
	{ .attack = { .name = "an empty EncryptedAssertion",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .beside = 1 },
	    .sealed = { { "xenc:EncryptedData", "xenc:EncryptedKey" } } },
	{ .attack = { .name = "the Type of content",
	      .expected = SHAPE,
	      INSIDE },
	    .options = { .type = ENC "Content" } },
	{ .attack = { .name = "an EncryptedData without EncryptedAssertion",
	      .expected = "bad_structure assertion_count",
	      INSIDE },

	    .sealed = { { "<saml:EncryptedAssertion xmlns:saml=\"" SAML
			  "assertion\">",
			    "" },
		{ "</saml:EncryptedAssertion>", "" } } },
	{ .attack = { .name = "two EncryptedAssertions",
	      .expected = "assertion_count",
	      INSIDE },

	    .sealed = { { "</saml:EncryptedAssertion>",
		"</saml:EncryptedAssertion><saml:EncryptedAssertion "
		"xmlns:saml=\"" SAML "assertion\"/>" } } },
	{ .attack = { .name = "an assertion in the clear beside",
	      .expected = "assertion_count",
	      INSIDE },

	    .sealed = { { "</saml:EncryptedAssertion>",
		"</saml:EncryptedAssertion><saml:Assertion xmlns:saml=\"" SAML
		"assertion\" ID=\"_x\" Version=\"2.0\"/>" } } },
	{ .attack = { .name = "an EncryptedAssertion in the Extensions",
	      .expected = "assertion_count bad_structure",
	      INSIDE },

	    .sealed = { { "<saml:EncryptedAssertion ",
			    "<samlp:Extensions xmlns:samlp=\"" SAML
			    "protocol\"><saml:EncryptedAssertion " },
		{ "</saml:EncryptedAssertion>",
		    "</saml:EncryptedAssertion></samlp:Extensions>" } } },
	{ .attack = { .name = "a comment in a CipherValue",
	      .expected = "xml_forbidden",
	      INSIDE },

	    .sealed = { { VALUE, VALUE "<!--x-->" } } },
};

void
attack_encryption(struct attacks *attacks)
{
	struct envelope two = { .attack = {
				    .name = "two recipients", INSIDE } };

	envelope_table(attacks, good, COUNT(good));
	two.options.other = attacks->keys[KEY_SP_STRANGER];
	envelope_table(attacks, &two, 1);
	envelope_table(attacks, algorithms, COUNT(algorithms));
	envelope_table(attacks, shapes, COUNT(shapes));
}
