/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/config.h"
#include "lib/config_rules.h"
#include "lib/config_section.h"
#include "lib/config_value.h"
#include "lib/error.h"

/* A configuration file, and what was said about it: "line: text\n" each. */
struct fixture {
	char path[64];
	char said[4096];
	struct config *config;
};

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	snprintf(
	    fixture->path, sizeof(fixture->path), "/tmp/test_config.XXXXXX");
	close(mkstemp(fixture->path));
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	config_free(&fixture->config);
	unlink(fixture->path);
	free(fixture);
	return 0;
}

static void
listen_to(const char *file, int line, const char *text, void *data)
{
	struct fixture *fixture = data;
	size_t used = strlen(fixture->said);

	assert_string_equal(file, fixture->path);
	snprintf(fixture->said + used, sizeof(fixture->said) - used, "%d: %s\n",
	    line, text);
}

static int
load_bytes(struct fixture *fixture, const char *text, size_t size)
{
	FILE *file = fopen(fixture->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	config_free(&fixture->config);
	fixture->said[0] = '\0';
	return config_load(&fixture->config, fixture->path, listen_to, fixture);
}

static int
load(struct fixture *fixture, const char *text)
{
	return load_bytes(fixture, text, strlen(text));
}

/* Loads text, which must be refused with these complaints and no others. */
static void
assert_complaints(struct fixture *fixture, const char *text, const char *said)
{
	assert_int_equal(load(fixture, text), GATE_ECONFIG);
	assert_null(fixture->config);
	assert_string_equal(fixture->said, said);
}

/* Every section with a name needs these. */
static const struct {
	const char *section, *name, *value;
} needed[] = {
	{ "idp", "entity_id", "https://idp.example" },
	{ "metadata", "url", "https://idp.example/metadata" },
	{ "metadata", "file", "/var/lib/gatehouse/idp.xml" },
	{ "lockout", "address_block", "1s" },
	{ "lockout", "address_block_max", "30d" },
};

/* "gate", or "idp x" for a section with a name of its own. */
static const char *
heading(const struct config_key *key)
{
	static char text[32];

	snprintf(text, sizeof(text), "%s%s", key->section,
	    key->kind != SECTION_ONE ? " x" : "");
	return text;
}

/* The line "name = value" in its section, with what that needs. */
static int
load_value(
    struct fixture *fixture, const struct config_key *key, const char *value)
{
	char text[1024];
	size_t i, used;

	used = (size_t)snprintf(text, sizeof(text), "[%s]\n%s = %s\n",
	    heading(key), key->name, value);
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (strcmp(needed[i].section, key->section) == 0 &&
		    strcmp(needed[i].name, key->name) != 0)
			used +=
			    (size_t)snprintf(text + used, sizeof(text) - used,
				"%s = %s\n", needed[i].name, needed[i].value);
	}
	return load(fixture, text);
}

static const struct config_key *
key_named(const char *section, const char *name)
{
	const struct config_key *keys;
	size_t i, count;

	keys = config_keys(&count);
	for (i = 0; i < count; i++) {
		if (strcmp(keys[i].section, section) == 0 &&
		    strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	fail_msg("no key [%s] %s", section, name);
	return NULL;
}

static int
holds_number(const struct config_key *key)
{
	return key->type == CONFIG_NUMBER || key->type == CONFIG_DURATION ||
	    key->type == CONFIG_SIZE;
}

/* What key is read into, its section being the only one of its name. */
static const void *
object_of(const struct config *config, const struct config_key *key)
{
	return config_section_at(config, key->kind, 0);
}

static int64_t
number_in(const struct config *config, const struct config_key *key)
{
	return *(const int64_t *)((const char *)object_of(config, key) +
	    key->offset);
}

/* Where the keys of each kind of section go: the members from, to. */
static const struct {
	size_t from, to;
} members[] = {
	[SECTION_ONE] = { 0, offsetof(struct config, idps) },
	[SECTION_IDP] = { offsetof(struct config_idp, entity_id),
	    sizeof(struct config_idp) },
	[SECTION_SERVICE] = { offsetof(struct config_service, max_authn_age),
	    sizeof(struct config_service) },
	[SECTION_SOURCE] = { offsetof(struct config_source, url),
	    sizeof(struct config_source) },
};

/* Each member of a struct has one key, so that none is left undefined. */
static void
test_table_covers_the_structs(void **state)
{
	char covered[SECTION_SOURCE + 1][sizeof(struct config)] = { 0 };
	const struct config_key *keys;
	size_t i, count;

	(void)state;
	_Static_assert(sizeof(char *) == sizeof(int64_t), "members of 8 bytes");
	keys = config_keys(&count);
	for (i = 0; i < count; i++) {
		assert_int_equal(keys[i].offset % sizeof(int64_t), 0);
		assert_int_equal(covered[keys[i].kind][keys[i].offset], 0);
		memset(
		    covered[keys[i].kind] + keys[i].offset, 1, sizeof(int64_t));
		assert_true(strlen(keys[i].help) > 0);
		assert_ptr_equal(
		    key_named(keys[i].section, keys[i].name), &keys[i]);
	}
	for (i = 0; i <= SECTION_SOURCE; i++) {
		assert_null(memchr(covered[i] + members[i].from, 0,
		    members[i].to - members[i].from));
		assert_null(memchr(covered[i] + members[i].to, 1,
		    sizeof(covered[i]) - members[i].to));
		assert_null(memchr(covered[i], 1, members[i].from));
	}
}

/* Defaults are spelled as config_value spells them. */
static void
test_defaults(void **state)
{
	struct fixture *fixture = *state;
	const struct config_key *keys;
	char text[CONFIG_VALUE_SIZE];
	size_t i, count;
	void *object;

	assert_int_equal(config_new(&fixture->config), 0);
	for (i = SECTION_IDP; i <= SECTION_SOURCE; i++)
		assert_int_equal(config_section_add(fixture->config,
				     (enum config_section)i, "x", 1, &object),
		    0);
	keys = config_keys(&count);
	for (i = 0; i < count; i++) {
		assert_int_equal(
		    config_value(object_of(fixture->config, &keys[i]), &keys[i],
			text, sizeof(text)),
		    0);
		assert_string_equal(text, keys[i].fallback);
		assert_null(config_rule_broken(&keys[i], keys[i].fallback));
	}
	assert_int_equal(fixture->config->threads, 8);
	assert_int_equal(fixture->config->answer_timeout, 120);
	assert_int_equal(fixture->config->max_response, 1 << 20);
	assert_int_equal(fixture->config->keep, 400 * 86400);
	assert_int_equal(fixture->config->fallback, 1);
	assert_int_equal(fixture->config->allow_root, 0);
	assert_int_equal(fixture->config->allowlist_absent, ABSENT_REFUSE);
	assert_int_equal(fixture->config->without_login, WITHOUT_LOGIN_REFUSE);
	assert_string_equal(fixture->config->entity_id, "");
	assert_string_equal(fixture->config->store_engine, "sqlite");
}

static void
test_empty_file_is_all_defaults(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(load(fixture, ""), 0);
	assert_string_equal(fixture->said, "");
	assert_int_equal(fixture->config->workers, 2);
}

static const char good[] =
    "\xef\xbb\xbf# a comment\n"
    "; another\r\n"
    "[gate] ; behind a section\n"
    "threads=16\n"
    "    connections: 64\t; indented, a comment behind\r\n"
    "\n"
    "run_as =\n"
    "[saml]\n"
    "entity_id = https://sp.example/metadata\n"
    "acs_url = https://sp.example/acs?a=b\n"
    "idp_metadata = /etc/gatehouse/idp/*.xml\n"
    "user_from = attribute:urn:oid:0.9.2342\n"
    "clock_skew = 90s\n"
    "max_validity = 2h\n"
    "worker_memory = 1G\n"
    "allow_unsolicited = yes\n"
    "[allowlist]\n"
    "absent = local\n"
    "[peers]\n"
    "login = ; nobody\n"
    "admin = alice bob\n"
    "[2fa]\n"
    "issuer = J\xc3\xbcrgen & Co; Ltd\n"
    "[gate]\n"
    "fail_delay = 0";

static void
test_good_file(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;

	assert_int_equal(load(fixture, good), 0);
	assert_string_equal(fixture->said, "");
	config = fixture->config;
	assert_int_equal(config->threads, 16);
	assert_int_equal(config->connections, 64);
	assert_string_equal(config->run_as, "");
	assert_string_equal(config->acs_url, "https://sp.example/acs?a=b");
	assert_string_equal(config->user_from, "attribute:urn:oid:0.9.2342");
	assert_int_equal(config->clock_skew, 90);
	assert_int_equal(config->max_validity, 7200);
	assert_int_equal(config->worker_memory, INT64_C(1) << 30);
	assert_int_equal(config->allow_unsolicited, 1);
	assert_int_equal(config->allowlist_absent, ABSENT_LOCAL);
	assert_string_equal(config->peers_login, "");
	assert_string_equal(config->peers_admin, "alice bob");
	assert_string_equal(config->otp_issuer, "J\xc3\xbcrgen & Co; Ltd");
	assert_int_equal(config->fail_delay, 0);
}

/* Every number is taken at both ends of its range and refused beyond. */
static void
test_ranges(void **state)
{
	static const char letter[] = {
		[CONFIG_DURATION] = 's', [CONFIG_SIZE] = 'K'
	};
	struct fixture *fixture = *state;
	const struct config_key *keys, *key;
	char value[64];
	size_t i, count;
	int64_t unit, n;

	keys = config_keys(&count);
	for (i = 0; i < count; i++) {
		key = &keys[i];
		if (!holds_number(key))
			continue;
		assert_true(key->min < key->max);
		unit = key->type == CONFIG_SIZE ? 1024 : 1;
		for (n = key->min / unit - 1; n <= key->max / unit + 1; n +=
		     n == key->min / unit ? (key->max - key->min) / unit : 1) {
			snprintf(value, sizeof(value), "%lld%c", (long long)n,
			    letter[key->type]);
			if (n * unit >= key->min && n * unit <= key->max) {
				assert_int_equal(
				    load_value(fixture, key, value), 0);
				assert_int_equal(
				    number_in(fixture->config, key), n * unit);
			} else {
				assert_int_equal(
				    load_value(fixture, key, value),
				    GATE_ECONFIG);
			}
		}
	}
}

/* What config_value writes, config_load reads as the same. */
static void
test_value_round_trip(void **state)
{
	static const char *const spelled[][2] = {
		{ "3600s", "1h" },
		{ "3601s", "3601s" },
		{ "90m", "90m" },
		{ "24h", "1d" },
	};
	struct fixture *fixture = *state;
	const struct config_key *key = key_named("saml", "max_validity");
	char text[CONFIG_VALUE_SIZE];
	size_t i;

	for (i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++) {
		assert_int_equal(load_value(fixture, key, spelled[i][0]), 0);
		assert_int_equal(
		    config_value(fixture->config, key, text, sizeof(text)), 0);
		assert_string_equal(text, spelled[i][1]);
		assert_int_equal(load_value(fixture, key, text), 0);
	}
	assert_int_equal(load(fixture, "[saml]\nclock_skew = 0s\n"), 0);
	key = key_named("saml", "clock_skew");
	assert_int_equal(
	    config_value(fixture->config, key, text, sizeof(text)), 0);
	assert_string_equal(text, "0s");
	assert_int_equal(
	    config_value(fixture->config, key, text, 2), GATE_ETOOBIG);
}

/* Values that are none, by section and key. */
static const char *const bad_values[][3] = {
	{ "gate", "threads", "" },
	{ "gate", "threads", "eight" },
	{ "gate", "threads", "0x8" },
	{ "gate", "threads", "+8" },
	{ "gate", "threads", "-8" },
	{ "gate", "threads", "8.0" },
	{ "gate", "threads", "8 8" },
	{ "gate", "threads", "18446744073709551624" },
	{ "gate", "request_timeout", "5" },
	{ "gate", "request_timeout", "s" },
	{ "gate", "request_timeout", "5 s" },
	{ "gate", "request_timeout", "5sec" },
	{ "gate", "request_timeout", "5000ms" },
	{ "gate", "request_timeout", "5S" },
	{ "session", "keep", "213503982334602d" },
	{ "saml", "max_response", "1048576" },
	{ "saml", "max_response", "1MB" },
	{ "saml", "max_response", "1m" },
	{ "saml", "max_response", "17179869185G" },
	{ "users", "allow_root", "" },
	{ "users", "allow_root", "true" },
	{ "users", "allow_root", "Yes" },
	{ "users", "allow_root", "1" },
	{ "allowlist", "absent", "" },
	{ "allowlist", "absent", "allow" },
	{ "allowlist", "file", "" },
	{ "allowlist", "file", "allowlist" },
	{ "allowlist", "file", "\"/etc/gatehouse/allowlist\"" },
	{ "store", "engine", "" },
	{ "store", "engine", "sqlite3" },
	{ "saml", "acs_url", "sp.example/acs" },
	{ "saml", "acs_url", "http://sp.example/acs" },
	{ "saml", "acs_url", "http://localhost.example/acs" },
	{ "saml", "acs_url", "http://127.0.0.1@sp.example/acs" },
	{ "saml", "acs_url", "http://localhost:80@sp.example/acs" },
	{ "saml", "acs_url", "https://sp.example@evil.example/acs" },
	{ "saml", "acs_url", "https:///acs" },
	{ "saml", "acs_url", "https://" },
	{ "saml", "acs_url", "https://sp.example/a b" },
	{ "saml", "acs_url", "https://sp.example/acs#top" },
	{ "saml", "acs_url", "ftp://sp.example/acs" },
	{ "saml", "entity_id", "sp example" },
	{ "saml", "user_from", "" },
	{ "saml", "user_from", "attribute:" },
	{ "saml", "user_from", "nameid" },
	{ "saml", "user_scope", "example.org" },
	{ "saml", "user_scope", "@" },
	{ "saml", "user_scope", "@a.example @b.example" },
	{ "saml", "user_scope", "@a@b" },
	{ "saml", "user_scope", "alice@example.org" },
	{ "saml", "max_authn_age", "0" },
	{ "saml", "max_authn_age", "31d" },
	{ "saml", "cbc_encryption", "" },
	{ "saml", "cbc_encryption", "signed" },
	{ "saml", "request_binding", "artifact" },
	{ "saml", "request_lifetime", "2h" },
	{ "saml", "name_id_format", "urn:a urn:b" },
	{ "saml", "contact", "support" },
	{ "saml", "contact", "mailto:support@example.org" },
	{ "saml", "contact", "@example.org" },
	{ "saml", "slo_url", "http://sp.example/slo" },
	{ "idp", "entity_id", "an idp" },
	{ "idp", "user_from", "attribute:" },
	{ "idp", "user_scope", "example.org" },
	{ "idp", "strip_scope", "maybe" },
	{ "service", "max_authn_age", "1" },
	{ "metadata", "url", "http://federation.example/metadata" },
	{ "metadata", "file", "idp.xml" },
	{ "metadata", "refresh", "1m" },
	{ "metadata", "max_size", "33M" },
	{ "metadata", "min_entities", "101" },
	{ "2fa", "issuer", "" },
	{ "2fa", "issuer", "'Gatehouse'" },
	{ "2fa", "issuer", "Gatehouse # ours" },
	{ "log", "to", "" },
	{ "log", "to", "file" },
};

static void
test_bad_values(void **state)
{
	struct fixture *fixture = *state;
	const struct config_key *key;
	char start[64];
	size_t i;

	for (i = 0; i < sizeof(bad_values) / sizeof(bad_values[0]); i++) {
		key = key_named(bad_values[i][0], bad_values[i][1]);
		if (load_value(fixture, key, bad_values[i][2]) == 0)
			fail_msg("taken: %s", bad_values[i][2]);
		snprintf(start, sizeof(start), "2: [%s] %s = ", heading(key),
		    key->name);
		assert_int_equal(
		    strncmp(fixture->said, start, strlen(start)), 0);
		assert_ptr_equal(strchr(fixture->said, '\n')[1], '\0');
	}
}

static void
test_good_urls(void **state)
{
	static const char *const urls[] = {
		"https://sp.example/acs",
		"HTTPS://sp.example:8443/acs",
		"https://[2001:db8::1]/acs",
		"http://localhost",
		"http://localhost:8080/acs",
		"http://127.0.0.1/acs",
		"http://[::1]:8080/acs",
	};
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		assert_int_equal(
		    load_value(fixture, key_named("saml", "acs_url"), urls[i]),
		    0);
		assert_string_equal(fixture->config->acs_url, urls[i]);
	}
}

/* The sentences themselves: they are what an administrator gets. */
static void
test_sentences(void **state)
{
	struct fixture *fixture = *state;

	assert_complaints(fixture,
	    "[gate]\n"
	    "threads = 0\n"
	    "request_timeout = 2m\n"
	    "socket = gate.sock\n"
	    "[saml]\n"
	    "max_response = 9M\n"
	    "acs_url = http://sp.example/acs\n"
	    "user_from = uid\n"
	    "[users]\n"
	    "allow_root = maybe\n"
	    "[allowlist]\n"
	    "absent = allow\n"
	    "[store]\n"
	    "engine = oracle\n"
	    "[2fa]\n"
	    "issuer =\n",
	    "2: [gate] threads = 0: must be a number from 1 to 256\n"
	    "3: [gate] request_timeout = 2m: must be a duration from 1s to 1m "
	    "(a number and s, m, h or d)\n"
	    "4: [gate] socket = gate.sock: must be an absolute path\n"
	    "6: [saml] max_response = 9M: must be a size from 16K to 1M "
	    "(a number and K, M or G)\n"
	    "7: [saml] acs_url = http://sp.example/acs: must be an https:// "
	    "URL (http:// only to localhost, 127.0.0.1 or [::1])\n"
	    "8: [saml] user_from = uid: must be name_id or attribute:NAME\n"
	    "10: [users] allow_root = maybe: must be yes or no\n"
	    "12: [allowlist] absent = allow: must be refuse or local\n"
	    "14: [store] engine = oracle: must be sqlite\n"
	    "16: [2fa] issuer = : must not be empty\n");
}

static void
test_unknown_names(void **state)
{
	struct fixture *fixture = *state;

	assert_complaints(fixture,
	    "threads = 8\n"
	    "[gate]\n"
	    "treads = 8\n"
	    "Threads = 8\n"
	    "workers = 8\n"
	    "colour = blue\n"
	    "= 8\n"
	    "[gaet]\n"
	    "threads = none of it is looked at\n"
	    "[somewhere]\n"
	    "[gate ]\n"
	    "[2fa]\n"
	    "drift = 2\n",
	    "1: key \"threads\" stands before the first [section]\n"
	    "3: unknown key \"treads\" in [gate]; did you mean \"threads\"?\n"
	    "4: unknown key \"Threads\" in [gate]; did you mean \"threads\"?\n"
	    "5: unknown key \"workers\" in [gate]; it belongs into [saml]\n"
	    "6: unknown key \"colour\" in [gate]\n"
	    "7: unknown key \"\" in [gate]\n"
	    "8: unknown section [gaet]; did you mean [gate]?\n"
	    "10: unknown section [somewhere]\n"
	    "11: unknown section [gate ]; did you mean [gate]?\n");
}

static void
test_broken_lines(void **state)
{
	struct fixture *fixture = *state;

	assert_complaints(fixture,
	    "[gate]\n"
	    "threads\n"
	    "threads = 8\n"
	    "  9\n"
	    "  threads = 9\n"
	    "connections = 64 # many\n"
	    "[saml\n"
	    "workers = 99\n"
	    "[saml] workers = 99\n"
	    "workers = 99\n"
	    "[saml] # ours\n"
	    "workers = \x1b[2J\n"
	    "and that was the last line",
	    "2: neither a [section], a key = value nor a comment\n"
	    "4: neither a [section], a key = value nor a comment\n"
	    "5: [gate] threads is given twice, first in line 3\n"
	    "6: [gate] connections = 64 # many: a comment behind a value "
	    "begins with \";\"\n"
	    "7: a section is written [name], alone on its line\n"
	    "9: a section is written [name], alone on its line\n"
	    "12: a control character in the line\n"
	    "13: neither a [section], a key = value nor a comment\n");
}

/* inih would hand the rest of a long line over as a line of its own. */
static void
test_line_length(void **state)
{
	struct fixture *fixture = *state;
	char text[512];

	snprintf(text, sizeof(text), "[2fa]\nissuer = %0189d\n", 1);
	assert_int_equal(load(fixture, text), 0);
	assert_int_equal(strlen(fixture->config->otp_issuer), 189);
	snprintf(text, sizeof(text), "[2fa]\nissuer = %0190d\n#%0300d\n", 1, 1);
	assert_complaints(fixture, text,
	    "2: the line has 199 bytes: it may have at most 198\n");
}

static void
test_nul_in_file(void **state)
{
	struct fixture *fixture = *state;
	const char text[] = "[gate]\nthreads = 8\0 9\n";

	assert_int_equal(
	    load_bytes(fixture, text, sizeof(text) - 1), GATE_ECONFIG);
	assert_string_equal(
	    fixture->said, "2: a control character in the line\n");
}

static void
test_needs(void **state)
{
	struct fixture *fixture = *state;

	assert_complaints(fixture,
	    "[saml]\nworkers = 2\nidp_metadata = /etc/gatehouse/idp.xml\n",
	    "3: [saml] idp_metadata needs entity_id, which is not set\n"
	    "3: [saml] idp_metadata needs acs_url, which is not set\n");
	assert_complaints(fixture, "[saml]\nkey = /etc/gatehouse/sp.key\n",
	    "2: [saml] key needs certificate, which is not set\n");
	assert_complaints(fixture,
	    "[saml]\ncertificate = /etc/gatehouse/sp.crt\n",
	    "2: [saml] certificate needs key, which is not set\n");
	assert_complaints(fixture, "[saml]\nrollover_key = /etc/second.key\n",
	    "2: [saml] rollover_key needs rollover_certificate, which is not "
	    "set\n"
	    "2: [saml] rollover_key needs key, which is not set\n");
	/* One mistake, one complaint. */
	assert_complaints(fixture,
	    "[saml]\nidp_metadata = /etc/gatehouse/idp.xml\n"
	    "entity_id = https://sp.example\nacs_url = sp.example\n",
	    "4: [saml] acs_url = sp.example: must be an https:// URL "
	    "(http:// only to localhost, 127.0.0.1 or [::1])\n");
}

static const char named[] = "[idp corporate]\n"
			    "entity_id = https://idp.example\n"
			    "user_from = attribute:mail\n"
			    "user_scope = @example.org\n"
			    "strip_scope = yes\n"
			    "[metadata  uni federation ] ; two words\n"
			    "url = https://federation.example/metadata?a=b\n"
			    "file = /var/lib/gatehouse/federation.xml\n"
			    "[gate]\n"
			    "threads = 3\n"
			    "[idp partner]\n"
			    "entity_id = https://partner.example\n"
			    "[service sshd]\n"
			    "max_authn_age = 15m\n"
			    "authn_context = urn:a urn:b\n";

static void
test_named_sections(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;

	assert_int_equal(load(fixture, named), 0);
	assert_string_equal(fixture->said, "");
	config = fixture->config;
	assert_int_equal(config->idp_count, 2);
	assert_int_equal(config->service_count, 1);
	assert_int_equal(config->source_count, 1);
	assert_int_equal(config->threads, 3);
	assert_string_equal(config->idps[0].name, "corporate");
	assert_int_equal(config->idps[0].line, 1);
	assert_string_equal(config->idps[0].user_scope, "@example.org");
	assert_int_equal(config->idps[0].strip_scope, 1);
	/* Each begins at the defaults, not where the one before ended. */
	assert_string_equal(config->idps[1].name, "partner");
	assert_int_equal(config->idps[1].line, 11);
	assert_string_equal(config->idps[1].user_from, "");
	assert_int_equal(config->idps[1].strip_scope, 0);
	assert_string_equal(config->sources[0].name, "uni federation");
	assert_int_equal(config->sources[0].refresh, 4 * 3600);
	assert_int_equal(config->sources[0].max_size, 32 << 20);
	assert_ptr_equal(
	    config_find_service(config, "sshd"), &config->services[0]);
	assert_int_equal(config->services[0].max_authn_age, 900);
	assert_null(config_find_service(config, "login"));
}

static void
test_named_section_errors(void **state)
{
	struct fixture *fixture = *state;

	assert_complaints(fixture,
	    "[idp]\n"
	    "entity_id = none of it is looked at\n"
	    "[idp a]\n"
	    "user_fron = name_id\n"
	    "threads = 3\n"
	    "refresh = 1h\n"
	    "[idp b]\n"
	    "entity_id = b\n"
	    "entity_id = c\n"
	    "[metadata c]\n"
	    "url = nowhere\n"
	    "[services d]\n"
	    "[acces]\n"
	    "[service\te]\n"
	    "[saml f]\n",
	    "1: [idp] needs a name, as in [idp corporate]\n"
	    "4: unknown key \"user_fron\" in [idp a]; did you mean "
	    "\"user_from\"?\n"
	    "5: unknown key \"threads\" in [idp a]; it belongs into [gate]\n"
	    "6: unknown key \"refresh\" in [idp a]; it belongs into "
	    "[metadata NAME]\n"
	    "3: [idp a] needs entity_id, which is not set\n"
	    "9: [idp b] entity_id is given twice, first in line 8\n"
	    "11: [metadata c] url = nowhere: must be an https:// URL "
	    "(http:// only to localhost, 127.0.0.1 or [::1])\n"
	    "10: [metadata c] needs file, which is not set\n"
	    "12: unknown section [services d]; did you mean [service NAME]?\n"
	    "13: unknown section [acces]; did you mean [access]?\n"
	    "14: a section's name has no tabs\n"
	    "15: unknown section [saml f]; did you mean [saml]?\n");
	/* What stands once is not forgotten over a section with a name. */
	assert_complaints(fixture,
	    "[gate]\nthreads = 3\n[service x]\n[gate]\nthreads = 4\n",
	    "5: [gate] threads is given twice, first in line 2\n");
	/* The last section of a file is looked at, too. */
	assert_complaints(fixture, "[idp z]\nuser_from = name_id",
	    "1: [idp z] needs entity_id, which is not set\n");
}

/* What two of them may not have in common. */
static void
test_conflicts(void **state)
{
	struct fixture *fixture = *state;

	assert_complaints(fixture,
	    "[idp a]\n"
	    "entity_id = one\n"
	    "[idp a]\n"
	    "entity_id = two\n"
	    "[idp b]\n"
	    "entity_id = one\n"
	    "[service b]\n"
	    "[metadata b]\n"
	    "url = https://one.example/\n"
	    "file = /tmp/b\n"
	    "[metadata c]\n"
	    "url = https://one.example/\n"
	    "file = /tmp/b\n",
	    "3: [idp a] has the name of the section in line 1, a\n"
	    "5: [idp b] has the entity_id of the section in line 1, one\n"
	    "11: [metadata c] has the file of the section in line 8, /tmp/b\n");
	assert_complaints(fixture,
	    "[idp a]\n"
	    "entity_id = one\n"
	    "user_scope = @one.example\n"
	    "strip_scope = yes\n"
	    "[idp b]\n"
	    "entity_id = two\n"
	    "user_scope = @two.example\n"
	    "strip_scope = yes\n",
	    "5: [idp a] and [idp b] both have strip_scope: each could name "
	    "the other's users\n");
	assert_complaints(fixture,
	    "[saml]\n"
	    "user_scope = metadata\n"
	    "[idp a]\n"
	    "entity_id = one\n"
	    "strip_scope = yes\n",
	    "3: [idp a] strip_scope needs a user_scope = @DOMAIN: without one, "
	    "or with several, two people could have one name\n");
	assert_int_equal(load(fixture,
			     "[saml]\nuser_scope = @one.example\n"
			     "[idp a]\nentity_id = one\nstrip_scope = yes\n"),
	    0);
}

/* Values that are fine alone. */
static void
test_bounds_that_cross(void **state)
{
	static const char nobody[] = ": there would be no such password\n";
	struct fixture *fixture = *state;
	char text[256];

	snprintf(text, sizeof(text),
	    "0: [password] max_length = 100, but the other keys ask for 101 "
	    "characters%s",
	    nobody);
	assert_complaints(
	    fixture, "[password]\nmax_length = 100\nmin_length = 101\n", text);
	assert_complaints(fixture,
	    "[password]\nmax_length = 100\nmin_length_mfa = 101\n", text);
	assert_complaints(fixture,
	    "[password]\nmax_length = 100\nmin_letters = 40\nmin_lower = 1\n"
	    "min_digits = 60\nmin_others = 1\n",
	    text);
	assert_complaints(fixture,
	    "[password]\nmax_length = 100\nmin_letters = 2\nmin_lower = 37\n"
	    "min_upper = 64\n",
	    text);
	assert_int_equal(
	    load(fixture, "[password]\nmax_length = 100\nmin_length = 100\n"),
	    0);
	assert_complaints(fixture,
	    "[lockout]\naddress_block = 2m\naddress_block_max = 119s\n",
	    "0: [lockout] address_block is longer than address_block_max: "
	    "raise the one, or lower the other\n");
	assert_int_equal(load(fixture,
			     "[lockout]\naddress_block = 2m\n"
			     "address_block_max = 2m\n"),
	    0);
}

static void
test_access_rules(void **state)
{
	struct fixture *fixture = *state;
	const struct config_rule *rules;
	char text[1400];

	assert_int_equal(load(fixture,
			     "[access]\n"
			     "# a comment\n"
			     "\n"
			     "  deny user = bob ; on leave\r\n"
			     "allow attribute:urn:oid:1.3.6 = a=b | c;d : e\n"
			     "[gate]\n"
			     "threads = 3\n"
			     "[access  su-l ]\n"
			     "default = deny"),
	    0);
	assert_string_equal(fixture->said, "");
	assert_int_equal(fixture->config->threads, 3);
	assert_int_equal(fixture->config->rule_count, 3);
	rules = fixture->config->rules;
	assert_string_equal(rules[0].service, "");
	assert_string_equal(rules[0].text, "deny user = bob");
	assert_int_equal(rules[0].line, 4);
	assert_string_equal(
	    rules[1].text, "allow attribute:urn:oid:1.3.6 = a=b | c;d : e");
	assert_string_equal(rules[2].service, "su-l");
	assert_string_equal(rules[2].text, "default = deny");
	assert_int_equal(rules[2].line, 9);

	assert_complaints(fixture,
	    "[access]\n"
	    "[access sshd]\n"
	    "[access login]\n"
	    "deny user = bob # on leave\n"
	    "deny user = \x1b[2J\n"
	    "deny user = eve\n"
	    "[access login]\n"
	    "deny user = mallory\n"
	    "[access su]\n",
	    "2: [access sshd] has no rule: the general ones would hold\n"
	    "4: a comment behind a value begins with \";\"\n"
	    "5: a control character in the line\n"
	    "7: [access login] is there already: its rules belong together\n"
	    "9: [access su] has no rule: the general ones would hold\n");

	snprintf(text, sizeof(text), "[access]\ndeny user = %01012d\n", 1);
	assert_int_equal(load(fixture, text), 0);
	assert_int_equal(strlen(fixture->config->rules[0].text), 1024);
	snprintf(text, sizeof(text), "[access]\ndeny user = %01013d\n", 1);
	assert_complaints(fixture, text,
	    "2: the line has 1025 bytes: it may have at most 1024\n");
}

/* [idle] has keys, and rules that have a ":" before their first "=". */
static void
test_idle_rules(void **state)
{
	struct fixture *fixture = *state;
	const struct config_rule *rules;
	char text[1400];

	assert_int_equal(load(fixture,
			     "[idle]\n"
			     "  group:agents = 10m ; the desk\r\n"
			     "limit = 20m ; as agreed: with all\n"
			     "attribute:urn:oid:1.3.6=a=b;c = none\n"
			     "warn: 2m\n"
			     "nonsense:x\n"
			     "[gate]\n"
			     "threads : 3\n"
			     "[idle]\n"
			     "service:api = 0"),
	    0);
	assert_string_equal(fixture->said, "");
	assert_int_equal(fixture->config->idle_limit, 20 * 60);
	assert_int_equal(fixture->config->idle_warn, 2 * 60);
	assert_int_equal(fixture->config->threads, 3);
	assert_int_equal(fixture->config->rule_count, 0);
	assert_int_equal(fixture->config->idle_rule_count, 4);
	rules = fixture->config->idle_rules;
	assert_string_equal(rules[0].service, "");
	assert_string_equal(rules[0].text, "group:agents = 10m");
	assert_int_equal(rules[0].line, 2);
	assert_string_equal(
	    rules[1].text, "attribute:urn:oid:1.3.6=a=b;c = none");
	assert_string_equal(rules[2].text, "nonsense:x");
	assert_string_equal(rules[3].text, "service:api = 0");
	assert_int_equal(rules[3].line, 10);

	assert_complaints(fixture,
	    "[idle]\n"
	    "group:agents = 10m # the desk\n"
	    "group:\x1b = 10m\n"
	    "group = 10m\n"
	    "agents\n"
	    "limit = 1:m\n"
	    "[users]\n"
	    "group:agents = 10m\n",
	    "2: a comment behind a value begins with \";\"\n"
	    "3: a control character in the line\n"
	    "4: unknown key \"group\" in [idle]\n"
	    "5: neither a [section], a key = value nor a comment\n"
	    "6: [idle] limit = 1:m: must be a duration from 0s to 30d (a "
	    "number and s, m, h or d)\n"
	    "8: unknown key \"group\" in [users]\n");

	snprintf(text, sizeof(text), "[idle]\ngroup:%01014d = 1m\n", 1);
	assert_complaints(fixture, text,
	    "2: the line has 1025 bytes: it may have at most 1024\n");
}

static void
test_socket_fits_its_address(void **state)
{
	struct fixture *fixture = *state;
	const struct config_key *key = key_named("gate", "socket");
	char path[128];

	snprintf(path, sizeof(path), "/%0106d", 1);
	assert_int_equal(load_value(fixture, key, path), 0);
	snprintf(path, sizeof(path), "/%0107d", 1);
	assert_int_equal(load_value(fixture, key, path), GATE_ECONFIG);
}

static void
test_file_that_cannot_be_read(void **state)
{
	struct fixture *fixture = *state;
	struct config *before;

	assert_int_equal(load(fixture, ""), 0);
	before = fixture->config;
	assert_int_equal(chmod(fixture->path, 0666), 0);
	assert_int_equal(
	    config_load(&fixture->config, fixture->path, listen_to, fixture),
	    GATE_EUNSAFE);
	assert_non_null(strstr(fixture->said, "0: cannot be read: "));
	/* What is loaded stays. */
	assert_ptr_equal(fixture->config, before);

	fixture->said[0] = '\0';
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(
	    config_load(&fixture->config, fixture->path, listen_to, fixture),
	    GATE_EIO);
	assert_non_null(strstr(fixture->said, strerror(ENOENT)));
}

static void
test_file_too_large(void **state)
{
	struct fixture *fixture = *state;
	size_t size = 300 << 10;
	char *text = malloc(size);

	memset(text, '\n', size);
	assert_int_equal(load_bytes(fixture, text, size), GATE_ECONFIG);
	assert_non_null(strstr(fixture->said, "0: cannot be read: "));
	free(text);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_table_covers_the_structs),
		TEST(test_defaults),
		TEST(test_empty_file_is_all_defaults),
		TEST(test_good_file),
		TEST(test_ranges),
		TEST(test_value_round_trip),
		TEST(test_bad_values),
		TEST(test_good_urls),
		TEST(test_sentences),
		TEST(test_unknown_names),
		TEST(test_broken_lines),
		TEST(test_line_length),
		TEST(test_nul_in_file),
		TEST(test_needs),
		TEST(test_named_sections),
		TEST(test_named_section_errors),
		TEST(test_conflicts),
		TEST(test_bounds_that_cross),
		TEST(test_access_rules),
		TEST(test_idle_rules),
		TEST(test_socket_fits_its_address),
		TEST(test_file_that_cannot_be_read),
		TEST(test_file_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
