/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Encrypted names. Nothing is decrypted here before the signature of what
 * holds it was verified.
 */
#include "tests/attacks/attack.h"
#include "tests/unit/encrypted.h"

#define FAILED     "decryption_failed"
#define OPEN       "<saml:NameID xmlns:saml=\"" SAML "assertion\""
#define NAMED(who) OPEN ">" who "</saml:NameID>"
#define NAME_ID                                                                \
	"<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:"                   \
	"nameid-format:unspecified\">alice</saml:NameID>"

static void
flip_tag(struct encrypt_parts *parts)
{
	parts->data[parts->data_size - 1] ^= 1;
}

static void
flip_key(struct encrypt_parts *parts)
{
	parts->wrapped[0] ^= 1;
}

static const struct encrypted_id {
	const char *name, *expected;
	const char *text; /* NULL: alice */
	struct encrypt_options options;
	struct edit sealed, after;
	const char *config;
	int sign;
	enum attack_key recipient;
} cases[] = {
	{ .name = "AES-256-GCM" },
	{ .name = "AES-128-CBC, covered by the assertion's signature",
	    .options = { .cipher = ENCRYPT_AES128_CBC } },
	{ .name = "AES-256-CBC, covered by the Response's signature",
	    .options = { .cipher = ENCRYPT_AES256_CBC },
	    .sign = SIGN_RESPONSE },
	{ .name = "the key beside",
	    .options = { .beside = 1, .retrieval = 1 } },
	{ .name = "OAEP of 2009",
	    .options = { .transport = ENCRYPT_OAEP,
		.digest = ENCRYPT_SHA256,
		.mgf = ENCRYPT_MGF_SHA256 } },
	{ .name = "a format and qualifiers",
	    .text = OPEN " Format=\"" SAML
			 "nameid-format:persistent\" NameQualifier=\"" IDP
			 "\">alice</saml:NameID>" },
	{ .name = "a namespace from the surroundings",
	    .text = "<saml:NameID>alice</saml:NameID>" },
	{ .name = "CBC, which is refused",
	    .expected = "cbc_refused",
	    .options = { .cipher = ENCRYPT_AES128_CBC },
	    .config = "cbc_refuse" },
	{ .name = "no key of ours",
	    .expected = "encrypted",
	    .config = "no_key" },
	{ .name = "another SP's key",
	    .expected = FAILED,
	    .recipient = KEY_SP_STRANGER },
	{ .name = "RSA with PKCS #1 1.5",
	    .expected = "encryption_algorithm",
	    .options = { .transport = ENCRYPT_RSA_1_5 } },
	{ .name = "triple DES",
	    .expected = "encryption_algorithm",
	    .options = { .cipher = ENCRYPT_3DES_CBC } },
	{ .name = "the tag of GCM",
	    .expected = FAILED,
	    .options = { .tamper = flip_tag } },
	{ .name = "the wrapped key",
	    .expected = FAILED,
	    .options = { .tamper = flip_key } },
	{ .name = "a CipherReference",
	    .expected = "encryption_shape",
	    .sealed = { "<xenc:CipherValue>",
		"<xenc:CipherReference URI=\"file:///dev/zero\"/>"
		"<xenc:CipherValue>" } },
	{ .name = "two NameIDs",
	    .expected = FAILED,
	    .text = NAMED("alice") NAMED("bob") },
	{ .name = "a BaseID",
	    .expected = FAILED,
	    .text = "<saml:BaseID xmlns:saml=\"" SAML "assertion\"/>" },
	{ .name = "an assertion in place of a name",
	    .expected = FAILED,
	    .text = "<saml:Assertion xmlns:saml=\"" SAML
		    "assertion\" ID=\"_x\"/>" },
	{ .name = "a text in place of a NameID",
	    .expected = FAILED,
	    .text = "alice" },
	{ .name = "a text after the NameID",
	    .expected = FAILED,
	    .text = NAMED("alice") "x" },
	{ .name = "a NameID of no namespace",
	    .expected = FAILED,
	    .text = "<NameID>alice</NameID>" },
	{ .name = "a comment within the NameID",
	    .expected = FAILED,
	    .text = NAMED("ali<!--x-->ce") },
	{ .name = "a document type",
	    .expected = FAILED,
	    .text = "<!DOCTYPE x>" NAMED("alice") },
	{ .name = "an encrypted name in an encrypted name",
	    .expected = FAILED,
	    .text = "<saml:EncryptedID xmlns:saml=\"" SAML "assertion\"/>" },
	{ .name = "an empty NameID", .expected = "name_id", .text = OPEN "/>" },
	{ .name = "a NameID with a line break",
	    .expected = "name_id",
	    .text = NAMED("alice\nroot") },
	{ .name = "a NameID with elements",
	    .expected = "name_id",
	    .text = NAMED("alice<x/>") },
	{ .name = "a NameID beside",
	    .expected = "subject",
	    .sealed = { "</saml:EncryptedID>",
		"</saml:EncryptedID>" NAME_ID } },
	{ .name = "two EncryptedIDs",
	    .expected = "subject",
	    .sealed = { "</saml:EncryptedID>",
		"</saml:EncryptedID><saml:EncryptedID xmlns:saml=\"" SAML
		"assertion\"/>" } },
	{ .name = "an EncryptedID of another namespace",
	    .expected = "subject",
	    .sealed = { "<saml:EncryptedID xmlns:saml=\"" SAML "assertion\"",
		"<saml:EncryptedID xmlns:saml=\"urn:x\"" } },
	{ .name = "no signature: nothing is decrypted",
	    .expected = "signature_missing",
	    .options = { .tamper = flip_tag },
	    .sign = SIGN_NOTHING },
	{ .name = "changed after it was signed: nothing is decrypted",
	    .expected = "signature_invalid",
	    .options = { .cipher = ENCRYPT_AES128_CBC },
	    .after = { "Id=\"_data\"", "Id=\"_data2\"" } },
};

void
attack_encrypted_ids(struct attacks *attacks)
{
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		const struct encrypted_id *c = &cases[i];
		struct encrypt_options options = c->options;
		enum attack_key to = c->recipient != 0 ? c->recipient : KEY_SP;
		struct attack attack = { .name = c->name,
			.expected = c->expected,
			.config = c->config,
			.sign = c->sign,
			.after = { c->after } };
		char *sealed;

		options.element = "EncryptedID";
		sealed = encrypt_element(&options, attacks->keys[to],
		    c->text != NULL ? c->text : NAMED("alice"));
		sealed = fixture_edit(sealed, &c->sealed, 1);
		attack.before[0] = (struct edit){ NAME_ID, sealed };
		attack_table(attacks, &attack, 1);
		free(sealed);
	}
}
