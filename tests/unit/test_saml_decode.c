/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what a person hands over to a tree: encodings, cuts, what is forbidden
 * in a message, and what would cost too much.
 */
#include <time.h>

#include <zlib.h>

#include "saml/decode.h"
#include "saml/scan.h"
#include "saml_world.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct message_case good = { .name = "decode" };

/* Verifies bytes; the reason must be this one. */
static void
expect(const char *name, enum reason reason, const void *bytes, size_t size)
{
	struct message_case c = { .name = name, .expected = reason };

	world_expect(&c, bytes, size);
}

static void
expect_text(const char *name, enum reason reason, const char *text)
{
	expect(name, reason, text, strlen(text));
}

/* Raw deflate (window -15) or with zlib's header (15) or gzip's (31). */
static size_t
deflate_text(const char *text, int window, unsigned char **out)
{
	size_t room = strlen(text) + 1024;
	z_stream z = { .next_in = (Bytef *)text,
		.avail_in = (uInt)strlen(text) };

	*out = malloc(room);
	z.next_out = *out;
	z.avail_out = (uInt)room;
	assert_int_equal(
	    deflateInit2(&z, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY),
	    Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	room = z.total_out;
	deflateEnd(&z);
	return room;
}

static char *
packed(const char *text, int window, size_t more)
{
	unsigned char *bytes;
	size_t size = deflate_text(text, window, &bytes);
	char *base64;

	memset(bytes + size, 'x', more);
	base64 = fixture_base64(bytes, size + more);
	free(bytes);
	return base64;
}

static void
test_forms(void **state)
{
	char *text = world_message(&good), *base64, *lines, *p, *bom;
	size_t i;

	(void)state;
	expect_text("XML", REASON_NONE, text);
	lines = fixture_text("\r\n \t%s\n", strchr(text, '\n') + 1);
	expect_text("XML with blanks around", REASON_NONE, lines);
	free(lines);
	bom = fixture_text("\xef\xbb\xbf%s", text);
	expect_text("XML with a byte order mark", REASON_NONE, bom);
	base64 = fixture_base64(bom, strlen(bom));
	expect_text("base64 with a byte order mark", REASON_NONE, base64);
	free(base64);
	free(bom);
	base64 = fixture_base64(text, strlen(text));
	expect_text("base64", REASON_NONE, base64);
	lines = p = malloc(strlen(base64) * 2 + 3);
	for (i = 0; base64[i] != '\0'; i++) {
		*p++ = base64[i];
		if (i % 64 == 63)
			p = stpcpy(p, "\r\n");
	}
	strcpy(p, "\n");
	expect_text("base64 in lines", REASON_NONE, lines);
	free(lines);
	free(base64);
	base64 = packed(text, -15, 0);
	expect_text("deflated", REASON_NONE, base64);
	free(base64);
	free(text);
}

static void
test_base64(void **state)
{
	char *text = world_message(&good), *base64, *bad;
	size_t size;

	(void)state;
	while (strlen(text) % 3 != 1) {
		char *longer = fixture_text("%s\n", text);

		free(text);
		text = longer;
	}
	base64 = fixture_base64(text, strlen(text));
	size = strlen(base64);
	assert_string_equal(base64 + size - 2, "==");
	expect_text("two paddings", REASON_NONE, base64);
	bad = fixture_text("%.10s %s", base64, base64 + 10);
	expect_text("a blank", REASON_BAD_BASE64, bad);
	free(bad);
	bad = fixture_text("%.10s-%s", base64, base64 + 11);
	expect_text("base64url", REASON_BAD_BASE64, bad);
	free(bad);
	bad = fixture_text("%s%s", base64, base64);
	expect_text("more after the padding", REASON_BAD_BASE64, bad);
	free(bad);
	bad = fixture_text("%s=", base64);
	expect_text("three paddings", REASON_BAD_BASE64, bad);
	free(bad);
	bad = fixture_text("%s\n", base64);
	bad[size - 3]++;
	expect_text("bits before the padding", REASON_BAD_BASE64, bad);
	free(bad);
	bad = fixture_text("%.*s", (int)size - 1, base64);
	expect_text("one padding of two", REASON_BAD_BASE64, bad);
	free(bad);
	bad = fixture_text("=%s", base64);
	expect_text("padding first", REASON_BAD_BASE64, bad);
	free(bad);
	expect("a NUL", REASON_BAD_BASE64, base64, size + 1);
	/* all there but the padding: somebody's encoder, not a cut */
	base64[size - 2] = '\0';
	expect_text("no padding", REASON_BAD_BASE64, base64);
	free(text);
	free(base64);
}

static void
test_empty(void **state)
{
	(void)state;
	expect_text("empty", REASON_RESPONSE_EMPTY, "");
	expect_text("blanks", REASON_RESPONSE_EMPTY, " \r\n");
}

static void
test_deflate(void **state)
{
	char *text = world_message(&good), *base64;

	(void)state;
	base64 = packed(text, 15, 0);
	expect_text("zlib's header", REASON_BAD_DEFLATE, base64);
	free(base64);
	base64 = packed(text, 31, 0);
	expect_text("gzip's header", REASON_BAD_DEFLATE, base64);
	free(base64);
	base64 = packed(text, -15, 3);
	expect_text("more after the end", REASON_BAD_DEFLATE, base64);
	free(base64);
	free(text);
}

/* max_response is 1 MiB, in what is read and in what comes of it. */
static void
test_large(void **state)
{
	size_t size = (1 << 20) - strlen("<a></a>");
	char *text = malloc(3u << 20), *base64;

	(void)state;
	memset(text, 'x', 3u << 20);
	memcpy(text, "<a>", 3);
	strcpy(text + 3 + size, "</a>");
	expect_text("XML of max_response", REASON_NOT_RESPONSE, text);
	base64 = packed(text, -15, 0);
	expect_text("a bomb of max_response", REASON_NOT_RESPONSE, base64);
	free(base64);
	base64 = fixture_base64(text, strlen(text));
	expect_text("base64 of max_response", REASON_NOT_RESPONSE, base64);
	free(base64);
	strcpy(text + 4 + size, "</a>");
	text[3 + size] = 'x';
	expect_text("XML over it", REASON_RESPONSE_TOO_LARGE, text);
	base64 = packed(text, -15, 0);
	expect_text("a bomb over it", REASON_RESPONSE_TOO_LARGE, base64);
	free(base64);
	base64 = fixture_base64(text, strlen(text));
	expect_text("base64 over it", REASON_RESPONSE_TOO_LARGE, base64);
	free(base64);
	memset(text, 'A', 3u << 20);
	expect("base64 far over it", REASON_RESPONSE_TOO_LARGE, text, 3u << 20);
	free(text);
}

/* However much of a message is missing, it is said to be cut. */
static void
test_cut(void **state)
{
	char *text = world_message(&good), *base64, *small;
	size_t size, start = strlen("<?xml version=\"1.0\"?>\n");

	(void)state;
	for (size = start + 1; size < strlen(text) - 1; size += 7)
		expect("cut XML", REASON_RESPONSE_CUT, text, size);
	base64 = fixture_base64(text, strlen(text));
	for (size = 4 * (start / 3 + 1); size < strlen(base64) - 4; size += 5)
		expect("cut base64", REASON_RESPONSE_CUT, base64, size);
	small = packed(text, -15, 0);
	for (size = 100; size < strlen(small) - 4; size++)
		expect("cut deflated", REASON_RESPONSE_CUT, small, size);
	free(small);
	free(base64);
	free(text);
}

static void
test_cut_by(void **state)
{
	char info[2100];
	struct message_case c = { .name = "cut",
		.after = { { "</ds:SignatureValue>", info } } };
	struct saml_identity *identity = NULL;
	struct refusal refusal;
	char *text, *base64;

	(void)state;
	sprintf(
	    info, "</ds:SignatureValue><ds:KeyInfo>%02000d</ds:KeyInfo>", 0);
	text = world_message(&c);
	base64 = fixture_base64(text, strlen(text));
	assert_true(strlen(base64) > 4095);
	assert_int_equal(
	    world_verify(&c, base64, 4095, &identity, &refusal), GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_RESPONSE_CUT);
	assert_non_null(strstr(refusal.detail, "4095"));
	assert_non_null(strstr(refusal.detail, "misc_conv"));
	assert_non_null(strstr(refusal.detail, "gatehousectl ticket"));
	free(base64);
	free(text);
}

static const struct message_case forbidden[] = {
	{ .name = "a DTD",
	    .expected = REASON_XML_FORBIDDEN,
	    .after = { { "<samlp:Response ",
		"<!DOCTYPE x [<!ENTITY e \"x\">]><samlp:Response " } } },
	{ .name = "a DTD from a file",
	    .expected = REASON_XML_FORBIDDEN,
	    .after = { { "<samlp:Response ",
		"<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><samlp:Response " } } },
	{ .name = "a comment in the NameID",
	    .expected = REASON_XML_FORBIDDEN,
	    .after = { { ">alice</saml:NameID>",
		">ali<!---->ce</saml:NameID>" } } },
	{ .name = "a comment before the root",
	    .expected = REASON_XML_FORBIDDEN,
	    .after = { { "<samlp:Response ", "<!-- --><samlp:Response " } } },
	{ .name = "a comment after the root",
	    .expected = REASON_XML_FORBIDDEN,
	    .after = { { "</samlp:Response>", "</samlp:Response><!---->" } } },
	{ .name = "a comment in the DigestValue",
	    .expected = REASON_XML_FORBIDDEN,
	    .after = { { "<ds:DigestValue>", "<ds:DigestValue><!---->" } } },
	{ .name = "a processing instruction",
	    .expected = REASON_XML_FORBIDDEN,
	    .after = { { ">alice</saml:NameID>",
		">ali<?x?>ce</saml:NameID>" } } },
	{ .name = "an entity that is not declared",
	    .expected = REASON_BAD_XML,
	    .after = { { ">alice<", ">&alice;<" } } },
	{ .name = "an entity in an attribute",
	    .expected = REASON_BAD_XML,
	    .after = { { "Destination=\"", "Destination=\"&x;" } } },
	{ .name = "a reference to a NUL",
	    .expected = REASON_BAD_XML,
	    .after = { { ">alice<", ">alice&#0;<" } } },
	{ .name = "a control character",
	    .expected = REASON_BAD_XML,
	    .after = { { ">alice<", ">al\001ice<" } } },
	{ .name = "a prefix that is not declared",
	    .expected = REASON_BAD_XML,
	    .after = { { "<samlp:Status>", "<samlp:Status x:y=\"\">" } } },
	{ .name = "an attribute twice",
	    .expected = REASON_BAD_XML,
	    .after = { { "ID=\"_response1\"",
		"ID=\"_response1\" ID=\"_response1\"" } } },
	{ .name = "two roots",
	    .expected = REASON_BAD_XML,
	    .after = { { "</samlp:Response>", "</samlp:Response><x/>" } } },
	{ .name = "text after the root",
	    .expected = REASON_BAD_XML,
	    .after = { { "</samlp:Response>", "</samlp:Response>x" } } },
	{ .name = "tags that do not match",
	    .expected = REASON_BAD_XML,
	    .after = { { "</samlp:Status>", "</samlp:Statu>" } } },
	{ .name = "an end tag too many",
	    .expected = REASON_BAD_XML,
	    .after = { { "</samlp:Response>",
		"</samlp:Response></samlp:Response>" } } },
	{ .name = "an attribute without quotes",
	    .expected = REASON_BAD_XML,
	    .after = { { "<samlp:Status>", "<samlp:Status a=b>" } } },
	{ .name = "an attribute without a value",
	    .expected = REASON_BAD_XML,
	    .after = { { "<samlp:Status>", "<samlp:Status a>" } } },
	{ .name = "a '<' in an attribute",
	    .expected = REASON_BAD_XML,
	    .after = { { "<samlp:Status>", "<samlp:Status a=\"<\">" } } },
	{ .name = "a '<' in a tag",
	    .expected = REASON_BAD_XML,
	    .after = { { "<samlp:Status>", "<samlp:Status <a>" } } },
	{ .name = "XML 1.1",
	    .expected = REASON_BAD_XML,
	    .after = { { "<?xml version=\"1.0\"", "<?xml version=\"1.1\"" } } },
	{ .name = "UTF-8 declared",
	    .after = { { "<?xml version=\"1.0\"?>",
		"<?xml version='1.0' encoding='utf-8' standalone='yes' ?>" } } },
	{ .name = "another encoding",
	    .expected = REASON_BAD_ENCODING,
	    .after = { { "<?xml version=\"1.0\"",
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"" } } },
	{ .name = "UTF-7",
	    .expected = REASON_BAD_ENCODING,
	    .after = { { "<?xml version=\"1.0\"",
		"<?xml version=\"1.0\" encoding=\"UTF-7\"" } } },
	{ .name = "Latin-1",
	    .expected = REASON_BAD_ENCODING,
	    .after = { { ">alice<", ">al\xe9ice<" } } },
	{ .name = "an overlong form",
	    .expected = REASON_BAD_ENCODING,
	    .after = { { ">alice<", ">al\xc0\xafice<" } } },
	{ .name = "a surrogate",
	    .expected = REASON_BAD_ENCODING,
	    .after = { { ">alice<", ">al\xed\xa0\x80ice<" } } },
	{ .name = "beyond Unicode",
	    .expected = REASON_BAD_ENCODING,
	    .after = { { ">alice<", ">al\xf4\x90\x80\x80ice<" } } },
	{ .name = "CDATA outside of the root",
	    .expected = REASON_XML_FORBIDDEN,
	    .after = { { "<samlp:Response ",
		"<![CDATA[x]]><samlp:Response " } } },
};

static void
test_forbidden(void **state)
{
	(void)state;
	world_run(forbidden, COUNT(forbidden));
}

/* The first error is told, not what came of it. */
static void
test_first_error(void **state)
{
	static const char text[] = "<a>\n&x;\n</b><c>\n</c>";
	struct saml_identity *identity = NULL;
	struct refusal refusal;

	(void)state;
	assert_int_equal(
	    world_verify(&good, text, strlen(text), &identity, &refusal),
	    GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_BAD_XML);
	assert_non_null(strstr(refusal.detail, "line 2"));
}

static void
test_nul(void **state)
{
	char *text = world_message(&good);

	(void)state;
	expect("a NUL at the end", REASON_BAD_ENCODING, text, strlen(text) + 1);
	*strstr(text, "alice") = '\0';
	expect("a NUL within", REASON_BAD_ENCODING, text, strlen(text) + 900);
	free(text);
}

static void
test_utf16(void **state)
{
	static const char text[] = "\xff\xfe<\0a\0/\0>\0";

	(void)state;
	expect("UTF-16", REASON_BAD_BASE64, text, sizeof(text) - 1);
	expect("UTF-16 in base64", REASON_BAD_DEFLATE, "//48AGEALwA+AA==", 16);
}

/* count times what, between before and after. */
static char *
repeat(const char *before, const char *what, size_t count, const char *after)
{
	char *text, *p;

	text = p =
	    malloc(strlen(before) + strlen(what) * count + strlen(after) + 1);
	assert_non_null(text);
	p = stpcpy(p, before);
	while (count-- > 0)
		p = stpcpy(p, what);
	stpcpy(p, after);
	return text;
}

static void
expect_repeated(enum reason reason, const char *before, const char *what,
    size_t count, const char *after)
{
	char *text = repeat(before, what, count, after);

	expect_text(what, reason, text);
	free(text);
}

/* So many namespaces at one place, none of them in another's tag: those of an
 * element that has ended count no more. */
static void
expect_scope(enum reason reason, size_t count)
{
	size_t i, depth = SCAN_DEPTH_MAX - 2, size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < depth; i++)
		fprintf(out, "<a xmlns:a='urn:x' xmlns:b='urn:x'>");
	for (i = 0; i < 2; i++)
		fprintf(out, "<b xmlns:a='urn:x'></b><b xmlns:a='urn:x'/>");
	for (i = 2 * depth; i < count; i++)
		fprintf(out, "%s xmlns:c%zu='urn:x'",
		    i == 2 * depth ? "<c" : "", i);
	fprintf(out, "/>");
	for (i = 0; i < depth; i++)
		fprintf(out, "</a>");
	fclose(out);
	expect_text("namespaces at one place", reason, text);
	free(text);
}

/* Each limit from both sides; what is within it fails later, as no SAML. */
static void
test_limits(void **state)
{
	char *deep, *attributes;
	size_t i, over;
	FILE *out;

	(void)state;
	for (over = 0; over < 2; over++) {
		enum reason reason =
		    over ? REASON_XML_LIMIT : REASON_NOT_RESPONSE;

		expect_repeated(reason, "<a>", "<a/>",
		    SCAN_ELEMENTS_MAX - 1 + over, "</a>");
		deep = repeat("", "</a>", SCAN_DEPTH_MAX + over, "");
		expect_repeated(reason, "", "<a>", SCAN_DEPTH_MAX + over, deep);
		free(deep);
		out = open_memstream(&attributes, &i);
		fputs("<a", out);
		for (i = 0; i < SCAN_TAG_MAX + over; i++)
			fprintf(out, " a%zu='>'", i);
		fputs("/>", out);
		fclose(out);
		expect_text("attributes", reason, attributes);
		free(attributes);
		out = open_memstream(&attributes, &i);
		fputs("<a", out);
		for (i = 0; i < SCAN_NAMESPACES_MAX + over; i++)
			fprintf(out, " xmlns:a%zu='urn:x'", i);
		fputs("/>", out);
		fclose(out);
		expect_text("namespaces", reason, attributes);
		free(attributes);
		expect_scope(reason, SCAN_SCOPE_MAX + over);
	}
	expect_repeated(REASON_XML_LIMIT, "<b>", "<a a='' b='' c='' d=''/>",
	    SCAN_ATTRIBUTES_MAX / 4 + 1, "</b>");
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Texts that take other parsers seconds; the time is bounded by their size. */
static void
test_time(void **state)
{
	static const struct {
		const char *before, *what, *after;
	} bombs[] = {
		{ "<a", " a='b'", "/>" },
		{ "<a", " xmlns:a='b'", "/>" },
		{ "<a b='", "&amp;", "'/>" },
		{ "<a>", "&", "</a>" },
		{ "<a>", "&lt;", "</a>" },
		{ "<a>", "<b>", "</a>" },
		{ "<a>", "<![CDATA[]]>", "</a>" },
		{ "<a>", "<![CDATA[", "]]></a>" },
		{ "<a>", "\001", "</a>" },
		{ "<a>", "]]>", "</a>" },
		{ "<", "a:", "/>" },
		{ "<a>", "<a xmlns='b'/>", "</a>" },
		{ "<a>", "<a ID='b'/>", "</a>" },
		{ "", "\xef\xbb\xbf", "" },
		{ "<?xml ", " version='1.0'", "?><a/>" },
	};
	size_t i, count;

	(void)state;
	for (i = 0; i < COUNT(bombs); i++) {
		struct saml_identity *identity = NULL;
		struct refusal refusal;
		double start;
		char *text;

		count = 235000 / strlen(bombs[i].what);
		text = repeat(
		    bombs[i].before, bombs[i].what, count, bombs[i].after);
		start = seconds();
		assert_int_equal(world_verify(&good, text, strlen(text),
				     &identity, &refusal),
		    GATE_EREFUSED);
		/* 50 ms for 100 kB, and room for a sanitizer */
		if (seconds() - start > 0.235 / 2 * 4)
			fail_msg(
			    "%s: %.3f s", bombs[i].what, seconds() - start);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_deflate),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_by),
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_first_error),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
