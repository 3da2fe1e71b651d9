/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes out of an encrypted assertion, or does not: damage has one answer,
 * whatever it was, and a plaintext is held to all that a message is held to.
 */
#include "tests/attacks/envelope.h"

#define FAILED "decryption_failed"

static void
flip_tag(struct encrypt_parts *parts)
{
	parts->data[parts->data_size - 1] ^= 1;
}

static void
flip_iv(struct encrypt_parts *parts)
{
	parts->data[0] ^= 1;
}

static void
flip_text(struct encrypt_parts *parts)
{
	parts->data[20] ^= 1;
}

static void
cut_tag(struct encrypt_parts *parts)
{
	parts->data_size -= 12;
}

static void
cut_to_iv(struct encrypt_parts *parts)
{
	parts->data_size = 12;
}

static void
cut_to_byte(struct encrypt_parts *parts)
{
	parts->data_size = 1;
}

static void
cut_block(struct encrypt_parts *parts)
{
	parts->data_size -= 16;
}

static void
cut_half_block(struct encrypt_parts *parts)
{
	parts->data_size -= 8;
}

static void
flip_key(struct encrypt_parts *parts)
{
	parts->wrapped[parts->wrapped_size - 1] ^= 1;
}

static void
cut_key(struct encrypt_parts *parts)
{
	parts->wrapped_size--;
}

static void
zero_key(struct encrypt_parts *parts)
{
	memset(parts->wrapped, 0, parts->wrapped_size);
}

static void
exceed_key(struct encrypt_parts *parts)
{
	memset(parts->wrapped, 0xff, parts->wrapped_size);
}

/* Damage: one and the same answer, whatever it was. */
static const struct envelope damage[] = {
	{ .attack = { .name = "the tag of GCM", .expected = FAILED, INSIDE },
	    .options = { .tamper = flip_tag } },
	{ .attack = { .name = "the IV of GCM", .expected = FAILED, INSIDE },
	    .options = { .tamper = flip_iv } },
	{ .attack = { .name = "the text of GCM", .expected = FAILED, INSIDE },
	    .options = { .tamper = flip_text } },
	{ .attack = { .name = "a shorter tag of GCM",
	      .expected = FAILED,
	      INSIDE },
	    .options = { .tamper = cut_tag } },
	{ .attack = { .name = "nothing but an IV", .expected = FAILED, INSIDE },
	    .options = { .tamper = cut_to_iv } },
	{ .attack = { .name = "nothing but a byte",
	      .expected = FAILED,
	      INSIDE },
	    .options = { .tamper = cut_to_byte } },
	{ .attack = { .name = "nothing at all",
	      .expected = "decryption_failed "
			  "encryption_shape",
	      INSIDE },
	    .options = { .beside = 1 },
	    .sealed = { { VALUE,
			    VALUE "</xenc:CipherValue></xenc:CipherData>"
				  "<x:y xmlns:x=\"urn:x\"><z>" },
		{ "</xenc:CipherValue></xenc:CipherData></",
		    "</z></x:y></" } } },
	{ .attack = { .name = "the text of CBC", .expected = FAILED, OUTSIDE },
	    .options = { CBC, .tamper = flip_text } },
	{ .attack = { .name = "a block less of CBC",
	      .expected = FAILED,
	      OUTSIDE },
	    .options = { CBC, .tamper = cut_block } },
	{ .attack = { .name = "half a block less of CBC",
	      .expected = FAILED,
	      OUTSIDE },
	    .options = { CBC, .tamper = cut_half_block } },
	{ .attack = { .name = "padding of no byte",
	      .expected = FAILED,
	      OUTSIDE },
	    .options = { CBC, .last_byte = -1 } },
	{ .attack = { .name = "padding of 17 bytes",
	      .expected = FAILED,
	      OUTSIDE },
	    .options = { CBC, .last_byte = 17 } },
	{ .attack = { .name = "padding of 255 bytes",
	      .expected = FAILED,
	      OUTSIDE },
	    .options = { CBC, .last_byte = 255 } },
	{ .attack = { .name = "the wrapped key", .expected = FAILED, INSIDE },
	    .options = { .tamper = flip_key } },
	{ .attack = { .name = "a shorter wrapped key",
	      .expected = FAILED,
	      INSIDE },
	    .options = { .tamper = cut_key } },
	{ .attack = { .name = "a wrapped key of zeros",
	      .expected = FAILED,
	      INSIDE },
	    .options = { .tamper = zero_key } },
	{ .attack = { .name = "a wrapped key beyond the modulus",
	      .expected = FAILED,
	      INSIDE },
	    .options = { .tamper = exceed_key } },
	{ .attack = { .name = "a session key of 8 bytes",
	      .expected = FAILED,
	      INSIDE },
	    .options = { .key_size = 48 } },
	{ .attack = { .name = "the key of another cipher",
	      .expected = FAILED,
	      INSIDE },
	    .options = { .cipher = ENCRYPT_AES128_GCM },
	    .sealed = { { ENCRYPT_AES128_GCM, ENCRYPT_AES256_GCM } } },
	{ .attack = { .name = "GCM said to be CBC",
	      .expected = FAILED,
	      OUTSIDE },

	    .sealed = { { ENCRYPT_AES256_GCM, ENCRYPT_AES256_CBC } } },
	{ .attack = { .name = "CBC said to be GCM",
	      .expected = FAILED,
	      INSIDE },
	    .options = { CBC },
	    .sealed = { { ENCRYPT_AES256_CBC, ENCRYPT_AES256_GCM } } },
	{ .attack = { .name = "another digest of OAEP",
	      .expected = FAILED,
	      INSIDE },
	    .options = { .digest = ENCRYPT_SHA256 },
	    .sealed = { { ENCRYPT_SHA256, ENCRYPT_SHA512 } } },
	{ .attack = { .name = "another label of OAEP",
	      .expected = FAILED,
	      INSIDE },
	    .options = { .label = "label" },
	    .sealed = { { ">bGFiZWw=<", ">eGFiZWw=<" } } },
	{ .attack = { .name = "another SP's key", .expected = FAILED, INSIDE },

	    .recipient = KEY_SP_STRANGER },
	{ .attack = { .name = "the key that is not in use any more",
	      .expected = FAILED,
	      INSIDE },

	    .recipient = KEY_SP_OLD },
	{ .attack = { .name = "no base64",
	      .expected = "decryption_failed "
			  "encryption_shape",
	      INSIDE },

	    .sealed = { { VALUE, VALUE "!" } } },
};

/* What comes out. */
#define OUT(from, to) .plain = { { from, to } }
static const struct envelope plaintexts[] = {
	{ .attack = { .name =
			  "the signature was stripped, then it was encrypted",
	      .expected = "signature_missing",
	      UNSIGNED } },
	{ .attack = { .name = "an assertion of an attacker's",
	      .expected = "signature_missing",
	      UNSIGNED,
	      .before = { { ">alice</saml:NameID>",
		  ">mallory</saml:NameID>" } } } },
	{ .attack = { .name = "an assertion that an attacker signed",
	      .expected = "signature_invalid",
	      INSIDE,
	      .key = KEY_STRANGER } },
	{ .attack = { .name = "changed inside, then encrypted",
	      .expected = "signature_invalid",
	      INSIDE },
	    OUT(">alice</saml:NameID>", ">mallory</saml:NameID>") },
	{ .attack = { .name = "changed inside, in a signed Response",
	      .expected = "signature_invalid",
	      BOTH },
	    OUT(">alice</saml:NameID>", ">mallory</saml:NameID>") },
	{ .attack = { .name = "another IdP's assertion",
	      .expected = "issuer_mismatch",
	      INSIDE,
	      .key = KEY_OTHER,
	      .before = { { "<saml:Issuer>" IDP,
		  "<saml:Issuer>" OTHER_IDP } } } },
	{ .attack = { .name =
			  "another IdP's assertion, unsigned, in a signed Response",
	      .expected = "issuer_mismatch",
	      OUTSIDE,
	      .before = { { "<saml:Issuer>" IDP,
		  "<saml:Issuer>" OTHER_IDP } } } },
	{ .attack = { .name = "past its end",
	      .expected = "expired",
	      INSIDE,
	      .later = 360 } },
	{ .attack = { .name = "another SP's",
	      .expected = "audience",
	      INSIDE,
	      .before = { { "<saml:Audience>" SP,
		  "<saml:Audience>urn:x" } } } },
	{ .attack = { .name = "two assertions", .expected = FAILED, INSIDE },
	    OUT(ASSERTION_END,
		ASSERTION_END "<saml:Assertion xmlns:"
			      "saml=\"" SAML "assertion\" ID=\"_x\"/>") },
	{ .attack = { .name = "an assertion in an Advice",
	      .expected = "assertion_count decryption_failed",
	      INSIDE,
	      .before = { { CONDITIONS,
		  CONDITIONS "<saml:Advice>"
			     "<saml:Assertion ID=\"_x\" Version=\"2.0\"/>"
			     "</saml:Advice>" } } } },
	{ .attack = { .name = "the ID of the Response",
	      .expected = "bad_id",
	      INSIDE,
	      .templates = { NULL,
		  SIGNATURE(MORE "rsa-sha256", ENC "sha256", "_r1") },
	      .before = { { "ID=\"_assertion1\"", "ID=\"_r1\"" } },
	      .after = { { "_response1", "_r1" } } } },
	{ .attack = { .name = "the ID of the EncryptedData",
	      .expected = "bad_id",
	      INSIDE,
	      .before = { { "_assertion1", "_data" } } } },
	{ .attack = { .name = "an ID twice inside",
	      .expected = "bad_id "
			  "decryption_failed",
	      OUTSIDE },
	    OUT("<saml:Subject>", "<saml:Subject ID=\"_assertion1\">") },
	{ .attack = { .name = "text before", .expected = FAILED, INSIDE },
	    OUT("<saml:Assertion ", "x<saml:Assertion ") },
	{ .attack = { .name = "text after", .expected = FAILED, INSIDE },
	    OUT(ASSERTION_END, ASSERTION_END "x") },
	{ .attack = { .name = "a comment before", .expected = FAILED, INSIDE },
	    OUT("<saml:Assertion ", "<!--x--><saml:Assertion ") },
	{ .attack = { .name = "a comment in the name",
	      .cve = "CVE-2017-11427",
	      .expected = FAILED,
	      INSIDE },
	    OUT(">alice</saml:NameID>", ">ali<!--x-->ce</saml:NameID>") },
	{ .attack = { .name = "a processing instruction",
	      .expected = FAILED,
	      INSIDE },
	    OUT("<saml:Subject>", "<?x?><saml:Subject>") },
	{ .attack = { .name = "a document type", .expected = FAILED, INSIDE },
	    OUT("<saml:Assertion ",
		"<!DOCTYPE x [<!ENTITY y SYSTEM "
		"\"file:///etc/hostname\">]><saml:Assertion ") },
	{ .attack = { .name = "an entity", .expected = FAILED, INSIDE },
	    OUT(">alice</saml:NameID>", ">ali&x;ce</saml:NameID>") },
	{ .attack = { .name = "no XML", .expected = FAILED, INSIDE },
	    OUT("<saml:Assertion ", "{saml:Assertion ") },
	{ .attack = { .name = "an end tag of the surroundings",
	      .expected = FAILED,
	      INSIDE },
	    OUT(ASSERTION_END, ASSERTION_END "</x><x>") },
	{ .attack = { .name = "an assertion that does not end",
	      .expected = FAILED,
	      INSIDE },
	    OUT(ASSERTION_END, "") },
	{ .attack = { .name = "a prefix that nobody declared",
	      .expected = FAILED,
	      OUTSIDE },
	    OUT("<saml:Subject>", "<y:z/><saml:Subject>") },
	{ .attack = { .name = "a byte that is not UTF-8",
	      .expected = FAILED,
	      OUTSIDE },
	    OUT(">alice</saml:NameID>", ">alic\xe9</saml:NameID>") },
	{ .attack = { .name = "a Response", .expected = FAILED, OUTSIDE },
	    .plain = { { "<saml:Assertion ", "<saml:Response " },
		{ ASSERTION_END, "</saml:Response>" } } },
	{ .attack = { .name = "an assertion of SAML 1.1",
	      .expected = FAILED,
	      OUTSIDE },
	    OUT(SAML "assertion", "urn:oasis:names:tc:SAML:1.0:assertion") },
	{ .attack = { .name = "an EncryptedAssertion in an EncryptedAssertion",
	      .expected = FAILED,
	      OUTSIDE },
	    .plain = { { "<saml:Assertion ", "<saml:EncryptedAssertion " },
		{ ASSERTION_END, "</saml:EncryptedAssertion>" } } },
	{ .attack = { .name = "a Signature beside the assertion's own",
	      .expected = "signature_shape",
	      INSIDE },
	    OUT("</saml:AttributeStatement>",
		"<ds:Signature xmlns:ds=\"" DSIG "\"/>"
		"</saml:AttributeStatement>") },
};

/* Messages that are harmless while they are encrypted. */
static void
write_bombs(struct attacks *attacks)
{
	static const struct {
		const char *name, *piece;
		size_t count;
		const char *end;
	} bombs[] = {
		{ "40 levels", "<x>", 40, "</x>" },
		{ "50,000 levels", "<x>", 50000, "</x>" },
		{ "20,001 elements", "<x/>", 20001, "" },
		{ "100,000 references", "&lt;", 100000, "" },
		{ "41 attributes in a tag",
		    "<x a1=\"\" a2=\"\" a3=\"\" a4=\"\" "
		    "a5=\"\" a6=\"\" a7=\"\" a8=\"\" a9=\"\" b1=\"\" b2=\"\" "
		    "b3=\"\" b4=\"\" b5=\"\" b6=\"\" b7=\"\" b8=\"\" b9=\"\" "
		    "c1=\"\" c2=\"\" c3=\"\" c4=\"\" c5=\"\" c6=\"\" c7=\"\" "
		    "c8=\"\" c9=\"\" d1=\"\" d2=\"\" d3=\"\" d4=\"\" d5=\"\" "
		    "d6=\"\" d7=\"\" d8=\"\" d9=\"\" e1=\"\" e2=\"\" e3=\"\" "
		    "e4=\"\" e5=\"\"/>",
		    1, "" },
	};
	struct envelope envelope = { .attack = { INSIDE } };
	size_t i;

	for (i = 0; i < COUNT(bombs); i++) {
		char *begin = attack_repeat(bombs[i].piece, bombs[i].count);
		char *end = attack_repeat(bombs[i].end, bombs[i].count);
		char *to = fixture_text("<saml:Subject>%s%s", begin, end);

		envelope.attack.name = bombs[i].name;
		/* references alone are only not what was signed */
		envelope.attack.expected =
		    begin[0] == '&' ? "signature_invalid" : FAILED;
		envelope.plain[0] = (struct edit){ "<saml:Subject>", to };
		envelope_table(attacks, &envelope, 1);
		free(begin);
		free(end);
		free(to);
	}
}

void
attack_decryption(struct attacks *attacks)
{
	envelope_table(attacks, damage, COUNT(damage));
	envelope_table(attacks, plaintexts, COUNT(plaintexts));
	write_bombs(attacks);
}
