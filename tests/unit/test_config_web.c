/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/config.h"
#include "lib/config_conflict.h"
#include "lib/error.h"
#include "lib/file.h"
#include "tests/unit/scratch.h"

#define PORTAL                                                                 \
	"[peers]\nweb = gatehouse-web\n[web]\nbase_url = "                     \
	"https://portal.example\n"

/* What was said: complaints of a file, or what is odd of one that is good. */
struct said {
	char text[4096];
	int count;
};

static void
complain(const char *file, int line, const char *text, void *data)
{
	struct said *said = data;
	size_t used = strlen(said->text);

	(void)file;
	said->count++;
	snprintf(said->text + used, sizeof(said->text) - used, "%d: %s\n", line,
	    text);
}

static void
listen_to(int line, const char *text, void *data)
{
	complain(NULL, line, text, data);
}

static int
read_text(struct config **config, const char *text, struct said *said)
{
	memset(said, 0, sizeof(*said));
	assert_int_equal(
	    file_replace(scratch_path("conf"), 0644, text, strlen(text)), 0);
	return config_load(config, scratch_path("conf"), complain, said);
}

static int
read_value(const char *key, const char *value)
{
	struct config *config = NULL;
	struct said said;
	char text[512];
	int r;

	snprintf(text, sizeof(text), "[web]\n%s = %s\n", key, value);
	r = read_text(&config, text, &said);
	print_message(
	    "%s = %s: %s\n", key, value, r == 0 ? "taken" : said.text);
	assert_true((r == 0) == (config != NULL));
	assert_int_equal(said.count, r != 0);
	config_free(&config);
	return r;
}

static void
values_have_a_form(void **state)
{
	static const struct {
		const char *key;
		const char *good[12];
		const char *bad[24];
	} cases[] = {
		{ "listen",
		    { "/run/web.sock", "127.0.0.1:8080", "127.8.0.1:1",
			"[::1]:65535" },
		    { "run/web.sock", "8080", ":8080", "0.0.0.0:8080",
			"[::]:8080", "192.0.2.1:80", "127.0.0.1",
			"127.0.0.1:", "127.0.0.1:0", "127.0.0.1:080",
			"127.0.0.1:65536", "127.0.0.1:80x", "127.1:80", "[::1]",
			"[::1:80", "::1:80", "[127.0.0.1]:80", "localhost:80",
			"127.0.0.1:99999999999",
			"/run/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaa" } },
		{ "base_url",
		    { "https://portal.example", "https://portal.example:8443",
			"https://[2001:db8::1]", "https://192.0.2.1:443",
			"http://localhost:8080", "http://127.0.0.1",
			"http://[::1]:80" },
		    { "portal.example", "http://portal.example",
			"https://portal.example/",
			"https://portal.example/gate",
			"https://portal.example?a", "https://", "https://:443",
			"https://user@portal.example",
			"https://portal.example:", "https://portal.example:0",
			"https://portal.example:65536", "https://.example",
			"https://port al.example", "https://*.example",
			"ftp://portal.example" } },
		{ "prefix", { "/gate", "/a/b-c/d_e", "/~a", "/a.b" },
		    { "gate", "/", "/gate/", "//gate", "/gate//a", "/..",
			"/gate/..", "/gate/../a", "/.", "/gate/.a", "/ga te",
			"/g%61te", "/gate?", "/g\\a", "/\303\244" } },
		{ "service", { "gatehouse", "portal-web" },
		    { "Gatehouse", "a/b", "../login", "a b", "." } },
		{ "return_to",
		    { "a.example", "a.example b.example:8443",
			"[2001:db8::1]" },
		    { "https://a.example", "a.example/", "*.example",
			"a.example,b.example", "a.example:0", "a.example x@b",
			".example", "-a" } },
		{ "proxies",
		    { "192.0.2.7", "10.1.0.0/24 2001:db8::/64", "::1" },
		    { "proxy.example", "10.1.0.1/24", "0.0.0.0/0", "::/0",
			"::ffff:0:0/96", "10.1.0.0/33", "10.1.0.0/24,::1" } },
		{ "groups", { "memberOf", "urn:oid:2.5.4.11" }, { "a b" } },
		{ "color", { "#1a5fb4", "#FFFFFF" },
		    { "1a5fb4", "#fff", "#1a5fb", "#1a5fb4f", "#1a5fbg", "red",
			"#1a5fb4 # blue" } },
		{ "dark_color", { "#78aeed" }, { "78aeed" } },
		{ "title", { "Klinik am See", "\355\204\260" }, { "\344" } },
		{ "identity_lifetime", { "10s", "5m" }, { "9s", "301s" } },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (j = 0; cases[i].good[j] != NULL; j++)
			assert_int_equal(
			    read_value(cases[i].key, cases[i].good[j]), 0);
		for (j = 0; cases[i].bad[j] != NULL; j++)
			assert_int_equal(
			    read_value(cases[i].key, cases[i].bad[j]),
			    GATE_ECONFIG);
	}
}

/* One complaint, or one oddity, and how it begins; "": none. */
static const struct {
	const char *text;
	const char *complaint;
	const char *odd;
} files[] = {
	{ PORTAL, "", "" },
	{ "[web]\nidentity_key = /key\nbase_url = https://a.example\n",
	    "2: [web] identity_key needs identity_audience", "" },
	{ "[web]\nidentity_key = /key\nidentity_audience = a\n",
	    "2: [web] identity_key needs base_url", "" },
	{ "[password]\npreset = hipaa\n" PORTAL, "", "" },
	{ "[password]\npreset = hipaa\n[web]\nbase_url = http://localhost\n",
	    "4: [web] base_url must be https:// with preset hipaa", "" },
	{ "[web]\nbase_url = https://a.example\n", "",
	    "0: [peers] web does not name gatehouse-web" },
	{ "[web]\nrun_as = www-data\nbase_url = https://a.example\n"
	  "[peers]\nweb = gatehouse-web\n",
	    "", "2: [peers] web does not name www-data" },
	{ PORTAL "[peers]\nlogin = a, gatehouse-web\n", "",
	    "6: [peers] login names gatehouse-web" },
	{ PORTAL "[peers]\nadmin = gatehouse-web,b\n", "",
	    "6: [peers] admin names gatehouse-web" },
	{ PORTAL "[peers]\nhold = gatehouse-web\n", "", "" },
	{ PORTAL "hold_tokens = /t\n[peers]\nhold = gatehouse-web\n", "", "" },
	{ PORTAL "hold_tokens = /t\n[peers]\nhold = a\n", "",
	    "5: [web] hold_tokens is of no use" },
	{ PORTAL "attributes = mail ou\n[session]\nattributes = ou mail\n", "",
	    "" },
	{ PORTAL "attributes = mail ou\n[session]\nattributes = *\n", "", "" },
	{ PORTAL "attributes = mail ou\n[session]\nattributes = ou\n", "",
	    "5: [web] attributes has mail, which" },
	{ PORTAL "groups = memberOf\n", "",
	    "5: [web] groups has memberOf, which" },
	{ PORTAL "listen = 127.0.0.1:80\n", "",
	    "5: [web] listen is an address, but" },
	{ PORTAL "listen = 127.0.0.1:80\nproxies = 127.0.0.1\n", "", "" },
	{ PORTAL "[saml]\nacs_url = https://portal.example/gate/acs\n"
		 "slo_url = https://portal.example/gate/slo\n",
	    "", "" },
	{ PORTAL "[saml]\nacs_url = https://portal.example/acs\n", "",
	    "6: [saml] acs_url is not https://portal.example/gate/acs" },
	{ PORTAL "prefix = /in\n[saml]\n"
		 "slo_url = https://portal.example/gate/slo\n",
	    "", "7: [saml] slo_url is not https://portal.example/in/slo" },
	{ "[peers]\nweb = gatehouse-web\n[web]\nbase_url = http://localhost\n",
	    "", "4: [web] base_url is http://" },
	{ "[web]\nlisten = 127.0.0.1:80\ngroups = memberOf\n", "", "" },
};

static void
keys_need_each_other(void **state)
{
	struct config *config = NULL;
	struct said said;
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		print_message("--\n%s", files[i].text);
		r = read_text(&config, files[i].text, &said);
		print_message("complaint: %s\n", said.text);
		assert_int_equal(
		    r, files[i].complaint[0] != '\0' ? GATE_ECONFIG : 0);
		assert_int_equal(said.count, r != 0);
		assert_int_equal(strncmp(said.text, files[i].complaint,
				     strlen(files[i].complaint)),
		    0);
		if (r != 0)
			continue;
		memset(&said, 0, sizeof(said));
		config_oddities(config, listen_to, &said);
		config_free(&config);
		print_message("odd: %s\n", said.text);
		assert_int_equal(said.count, files[i].odd[0] != '\0');
		assert_int_equal(
		    strncmp(said.text, files[i].odd, strlen(files[i].odd)), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    values_have_a_form, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
		    keys_need_each_other, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("config_web", tests, NULL, NULL);
}
