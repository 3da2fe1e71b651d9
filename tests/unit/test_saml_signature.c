/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures: every algorithm that is accepted, every shape that is not, and
 * the ways in which others were made to read what was not signed.
 */
#include "saml_world.h"

#define COUNT(table)       (sizeof(table) / sizeof((table)[0]))

#define NONE_WITH_COMMENTS EXC "WithComments"
#define TRANSFORMS_END     "</ds:Transforms>"

static const struct message_case shapes[] = {
	{ .name = "nothing is signed",
	    .expected = REASON_SIGNATURE_MISSING,
	    .unsigned_message = 1 },
	{ .name = "one byte of the NameID changed",
	    .expected = REASON_SIGNATURE_INVALID,
	    .after = { { ">alice</saml:NameID>", ">blice</saml:NameID>" } } },
	{ .name = "one byte of an unsigned assertion in a signed Response",
	    .expected = REASON_SIGNATURE_INVALID,
	    .which = SIGN_RESPONSE,
	    .after = { { ">alice</saml:NameID>", ">blice</saml:NameID>" } } },
	{ .name = "an attribute added",
	    .expected = REASON_SIGNATURE_INVALID,
	    .after = { { "</saml:AttributeStatement>",
		"<saml:Attribute Name=\"x\"/></saml:AttributeStatement>" } } },
	{ .name = "the Response changed after both were signed",
	    .expected = REASON_SIGNATURE_INVALID,
	    .which = SIGN_RESPONSE | SIGN_ASSERTION,
	    .after = { { "2026-11-22T03:25:41Z", "2026-11-22T03:25:40Z" } } },
	{ .name = "SHA-1 in the signature",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .before = { { MORE "rsa-sha256", DSIG "rsa-sha1" } } },
	{ .name = "SHA-1 in the digest",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .before = { { ENC "sha256", DSIG "sha1" } } },
	{ .name = "MD5",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .after = { { MORE "rsa-sha256", MORE "rsa-md5" } } },
	{ .name = "HMAC",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .after = { { MORE "rsa-sha256", MORE "hmac-sha256" } } },
	{ .name = "DSA",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .after = { { MORE "rsa-sha256",
		"http://www.w3.org/2009/xmldsig11#dsa-sha256" } } },
	{ .name = "SHA-224",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .before = { { MORE "rsa-sha256", MORE "rsa-sha224" } } },
	{ .name = "a signature algorithm in the place of a digest",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .after = { { ENC "sha256", MORE "rsa-sha256" } } },
	{ .name = "a digest in the place of a signature algorithm",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .after = { { MORE "rsa-sha256", ENC "sha256" } } },
	{ .name = "no algorithm",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .after = { { " Algorithm=\"" MORE "rsa-sha256\"", "" } } },
	{ .name = "an ECDSA signature that is said to be RSA's",
	    .expected = REASON_SIGNATURE_INVALID,
	    .after = { { MORE "rsa-sha256", MORE "ecdsa-sha256" } } },
	{ .name = "inclusive canonicalization of SignedInfo",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .before = { { "<ds:CanonicalizationMethod Algorithm=\"" EXC,
		"<ds:CanonicalizationMethod Algorithm=\""
		"http://www.w3.org/TR/2001/REC-xml-c14n-20010315" } } },
	{ .name = "canonicalization with comments",
	    .expected = REASON_SIGNATURE_ALGORITHM,
	    .before = { { "<ds:CanonicalizationMethod Algorithm=\"" EXC,
		"<ds:CanonicalizationMethod Algorithm=\"" NONE_WITH_COMMENTS } } },
	{ .name = "a transform with comments",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { "<ds:Transform Algorithm=\"" EXC "\"",
		"<ds:Transform Algorithm=\"" NONE_WITH_COMMENTS "\"" } } },
	{ .name = "inclusive canonicalization as a transform",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { "<ds:Transform Algorithm=\"" EXC "\"",
		"<ds:Transform Algorithm=\""
		"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"" } } },
	{ .name = "one transform only",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { "<ds:Transform Algorithm=\"" EXC "\"/>", "" } } },
	{ .name = "a third transform",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { TRANSFORMS_END,
		"<ds:Transform Algorithm=\"" EXC "\"/>" TRANSFORMS_END } } },
	{ .name = "an XPath transform",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "<ds:Transform Algorithm=\"" DSIG
			 "enveloped-signature\"/>",
		"<ds:Transform Algorithm=\""
		"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>"
		"not(self::*)</ds:XPath></ds:Transform>" } } },
	{ .name = "no enveloped-signature transform",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { DSIG "enveloped-signature", EXC } } },
	{ .name = "two SignatureMethods",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "<ds:Reference ",
		"<ds:SignatureMethod Algorithm=\"" MORE
		"rsa-sha256\"/><ds:Reference " } } },
	{ .name = "an XSLT transform",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "<ds:Transform Algorithm=\"" EXC "\"/>",
		"<ds:Transform Algorithm=\""
		"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>" } } },
	{ .name = "a base64 transform",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "<ds:Transform Algorithm=\"" EXC "\"/>",
		"<ds:Transform Algorithm=\"" DSIG "base64\"/>" } } },
	{ .name = "something in the enveloped-signature transform",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "enveloped-signature\"/>",
		"enveloped-signature\"><x/></ds:Transform>" } } },
	{ .name = "something in the SignatureMethod",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { MORE "rsa-sha256\"/>",
		MORE "rsa-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength>"
		     "</ds:SignatureMethod>" } } },
	{ .name = "an InclusiveNamespaces",
	    .before = { { "<ds:Transform Algorithm=\"" EXC "\"/>",
		"<ds:Transform Algorithm=\"" EXC
		"\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
		"\" PrefixList=\"xs xsi\"/></ds:Transform>" } } },
	{ .name = "a prefix declared outside of what is signed",
	    .before = { { "<ds:Transform Algorithm=\"" EXC "\"/>",
			    "<ds:Transform Algorithm=\"" EXC
			    "\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
			    "\" PrefixList=\"xs\"/></ds:Transform>" },
		{ " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"", "" },
		{ "<samlp:Response ",
		    "<samlp:Response"
		    " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" " } } },
	{ .name = "a PrefixList of 17",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { "<ds:Transform Algorithm=\"" EXC "\"/>",
		"<ds:Transform Algorithm=\"" EXC
		"\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
		"\" PrefixList=\"a b c d e f g h i j k l m n o p q\"/>"
		"</ds:Transform>" } } },
	{ .name = "a PrefixList in a namespace, which xmlsec would read",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { "<ds:Transform Algorithm=\"" EXC "\"/>",
		"<ds:Transform Algorithm=\"" EXC
		"\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
		"\" ec:PrefixList=\"xs\"/></ds:Transform>" } } },
	{ .name = "an Algorithm in a namespace, which xmlsec would read",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { "<ds:Transform Algorithm=\"" EXC "\"/>",
		"<ds:Transform ds:Algorithm=\"" DSIG "enveloped-signature\""
		" Algorithm=\"" EXC "\"/>" } } },
	{ .name = "two References",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "</ds:Reference>",
		"</ds:Reference><ds:Reference URI=\"#_assertion1\"/>" } } },
	{ .name = "a Reference to everything",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { "URI=\"#_assertion1\"", "URI=\"\"" } } },
	{ .name = "a Reference without URI",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { " URI=\"#_assertion1\"", "" } } },
	{ .name = "a Reference to another element",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { "URI=\"#_assertion1\"", "URI=\"#_response1\"" } } },
	{ .name = "a Reference by XPointer",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .before = { { "URI=\"#_assertion1\"",
		"URI=\"#xpointer(id('_assertion1'))\"" } } },
	{ .name = "a Reference to a file",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "URI=\"#_assertion1\"",
		"URI=\"file:///etc/passwd\"" } } },
	{ .name = "a Reference to a Manifest",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "<ds:Reference ",
		"<ds:Reference Type=\"" DSIG "Manifest\" " } } },
	{ .name = "an Object",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "</ds:Signature>", "<ds:Object/></ds:Signature>" } } },
	{ .name = "no SignatureValue",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "<ds:SignatureValue>",
			   "<ds:SignatureValue/>"
			   "<ds:KeyInfo>" },
		{ "</ds:SignatureValue>", "</ds:KeyInfo>" } } },
	{ .name = "an element in the DigestValue",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "<ds:DigestValue>", "<ds:DigestValue><x/>" } } },
	{ .name = "text between the elements",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "<ds:SignedInfo>", "x<ds:SignedInfo>" } } },
	{ .name = "an unknown KeyInfo in place",
	    .after = { { "</ds:SignatureValue>",
		"</ds:SignatureValue><ds:KeyInfo><ds:KeyName>x</ds:KeyName>"
		"<ds:RetrievalMethod URI=\"http://127.0.0.1:9/\"/>"
		"</ds:KeyInfo>" } } },
	{ .name = "a Signature in the Status",
	    .expected = REASON_SIGNATURE_SHAPE,
	    .after = { { "</samlp:Status>",
		"<samlp:StatusDetail><ds:Signature xmlns:ds=\"" DSIG
		"\"/></samlp:StatusDetail></samlp:Status>" } } },
};

static void
test_shapes(void **state)
{
	(void)state;
	world_run(shapes, COUNT(shapes));
}

static void
verify_with(const struct message_case *c, EVP_PKEY *key, const char *method,
    const char *digest)
{
	static const char fixed[] = RSA_SHA256("_assertion1");
	char *template = strdup(fixed), *text;

	template = fixture_replace(template, MORE "rsa-sha256", method);
	template = fixture_replace(template, ENC "sha256", digest);
	text = fixture_sign(
	    RESPONSE, SIGN_ASSERTION, NULL, template, key, NULL, 0);
	world_expect(c, text, strlen(text));
	free(text);
	free(template);
}

static void
test_algorithms(void **state)
{
	static const char *const digests[] = { ENC "sha256", MORE "sha384",
		ENC "sha512" };
	static const char *const hashes[] = { "sha256", "sha384", "sha512" };
	const struct message_case c = { .name = "algorithm" };
	char rsa[80], ecdsa[80];
	size_t i, j;

	(void)state;
	for (i = 0; i < 3; i++) {
		snprintf(rsa, sizeof(rsa), MORE "rsa-%s", hashes[i]);
		snprintf(ecdsa, sizeof(ecdsa), MORE "ecdsa-%s", hashes[i]);
		for (j = 0; j < 3; j++) {
			verify_with(&c, world.rsa, rsa, digests[j]);
			verify_with(&c, world.rsa2, rsa, digests[j]);
			verify_with(&c, world.ec256, ecdsa, digests[j]);
			verify_with(&c, world.ec384, ecdsa, digests[j]);
		}
	}
}

/* A stranger's key, which the message brings along as its own. */
static void
test_key_in_message(void **state)
{
	static const struct message_case c = { .name = "a stranger's key",
		.expected = REASON_SIGNATURE_INVALID };
	char *certificate = fixture_certificate(world.stranger), *text;
	char *info = fixture_text(
	    "</ds:SignatureValue><ds:KeyInfo>"
	    "<ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate>"
	    "</ds:X509Data></ds:KeyInfo>",
	    certificate);
	const struct edit edit = { "</ds:SignatureValue>", info };

	(void)state;
	text = fixture_sign(RESPONSE, SIGN_ASSERTION, NULL,
	    RSA_SHA256("_assertion1"), world.stranger, &edit, 1);
	world_expect(&c, text, strlen(text));
	text = fixture_replace(
	    text, "<ds:X509Data>", "<ds:KeyValue/><ds:X509Data>");
	world_expect(&c, text, strlen(text));
	free(text);
	free(info);
	free(certificate);
}

/* One good signature does not make up for another. */
static void
test_every_signature(void **state)
{
	static const struct message_case c = { .name = "a second signature",
		.which = SIGN_RESPONSE | SIGN_ASSERTION };
	struct message_case bad = c;
	char *good = world_message(&c), *value, *text;
	const char *second;

	(void)state;
	bad.expected = REASON_SIGNATURE_INVALID;
	second = strstr(strstr(good, "<saml:Assertion"), "<ds:SignatureValue>");
	value = strndup(second, 40);
	text = fixture_replace(
	    strdup(good), value, "<ds:SignatureValue>AAAAAAAAAAAAAAAAAAAAA");
	world_expect(&bad, text, strlen(text));
	free(text);
	free(value);
	value = strndup(strstr(good, "<ds:SignatureValue>"), 40);
	text = fixture_replace(
	    strdup(good), value, "<ds:SignatureValue>AAAAAAAAAAAAAAAAAAAAA");
	world_expect(&bad, text, strlen(text));
	free(text);
	free(value);
	free(good);
}

/* Two Signatures, or two SignedInfos, where one belongs. */
static void
test_doubled(void **state)
{
	static const struct message_case c = { .name = "doubled" };
	struct message_case bad = c;
	char *good = world_message(&c), *part, *twice, *text;

	(void)state;
	part = fixture_cut_out(good, "<ds:Signature ", "</ds:Signature>");
	twice = fixture_text("%s%s", part, part);
	text = fixture_replace(strdup(good), part, twice);
	bad.expected = REASON_BAD_STRUCTURE;
	world_expect(&bad, text, strlen(text));
	free(text);
	free(twice);
	free(part);
	part = fixture_cut_out(good, "<ds:SignedInfo>", "</ds:SignedInfo>");
	twice = fixture_text("%s%s", part, part);
	text = fixture_replace(strdup(good), part, twice);
	bad.expected = REASON_SIGNATURE_SHAPE;
	world_expect(&bad, text, strlen(text));
	free(text);
	free(twice);
	free(part);
	free(good);
}

/*
 * Signature wrapping (Somorovsky et al., "On Breaking SAML", 2012, XSW 1 to 8,
 * and more hiding places). A pattern is a whole message; %x is a part of a
 * genuine one, the evil assertion says that root signs in.
 *
 *	%H  all before the assertion      %T  all after it
 *	%A  the assertion, signed         %B  the same without its signature
 *	%S  its signature                 %s  the same without its end tag
 *	%e  evil's start and Issuer       %f  the rest of evil
 */
#define S_END "</ds:Signature>"

static const struct wrapping {
	const char *name, *pattern;
	int which;
	enum reason expected;
} wrappings[] = {
	{ "genuine", "%H%A%T", SIGN_ASSERTION, REASON_NONE },
	{ "genuine, Response signed", "%o%P%Z%B%T", SIGN_RESPONSE,
	    REASON_NONE },
	{ "XSW1: the Response in an Object of its Signature",
	    "%o%p<ds:Object>%R</ds:Object>" S_END "%Z%e%f%T", SIGN_RESPONSE,
	    REASON_ASSERTION_COUNT },
	{ "XSW2: the Response before its Signature",
	    "%o<samlp:Extensions>%R</samlp:Extensions>%P%Z%e%f%T",
	    SIGN_RESPONSE, REASON_BAD_STRUCTURE },
	{ "XSW2: the Response in Extensions",
	    "%o%P<samlp:Extensions>%R</samlp:Extensions>%Z%e%f%T",
	    SIGN_RESPONSE, REASON_ASSERTION_COUNT },
	{ "XSW3: evil before", "%H%e%f%A%T", SIGN_ASSERTION,
	    REASON_ASSERTION_COUNT },
	{ "XSW3: evil after", "%H%A%e%f%T", SIGN_ASSERTION,
	    REASON_ASSERTION_COUNT },
	{ "XSW4: good within evil", "%H%e%A%f%T", SIGN_ASSERTION,
	    REASON_ASSERTION_COUNT },
	{ "XSW5: the Signature in evil, good after", "%H%e%S%f%B%T",
	    SIGN_ASSERTION, REASON_ASSERTION_COUNT },
	{ "XSW6: good within evil's Signature", "%H%e%s%B" S_END "%f%T",
	    SIGN_ASSERTION, REASON_ASSERTION_COUNT },
	{ "XSW7: evil in Extensions",
	    "%o<samlp:Extensions>%e%f</samlp:Extensions>%Z%A%T", SIGN_ASSERTION,
	    REASON_ASSERTION_COUNT },
	{ "XSW8: good in an Object of evil's Signature",
	    "%H%e%s<ds:Object>%B</ds:Object>" S_END "%f%T", SIGN_ASSERTION,
	    REASON_ASSERTION_COUNT },
	{ "good in evil's Advice", "%H%e<saml:Advice>%A</saml:Advice>%f%T",
	    SIGN_ASSERTION, REASON_ASSERTION_COUNT },
	{ "good in a StatusDetail",
	    "%o<samlp:Status><samlp:StatusDetail>%A</samlp:StatusDetail>"
	    "</samlp:Status>%e%f%T",
	    SIGN_ASSERTION, REASON_ASSERTION_COUNT },
	{ "good's Signature moved to evil", "%H%e%S%f%T", SIGN_ASSERTION,
	    REASON_SIGNATURE_SHAPE },
	{ "evil alone", "%H%e%f%T", SIGN_ASSERTION, REASON_SIGNATURE_MISSING },
	{ "good's Signature moved to the Response", "%o%S%Z%e%f%T",
	    SIGN_ASSERTION, REASON_SIGNATURE_SHAPE },
	{ "evil in a signed Response", "%o%P%Z%e%f%T", SIGN_RESPONSE,
	    REASON_SIGNATURE_INVALID },
};

/*
 * For signed Responses: %o  start and Issuer of the Response, %P its
 * signature, %p the same without its end tag, %Z its status, %R a Response
 * with %B. parts[letter] is what stands for a letter.
 */
struct parts {
	char *text[128];
};

static char *
from_to(const char *from, const char *to)
{
	return strndup(from, (size_t)(to - from));
}

static void
parts_new(struct parts *parts, int which, const char *good)
{
	const char *assertion = strstr(good, "<saml:Assertion");
	const char *status = strstr(good, "<samlp:Status>");
	char **t = parts->text, *evil;

	memset(parts, 0, sizeof(*parts));
	t['H'] = from_to(good, assertion);
	t['T'] = strdup("\n</samlp:Response>");
	t['A'] = fixture_cut_out(good, "<saml:Assertion", "</saml:Assertion>");
	t['S'] = fixture_cut_out(good, "<ds:Signature ", S_END);
	t['s'] = from_to(t['S'], strstr(t['S'], S_END));
	t['P'] = strdup(t['S']);
	t['p'] = strdup(t['s']);
	t['B'] = strdup(t['A']);
	if (which == SIGN_ASSERTION)
		t['B'] = fixture_replace(t['B'], t['S'], "");
	t['o'] = from_to(good,
	    which == SIGN_RESPONSE ? strstr(good, "<ds:Signature ") : status);
	t['Z'] = from_to(status, assertion);
	t['R'] = fixture_text("%s%s%s%s", strstr(t['o'], "<samlp:Response"),
	    t['Z'], t['B'], t['T']);
	evil = fixture_replace(strdup(t['B']), "_assertion1", "_evil");
	evil = fixture_replace(evil, ">alice<", ">root<");
	t['e'] = from_to(evil, strstr(evil, "<saml:Subject>"));
	t['f'] = strdup(strstr(evil, "<saml:Subject>"));
	free(evil);
}

static char *
parts_expand(const struct parts *parts, const char *pattern)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '%')
			fputs(parts->text[(int)*++pattern], out);
		else
			putc(*pattern, out);
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
parts_free(struct parts *parts)
{
	size_t i;

	for (i = 0; i < COUNT(parts->text); i++)
		free(parts->text[i]);
}

static void
test_wrapping(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrappings); i++) {
		const struct wrapping *w = &wrappings[i];
		struct message_case c = { .name = w->name,
			.which = w->which,
			.expected = w->expected };
		char *good = world_message(&c), *text;
		struct parts parts;

		parts_new(&parts, w->which, good);
		/* where the original is nested, the outer one is another */
		if (strstr(w->pattern, "%R") != NULL)
			parts.text['o'] = fixture_replace(
			    parts.text['o'], "_response1", "_outside1");
		text = parts_expand(&parts, w->pattern);
		world_expect(&c, text, strlen(text));
		free(text);
		parts_free(&parts);
		free(good);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_key_in_message),
		cmocka_unit_test(test_every_signature),
		cmocka_unit_test(test_doubled),
		cmocka_unit_test(test_wrapping),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
