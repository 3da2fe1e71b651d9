/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "web/origin.h"

#define LABEL_63                                                               \
	"a23456789012345678901234567890123456789012345678901234567890123"

static void
reads_origins(void **state)
{
	static const struct {
		const char *text, *as;
	} cases[] = {
		{ "https://portal.example", "https://portal.example" },
		{ "HTTPS://Portal.EXAMPLE", "https://portal.example" },
		{ "https://portal.example:443", "https://portal.example" },
		{ "http://portal.example:80", "http://portal.example" },
		{ "http://portal.example:443", "http://portal.example:443" },
		{ "https://portal.example:8443",
		    "https://portal.example:8443" },
		{ "https://portal.example:65535",
		    "https://portal.example:65535" },
		{ "http://localhost:8080", "http://localhost:8080" },
		{ "https://192.0.2.1", "https://192.0.2.1" },
		{ "https://[2001:DB8:0::1]:8443",
		    "https://[2001:db8::1]:8443" },
		{ "https://[::1]", "https://[::1]" },
		{ "https://a_b.x-y.example", "https://a_b.x-y.example" },
		{ "https://xn--bcher-kva.example",
		    "https://xn--bcher-kva.example" },
		{ "https://" LABEL_63 ".example",
		    "https://" LABEL_63 ".example" },
		{ "https://1.example", "https://1.example" },
	};
	char text[ORIGIN_TEXT_SIZE];
	struct origin origin;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(origin_read(&origin, cases[i].text), 0);
		origin_text(&origin, text);
		assert_string_equal(text, cases[i].as);
	}
}

static void
refuses_what_is_no_origin(void **state)
{
	static const char *const cases[] = {
		"",
		"null",
		"https",
		"https:",
		"https:/",
		"https://",
		"https:///",
		"https:portal.example",
		"https:/portal.example",
		"https:\\\\portal.example",
		"//portal.example",
		"portal.example",
		"ftp://portal.example",
		"javascript://portal.example",
		"httpss://portal.example",
		" https://portal.example",
		"https://portal.example ",
		"https://portal.example/",
		"https://portal.example?",
		"https://portal.example#",
		"https://portal.example, https://portal.example",
		"https://user@portal.example",
		"https://user:pw@portal.example",
		"https://@portal.example",
		"https://portal.example:443@evil.example",
		"https://portal.example\\@evil.example",
		"https://portal.example\\.evil.example",
		"https://portal.example%2f",
		"https://portal%2eexample",
		"https://portal.example%00",
		"https://portal.example\t",
		"https://portal.example\n",
		"https://por\ttal.example",
		"https://.portal.example",
		"https://portal..example",
		"https://portal.example.",
		"https://.",
		"https://-a.example",
		"https://a-.example",
		"https://" LABEL_63 "4.example",
		"https://portal.example:",
		"https://portal.example:0",
		"https://portal.example:00443",
		"https://portal.example:0443",
		"https://portal.example:65536",
		"https://portal.example:-1",
		"https://portal.example:443x",
		"https://portal.example: 443",
		"https://portal.example:443:443",
		"https://:443",
		"https://portal.example:999999",
		"https://b\xc3\xbc"
		"cher.example",
		"https://evil.example\xe3\x80\x82portal.example",
		"https://portal.example;a",
		"https://portal.example,a",
		"https://portal.example<",
		"https://portal.example&a",
		/* addresses, as a browser reads them */
		"https://2130706433",
		"https://0x7f000001",
		"https://0x7f.1",
		"https://127.1",
		"https://0177.0.0.1",
		"https://127.0.0.1.",
		"https://127.0.0.01",
		"https://a.example.1",
		"https://1.2.3.4.5",
		"https://256.1.1.1",
		"https://a.0x1",
		"https://[::1",
		"https://::1",
		"https://[::1]]",
		"https://[]",
		"https://[127.0.0.1]",
		"https://[::ffff:127.0.0.1]",
		"https://[fe80::1%25eth0]",
		"https://[fe80::1%eth0]",
		"https://[::1]x",
		"https://[::1].example",
		"https://[1:2]",
		"https://[::g]",
	};
	struct origin origin;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i]);
		assert_int_equal(origin_read(&origin, cases[i]), GATE_EINVAL);
	}
}

static void
has_room_for_the_longest(void **state)
{
	char text[ORIGIN_TEXT_SIZE + 16], again[ORIGIN_TEXT_SIZE];
	struct origin origin;
	size_t i;

	(void)state;
	strcpy(text, "https://");
	for (i = 0; i < ORIGIN_HOST_SIZE - 1; i++)
		text[8 + i] = i % 50 == 49 ? '.' : 'a';
	strcpy(text + 8 + i, ":65535");
	assert_int_equal(origin_read(&origin, text), 0);
	origin_text(&origin, again);
	assert_string_equal(text, again);
	strcpy(text + 8 + i, "a:65535");
	assert_int_equal(origin_read(&origin, text), GATE_EINVAL);
}

static void
stops_behind_the_port(void **state)
{
	static const char text[] = "https://a.example:8443/b?c#d";
	const char *at = text;
	struct origin origin;

	(void)state;
	assert_int_equal(origin_take(&origin, &at), 0);
	assert_string_equal(at, "/b?c#d");
	at = "https://a.example?b";
	assert_int_equal(origin_take(&origin, &at), 0);
	assert_string_equal(at, "?b");
	at = "https://a.example#b";
	assert_int_equal(origin_take(&origin, &at), 0);
	assert_string_equal(at, "#b");
	at = "https://a.example\\b";
	assert_int_equal(origin_take(&origin, &at), GATE_EINVAL);
	assert_string_equal(at, "https://a.example\\b");
}

static void
tells_our_pages_from_others(void **state)
{
#define OWN "https://portal.example:8443"
	static const struct {
		struct origin_evidence evidence;
		int r;
	} cases[] = {
		{ { OWN, "same-origin" }, 0 },
		{ { OWN, NULL }, 0 },
		{ { OWN, "none" }, 0 },
		{ { NULL, "same-origin" }, 0 },
		{ { "https://PORTAL.example:8443", NULL }, 0 },
		{ { NULL, NULL }, GATE_EREFUSED },
		{ { NULL, "none" }, GATE_EREFUSED },
		{ { NULL, "same-site" }, GATE_EREFUSED },
		{ { NULL, "cross-site" }, GATE_EREFUSED },
		{ { NULL, "" }, GATE_EREFUSED },
		{ { "", NULL }, GATE_EREFUSED },
		{ { "null", NULL }, GATE_EREFUSED },
		{ { "null", "same-origin" }, 0 },
		{ { "null", "same-site" }, GATE_EREFUSED },
		{ { "null", "cross-site" }, GATE_EREFUSED },
		{ { "null", "none" }, GATE_EREFUSED },
		{ { OWN, "same-site" }, GATE_EREFUSED },
		{ { OWN, "cross-site" }, GATE_EREFUSED },
		{ { OWN, "Same-Origin" }, GATE_EREFUSED },
		{ { OWN, "same-origin, same-origin" }, GATE_EREFUSED },
		{ { OWN, "" }, GATE_EREFUSED },
		{ { OWN "," OWN, "same-origin" }, GATE_EREFUSED },
		{ { OWN "/", "same-origin" }, GATE_EREFUSED },
		{ { "https://portal.example", "same-origin" }, GATE_EREFUSED },
		{ { "http://portal.example:8443", NULL }, GATE_EREFUSED },
		{ { "https://a.portal.example:8443", NULL }, GATE_EREFUSED },
		{ { "https://portal.example:8443.evil.example", NULL },
		    GATE_EREFUSED },
		{ { "https://evil.example", "same-origin" }, GATE_EREFUSED },
	};
	struct origin own;
	size_t i;

	(void)state;
	assert_int_equal(origin_read(&own, OWN), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    origin_check(&own, &cases[i].evidence), cases[i].r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_origins),
		cmocka_unit_test(refuses_what_is_no_origin),
		cmocka_unit_test(has_room_for_the_longest),
		cmocka_unit_test(stops_behind_the_port),
		cmocka_unit_test(tells_our_pages_from_others),
	};

	return cmocka_run_group_tests_name("web_origin", tests, NULL, NULL);
}
