/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/config.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/settings.h"
#include "tests/unit/scratch.h"

struct fixture {
	struct saml_settings *settings;
	char why[512];
};

static int
set_up(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state != NULL ? scratch_setup(state) : -1;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	saml_settings_free(&f->settings);
	free(f);
	return scratch_teardown(state);
}

static void
write_file(const char *name, const char *text)
{
	FILE *file = fopen(scratch_path(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(scratch_path(name), 0644), 0);
}

static int
load_by(int (*how)(struct saml_settings **settings, const struct config *config,
	    char *why, size_t why_size),
    struct fixture *f, const char *name)
{
	static char entity_id[] = "https://sp.example";
	static char acs_url[] = "https://sp.example/acs";
	static char user_from[] = "attribute:uid";
	static char slo_url[] = "https://sp.example/slo";
	static char scope[] = "@sp.example", none[] = "";
	static char path[PATH_MAX];
	struct config config = {
		.entity_id = entity_id,
		.acs_url = acs_url,
		.slo_url = slo_url,
		.user_from = user_from,
		.user_scope = scope,
		.saml_key = none,
		.rollover_key = none,
		.idp_metadata = path,
		.clock_skew = 61,
		.max_response = 62,
		.max_validity = 63,
		.worker_memory = 64,
		.allow_unsolicited = 1,
	};

	snprintf(path, sizeof(path), "%s", scratch_path(name));
	saml_settings_free(&f->settings);
	f->why[0] = '\0';
	return how(&f->settings, &config, f->why, sizeof(f->why));
}

static int
load(struct fixture *f, const char *name)
{
	return load_by(saml_settings_load, f, name);
}

static void
takes_the_configuration(void **state)
{
	struct fixture *f = *state;

	write_file("idp.xml", "<idp/>");
	assert_int_equal(load(f, "idp.xml"), 0);
	assert_string_equal(f->settings->entity_id, "https://sp.example");
	assert_string_equal(f->settings->acs_url, "https://sp.example/acs");
	assert_string_equal(f->settings->user_from, "attribute:uid");
	assert_string_equal(f->settings->slo_url, "https://sp.example/slo");
	assert_string_equal(f->settings->user_scope, "@sp.example");
	assert_int_equal(f->settings->clock_skew, 61);
	assert_int_equal(f->settings->max_response, 62);
	assert_int_equal(f->settings->max_validity, 63);
	assert_int_equal(f->settings->memory_limit, 64);
	assert_int_equal(f->settings->allow_unsolicited, 1);
	assert_int_equal(f->settings->document_count, 1);
	assert_string_equal(
	    f->settings->documents[0].name, scratch_path("idp.xml"));
	assert_string_equal(f->settings->documents[0].text, "<idp/>");
	assert_int_equal(f->settings->documents[0].size, 6);
}

/* Keys are secrets, and IdPs may have rules of their own. */
static void
takes_keys_and_rules(void **state)
{
	static char from[] = "name_id", scope[] = "@one.example", none[] = "";
	static char one[] = "https://one.example", text[] = "x";
	static char key[PATH_MAX], rollover[PATH_MAX], metadata[PATH_MAX];
	struct config_idp idp = { .entity_id = one,
		.user_from = from,
		.user_scope = scope,
		.strip_scope = 1 };
	struct config_source source = { .file = metadata };
	struct config config = { .entity_id = text,
		.acs_url = text,
		.slo_url = none,
		.user_from = from,
		.user_scope = none,
		.idp_metadata = metadata,
		.saml_key = key,
		.rollover_key = rollover,
		.idps = &idp,
		.idp_count = 1,
		.sources = &source,
		.source_count = 1 };
	const struct saml_idp_rule *rule;
	struct fixture *f = *state;

	write_file("idp.xml", "<idp/>");
	write_file("key.pem", "one");
	write_file("rollover.pem", "another");
	assert_int_equal(chmod(scratch_path("key.pem"), 0600), 0);
	snprintf(key, sizeof(key), "%s", scratch_path("key.pem"));
	snprintf(
	    rollover, sizeof(rollover), "%s", scratch_path("rollover.pem"));
	snprintf(metadata, sizeof(metadata), "%s", scratch_path("idp.xml"));

	/* readable by others */
	assert_int_equal(
	    saml_settings_load(&f->settings, &config, f->why, sizeof(f->why)),
	    GATE_EUNSAFE);
	assert_non_null(strstr(f->why, "rollover.pem"));
	assert_int_equal(chmod(rollover, 0600), 0);
	assert_int_equal(
	    saml_settings_load(&f->settings, &config, f->why, sizeof(f->why)),
	    0);
	assert_int_equal(f->settings->key_count, 2);
	assert_string_equal(f->settings->keys[0].pem, "one");
	assert_string_equal(f->settings->keys[1].pem, "another");
	assert_true(f->settings->documents[0].fetched > 0);
	rule = saml_settings_rule(f->settings, "https://one.example");
	assert_non_null(rule);
	assert_string_equal(rule->user_scope, "@one.example");
	assert_int_equal(rule->strip_scope, 1);
	assert_null(saml_settings_rule(f->settings, "https://two.example"));
	saml_settings_drop_keys(f->settings);
	assert_int_equal(f->settings->key_count, 0);
}

static void
tells_that_sso_is_off(void **state)
{
	static char none[] = "";
	struct fixture *f = *state;
	const struct config config = { .idp_metadata = none };

	assert_int_equal(
	    saml_settings_load(&f->settings, &config, f->why, sizeof(f->why)),
	    GATE_ENOTFOUND);
	assert_null(f->settings);
}

static void
reads_a_directory(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mkdir(scratch_path("[d*]"), 0755), 0);
	write_file("[d*]/b.xml", "<b/>");
	write_file("[d*]/a.xml", "<a/>");
	write_file("[d*]/c.txt", "no");
	write_file("[d*]/.d.xml", "an editor's");
	assert_int_equal(load(f, "[d*]"), 0);
	assert_int_equal(f->settings->document_count, 2);
	assert_string_equal(f->settings->documents[0].text, "<a/>");
	assert_string_equal(f->settings->documents[1].text, "<b/>");
}

static void
reads_a_pattern(void **state)
{
	struct fixture *f = *state;

	write_file("idp-1.xml", "<one/>");
	write_file("idp-2.xml", "<two/>");
	write_file("sp.xml", "<sp/>");
	assert_int_equal(load(f, "idp-?.xml"), 0);
	assert_int_equal(f->settings->document_count, 2);
	assert_string_equal(f->settings->documents[1].text, "<two/>");
}

static void
says_which_file_is_wrong(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "absent.xml"), GATE_ECONFIG);
	assert_non_null(strstr(f->why, "absent.xml"));

	assert_int_equal(mkdir(scratch_path("empty"), 0755), 0);
	assert_int_equal(load(f, "empty"), GATE_ECONFIG);
	assert_non_null(strstr(f->why, "empty/*.xml"));

	write_file("good.xml", "<good/>");
	write_file("open.xml", "<open/>");
	assert_int_equal(chmod(scratch_path("open.xml"), 0666), 0);
	assert_int_equal(load(f, "*.xml"), GATE_EUNSAFE);
	assert_non_null(strstr(f->why, "open.xml: mode 0666"));
	assert_null(f->settings);
}

/* Where there is to be one more, there may be none so far. */
static void
reads_the_others(void **state)
{
	struct fixture *f = *state;
	const char *file;

	assert_int_equal(mkdir(scratch_path("none"), 0755), 0);
	assert_int_equal(load_by(saml_settings_load_others, f, "none"), 0);
	assert_int_equal(f->settings->document_count, 0);
	file = scratch_path("none/new.xml");
	assert_int_equal(
	    saml_settings_replace(f->settings, file, "<new/>", 6, 17), 0);
	assert_int_equal(f->settings->document_count, 1);
	assert_string_equal(f->settings->documents[0].text, "<new/>");

	/* one that cannot be read is no "none" */
	write_file("none/open.xml", "<open/>");
	assert_int_equal(chmod(scratch_path("none/open.xml"), 0666), 0);
	assert_int_equal(
	    load_by(saml_settings_load_others, f, "none"), GATE_EUNSAFE);
}

/* Files that idp_metadata takes in, there or not. */
static void
knows_what_it_takes(void **state)
{
	static const struct {
		const char *metadata, *file;
		int takes;
	} rows[] = {
		{ "dir", "dir/there.xml", 1 },
		{ "dir/", "dir/there.xml", 1 },
		{ "dir", "dir/absent.xml", 1 },
		{ "dir/", "dir/absent.xml", 1 },
		{ "dir", "dir//absent.xml", 1 },
		{ "dir", "dir/absent.txt", 0 },
		{ "dir", "dir/.absent.xml", 0 },
		{ "dir", "absent.xml", 0 },
		{ "dir", "nowhere/absent.xml", 0 },
		{ "dir", "other/there.xml", 0 },
		{ "dir", "alias/absent.xml", 1 },
		{ "*/fed-?.xml", "dir/fed-1.xml", 1 },
		{ "*/fed-?.xml", "other/fed-1.xml", 1 },
		{ "*/fed-?.xml", "dir/fed-10.xml", 0 },
		{ "d?r/*", "other/fed-1.xml", 0 },
		{ "dir/one.xml", "dir/one.xml", 1 },
		{ "dir/one.xml", "dir/two.xml", 0 },
		{ "dir/there.xml", "dir/there.xml", 1 },
		{ "dir/there.xml", "dir/one.xml", 0 },
	};
	char metadata[PATH_MAX];
	struct config config = { .idp_metadata = metadata };
	size_t i;

	(void)state;
	assert_int_equal(mkdir(scratch_path("dir"), 0755), 0);
	assert_int_equal(mkdir(scratch_path("other"), 0755), 0);
	assert_int_equal(symlink("dir", scratch_path("alias")), 0);
	write_file("dir/there.xml", "<there/>");
	write_file("other/there.xml", "<there/>");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(metadata, sizeof(metadata), "%s",
		    scratch_path(rows[i].metadata));
		if (saml_settings_takes(&config, scratch_path(rows[i].file)) !=
		    rows[i].takes)
			fail_msg("%s: %s", rows[i].metadata, rows[i].file);
	}
	metadata[0] = '\0';
	assert_int_equal(
	    saml_settings_takes(&config, scratch_path("dir/there.xml")), 0);
}

static void
refuses_a_link(void **state)
{
	struct fixture *f = *state;
	write_file("there.xml", "<there/>");
	assert_int_equal(symlink("there.xml", scratch_path("link.xml")), 0);
	assert_int_equal(load(f, "link.xml"), GATE_EUNSAFE);
	assert_non_null(strstr(f->why, "link.xml"));
}

/* A file that takes no space on the disk. */
static void
write_large(const char *name, off_t size)
{
	write_file(name, "");
	assert_int_equal(truncate(scratch_path(name), size), 0);
}

static void
holds_the_caps(void **state)
{
	struct fixture *f = *state;

	write_large("1.xml", SAML_DOCUMENT_MAX);
	assert_int_equal(load(f, "1.xml"), 0);
	assert_int_equal(f->settings->documents[0].size, SAML_DOCUMENT_MAX);
	write_large("2.xml", SAML_DOCUMENT_MAX);
	assert_int_equal(load(f, "?.xml"), GATE_ETOOBIG);
	assert_non_null(strstr(f->why, "2.xml: with it"));
	write_large("large.xml", SAML_DOCUMENT_MAX + 1);
	assert_int_equal(load(f, "large.xml"), GATE_ETOOBIG);
	assert_non_null(strstr(f->why, "large.xml"));
}

/* What passes the cap on the files does fit in the message. */
static void
fits_in_a_message(void **state)
{
	struct fixture *f = *state;
	struct wire_msg *msg = NULL;
	struct saml_settings *back = NULL;

	write_large("1.xml", SAML_DOCUMENT_MAX);
	write_large("2.xml", SAML_DOCUMENT_MAX - (72 << 10));
	assert_int_equal(load(f, "?.xml"), 0);
	assert_int_equal(wire_msg_new(&msg, WIRE_BODY_MAX), 0);
	wire_begin(msg, VERB_SAML_SETUP);
	saml_settings_put(f->settings, msg);
	assert_int_equal(saml_settings_get(&back, msg), 0);
	assert_int_equal(back->document_count, 2);
	saml_settings_free(&back);
	wire_msg_free(&msg);
}

/* A message of settings without its documents. */
static struct wire_msg *
settings_msg(void)
{
	static char text[] = "text";
	const struct saml_settings settings = {
		.entity_id = text,
		.acs_url = text,
		.user_from = text,
		.clock_skew = 1,
		.max_response = 2,
		.max_validity = 3,
		.memory_limit = 4,
		.allow_unsolicited = 1,
	};
	struct wire_msg *msg = NULL;

	assert_int_equal(wire_msg_new(&msg, WIRE_BODY_LOGIN), 0);
	wire_begin(msg, VERB_SAML_SETUP);
	saml_settings_put(&settings, msg);
	return msg;
}

static void
put_rule(struct wire_msg *msg, const char *entity_id, const char *scope)
{
	wire_put_str(msg, TAG_IDP_RULE, entity_id);
	wire_put_str(msg, TAG_USER_FROM, "name_id");
	wire_put_str(msg, TAG_USER_SCOPE, scope);
	wire_put_num(msg, TAG_STRIP_SCOPE, 0);
}

static void
goes_there_and_back(void **state)
{
	struct fixture *f = *state;
	struct wire_msg *msg = settings_msg();

	wire_put_bytes(msg, TAG_PRIVATE_KEY, "secret", 6);
	put_rule(msg, "https://one.example", "@one.example");
	put_rule(msg, "https://two.example", "metadata");
	wire_put_str(msg, TAG_METADATA_NAME, "one");
	wire_put_num(msg, TAG_FETCHED, 17);
	wire_put_bytes(msg, TAG_METADATA, "a\0b", 3);
	wire_put_str(msg, TAG_METADATA_NAME, "two");
	wire_put_str(msg, TAG_METADATA, "");
	assert_int_equal(saml_settings_get(&f->settings, msg), 0);
	assert_string_equal(f->settings->entity_id, "text");
	assert_int_equal(f->settings->clock_skew, 1);
	assert_int_equal(f->settings->max_response, 2);
	assert_int_equal(f->settings->max_validity, 3);
	assert_int_equal(f->settings->memory_limit, 4);
	assert_int_equal(f->settings->allow_unsolicited, 1);
	assert_int_equal(f->settings->key_count, 1);
	assert_string_equal(f->settings->keys[0].pem, "secret");
	assert_string_equal(
	    saml_settings_rule(f->settings, "https://two.example")->user_scope,
	    "metadata");
	assert_string_equal(
	    saml_settings_rule(f->settings, "https://one.example")->user_scope,
	    "@one.example");
	assert_int_equal(f->settings->document_count, 2);
	assert_int_equal(f->settings->documents[0].fetched, 17);
	assert_int_equal(f->settings->documents[1].fetched, 0);
	assert_string_equal(f->settings->documents[0].name, "one");
	assert_int_equal(f->settings->documents[0].size, 3);
	assert_memory_equal(f->settings->documents[0].text, "a\0b", 4);
	assert_int_equal(f->settings->documents[1].size, 0);
	saml_settings_drop_documents(f->settings);
	assert_int_equal(f->settings->document_count, 0);
	assert_string_equal(f->settings->entity_id, "text");
	wire_msg_free(&msg);
}

static void
refuses_what_is_not_settings(void **state)
{
	static const struct {
		uint16_t first, second;
	} rows[] = {
		{ TAG_METADATA_NAME, 0 },
		{ TAG_METADATA, 0 },
		{ TAG_METADATA_NAME, TAG_METADATA_NAME },
		{ TAG_ENTITY_ID, 0 },
		{ TAG_CLOCK_SKEW, 0 },
		{ TAG_RESPONSE, 0 },
		{ TAG_FETCHED, 0 },
		{ TAG_STRIP_SCOPE, 0 },
		{ TAG_IDP_RULE, 0 },
		{ TAG_IDP_RULE, TAG_USER_FROM },
		{ TAG_IDP_RULE, TAG_IDP_RULE },
		{ TAG_IDP_RULE, TAG_ENTITY_ID },
	};
	struct saml_settings *settings = NULL;
	struct wire_msg *msg;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		msg = settings_msg();
		wire_put_str(msg, rows[i].first, "x");
		if (rows[i].second != 0)
			wire_put_str(msg, rows[i].second, "x");
		assert_int_equal(
		    saml_settings_get(&settings, msg), GATE_EPROTO);
		assert_null(settings);
		wire_msg_free(&msg);
	}
	assert_int_equal(wire_msg_new(&msg, WIRE_BODY_LOGIN), 0);
	wire_begin(msg, VERB_SAML_SETUP);
	assert_int_equal(saml_settings_get(&settings, msg), GATE_EPROTO);
	wire_msg_free(&msg);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_the_configuration),
		TEST(takes_keys_and_rules),
		TEST(tells_that_sso_is_off),
		TEST(reads_a_directory),
		TEST(reads_a_pattern),
		TEST(says_which_file_is_wrong),
		TEST(reads_the_others),
		TEST(knows_what_it_takes),
		TEST(refuses_a_link),
		TEST(holds_the_caps),
		TEST(fits_in_a_message),
		TEST(goes_there_and_back),
		TEST(refuses_what_is_not_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
