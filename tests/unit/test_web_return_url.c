/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "web/return_url.h"

#define OWN "https://portal.example"
#define APP "https://app.example:8443"

static int
make(const char *text, char url[RETURN_URL_SIZE])
{
	struct origin own, others[2];
	const struct return_rules rules = { .own = &own,
		.others = others,
		.other_count = 2,
		.prefix = "/gate" };

	assert_int_equal(origin_read(&own, OWN), 0);
	assert_int_equal(origin_read(&others[0], APP), 0);
	assert_int_equal(origin_read(&others[1], "http://localhost:8080"), 0);
	memset(url, 'x', RETURN_URL_SIZE);
	return return_url_make(&rules, text, url);
}

static const char *const payloads[] = {
	/* nothing, and what begins with neither a slash nor a scheme of ours */
	"",
	" ",
	".",
	"..",
	"a",
	"evil.example",
	"portal.example",
	"?",
	"#",
	"?a=b",
	"./a",
	"../a",
	"a/b",
	"@evil.example",
	":",
	":80",
	";@evil",
	"%2f",
	"%2fa",
	"%2F%2Fevil.example",
	"%5cevil.example",
	"null",
	/* slashes before a host */
	"//",
	"///",
	"////",
	"//evil.example",
	"///evil.example",
	"////evil.example",
	"/////evil.example",
	"//evil.example/",
	"//evil.example/%2f..",
	"///evil.example/%2f%2e%2e",
	"//evil.example/%2e%2e",
	"//evil.example/..",
	"//portal.example",
	"//portal.example@evil.example",
	"//evil.example@portal.example",
	"//evil%E3%80%82example",
	"//google%00.example",
	"//%5cevil.example",
	"//\\evil.example",
	"//%2f%2fevil.example",
	"/%2f/evil.example",
	"/%2fevil.example",
	"/%2f%2fevil.example",
	"%2f/evil.example",
	"/%2F%2Fevil.example",
	"//2130706433",
	"//0x7f000001",
	"//[::1]",
	"//127.0.0.1",
	"//app.example:8443/a",
	/* backslashes */
	"\\",
	"\\\\",
	"\\\\evil.example",
	"/\\evil.example",
	"/\\/evil.example",
	"\\/evil.example",
	"\\/\\/evil.example/",
	"/\\\\evil.example",
	"//\\\\evil.example",
	"/\\/\\evil.example",
	"/%5cevil.example",
	"/%5Cevil.example",
	"/%5c%5cevil.example",
	"/a\\b",
	"/a%5cb",
	"/a/\\evil.example",
	"https:\\\\evil.example",
	"https:\\/\\/evil.example",
	"https:/\\evil.example",
	"https:\\\\portal.example/",
	OWN "\\",
	OWN "\\@evil.example",
	OWN "\\.evil.example",
	"https://evil.example\\@portal.example",
	"https://evil.example\\portal.example",
	/* schemes without two slashes, or others */
	"https:",
	"https:/",
	"https://",
	"https:evil.example",
	"https:/evil.example",
	"https:///evil.example",
	"https:////evil.example",
	"http:evil.example",
	"http:/evil.example",
	"http:portal.example",
	"https:portal.example/",
	"https:/portal.example",
	"https:a",
	"https:?a",
	"https:#a",
	"https:%2f%2fevil.example",
	"javascript:alert(1)",
	"JavaScript:alert(1)",
	"javascript://portal.example/%0aalert(1)",
	"javascript://%0aalert(1)",
	"java\tscript:alert(1)",
	"java\nscript:alert(1)",
	" javascript:alert(1)",
	"\x01javascript:alert(1)",
	"javascript%3aalert(1)",
	"data:text/html,<script>alert(1)</script>",
	"data://portal.example/,x",
	"vbscript:msgbox(1)",
	"file:///etc/passwd",
	"ftp://portal.example/",
	"ws://portal.example/",
	"blob:" OWN "/a",
	"view-source:" OWN "/",
	"about:blank",
	"mailto:a@b.example",
	"x-apple:1",
	"httpx://portal.example/",
	"hhttps://portal.example/",
	"http+https://portal.example/",
	/* other hosts */
	"https://evil.example",
	"https://evil.example/",
	"http://evil.example/",
	"https://portal.example.evil.example/",
	"https://evilportal.example/",
	"https://evil.example/portal.example",
	"https://evil.example?portal.example",
	"https://evil.example#portal.example",
	"https://evil.example?@portal.example",
	"https://evil.example#@portal.example",
	"https://evil.example;portal.example",
	"https://evil.example&portal.example",
	"https://evil.example,portal.example",
	"https://portal.example,evil.example",
	"https://portal.example;evil.example",
	"https://portal.example&evil.example",
	"https://www.portal.example/",
	"https://portal.example./",
	"https://.portal.example/",
	"https://portal.example..evil.example/",
	"https://app.example/",
	"https://app.example:8444/",
	"http://app.example:8443/",
	"https://localhost:8080/",
	"http://localhost/",
	"http://localhost:80800/",
	"http://[::1]:8080/",
	"https://portal.example:444/",
	"https://portal.example:8443/",
	"https://portal.example:443443/",
	"http://portal.example/",
	"http://portal.example:443/",
	"https://portal.example:80/",
	"https://portal.example:/",
	"https://portal.example:0443/",
	"https://portal.example:443:443/",
	"https://portal.example:443evil/",
	"https://portalXexample/",
	"https://portal%2eexample/",
	"https://%70ortal.example/",
	"https://portal.example%2eevil.example/",
	"https://portal.example%00.evil.example/",
	"https://portal.example%0a.evil.example/",
	"https://portal.example%23.evil.example/",
	"https://portal.example%5c.evil.example/",
	"https://portal.example%20/",
	"https://portal.example /",
	"https:// portal.example/",
	"https://portal.example\t/",
	"https://evil.example%2f@portal.example/",
	"https://portal.example%40evil.example/",
	"https://port\xc2\xad"
	"al.example/",
	"https://portal\xe3\x80\x82"
	"example/",
	"https://\xef\xbd\x90ortal.example/",
	"https://evil.example\xe2\x81\x84portal.example/",
	"https://p\xd0\xberta1.example/",
	"https://xn--prtal-uye.example/",
	"https://2130706433/",
	"https://0x7f000001/",
	"https://017700000001/",
	"https://127.1/",
	"https://127.0.0.1/",
	"https://[::1]/",
	"https://[::ffff:7f00:1]/",
	"https://[portal.example]/",
	/* users */
	"https://portal.example@evil.example/",
	"https://portal.example:pw@evil.example/",
	"https://portal.example:443@evil.example/",
	"https://user@portal.example/",
	"https://user:pw@portal.example/",
	"https://@portal.example/",
	"https://:@portal.example/",
	"https://evil.example@portal.example/",
	"https://portal.example%40@evil.example/",
	"https://a:b@c:d@portal.example/",
	"https://portal.example@/",
	/* control characters and blanks, wherever */
	"/\t/evil.example",
	"/\n/evil.example",
	"/\r/evil.example",
	"/\x0b/evil.example",
	"/ /evil.example",
	"\t//evil.example",
	"\n//evil.example",
	" //evil.example",
	" /a",
	"\t/a",
	"\x01/a",
	"/a ",
	"/a\n",
	"/a\r\nSet-Cookie:%20a=b",
	"/a\tb",
	"/a b",
	"/a\x7f",
	"/a\x1f",
	"/%0d%0aSet-Cookie:%20a=b",
	"/%0aLocation:%20//evil.example",
	"/a%0d",
	"/a%09b",
	"/%09/evil.example",
	"/%7f",
	"/%00",
	"/%00//evil.example",
	"/a%00.html",
	"/%0a/evil.example",
	"/%01",
	"/a?b\r\nc",
	"/a?b%00",
	"/a?b c",
	"/a?\x01",
	"/a#\n",
	"/a#%00",
	"/a# b",
	"https://portal.example/\r\n",
	"ht\ntps://portal.example/",
	"\xc2\xa0//evil.example",
	"\xe3\x80\x80/a",
	/* escapes that are none, or not of UTF-8 */
	"/%",
	"/%4",
	"/%zz",
	"/a%",
	"/a?%",
	"/a?%4",
	"/a#%g0",
	"/%u002f",
	"/%c0%af",
	"/%c0%af%c0%afevil.example",
	"/%e0%80%af",
	"/%ff",
	"/%c1%9c",
	"/\xff",
	"/\xc0\xaf",
	"/%ed%a0%80",
	"/%c3",
	"/%f4%90%80%80",
	/* escaped twice */
	"/%252f%252fevil.example",
	"/%252fevil.example",
	"/%255cevil.example",
	"/%252e%252e/gate",
	"/%2567ate/login",
	"/%250d%250aa",
	"/%2500",
	"/a/%252e%252e/b",
	"/%25252f",
	/* paths that lead elsewhere once they are tidied */
	"/.",
	"/..",
	"/./",
	"/../",
	"/a/.",
	"/a/..",
	"/a/./b",
	"/a/../b",
	"/a/..//evil.example",
	"/.//evil.example",
	"/..//evil.example",
	"/%2e",
	"/%2e%2e",
	"/%2e%2e/%2e%2e/evil",
	"/.%2e/a",
	"/%2E./a",
	"/a/%2e%2e/b",
	"/a/..%2f..%2fb",
	"/a%2f..%2fb",
	"/a%2f%2e%2e%2fgate",
	"/..;/a",
	"/a/..;/b",
	"/.;/a",
	"/a/..;x=y/b",
	"/%2e%2e;/a",
	"/..%3b/a",
	"/a//b",
	"/a//",
	"/a///evil.example",
	"/a/%2fb",
	"/a%2f/b",
	"/a%2f%2fb",
	"/;//evil.example",
	OWN "//",
	OWN "//evil.example",
	OWN "///evil.example",
	OWN "/.",
	OWN "/../",
	OWN "/%2e%2e/",
	OWN "/%2f%2fevil.example",
	OWN "/\\evil.example",
	APP "//a",
	/* in circles */
	"/gate",
	"/gate/",
	"/gate/login",
	"/gate/logout",
	"/gate/acs",
	"/gate?a",
	"/gate#a",
	"/gate/login?return=/gate/login",
	"/GATE/login",
	"/Gate",
	"/%67ate",
	"/g%61te/login",
	"/gat%65",
	"/gate%2flogin",
	"/gate;/login",
	"/gate;a=b",
	"/gate%3ba/login",
	OWN "/gate",
	OWN "/gate/login",
	OWN "/%67%61%74%65/login",
	APP "/gate/login",
	"HTTPS://PORTAL.EXAMPLE/gate/login",
};

static void
leads_nowhere_else(void **state)
{
	char url[RETURN_URL_SIZE];
	size_t i;

	(void)state;
	assert_true(sizeof(payloads) / sizeof(payloads[0]) >= 150);
	for (i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		print_message("%s\n", payloads[i]);
		assert_int_equal(make(payloads[i], url), GATE_EREFUSED);
		assert_string_equal(url, "");
	}
}

static void
leads_where_people_were(void **state)
{
	static const struct {
		const char *text, *url;
	} cases[] = {
		{ "/", OWN "/" },
		{ "/a", OWN "/a" },
		{ "/a/", OWN "/a/" },
		{ "/a/b.html", OWN "/a/b.html" },
		{ "/a?b=c&d=e+f", OWN "/a?b=c&d=e+f" },
		{ "/a#b", OWN "/a#b" },
		{ "/a?b#c?d/e", OWN "/a?b#c?d/e" },
		{ "/a#b#c", OWN "/a#b%23c" },
		{ "/?", OWN "/?" },
		{ "/#/patients/12", OWN "/#/patients/12" },
		{ OWN, OWN "/" },
		{ OWN "?a", OWN "/?a" },
		{ OWN "#a", OWN "/#a" },
		{ OWN ":443/a", OWN "/a" },
		{ "HTTPS://Portal.Example/A", OWN "/A" },
		{ APP "/a?b#c", APP "/a?b#c" },
		{ APP, APP "/" },
		{ "http://localhost:8080/a", "http://localhost:8080/a" },
		/* in a query and a fragment it is only text */
		{ "/a?b=//evil.example", OWN "/a?b=//evil.example" },
		{ "/a?b=https://evil.example/",
		    OWN "/a?b=https://evil.example/" },
		{ "/a?b=/gate/login", OWN "/a?b=/gate/login" },
		{ "/a?b=../..", OWN "/a?b=../.." },
		{ "/a?b=%0d%0ac", OWN "/a?b=%0D%0Ac" },
		{ "/a?b=c\\d", OWN "/a?b=c%5Cd" },
		{ "/a?b=%252f%ff", OWN "/a?b=%252f%FF" },
		{ "/a#//evil.example", OWN "/a#//evil.example" },
		/* one spelling for each character */
		{ "/%61%2d%2E%5f%7e", OWN "/a-._~" },
		{ "/a%2fb", OWN "/a%2Fb" },
		{ "/a%20b%3f%23", OWN "/a%20b%3F%23" },
		{ "/caf\xc3\xa9", OWN "/caf%C3%A9" },
		{ "/caf%c3%a9", OWN "/caf%C3%A9" },
		{ "/\xed\x95\x9c?\xea\xb8\x80", OWN "/%ED%95%9C?%EA%B8%80" },
		{ "/\"<>`{}|^[]", OWN "/%22%3C%3E%60%7B%7D%7C%5E%5B%5D" },
		{ "/a?\"<script>'", OWN "/a?%22%3Cscript%3E'" },
		{ "/100%25", OWN "/100%25" },
		{ "/100%25/", OWN "/100%25/" },
		{ "/a:b@c!$&'()*+,;=", OWN "/a:b@c!$&'()*+,;=" },
		{ "/@evil.example", OWN "/@evil.example" },
		{ "/:80", OWN "/:80" },
		{ "/https://evil", NULL },
		{ "/https:/evil.example", OWN "/https:/evil.example" },
		/* no dots, and not the gate */
		{ "/...", OWN "/..." },
		{ "/.a", OWN "/.a" },
		{ "/a..", OWN "/a.." },
		{ "/..a/b", OWN "/..a/b" },
		{ "/.well-known/a", OWN "/.well-known/a" },
		{ "/gatehouse", OWN "/gatehouse" },
		{ "/gate-a", OWN "/gate-a" },
		{ "/a/gate/login", OWN "/a/gate/login" },
	};
	char url[RETURN_URL_SIZE], again[RETURN_URL_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].text);
		if (cases[i].url == NULL) {
			assert_int_equal(
			    make(cases[i].text, url), GATE_EREFUSED);
			continue;
		}
		assert_int_equal(make(cases[i].text, url), 0);
		assert_string_equal(url, cases[i].url);
		/* what it has written it takes, and leaves as it is */
		assert_int_equal(make(url, again), 0);
		assert_string_equal(again, url);
	}
}

/* Of each length around the limit, of plain and of escaped characters: whole,
 * or nothing. */
static void
has_its_limit(void **state)
{
	static const char *const beginnings[] = { "/", "/?", "/#", "/?#" };
	static char text[3 * RETURN_URL_SIZE];
	char url[RETURN_URL_SIZE];
	size_t i, length, room;
	const char *fill;
	int r;

	(void)state;
	for (i = 0; i < 2 * sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		fill = i % 2 == 0 ? "a" : "\"";
		strcpy(text, beginnings[i / 2]);
		room = RETURN_URL_SIZE - strlen(OWN) - strlen(text);
		for (length = 0; length < RETURN_URL_SIZE; length++) {
			r = make(text, url);
			if (r == 0)
				assert_int_equal(strlen(url),
				    strlen(OWN) + strlen(beginnings[i / 2]) +
					length * (i % 2 == 0 ? 1 : 3));
			else
				assert_int_equal(r, GATE_ETOOBIG);
			if (length * 3 + 3 < room)
				assert_int_equal(r, 0);
			if (length * (i % 2 == 0 ? 1 : 3) >= room)
				assert_int_equal(r, GATE_ETOOBIG);
			strcat(text, fill);
		}
	}
	memset(text, '%', sizeof(text) - 1);
	text[0] = '/';
	assert_int_equal(make(text, url), GATE_ETOOBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leads_nowhere_else),
		cmocka_unit_test(leads_where_people_were),
		cmocka_unit_test(has_its_limit),
	};

	return cmocka_run_group_tests_name("web_return_url", tests, NULL, NULL);
}
