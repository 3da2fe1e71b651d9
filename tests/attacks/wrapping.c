/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signature wrapping: a good signature stays in the message, over what it was
 * made for, and another assertion stands where one is read. Each case is the
 * arrangement of the parts; those in braces are cut out of good messages.
 */
#include "tests/attacks/attack.h"
#include "tests/unit/encrypted.h"

#define END          "</samlp:Response>"
#define OBJECT(what) "<ds:Object>" what "</ds:Object></ds:Signature>"
#define DETAIL(what)                                                           \
	"<samlp:Status><samlp:StatusCode Value=\"" SAML "status:Success\"/>"   \
	"<samlp:StatusDetail>" what "</samlp:StatusDetail></samlp:Status>"
#define EXTENSIONS(what) "<samlp:Extensions>" what "</samlp:Extensions>"
#define ADVICE(what)     "<saml:Advice>" what "</saml:Advice>"
#define ATTRIBUTE(what)                                                        \
	"<saml:AttributeStatement><saml:Attribute Name=\"x\">"                 \
	"<saml:AttributeValue>" what "</saml:AttributeValue></saml:Attribute>" \
	"</saml:AttributeStatement>"

static const struct wrapping {
	const char *name, *cve, *expected, *arrangement;
} cases[] = {
	/* the parts are good: nothing is refused for how they were cut */
	{ "as it was: the assertion signed", NULL, NULL,
	    "{HEAD}" STATUS "{SIGNED}" END },
	{ "as it was: put together again", NULL, NULL,
	    "{HEAD}" STATUS "{BARE-HEAD}{SIGNATURE}{BARE-REST}" END },
	{ "as it was: the Response signed", NULL, NULL, "{WHOLE}" },
	/* the eight of Somorovsky et al., "On Breaking SAML" */
	{ "XSW1: the Response in an Object of its own signature", NULL,
	    "assertion_count",
	    "{WHOLE-HEAD}{WHOLE-OPEN}" OBJECT("{WHOLE-BARE}") STATUS
	    "{EVIL}" END },
	{ "XSW2: the Response before its signature", NULL, "bad_structure",
	    "{WHOLE-HEAD}{WHOLE-BARE}{WHOLE-SIGNATURE}" STATUS "{EVIL}" END },
	{ "XSW3: an assertion before the signed one", "CVE-2016-5697",
	    "assertion_count", "{HEAD}" STATUS "{EVIL}{SIGNED}" END },
	{ "XSW4: the signed assertion as a child of another", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "{EVIL-HEAD}{SIGNED}{EVIL-REST}" END },
	{ "XSW5: the signature in another assertion, its own after it", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "{EVIL-HEAD}{SIGNATURE}{EVIL-REST}{BARE}" END },
	{ "XSW6: the signed assertion as a child of its signature", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "{EVIL-HEAD}{OPEN}{BARE}</ds:Signature>"
	    "{EVIL-REST}" END },
	{ "XSW7: an assertion of the same ID in the Extensions", NULL, "bad_id",
	    "{HEAD}" EXTENSIONS("{SAME}") STATUS "{SIGNED}" END },
	{ "XSW8: the signed assertion in an Object of its signature", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS
	    "{EVIL-HEAD}{OPEN}" OBJECT("{BARE}") "{EVIL-REST}" END },
	/* the same, mirrored and elsewhere */
	{ "an assertion after the signed one", "CVE-2021-28091",
	    "assertion_count", "{HEAD}" STATUS "{SIGNED}{EVIL}" END },
	{ "an assertion of the same ID before the signed one", NULL, "bad_id",
	    "{HEAD}" STATUS "{SAME}{SIGNED}" END },
	{ "an assertion of the same ID after the signed one", NULL, "bad_id",
	    "{HEAD}" STATUS "{SIGNED}{SAME}" END },
	{ "the signed assertion twice", NULL, "bad_id",
	    "{HEAD}" STATUS "{SIGNED}{SIGNED}" END },
	{ "the signature in another assertion, its own before it", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "{BARE}{EVIL-HEAD}{SIGNATURE}{EVIL-REST}" END },
	{ "another assertion as the last child of the signed one", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "{SIGNED-OPEN}{EVIL}"
	    "</saml:Assertion>" END },
	{ "an assertion in the Extensions", NULL, "assertion_count",
	    "{HEAD}" EXTENSIONS("{EVIL}") STATUS "{SIGNED}" END },
	{ "the signed assertion in the Extensions", "CVE-2020-5390",
	    "assertion_count",
	    "{HEAD}" EXTENSIONS("{SIGNED}") STATUS "{EVIL}" END },
	{ "the signed assertion in the Extensions, alone", NULL,
	    "assertion_count", "{HEAD}" EXTENSIONS("{SIGNED}") STATUS END },
	{ "the bare assertion in the Extensions, its signature in another",
	    NULL, "assertion_count",
	    "{HEAD}" EXTENSIONS("{BARE}") STATUS
	    "{EVIL-HEAD}{SIGNATURE}{EVIL-REST}" END },
	{ "the signed assertion in a StatusDetail", "CVE-2024-45409",
	    "assertion_count", "{HEAD}" DETAIL("{SIGNED}") "{EVIL}" END },
	{ "an assertion in a StatusDetail", NULL, "assertion_count",
	    "{HEAD}" DETAIL("{EVIL}") "{SIGNED}" END },
	{ "the bare assertion in a StatusDetail, its signature in another",
	    NULL, "assertion_count",
	    "{HEAD}" DETAIL("{BARE}") "{EVIL-HEAD}{SIGNATURE}{EVIL-REST}" END },
	{ "the signature in a StatusDetail", NULL, "signature_shape",
	    "{HEAD}" DETAIL("{SIGNATURE}") "{EVIL}" END },
	{ "the signed assertion in the Advice of another", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "{EVIL-HEAD}{EVIL-SUBJECT}" ADVICE(
		"{SIGNED}") "{EVIL-STATEMENTS}" END },
	{ "the bare assertion in the Advice of one with its signature", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "{EVIL-HEAD}{SIGNATURE}{EVIL-SUBJECT}" ADVICE(
		"{BARE}") "{EVIL-STATEMENTS}" END },
	{ "the signed assertion in an attribute's value", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "{EVIL-HEAD}{EVIL-SUBJECT}" ATTRIBUTE(
		"{SIGNED}") "{EVIL-STATEMENTS}" END },
	{ "the bare assertion in an attribute's value, with its signature",
	    NULL, "assertion_count",
	    "{HEAD}" STATUS "{EVIL-HEAD}{SIGNATURE}{EVIL-SUBJECT}" ATTRIBUTE(
		"{BARE}") "{EVIL-STATEMENTS}" END },
	{ "the signed assertion in KeyInfo", NULL, "assertion_count",
	    "{HEAD}" STATUS "{EVIL-HEAD}{OPEN}<ds:KeyInfo>{BARE}</ds:KeyInfo>"
	    "</ds:Signature>{EVIL-REST}" END },
	{ "another assertion in KeyInfo", NULL, "assertion_count",
	    "{HEAD}" STATUS "{BARE-HEAD}{OPEN}<ds:KeyInfo>{EVIL}</ds:KeyInfo>"
	    "</ds:Signature>{BARE-REST}" END },
	{ "another assertion in an Object", NULL, "assertion_count",
	    "{HEAD}" STATUS
	    "{BARE-HEAD}{OPEN}" OBJECT("{EVIL}") "{BARE-REST}" END },
	{ "the signed assertion in SignatureProperties", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "{EVIL-HEAD}{OPEN}" OBJECT(
		"<ds:SignatureProperties><ds:SignatureProperty Target=\"#x\">"
		"{BARE}</ds:SignatureProperty></ds:SignatureProperties>") "{EVIL-REST}" END },
	{ "the Response in a Response", NULL, "bad_structure",
	    "{WHOLE-HEAD}" STATUS "{EVIL}{WHOLE}" END },
	{ "the Response in a Response, first", NULL, "bad_structure",
	    "{WHOLE-HEAD}{WHOLE}" STATUS "{EVIL}" END },
	{ "the Response in the Extensions", NULL, "assertion_count",
	    "{WHOLE-HEAD}" EXTENSIONS("{WHOLE}") STATUS "{EVIL}" END },
	{ "the bare Response in the Extensions, its signature in another", NULL,
	    "assertion_count",
	    "{WHOLE-HEAD}{WHOLE-SIGNATURE}" EXTENSIONS("{WHOLE-BARE}") STATUS
	    "{EVIL}" END },
	{ "the bare Response in a StatusDetail, its signature in another", NULL,
	    "assertion_count",
	    "{WHOLE-HEAD}{WHOLE-SIGNATURE}" DETAIL(
		"{WHOLE-BARE}") "{EVIL}" END },
	{ "the Response in the Advice of another", NULL, "assertion_count",
	    "{WHOLE-HEAD}" STATUS "{EVIL-HEAD}{EVIL-SUBJECT}" ADVICE(
		"{WHOLE}") "{EVIL-STATEMENTS}" END },
	/* a signature where it covers nothing that is read */
	{ "the signature stripped", NULL, "signature_missing",
	    "{HEAD}" STATUS "{BARE}" END },
	{ "another assertion, unsigned", NULL, "signature_missing",
	    "{HEAD}" STATUS "{EVIL}" END },
	{ "the assertion's signature moved to the Response", NULL,
	    "signature_shape", "{HEAD}{SIGNATURE}" STATUS "{BARE}" END },
	{ "the assertion's signature in the Response of another", NULL,
	    "signature_shape", "{HEAD}{SIGNATURE}" STATUS "{EVIL}" END },
	{ "the Response's signature moved to an assertion", NULL,
	    "signature_shape",
	    "{HEAD}" STATUS "{EVIL-HEAD}{WHOLE-SIGNATURE}{EVIL-REST}" END },
	{ "another assertion with the signature", NULL, "signature_shape",
	    "{HEAD}" STATUS "{EVIL-HEAD}{SIGNATURE}{EVIL-REST}" END },
	{ "another assertion with signature and ID", NULL, "signature_invalid",
	    "{HEAD}" STATUS "{SAME-HEAD}{SIGNATURE}{EVIL-REST}" END },
	{ "another assertion in the signed Response", NULL, "signature_invalid",
	    "{HEAD}{WHOLE-SIGNATURE}" STATUS "{EVIL}" END },
	{ "an assertion put before that of the signed Response", NULL,
	    "assertion_count",
	    "{HEAD}{WHOLE-SIGNATURE}" STATUS "{EVIL}{BARE}" END },
	{ "the signature as the last child of the Response", NULL,
	    "bad_structure", "{HEAD}" STATUS "{BARE}{SIGNATURE}" END },
	{ "the signature as the first child of the assertion", NULL,
	    "bad_structure",
	    "{HEAD}" STATUS "{BARE-TAG}{SIGNATURE}{BARE-CONTENT}" END },
	{ "the signature as the last child of the assertion", NULL,
	    "bad_structure",
	    "{HEAD}" STATUS "{BARE-OPEN}{SIGNATURE}</saml:Assertion>" END },
	{ "the signature twice", "CVE-2019-3465", "bad_structure",
	    "{HEAD}" STATUS
	    "{BARE-HEAD}{SIGNATURE}{SIGNATURE}{BARE-REST}" END },
	{ "the signature within the Issuer", NULL,
	    "issuer_missing signature_shape",
	    "{HEAD}" STATUS "{BARE-TAG}<saml:Issuer>" IDP "{SIGNATURE}"
	    "</saml:Issuer>{BARE-REST}" END },
	/* the same element under another name */
	{ "the signed assertion under a Response of no namespace", NULL,
	    "not_response",
	    "<Response xmlns:samlp=\"" SAML
	    "protocol\" ID=\"_response1\" Version=\"2.0\">" STATUS
	    "{SIGNED}</Response>" },
	{ "an assertion of SAML 1.1's namespace before the signed one", NULL,
	    "bad_structure", "{HEAD}" STATUS "{EVIL-11}{SIGNED}" END },
	{ "an assertion of a strange namespace before the signed one", NULL,
	    "bad_structure", "{HEAD}" STATUS "{EVIL-OTHER}{SIGNED}" END },
	{ "an assertion of the protocol's namespace", NULL, "bad_structure",
	    "{HEAD}" STATUS "{EVIL-PROTOCOL}{SIGNED}" END },
	{ "an encrypted assertion before the signed one", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS "<saml:EncryptedAssertion xmlns:saml=\"" SAML
	    "assertion\"/>{SIGNED}" END },
	{ "an encrypted assertion after the signed one", NULL,
	    "assertion_count",
	    "{HEAD}" STATUS
	    "{SIGNED}<saml:EncryptedAssertion xmlns:saml=\"" SAML
	    "assertion\"/>" END },
	/* another root */
	{ "the assertion alone", NULL, "not_response", "{SIGNED}" },
	{ "two roots", "CVE-2022-39299", "bad_xml", "{WHOLE-EVIL}{WHOLE}" },
	{ "two roots, the signed one first", "CVE-2022-39299", "bad_xml",
	    "{WHOLE}{WHOLE-EVIL}" },
	{ "a SOAP envelope", NULL, "not_response",
	    "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\">"
	    "<e:Body>{WHOLE}</e:Body></e:Envelope>" },
	{ "an ArtifactResponse", NULL, "not_response",
	    "<samlp:ArtifactResponse xmlns:samlp=\"" SAML
	    "protocol\" ID=\"_a\" Version=\"2.0\">" STATUS
	    "{WHOLE}</samlp:ArtifactResponse>" },
	{ "a list of Responses", NULL, "not_response",
	    "<list>{WHOLE}{WHOLE-EVIL}</list>" },
};

/* The same for what comes out of an EncryptedAssertion: what is before it in
 * the message, and what is in it. */
static const struct encrypted_wrapping {
	const char *name, *expected, *before, *arrangement;
} encrypted_cases[] = {
	{ "encrypted: as it was", NULL, STATUS, "{SIGNED}" },
	{ "encrypted: an assertion before the signed one", "decryption_failed",
	    STATUS, "{EVIL}{SIGNED}" },
	{ "encrypted: an assertion after the signed one", "decryption_failed",
	    STATUS, "{SIGNED}{EVIL}" },
	{ "encrypted: the signed assertion as a child of another",
	    "assertion_count", STATUS, "{EVIL-HEAD}{SIGNED}{EVIL-REST}" },
	{ "encrypted: the signed assertion in an Object", "assertion_count",
	    STATUS, "{EVIL-HEAD}{OPEN}" OBJECT("{BARE}") "{EVIL-REST}" },
	{ "encrypted: the signed assertion in an Advice", "assertion_count",
	    STATUS,
	    "{EVIL-HEAD}{SIGNATURE}{EVIL-SUBJECT}" ADVICE(
		"{BARE}") "{EVIL-STATEMENTS}" },
	{ "encrypted: another assertion with the signature", "signature_shape",
	    STATUS, "{EVIL-HEAD}{SIGNATURE}{EVIL-REST}" },
	{ "encrypted: another assertion with signature and ID",
	    "signature_invalid", STATUS, "{SAME-HEAD}{SIGNATURE}{EVIL-REST}" },
	{ "encrypted: the signature of a Response", "signature_shape", STATUS,
	    "{EVIL-HEAD}{WHOLE-SIGNATURE}{EVIL-REST}" },
	{ "encrypted: the signature twice", "bad_structure", STATUS,
	    "{BARE-HEAD}{SIGNATURE}{SIGNATURE}{BARE-REST}" },
	{ "encrypted: the signature as the last child", "bad_structure", STATUS,
	    "{BARE-OPEN}{SIGNATURE}</saml:Assertion>" },
	{ "encrypted: the signed assertion in the Extensions",
	    "assertion_count", EXTENSIONS("{SIGNED}") STATUS, "{EVIL}" },
	{ "encrypted: the bare assertion in the Extensions", "assertion_count",
	    EXTENSIONS("{BARE}") STATUS, "{EVIL-HEAD}{SIGNATURE}{EVIL-REST}" },
	{ "encrypted: the bare assertion in a StatusDetail", "assertion_count",
	    DETAIL("{BARE}"), "{SAME-HEAD}{SIGNATURE}{EVIL-REST}" },
	{ "encrypted: the signed assertion before it", "assertion_count",
	    STATUS "{SIGNED}", "{EVIL}" },
	{ "encrypted: the signature left outside", "signature_shape",
	    DETAIL("{SIGNATURE}"), "{BARE}" },
	{ "encrypted: the signature as the Response's", "signature_shape",
	    "{SIGNATURE}" STATUS, "{BARE}" },
	{ "encrypted: in a Response whose signature covers another",
	    "signature_invalid", "{WHOLE-SIGNATURE}" STATUS, "{EVIL}" },
};

/* {NAME} in an arrangement, and what it stands for. */
#define PARTS_MAX 32
struct parts {
	size_t count;
	struct {
		char *name, *text;
	} items[PARTS_MAX];
};

static const char *
part(const struct parts *parts, const char *name)
{
	size_t i, size = strlen(name);

	for (i = 0; i < parts->count; i++)
		if (strncmp(parts->items[i].name + 1, name, size) == 0 &&
		    parts->items[i].name[size + 1] == '}')
			return parts->items[i].text;
	fail_msg("no part is called %s", name);
	return NULL;
}

/* Takes over the text. */
static void
define(struct parts *parts, const char *name, char *text)
{
	assert_true(parts->count < PARTS_MAX);
	parts->items[parts->count].name = fixture_text("{%s}", name);
	parts->items[parts->count++].text = text;
}

/* Cuts a part in two, behind the first of these words. */
static void
split(struct parts *parts, const char *name, const char *word, const char *head,
    const char *rest)
{
	const char *text = part(parts, name), *at = strstr(text, word);

	assert_non_null(at);
	at += strlen(word);
	define(parts, head, strndup(text, (size_t)(at - text)));
	define(parts, rest, strdup(at));
}

/* A part with one word made another, wherever it stands. */
static void
vary(struct parts *parts, const char *name, const char *from, const char *to,
    const char *varied)
{
	define(parts, varied,
	    fixture_replace(strdup(part(parts, name)), from, to));
}

/* A part without its end. */
static void
leave_open(
    struct parts *parts, const char *name, const char *end, const char *opened)
{
	const char *text = part(parts, name);
	size_t size = strlen(text) - strlen(end);

	assert_string_equal(text + size, end);
	define(parts, opened, strndup(text, size));
}

/* Takes a message apart: the element, its Signature, and it without that. */
static void
take_signed(struct parts *parts, const char *text, const char *element,
    const char *whole, const char *bare, const char *signature)
{
	char *start = fixture_text("<%s", element);
	char *end = fixture_text("</%s>", element);

	define(parts, whole, fixture_cut_out(text, start, end));
	define(parts, signature,
	    fixture_cut_out(
		part(parts, whole), "<ds:Signature ", "</ds:Signature>"));
	vary(parts, whole, part(parts, signature), "", bare);
	free(start);
	free(end);
}

#define ASSERTION_END "</saml:Assertion>"
#define ISSUER_END    "</saml:Issuer>"
#define ASSERTION_NS  "=\"" SAML "assertion\""

static void
take_assertion(struct parts *parts, const char *text)
{
	define(parts, "HEAD",
	    fixture_cut_out(text, "<samlp:Response ", ISSUER_END));
	take_signed(
	    parts, text, "saml:Assertion", "SIGNED", "BARE", "SIGNATURE");
	leave_open(parts, "SIGNED", ASSERTION_END, "SIGNED-OPEN");
	leave_open(parts, "BARE", ASSERTION_END, "BARE-OPEN");
	leave_open(parts, "SIGNATURE", "</ds:Signature>", "OPEN");
	split(parts, "BARE", ISSUER_END, "BARE-HEAD", "BARE-REST");
	split(parts, "BARE", "IssueInstant=\"2026-11-22T03:25:42Z\">",
	    "BARE-TAG", "BARE-CONTENT");
	vary(parts, "BARE", ">alice<", ">mallory<", "SAME");
	vary(parts, "SAME", "_assertion1", "_evil1", "EVIL");
	split(parts, "SAME", ISSUER_END, "SAME-HEAD", "EVIL-REST");
	vary(parts, "SAME-HEAD", "_assertion1", "_evil1", "EVIL-HEAD");
	split(parts, "EVIL-REST", "</saml:Conditions>", "EVIL-SUBJECT",
	    "EVIL-STATEMENTS");
	vary(parts, "EVIL", ASSERTION_NS,
	    "=\"urn:oasis:names:tc:SAML:1.0:assertion\"", "EVIL-11");
	vary(parts, "EVIL", ASSERTION_NS, "=\"urn:x\"", "EVIL-OTHER");
	vary(parts, "EVIL", ASSERTION_NS, "=\"" SAML "protocol\"",
	    "EVIL-PROTOCOL");
}

static void
take_response(struct parts *parts, const char *text)
{
	take_signed(parts, text, "samlp:Response", "WHOLE", "WHOLE-BARE",
	    "WHOLE-SIGNATURE");
	leave_open(parts, "WHOLE-SIGNATURE", "</ds:Signature>", "WHOLE-OPEN");
	vary(parts, "HEAD", "_response1", "_evilresponse", "WHOLE-HEAD");
	define(parts, "WHOLE-EVIL",
	    fixture_text("%s" STATUS "%s" END, part(parts, "WHOLE-HEAD"),
		part(parts, "EVIL")));
}

static void
take_parts(struct attacks *attacks, struct parts *parts)
{
	static const struct attack assertion = { 0 };
	static const struct attack response = { .sign = SIGN_RESPONSE,
		.before = { { "_assertion1", "_assertion2" } } };
	char *text = attack_text(attacks, &assertion);

	take_assertion(parts, text);
	free(text);
	text = attack_text(attacks, &response);
	take_response(parts, text);
	free(text);
}

static char *
arrange(const struct parts *parts, const char *arrangement)
{
	char *text = strdup(arrangement);
	size_t i;

	for (i = 0; i < parts->count; i++)
		if (strstr(text, parts->items[i].name) != NULL)
			text = fixture_replace(
			    text, parts->items[i].name, parts->items[i].text);
	if (strchr(text, '{') != NULL)
		fail_msg("no such part: %.20s", strchr(text, '{'));
	return text;
}

static void
write_encrypted(struct attacks *attacks, const struct parts *parts)
{
	static const struct encrypt_options usual = { 0 };
	struct attack attack = { 0 };
	size_t i;

	for (i = 0; i < COUNT(encrypted_cases); i++) {
		char *inside = arrange(parts, encrypted_cases[i].arrangement);
		char *before = arrange(parts, encrypted_cases[i].before);
		char *sealed =
		    encrypt_element(&usual, attacks->keys[KEY_SP], inside);

		attack.name = encrypted_cases[i].name;
		attack.expected = encrypted_cases[i].expected;
		attack_write(attacks, &attack,
		    fixture_text(
			"%s%s%s" END, part(parts, "HEAD"), before, sealed));
		free(inside);
		free(before);
		free(sealed);
	}
}

void
attack_wrapping(struct attacks *attacks)
{
	struct parts parts = { 0 };
	struct attack attack = { 0 };
	size_t i;

	take_parts(attacks, &parts);
	for (i = 0; i < COUNT(cases); i++) {
		attack.name = cases[i].name;
		attack.cve = cases[i].cve;
		attack.expected = cases[i].expected;
		attack_write(
		    attacks, &attack, arrange(&parts, cases[i].arrangement));
	}
	write_encrypted(attacks, &parts);
	for (i = 0; i < parts.count; i++) {
		free(parts.items[i].name);
		free(parts.items[i].text);
	}
}
