/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Encrypted assertions and encrypted NameIDs: that what comes out is held to
 * all that holds for others, in which order, and that no encryption passes for
 * a signature. Shapes and algorithms are in test_saml_encryption.c.
 */
#include "encrypted.h"
#include "saml_world.h"

#define COUNT(table)  (sizeof(table) / sizeof((table)[0]))

#define CBC           ENCRYPT_AES128_CBC
#define ASSERTION_END "</saml:Assertion>"

/* What is more about a message whose assertion is encrypted. */
struct encrypted_case {
	struct message_case
	    c;               /* before: each is applied ahead of all signing */
	struct edit inside;  /* in the assertion, before it is encrypted */
	struct edit outside; /* in the message, before the Response is signed */
	const char *cipher;  /* NULL: AES-256 in GCM */
	int stranger;        /* encrypted for somebody else */
	int retrieval;       /* the EncryptedKey stands beside */
	int unsigned_message;
};

/* The assertion on its own, signed or not. */
static char *
plain_assertion(const struct encrypted_case *e, int which)
{
	char *whole, *assertion;

	whole = fixture_sign(RESPONSE, which & SIGN_ASSERTION, NULL,
	    RSA_SHA256("_assertion1"), world.rsa, e->c.before, EDITS);
	assertion = fixture_cut_out(whole, "<saml:Assertion", ASSERTION_END);
	free(whole);
	return fixture_edit(assertion, &e->inside, 1);
}

static char *
encrypted_assertion(const struct encrypted_case *e, int which)
{
	struct encrypt_options options = { .cipher = e->cipher,
		.beside = e->retrieval,
		.retrieval = e->retrieval };
	char *plain = plain_assertion(e, which), *text;

	text = encrypt_element(
	    &options, e->stranger ? world.stranger : world.ours, plain);
	free(plain);
	return text;
}

/* The message: its assertion is encrypted, and then the Response signed. */
static char *
encrypted_message(const struct encrypted_case *e)
{
	int which = e->unsigned_message ? 0
	    : e->c.which != 0           ? e->c.which
					: SIGN_ASSERTION;
	char *element = encrypted_assertion(e, which), *text, *message;
	const struct edit encrypt = { ASSERTION_WITH(HOLE_ASSERTION), element };

	text = fixture_edit(strdup(RESPONSE), &encrypt, 1);
	text = fixture_replace(text, "<samlp:Status>",
	    HOLE_ASSERTION "<samlp:Status>"); /* never filled */
	text = fixture_edit(text, &e->outside, 1);
	message = fixture_sign(text, which & SIGN_RESPONSE,
	    RSA_SHA256("_response1"), NULL, world.rsa, NULL, 0);
	free(element);
	free(text);
	return fixture_edit(message, e->c.after, EDITS);
}

static void
run(const struct encrypted_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		char *text = encrypted_message(&cases[i]);

		world_expect(&cases[i].c, text, strlen(text));
		free(text);
	}
}

#define ANOTHER_ID                                                             \
	"<samlp:Extensions><x xmlns=\"urn:x\" ID=\"_assertion1\"/>"            \
	"</samlp:Extensions><samlp:Status>"

static const struct encrypted_case assertions[] = {
	{ .c = { .name = "signed inside", .user = "alice" } },
	{ .c = { .name = "the Response signed", .which = SIGN_RESPONSE } },
	{ .c = { .name = "both signed",
	      .which = SIGN_RESPONSE | SIGN_ASSERTION } },
	{ .c = { .name = "the EncryptedKey beside" }, .retrieval = 1 },
	{ .c = { .name = "the same in a signed Response",
	      .which = SIGN_RESPONSE },
	    .retrieval = 1 },
	{ .c = { .name = "no Issuer in an unsigned Response",
	      .after = { { RESPONSE_ISSUER, "" } } } },
	{ .c = { .name = "a namespace of the surroundings",
	      .after = { { "<samlp:Response ",
		  "<samlp:Response xmlns:saml=\"" SAML "assertion\" " } } },
	    .inside = { " xmlns:saml=\"" SAML "assertion\"", "" } },
	{ .c = { .name = "a namespace of the surroundings, signed",
	      .which = SIGN_RESPONSE },
	    .inside = { " xmlns:saml=\"" SAML "assertion\"", "" },
	    .outside = { "<samlp:Response ",
		"<samlp:Response xmlns:saml=\"" SAML "assertion\" " } },
	{ .c = { .name = "nothing signed",
	      .expected = REASON_SIGNATURE_MISSING },
	    .unsigned_message = 1 },
	{ .c = { .name = "changed after it was signed",
	      .expected = REASON_SIGNATURE_INVALID },
	    .inside = { ">alice</saml:NameID>", ">admin</saml:NameID>" } },
	{ .c = { .name = "changed inside of a signed Response",
	      .expected = REASON_SIGNATURE_INVALID,
	      .which = SIGN_RESPONSE | SIGN_ASSERTION },
	    .inside = { ">alice</saml:NameID>", ">admin</saml:NameID>" } },
	{ .c = { .name = "a signed Response that was changed",
	      .expected = REASON_SIGNATURE_INVALID,
	      .which = SIGN_RESPONSE,
	      .after = { { "2026-11-22T03:25:41Z",
		  "2026-11-22T03:25:40Z" } } } },
	{ .c = { .name = "the Response is looked at before it is decrypted",
	      .expected = REASON_SIGNATURE_INVALID,
	      .which = SIGN_RESPONSE,
	      .after = { { "2026-11-22T03:25:41Z", "2026-11-22T03:25:40Z" } } },
	    .stranger = 1 },
	{ .c = { .name = "encrypted for somebody else",
	      .expected = REASON_DECRYPTION_FAILED },
	    .stranger = 1 },
	{ .c = { .name = "no key of ours",
	      .expected = REASON_ENCRYPTED,
	      .no_key = 1 } },
	{ .c = { .name = "another IdP's name inside",
	      .expected = REASON_ISSUER_MISMATCH },
	    .inside = { "<saml:Issuer>" IDP, "<saml:Issuer>" OTHER_IDP } },
	{ .c = { .name = "another IdP's name inside of what one signed",
	      .expected = REASON_ISSUER_MISMATCH,
	      .which = SIGN_RESPONSE },
	    .inside = { "<saml:Issuer>" IDP, "<saml:Issuer>" OTHER_IDP } },
	{ .c = { .name = "another IdP's name on this one's signature",
	      .expected = REASON_SIGNATURE_INVALID,
	      .before = { { IDP, OTHER_IDP } },
	      .after = { { RESPONSE_ISSUER, "" } } } },
	{ .c = { .name = "another IdP than the one that was asked",
	      .expected = REASON_ISSUER_MISMATCH,
	      .idp = OTHER_IDP } },
	{ .c = { .name = "an unknown IdP around it",
	      .expected = REASON_ISSUER_UNKNOWN,
	      .after = { { "assertion\">" IDP,
		  "assertion\">https://unknown.example" } } } },
	{ .c = { .name = "an ID of the message inside",
	      .expected = REASON_BAD_ID },
	    .outside = { "<samlp:Status>", ANOTHER_ID } },
	{ .c = { .name = "an ID of a signed message inside",
	      .expected = REASON_BAD_ID,
	      .which = SIGN_RESPONSE },
	    .outside = { "<samlp:Status>", ANOTHER_ID } },
	{ .c = { .name = "the ID of the EncryptedData inside",
	      .expected = REASON_BAD_ID,
	      .before = { { "<saml:Subject>",
		  "<saml:Subject ID=\"_data\">" } } } },
	{ .c = { .name = "an assertion inside the assertion",
	      .expected = REASON_ASSERTION_COUNT,
	      .before = { { "</saml:Conditions>",
		  "</saml:Conditions><saml:Advice><saml:Assertion/>"
		  "</saml:Advice>" } } } },
	{ .c = { .name = "an encrypted one inside the assertion",
	      .expected = REASON_ASSERTION_COUNT,
	      .before = { { "</saml:Conditions>",
		  "</saml:Conditions><saml:Advice><saml:EncryptedAssertion/>"
		  "</saml:Advice>" } } } },
	{ .c = { .name = "a second assertion beside it",
	      .expected = REASON_DECRYPTION_FAILED },
	    .inside = { ASSERTION_END,
		ASSERTION_END "<saml:Assertion xmlns:saml=\"" SAML
			      "assertion\"/>" } },
	{ .c = { .name = "something else than an assertion",
	      .expected = REASON_DECRYPTION_FAILED },
	    .inside = { "saml:Assertion", "saml:Advice" } },
	{ .c = { .name = "a comment inside",
	      .expected = REASON_DECRYPTION_FAILED },
	    .inside = { ">alice</saml:NameID>",
		">al<!-- -->ice</saml:NameID>" } },
	{ .c = { .name = "a Signature where none may be",
	      .expected = REASON_SIGNATURE_SHAPE,
	      .which = SIGN_RESPONSE },
	    .inside = { "</saml:Conditions>",
		"</saml:Conditions><saml:Advice><ds:Signature xmlns:ds=\"" DSIG
		"\"/></saml:Advice>" } },
	{ .c = { .name = "no ID",
	      .expected = REASON_BAD_ID,
	      .which = SIGN_RESPONSE },
	    .inside = { " ID=\"_assertion1\"", "" } },
	{ .c = { .name = "expired",
	      .expected = REASON_EXPIRED,
	      .later = 360 } },
	{ .c = { .name = "for another audience",
	      .expected = REASON_AUDIENCE,
	      .before = { { "Audience>" SP,
		  "Audience>https://x.example" } } } },
	{ .c = { .name = "an answer to another request",
	      .expected = REASON_IN_RESPONSE_TO,
	      .which = SIGN_RESPONSE },
	    .inside = { "Data InResponseTo=\"" REQUEST_ID,
		"Data InResponseTo=\"_other" } },
	{ .c = { .name = "a failure",
	      .expected = REASON_STATUS,
	      .after = { { "status:Success", "status:Responder" } } } },
};

static void
test_assertions(void **state)
{
	(void)state;
	run(assertions, COUNT(assertions));
}

static const struct encrypted_case policies[] = {
	{ .c = { .name = "CBC is refused",
	      .expected = REASON_CBC_REFUSED,
	      .which = SIGN_RESPONSE,
	      .cbc = CBC_REFUSE },
	    .cipher = CBC },
	{ .c = { .name = "CBC in a signed Response",
	      .which = SIGN_RESPONSE,
	      .cbc = CBC_SIGNED_RESPONSE },
	    .cipher = CBC },
	{ .c = { .name = "CBC in an unsigned Response",
	      .expected = REASON_CBC_REFUSED,
	      .cbc = CBC_SIGNED_RESPONSE },
	    .cipher = CBC },
	{ .c = { .name = "CBC in an unsigned Response, for somebody else",
	      .expected = REASON_CBC_REFUSED,
	      .cbc = CBC_SIGNED_RESPONSE },
	    .cipher = CBC,
	    .stranger = 1 },
	{ .c = { .name = "CBC is accepted", .cbc = CBC_ACCEPT },
	    .cipher = CBC },
	{ .c = { .name = "CBC is accepted, not in place of a signature",
	      .expected = REASON_SIGNATURE_MISSING,
	      .cbc = CBC_ACCEPT },
	    .cipher = CBC,
	    .unsigned_message = 1 },
	{ .c = { .name = "GCM where CBC is refused", .cbc = CBC_REFUSE } },
};

static void
test_policies(void **state)
{
	(void)state;
	run(policies, COUNT(policies));
}

#define NAME_ID_BEGIN                                                          \
	"<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:"     \
	"unspecified\">"
#define NAME_ID NAME_ID_BEGIN "alice</saml:NameID>"

/* A message whose NameID is to be encrypted. */
struct name_case {
	struct message_case c;
	const char *plain; /* NULL: the NameID, which declares its namespace */
	const char *cipher;
	int twice;  /* the assertion is encrypted, too */
	int beside; /* the NameID stays where it is */
};

#define NAME_OF(text)                                                          \
	"<saml:NameID xmlns:saml=\"" SAML "assertion\">" text "</saml:NameID>"

static void
run_names(const struct name_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct name_case *n = &cases[i];
		const struct encrypt_options options = {
			.element = "EncryptedID", .cipher = n->cipher
		};
		struct encrypted_case e = { .c = n->c };
		char *id, *both, *text;

		id = encrypt_element(&options, world.ours,
		    n->plain != NULL ? n->plain : NAME_OF("alice"));
		/* encrypted assertions have the same */
		id = fixture_replace(id, " Id=\"_", " Id=\"_name_");
		both = fixture_text("%s%s", n->beside ? NAME_ID : "", id);
		e.c.before[0] = (struct edit){ NAME_ID, both };
		text = n->twice ? encrypted_message(&e) : world_message(&e.c);
		world_expect(&n->c, text, strlen(text));
		free(id);
		free(both);
		free(text);
	}
}

static const struct name_case name_ids[] = {
	{ .c = { .name = "an EncryptedID", .user = "alice" } },
	{ .c = { .name = "in a signed Response", .which = SIGN_RESPONSE } },
	{ .c = { .name = "with a prefix of the surroundings", .user = "alice" },
	    .plain = NAME_ID },
	{ .c = { .name = "with CBC", .cbc = CBC_SIGNED_RESPONSE },
	    .cipher = CBC },
	{ .c = { .name = "with CBC, which is refused",
	      .expected = REASON_CBC_REFUSED,
	      .cbc = CBC_REFUSE },
	    .cipher = CBC },
	{ .c = { .name = "without a key of ours",
	      .expected = REASON_ENCRYPTED,
	      .no_key = 1 } },
	{ .c = { .name = "something else than a NameID",
	      .expected = REASON_DECRYPTION_FAILED },
	    .plain = "<saml:BaseID xmlns:saml=\"" SAML "assertion\"/>" },
	{ .c = { .name = "two NameIDs", .expected = REASON_DECRYPTION_FAILED },
	    .plain = NAME_OF("alice") NAME_OF("bob") },
	{ .c = { .name = "no element at all",
	      .expected = REASON_DECRYPTION_FAILED },
	    .plain = "alice" },
	{ .c = { .name = "a line break in it", .expected = REASON_NAME_ID },
	    .plain = NAME_OF("alice&#10;root") },
	{ .c = { .name = "an element in it", .expected = REASON_NAME_ID },
	    .plain = NAME_OF("ali<x/>ce") },
	{ .c = { .name = "not covered by a signature any more",
	      .expected = REASON_SIGNATURE_INVALID,
	      .after = { { "</xenc:EncryptedData>",
		  "</xenc:EncryptedData> " } } } },
	{ .c = { .name = "one NameID in the clear, one encrypted",
	      .expected = REASON_SUBJECT },
	    .beside = 1 },
	{ .c = { .name = "twice encrypted", .user = "alice" }, .twice = 1 },
};

static void
test_name_ids(void **state)
{
	(void)state;
	run_names(name_ids, COUNT(name_ids));
}

/* Others than the subject's own are not decrypted at all. */
static void
test_elsewhere(void **state)
{
	const struct encrypt_options options = { .element = "EncryptedID" };
	char *id = encrypt_element(&options, world.ours, NAME_OF("bob"));
	char *confirmation =
	    fixture_text("%s<saml:SubjectConfirmationData ", id);
	const struct message_case c = { .name = "in a confirmation",
		.expected = REASON_CONFIRMATION,
		.before = {
		    { "<saml:SubjectConfirmationData ", confirmation } } };

	(void)state;
	world_run(&c, 1);
	free(confirmation);
	free(id);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assertions),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_name_ids),
		cmocka_unit_test(test_elsewhere),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
