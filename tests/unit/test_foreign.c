/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/foreign_rules.h"

#include "ipwhitelist/export.h"

#define SEED 20261122

/* A text, what comes of it, and how the notes begin. */
struct sample {
	const char *text, *rules, *note;
	int r;
};

static void
check(importer *import, const struct foreign *options,
    const struct sample *samples, size_t count)
{
	static struct told told;
	size_t i;

	for (i = 0; i < count; i++) {
		assert_int_equal(
		    bring_in(import, options, samples[i].text, &told),
		    samples[i].r);
		assert_string_equal(told.rules, samples[i].rules);
		if (strncmp(told.notes, samples[i].note,
			strlen(samples[i].note)) != 0 ||
		    (told.notes[0] != '\0') != (samples[i].note[0] != '\0'))
			fail_msg("%s: %s", samples[i].text, told.notes);
	}
}

#define CHECK(import, options, samples)                                        \
	check(import, options, samples, sizeof(samples) / sizeof((samples)[0]))

static void
reads_nginx(void **state)
{
	static const struct sample samples[] = {
		/* the example of ngx_http_access_module */
		{ "    deny  192.168.1.1;\n    allow 192.168.1.0/24;\n"
		  "    allow 10.1.1.0/16;\n    allow 2001:0db8::/32;\n"
		  "    deny  all;\n",
		    "allow 10.1.0.0/16\nallow 192.168.1.0/24\n"
		    "deny 192.168.1.1\nallow 2001:db8::/32\n",
		    "", 0 },
		{ "allow 2001:db8::1/32;\nallow 10.0.0.1/33;\ndeny all;\n",
		    "allow 2001:db8::/32\n", "2: \"10.0.0.1/33\" is not",
		    GATE_EINVAL },
		{ "allow 10.0.0.0/8; deny 10.1.0.0/16; deny all;",
		    "allow 10.0.0.0/8\n", "", 0 },
		{ "allow 10.0.0.0/8; # deny all;\n", "allow 10.0.0.0/8\n",
		    "0: nginx lets in", 0 },
		{ "allow all;\ndeny 10.0.0.1;\n", "allow any\n", "", 0 },
		{ "deny 10.0.0.300;\nallow all;\n", "", "1: ", GATE_EINVAL },
		{ "allow unix:;\ndeny all;\n", "", "1: left out: who comes",
		    GATE_EINVAL },
		{ "location / {\n allow 10.0.0.1;\n}\nallow 10.0.0.2;\n"
		  "deny all;",
		    "allow 10.0.0.2\n", "1: left out: the block of location",
		    GATE_EINVAL },
		{ "allow 10.0.0.1\ndeny all;", "", "2: left out", GATE_EINVAL },
		{ "include other;\nallow 10.0.0.1;\ndeny all;",
		    "allow 10.0.0.1\n", "1: left out: \"include\"",
		    GATE_EINVAL },
		{ "deny 10.0.0.1", "", "1: left out", GATE_EINVAL },
	};
	const struct foreign options = { .keeps_open = 0 };

	(void)state;
	CHECK(foreign_nginx, &options, samples);
}

/* Random lists, asked for every address that is near. */
static void
agrees_with_nginx(void **state)
{
	static struct told told;
	const struct foreign options = { .keeps_open = 1 };
	struct network networks[40];
	struct address address;
	struct rules_verdict verdict;
	struct rules_query query = { .address = &address, .country = "" };
	struct rules *rules;
	char text[4096], why[256], word[64];
	int allows[40], list, i, j, n, expected;
	size_t used;

	(void)state;
	srandom(SEED);
	for (list = 0; list < 2000; list++) {
		n = 1 + (int)(random() % 40);
		for (i = 0, used = 0; i < n; i++) {
			j = (int)(random() % 5);
			snprintf(word, sizeof(word),
			    random() % 3 ? "10.0.0.%d/%d" : "2001:db8::%x/%d",
			    (int)(random() % 8) << j, 32 - j);
			if (network_parse(
				word, &networks[i], why, sizeof(why)) != 0) {
				i--;
				continue;
			}
			allows[i] = (int)(random() % 2);
			used +=
			    (size_t)snprintf(text + used, sizeof(text) - used,
				"%s %s;\n", allows[i] ? "allow" : "deny", word);
		}
		assert_int_equal(
		    bring_in(foreign_nginx, &options, text, &told), 0);
		rules = rules_of(told.rules, NULL);
		for (j = 0; j < 260; j++) {
			snprintf(word, sizeof(word),
			    j % 2 ? "10.0.0.%d" : "2001:db8::%x", j / 2);
			assert_int_equal(address_parse(word, &address), 0);
			for (i = 0; i < n; i++)
				if (network_has(&networks[i], &address))
					break;
			expected = i == n || allows[i];
			rules_judge(rules, &query, &verdict);
			if (verdict.allowed != expected)
				fail_msg("%s: not %d\n%s\n%s", word, expected,
				    text, told.rules);
		}
		rules_free(&rules);
	}
}

static void
reads_tables(void **state)
{
	static const struct sample samples[] = {
		{ "address,note\n10.0.0.0/8,Berlin\n\n2001:db8::1,\n",
		    "allow 10.0.0.0/8 service sshd # Berlin\n"
		    "allow 2001:db8::1 service sshd\n",
		    "", 0 },
		{ "deny;\"10.0.0.1-10.0.0.9\";\"a \"\"b\"\"; # c\"\r\n",
		    "deny 10.0.0.1-10.0.0.9 service sshd # a b; # c\n", "", 0 },
		{ "1\t10.0.0.1\tallow\tx\n",
		    "allow 10.0.0.1 service sshd # x\n", "", 0 },
		{ "10.0.0.1\nnonsense,here\n# note\n",
		    "allow 10.0.0.1 service sshd\n", "2: left out",
		    GATE_EINVAL },
		{ "10.0.0.1/8,\n10.0.0.2", "allow 10.0.0.2 service sshd\n", "",
		    0 },
		/* nothing of a note gets behind the line */
		{ "10.0.0.1,\"a\vb\x1b[31m\"\n",
		    "allow 10.0.0.1 service sshd # ab[31m\n", "", 0 },
	};
	const struct foreign options = { .options = "service sshd" };
	const struct foreign wrong = { .options = "servise sshd" };
	static const struct sample refused[] = { { "10.0.0.1\n", "",
	    "1: left out: \"servise\"", GATE_EINVAL } };

	(void)state;
	CHECK(foreign_csv, &options, samples);
	CHECK(foreign_csv, &wrong, refused);
}

static void
reads_clouds(void **state)
{
	static const struct sample samples[] = {
		/* as AWS has it */
		{ "{\"syncToken\":\"1\",\"createDate\":\"2026-11-22-10-00-00\","
		  "\"prefixes\":[{\"ip_prefix\":\"3.5.140.0/22\",\"region\":"
		  "\"ap-northeast-2\",\"service\":\"AMAZON\","
		  "\"network_border_group\":\"x\"},{\"ip_prefix\":"
		  "\"3.5.140.0/22\",\"region\":\"ap-northeast-2\",\"service\":"
		  "\"S3\"}],\"ipv6_prefixes\":[{\"ipv6_prefix\":"
		  "\"2a05:d07a:a000::/40\",\"region\":\"eu-south-1\","
		  "\"service\":\"AMAZON\"}]}",
		    "allow 3.5.140.0/22 # AMAZON, ap-northeast-2\n"
		    "allow 2a05:d07a:a000::/40 # AMAZON, eu-south-1\n",
		    "", 0 },
		/* as Google has it */
		{ "{\"prefixes\":[{\"ipv4Prefix\":\"34.1.208.0/20\",\"service\""
		  ":\"Google Cloud\",\"scope\":\"africa-south1\"},"
		  "{\"ipv6Prefix\":\"2600:1900:8000::/44\"}]}",
		    "allow 34.1.208.0/20 # Google Cloud, africa-south1\n"
		    "allow 2600:1900:8000::/44\n",
		    "", 0 },
		/* as Azure has it */
		{ "{\"changeNumber\":1,\"values\":[{\"name\":\"A.B\",\"id\":"
		  "\"A.B\",\"properties\":{\"region\":\"\",\"systemService\":"
		  "\"AzureB\",\"addressPrefixes\":[\"13.66.60.119/32\","
		  "\"2603:1000::/47\"]}}]}",
		    "allow 13.66.60.119/32 # AzureB\n"
		    "allow 2603:1000::/47 # AzureB\n",
		    "", 0 },
		/* as Cloudflare and GitHub have it */
		{ "{\"result\":{\"ipv4_cidrs\":[\"173.245.48.0/20\"]},"
		  "\"hooks\":[\"192.30.252.0/22\",\"::/0\"]}",
		    "allow 173.245.48.0/20\nallow 192.30.252.0/22\n",
		    "0: left out: ::/0 would be everything", GATE_EINVAL },
		{ "{}", "", "0: there is no network", GATE_EINVAL },
		{ "{\"a\":\n1,}", "", "2: this is not JSON", GATE_EINVAL },
		{ "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "",
		    "0: this is too deep", GATE_EINVAL },
	};
	const char *const aws = samples[0].text;
	struct foreign options = { .keeps_open = 0 };
	static struct told told;

	(void)state;
	CHECK(foreign_cloud, &options, samples);
	options.only = "eu-south-1";
	assert_int_equal(bring_in(foreign_cloud, &options, aws, &told), 0);
	assert_string_equal(
	    told.rules, "allow 2a05:d07a:a000::/40 # AMAZON, eu-south-1\n");
	options.only = "s3";
	assert_int_equal(bring_in(foreign_cloud, &options, aws, &told), 0);
	assert_string_equal(
	    told.rules, "allow 3.5.140.0/22 # S3, ap-northeast-2\n");
}

static int
refuse(const char *rule, int line, void *data)
{
	(void)rule;
	(void)line;
	++*(int *)data;
	return -77;
}

static void
no_note(int line, const char *text, void *data)
{
	(void)line;
	(void)text;
	(void)data;
}

/* What whoever takes the rules returns ends it. */
static void
ends_where_it_is_told(void **state)
{
	static importer *const importers[] = { foreign_access, foreign_nginx,
		foreign_csv, foreign_cloud };
	static const char *const texts[] = {
		"+:a:10.0.0.1 10.0.0.2\n-:ALL:ALL\n",
		"allow 10.0.0.1; allow 10.0.0.2; deny all;",
		"10.0.0.1\n10.0.0.2\n", "[\"10.0.0.1\", \"10.0.0.2\"]"
	};
	int told = 0;
	const struct foreign options = {
		.each = refuse, .note = no_note, .data = &told
	};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(
		    importers[i](&options, texts[i], strlen(texts[i])), -77);
		assert_int_equal(told, (int)i + 1);
	}
}

static void
writes_what_was_read(void **state)
{
	static const char text[] =
	    "set a=10.0.0.0/8, b # x\nallow a service \"a b\" # it's \"so\"\n"
	    "deny  country DE user =x\nset b = ::1\n";
	static const char table[] =
	    "action,what,conditions,note,file,line\r\n"
	    "\"allow\",\"a\",\"service \"\"a b\"\"\",\"it's \"\"so\"\"\","
	    "\"rules\",2\r\n"
	    "\"deny\",\"country DE\",\"user =x\",\"\",\"rules\",3\r\n";
	struct source *source;
	char *bytes = NULL;
	size_t size;
	FILE *to;

	(void)state;
	assert_int_equal(source_parse(&source, "rules", text, strlen(text),
			     no_complaint, NULL),
	    0);
	assert_non_null(to = open_memstream(&bytes, &size));
	assert_int_equal(export_rules(to, &source, 1), 0);
	fclose(to);
	assert_string_equal(bytes,
	    "set a = 10.0.0.0/8, b\nset b = ::1\n"
	    "allow a service \"a b\" # it's \"so\"\n"
	    "deny  country DE user =x\n");
	free(bytes);
	assert_non_null(to = open_memstream(&bytes, &size));
	assert_int_equal(export_csv(to, &source, 1), 0);
	fclose(to);
	assert_string_equal(bytes, table);
	free(bytes);
	source_free(&source);
	assert_int_equal(
	    source_parse(&source, "rules", "deny 10.0.0.1 # =cmd()\n", 23,
		no_complaint, NULL),
	    0);
	assert_non_null(to = open_memstream(&bytes, &size));
	assert_int_equal(export_csv(to, &source, 1), 0);
	fclose(to);
	assert_non_null(strstr(bytes, ",\"'=cmd()\","));
	free(bytes);
	source_free(&source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_nginx),
		cmocka_unit_test(agrees_with_nginx),
		cmocka_unit_test(reads_tables),
		cmocka_unit_test(reads_clouds),
		cmocka_unit_test(ends_where_it_is_told),
		cmocka_unit_test(writes_what_was_read),
	};

	return cmocka_run_group_tests_name("foreign", tests, NULL, NULL);
}
