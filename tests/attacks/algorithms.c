/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Algorithms and keys: RSA from 2048 bits and ECDSA on P-256 and P-384, with
 * SHA-2. What is weak stays out even where the signature is right by it, and a
 * key is used for nothing but what it is.
 */
#include <openssl/hmac.h>

#include "tests/attacks/resign.h"

#define MORE_2007  "http://www.w3.org/2007/05/xmldsig-more#"
#define DSIG_11    "http://www.w3.org/2009/xmldsig11#"
#define RSA_SHA256 MORE "rsa-sha256"
#define ALGORITHM  "signature_algorithm"
#define INVALID    "signature_invalid"

/* What xmlsec1 signs, and what is named otherwise after it was signed. */
static const struct attack cases[] = {
	{ .name = "RSA with SHA-384", .method = MORE "rsa-sha384" },
	{ .name = "RSA with SHA-512", .method = MORE "rsa-sha512" },
	{ .name = "RSA with SHA-512 and the digest too",
	    .method = MORE "rsa-sha512",
	    .digest = ENC "sha512" },
	{ .name = "RSA with a digest of SHA-384", .digest = MORE "sha384" },
	{ .name = "the IdP's next RSA key", .key = KEY_RSA_NEXT },
	{ .name = "an RSA key of 3072 bits", .key = KEY_RSA_3072 },
	{ .name = "ECDSA on P-256 with SHA-256",
	    .key = KEY_EC256,
	    .method = MORE "ecdsa-sha256" },
	{ .name = "ECDSA on P-256 with SHA-512",
	    .key = KEY_EC256,
	    .method = MORE "ecdsa-sha512" },
	{ .name = "ECDSA on P-384 with SHA-384",
	    .key = KEY_EC384,
	    .method = MORE "ecdsa-sha384",
	    .digest = MORE "sha384" },
	{ .name = "ECDSA on P-384 with SHA-256",
	    .key = KEY_EC384,
	    .method = MORE "ecdsa-sha256" },
	{ .name = "ECDSA, the Response signed",
	    .key = KEY_EC256,
	    .sign = SIGN_RESPONSE,
	    .method = MORE "ecdsa-sha256" },
	{ .name = "a key of nobody", .expected = INVALID, .key = KEY_STRANGER },
	{ .name = "a key of nobody, the Response signed",
	    .expected = INVALID,
	    .sign = SIGN_RESPONSE,
	    .key = KEY_STRANGER },
	{ .name = "a key of another IdP",
	    .expected = INVALID,
	    .key = KEY_OTHER },
	{ .name = "the SP's own key", .expected = INVALID, .key = KEY_SP },
	{ .name = "an RSA key of 1024 bits of another IdP",
	    .expected = INVALID,
	    .key = KEY_RSA_1024 },
	{ .name = "SHA-1 in the digest",
	    .expected = ALGORITHM,
	    .digest = DSIG "sha1" },
	{ .name = "SHA-224 in the digest",
	    .expected = ALGORITHM,
	    .digest = MORE "sha224" },
	{ .name = "MD5 in the digest",
	    .expected = ALGORITHM,
	    .digest = MORE "md5" },
	{ .name = "RIPEMD-160 in the digest",
	    .expected = ALGORITHM,
	    .after = { { ENC "sha256", ENC "ripemd160" } } },
	{ .name = "SHA3-256 in the digest",
	    .expected = ALGORITHM,
	    .after = { { ENC "sha256", MORE_2007 "sha3-256" } } },
	{ .name = "RSA with SHA-1",
	    .expected = ALGORITHM,
	    .method = DSIG "rsa-sha1" },
	{ .name = "RSA with SHA-1 throughout",
	    .expected = ALGORITHM,
	    .method = DSIG "rsa-sha1",
	    .digest = DSIG "sha1" },
	{ .name = "RSA with SHA-1, the Response signed",
	    .expected = ALGORITHM,
	    .sign = SIGN_RESPONSE,
	    .method = DSIG "rsa-sha1" },
	{ .name = "RSA with SHA-1 outside of one with SHA-256",
	    .expected = ALGORITHM,
	    .sign = SIGN_BOTH,
	    .templates = { SIGNATURE(
		DSIG "rsa-sha1", ENC "sha256", "_response1") } },
	{ .name = "RSA with SHA-224",
	    .expected = ALGORITHM,
	    .method = MORE "rsa-sha224" },
	{ .name = "RSA with MD5",
	    .expected = ALGORITHM,
	    .method = MORE "rsa-md5" },
	{ .name = "RSA with RIPEMD-160",
	    .expected = ALGORITHM,
	    .method = MORE "rsa-ripemd160" },
	{ .name = "ECDSA with SHA-1",
	    .expected = ALGORITHM,
	    .key = KEY_EC256,
	    .method = MORE "ecdsa-sha1" },
	{ .name = "ECDSA with SHA-224",
	    .expected = ALGORITHM,
	    .key = KEY_EC256,
	    .method = MORE "ecdsa-sha224" },
	{ .name = "DSA with SHA-1",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256, DSIG "dsa-sha1" } } },
	{ .name = "DSA with SHA-256",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256, DSIG_11 "dsa-sha256" } } },
	{ .name = "HMAC with SHA-1, by name",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256, DSIG "hmac-sha1" } } },
	{ .name = "an HMAC of no bits",
	    .cve = "CVE-2009-0217",
	    .expected = "signature_algorithm signature_shape",
	    .after = { { RSA_SHA256 "\"/>",
		MORE "hmac-sha256\"><ds:HMACOutputLength>0"
		     "</ds:HMACOutputLength></ds:SignatureMethod>" } } },
	{ .name = "an HMACOutputLength in RSA's method",
	    .expected = "signature_shape",
	    .after = { { RSA_SHA256 "\"/>",
		RSA_SHA256 "\"><ds:HMACOutputLength>8</ds:HMACOutputLength>"
			   "</ds:SignatureMethod>" } } },
	{ .name = "none",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256, "none" } } },
	{ .name = "an empty method",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256, "" } } },
	{ .name = "no method",
	    .expected = ALGORITHM,
	    .after = { { "<ds:SignatureMethod Algorithm=\"" RSA_SHA256 "\"/>",
		"<ds:SignatureMethod/>" } } },
	{ .name = "the method in a namespace",
	    .expected = ALGORITHM,
	    .after = { { "<ds:SignatureMethod ",
		"<ds:SignatureMethod ds:" } } },
	{ .name = "a method with a blank at its end",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256, RSA_SHA256 " " } } },
	{ .name = "a method in capitals",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256, MORE "RSA-SHA256" } } },
	{ .name = "a method in the namespace of XML Signature",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256, DSIG "rsa-sha256" } } },
	{ .name = "a digest in place of a method",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256, ENC "sha256" } } },
	{ .name = "a method in place of a digest",
	    .expected = ALGORITHM,
	    .after = { { ENC "sha256", RSA_SHA256 } } },
	{ .name = "no digest's algorithm",
	    .expected = ALGORITHM,
	    .after = { { "<ds:DigestMethod Algorithm=\"" ENC "sha256\"/>",
		"<ds:DigestMethod/>" } } },
	{ .name = "a canonicalization as the digest",
	    .expected = ALGORITHM,
	    .after = { { ENC "sha256", EXC } } },
	{ .name = "RSA's signature said to be ECDSA's",
	    .expected = INVALID,
	    .after = { { RSA_SHA256, MORE "ecdsa-sha256" } } },
	{ .name = "ECDSA's signature said to be RSA's",
	    .expected = INVALID,
	    .key = KEY_EC256,
	    .method = MORE "ecdsa-sha256",
	    .after = { { MORE "ecdsa-sha256", RSA_SHA256 } } },
	{ .name = "SHA-256 said to be SHA-512",
	    .expected = INVALID,
	    .after = { { RSA_SHA256, MORE "rsa-sha512" } } },
	{ .name = "EdDSA",
	    .expected = ALGORITHM,
	    .after = { { RSA_SHA256,
		"http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519" } } },
	{ .name = "one byte of the name",
	    .expected = INVALID,
	    .after = { { ">alice</saml:NameID>", ">blice</saml:NameID>" } } },
	{ .name = "one byte of an attribute",
	    .expected = INVALID,
	    .after = { { ">agent<", ">agenT<" } } },
	{ .name = "one byte of the signed Response",
	    .expected = INVALID,
	    .sign = SIGN_RESPONSE,
	    .after = { { ">alice</saml:NameID>", ">blice</saml:NameID>" } } },
	{ .name = "an attribute added",
	    .expected = INVALID,
	    .after = { { "</saml:AttributeStatement>",
		"<saml:Attribute Name=\"x\"/></saml:AttributeStatement>" } } },
	{ .name = "a later end",
	    .expected = INVALID,
	    .after = { { "03:30:43Z", "03:40:43Z" } } },
	{ .name = "blanks added between elements",
	    .expected = INVALID,
	    .after = { { "<saml:Subject>", " <saml:Subject>" } } },
	{ .name = "a namespace declared that nothing uses is no change",
	    .after = { { "<saml:Subject>",
		"<saml:Subject xmlns:x=\"urn:x\">" } } },
	{ .name = "attributes in another order are no change",
	    .after = { { "ID=\"_assertion1\" Version=\"2.0\"",
		"Version=\"2.0\" ID=\"_assertion1\"" } } },
};

/* Signed by hand, since xmlsec1 knows none of these. */
struct by_hand {
	const char *name, *cve, *expected, *method;
	struct resign_key how;
};

#define PSS_PARAMS(digest, mgf_digest, salt)                                   \
	MORE_2007 "rsa-pss\"><p:RSAPSSParams xmlns:p=\"" MORE_2007             \
		  "\"><ds:DigestMethod Algorithm=\"" digest                    \
		  "\"/><p:MaskGenerationFunction Algorithm=\"" MORE_2007       \
		  "MGF1\"><ds:DigestMethod Algorithm=\"" mgf_digest            \
		  "\"/></p:MaskGenerationFunction><p:SaltLength>" salt         \
		  "</p:SaltLength></p:RSAPSSParams></ds:SignatureMethod"

static const struct by_hand by_hand[] = {
	{ "signed by hand, as xmlsec1 does", NULL, NULL, RSA_SHA256 "\"/",
	    { KEY_RSA, "SHA256", 0, 0, NULL } },
	{ "ECDSA by hand", NULL, NULL, MORE "ecdsa-sha256\"/",
	    { KEY_EC256, "SHA256", 0, 0, NULL } },
	{ "RSA-PSS with SHA-256", NULL, NULL, MORE_2007 "sha256-rsa-MGF1\"/",
	    { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS with SHA-384", NULL, NULL, MORE_2007 "sha384-rsa-MGF1\"/",
	    { KEY_RSA, "SHA384", 1, 48, NULL } },
	{ "RSA-PSS with SHA-512", NULL, NULL, MORE_2007 "sha512-rsa-MGF1\"/",
	    { KEY_RSA_3072, "SHA512", 1, 64, NULL } },
	{ "RSA-PSS with a salt of no bytes", NULL, INVALID,
	    MORE_2007 "sha256-rsa-MGF1\"/", { KEY_RSA, "SHA256", 1, 0, NULL } },
	{ "RSA-PSS with a salt of 20 bytes", NULL, INVALID,
	    MORE_2007 "sha256-rsa-MGF1\"/",
	    { KEY_RSA, "SHA256", 1, 20, NULL } },
	{ "RSA-PSS with another digest in MGF1", NULL, INVALID,
	    MORE_2007 "sha256-rsa-MGF1\"/",
	    { KEY_RSA, "SHA256", 1, 32, "SHA1" } },
	{ "RSA-PSS said to be PKCS #1 1.5", NULL, INVALID, RSA_SHA256 "\"/",
	    { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "PKCS #1 1.5 said to be RSA-PSS", NULL, INVALID,
	    MORE_2007 "sha256-rsa-MGF1\"/", { KEY_RSA, "SHA256", 0, 0, NULL } },
	{ "RSA-PSS with SHA-1", NULL, ALGORITHM, MORE_2007 "sha1-rsa-MGF1\"/",
	    { KEY_RSA, "SHA1", 1, 20, NULL } },
	{ "RSA-PSS with SHA3-256", NULL, ALGORITHM,
	    MORE_2007 "sha3-256-rsa-MGF1\"/",
	    { KEY_RSA, "SHA3-256", 1, 32, NULL } },
	{ "RSA-PSS with parameters: SHA-256", NULL, NULL,
	    PSS_PARAMS(ENC "sha256", ENC "sha256", "32"),
	    { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS with parameters: SHA-512", NULL, NULL,
	    PSS_PARAMS(ENC "sha512", ENC "sha512", "64"),
	    { KEY_RSA, "SHA512", 1, 64, NULL } },
	{ "RSA-PSS with parameters: nothing but the digest", NULL, NULL,
	    MORE_2007 "rsa-pss\"><p:RSAPSSParams xmlns:p=\"" MORE_2007
		      "\"><ds:DigestMethod Algorithm=\"" ENC
		      "sha256\"/></p:RSAPSSParams></ds:SignatureMethod",
	    { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS with parameters: an unknown digest", NULL,
	    "signature_algorithm signature_shape",
	    PSS_PARAMS("urn:x", ENC "sha256", "32"),
	    { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS with parameters: another function than MGF1", NULL,
	    "signature_algorithm signature_shape",
	    MORE_2007 "rsa-pss\"><p:RSAPSSParams xmlns:p=\"" MORE_2007
		      "\"><p:MaskGenerationFunction Algorithm=\"urn:x\"/>"
		      "</p:RSAPSSParams></ds:SignatureMethod",
	    { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS with parameters: something in MGF1", NULL,
	    "signature_algorithm signature_shape",
	    MORE_2007 "rsa-pss\"><p:RSAPSSParams xmlns:p=\"" MORE_2007
		      "\"><p:MaskGenerationFunction Algorithm=\"" MORE_2007
		      "MGF1\"><p:x/></p:MaskGenerationFunction>"
		      "</p:RSAPSSParams></ds:SignatureMethod",
	    { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS with parameters: another trailer", NULL,
	    "signature_algorithm signature_shape",
	    MORE_2007 "rsa-pss\"><p:RSAPSSParams xmlns:p=\"" MORE_2007
		      "\"><p:TrailerField>2</p:TrailerField>"
		      "</p:RSAPSSParams></ds:SignatureMethod",
	    { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS with parameters: unknown ones", NULL,
	    "signature_algorithm signature_shape",
	    MORE_2007 "rsa-pss\"><p:RSAPSSParams xmlns:p=\"" MORE_2007
		      "\"><p:x/></p:RSAPSSParams></ds:SignatureMethod",
	    { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS with parameters: SHA-1", NULL,
	    "signature_algorithm signature_shape",
	    PSS_PARAMS(DSIG "sha1", DSIG "sha1", "20"),
	    { KEY_RSA, "SHA1", 1, 20, NULL } },
	{ "RSA-PSS without parameters, which is SHA-256", NULL, NULL,
	    MORE_2007 "rsa-pss\"/", { KEY_RSA, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS without parameters, with SHA-1", NULL, INVALID,
	    MORE_2007 "rsa-pss\"/", { KEY_RSA, "SHA1", 1, 20, NULL } },
	{ "RSA-PSS with parameters: no salt", NULL,
	    "signature_algorithm signature_shape",
	    PSS_PARAMS(ENC "sha256", ENC "sha256", "0"),
	    { KEY_RSA, "SHA256", 1, 0, NULL } },
	{ "RSA-PSS with parameters: MGF1 with SHA-1", NULL,
	    "signature_algorithm signature_shape",
	    PSS_PARAMS(ENC "sha256", DSIG "sha1", "32"),
	    { KEY_RSA, "SHA256", 1, 32, "SHA1" } },
	{ "RSA-PSS with parameters: by a key of nobody", NULL, INVALID,
	    PSS_PARAMS(ENC "sha256", ENC "sha256", "32"),
	    { KEY_STRANGER, "SHA256", 1, 32, NULL } },
	{ "RSA-PSS by a key of nobody", NULL, INVALID,
	    MORE_2007 "sha256-rsa-MGF1\"/",
	    { KEY_STRANGER, "SHA256", 1, 32, NULL } },
	{ "ECDSA by a key on P-521", NULL, INVALID, MORE "ecdsa-sha512\"/",
	    { KEY_EC521, "SHA512", 0, 0, NULL } },
};

/* HMAC with what everybody knows of the IdP: its public key. */
static unsigned char *
by_hmac(struct attacks *attacks, const void *bytes, size_t size,
    size_t *value_size, const void *how)
{
	unsigned char *der = NULL, *value = malloc(EVP_MAX_MD_SIZE);
	int length = i2d_PUBKEY(attacks->keys[KEY_RSA], &der);
	unsigned int out;

	(void)how;
	assert_non_null(value);
	HMAC(EVP_sha256(), der, length, bytes, size, value, &out);
	OPENSSL_free(der);
	*value_size = out;
	return value;
}

/* A constant, as long as it says. */
static unsigned char *
by_bytes(struct attacks *attacks, const void *bytes, size_t size,
    size_t *value_size, const void *how)
{
	unsigned char *value = calloc(1, 512);
	const int *constant = how; /* a byte, and how many of it */

	(void)attacks;
	(void)bytes;
	(void)size;
	assert_non_null(value);
	memset(value, constant[0], (size_t)constant[1]);
	*value_size = (size_t)constant[1];
	return value;
}

/* ECDSA in the DER form, which is not XML Signature's. */
static unsigned char *
by_der(struct attacks *attacks, const void *bytes, size_t size,
    size_t *value_size, const void *how)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *value = malloc(256);

	(void)how;
	assert_non_null(value);
	*value_size = 256;
	EVP_DigestSignInit_ex(
	    ctx, NULL, "SHA256", NULL, NULL, attacks->keys[KEY_EC256], NULL);
	assert_int_equal(
	    EVP_DigestSign(ctx, value, value_size, bytes, size), 1);
	EVP_MD_CTX_free(ctx);
	return value;
}

static const int zeros64[] = { 0, 64 }, zeros96[] = { 0, 96 },
		 ones64[] = { 0xff, 64 }, short63[] = { 1, 63 },
		 long66[] = { 1, 66 }, zeros256[] = { 0, 256 },
		 one_byte[] = { 1, 1 }, ones256[] = { 0xff, 256 };

static const struct {
	const char *name, *cve, *expected, *method;
	resign_sign *sign;
	const void *how;
} oddities[] = {
	{ "HMAC with SHA-256, keyed with the public key", NULL, ALGORITHM,
	    MORE "hmac-sha256", by_hmac, NULL },
	{ "ECDSA with r and s zero", "CVE-2022-21449", INVALID,
	    MORE "ecdsa-sha256", by_bytes, zeros64 },
	{ "ECDSA with r and s zero, of P-384's size", "CVE-2022-21449", INVALID,
	    MORE "ecdsa-sha384", by_bytes, zeros96 },
	{ "ECDSA with r and s beyond the order", NULL, INVALID,
	    MORE "ecdsa-sha256", by_bytes, ones64 },
	{ "ECDSA of an odd length", NULL, INVALID, MORE "ecdsa-sha256",
	    by_bytes, short63 },
	{ "ECDSA of a length of no curve", NULL, INVALID, MORE "ecdsa-sha256",
	    by_bytes, long66 },
	{ "ECDSA in DER", NULL, INVALID, MORE "ecdsa-sha256", by_der, NULL },
	{ "an RSA signature of zeros", NULL, INVALID, RSA_SHA256, by_bytes,
	    zeros256 },
	{ "an RSA signature beyond the modulus", NULL, INVALID, RSA_SHA256,
	    by_bytes, ones256 },
	{ "an RSA signature of one byte", NULL, INVALID, RSA_SHA256, by_bytes,
	    one_byte },
};

static void
write_by_hand(struct attacks *attacks)
{
	struct attack attack = { 0 };
	size_t i;

	for (i = 0; i < COUNT(by_hand); i++) {
		attack.name = by_hand[i].name;
		attack.cve = by_hand[i].cve;
		attack.expected = by_hand[i].expected;
		attack.after[0] =
		    (struct edit){ RSA_SHA256 "\"/", by_hand[i].method };
		attack_write(attacks, &attack,
		    resign(attacks, attack_text(attacks, &attack),
			resign_by_key, &by_hand[i].how));
	}
	for (i = 0; i < COUNT(oddities); i++) {
		attack.name = oddities[i].name;
		attack.cve = oddities[i].cve;
		attack.expected = oddities[i].expected;
		attack.after[0] =
		    (struct edit){ RSA_SHA256, oddities[i].method };
		attack_write(attacks, &attack,
		    resign(attacks, attack_text(attacks, &attack),
			oddities[i].sign, oddities[i].how));
	}
}

/* Each byte of the signature counts. */
static void
write_flipped(struct attacks *attacks)
{
	static const struct attack good = { 0 };
	struct attack attack = { .expected = INVALID };
	char *text, *value, name[64];
	size_t i;

	for (i = 0; i < 256; i += 51) {
		text = attack_text(attacks, &good);
		value = strstr(text, "<ds:SignatureValue>");
		assert_non_null(value);
		value += strlen("<ds:SignatureValue>");
		value += strspn(value, "\n") + i / 3 * 4 + i / 3 * 4 / 64;
		*value = *value == 'A' ? 'B' : 'A';
		snprintf(name, sizeof(name), "character %zu of the signature",
		    i / 3 * 4);
		attack.name = name;
		attack_write(attacks, &attack, text);
	}
}

void
attack_algorithms(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
	write_by_hand(attacks);
	write_flipped(attacks);
}
