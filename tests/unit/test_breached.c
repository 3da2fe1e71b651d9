/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
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

#include "lib/error.h"
#include "lib/file.h"
#include "password/blocklist.h"
#include "password/breached.h"
#include "password/breached_import.h"
#include "tests/unit/scratch.h"

/* SHA-1 of "password", and its two parts in the published ranges. */
#define PASSWORD "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8"
#define PREFIX   "5BAA6"
#define SUFFIX   "1E4C9B93F3F0682250B6CF8331B7EE68FD8"

static char path[PATH_MAX];

static struct breached_import *
begin(size_t entries)
{
	struct breached_import *import = NULL;

	snprintf(path, sizeof(path), "%s/breached", scratch);
	assert_int_equal(breached_import_new(&import, path, entries), 0);
	return import;
}

static int
take(struct breached_import *import, const char *prefix, const char *line)
{
	return breached_import_line(import, prefix, line, strlen(line));
}

static struct breached *
end(struct breached_import *import, uint64_t count)
{
	struct breached *breached = NULL;
	char why[256];
	uint64_t n;

	assert_int_equal(breached_import_finish(import, &n), 0);
	assert_int_equal(n, count);
	breached_import_free(&import);
	assert_int_equal(breached_open(&breached, path, why, sizeof(why)), 0);
	assert_int_equal(breached_count(breached), count);
	return breached;
}

/* What is in the folder but "." and "..". */
static int
files(void)
{
	char command[PATH_MAX + 32];
	int n = -1;
	FILE *ls;

	snprintf(command, sizeof(command), "ls -A '%s' | wc -l", scratch);
	ls = popen(command, "r");
	assert_int_equal(fscanf(ls, "%d", &n), 1);
	pclose(ls);
	return n;
}

static void
takes_every_form_of_a_line(void **state)
{
	static const struct {
		const char *prefix, *line;
		int r;
		uint64_t taken;
	} cases[] = {
		{ NULL, PASSWORD, 0, 1 },
		{ NULL, PASSWORD ":17", 0, 1 },
		{ NULL, PASSWORD ":17\r", 0, 1 },
		{ PREFIX, SUFFIX ":17", 0, 1 },
		{ PREFIX, SUFFIX, 0, 1 },
		{ PREFIX, PASSWORD ":17", 0, 1 },
		{ NULL, "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", 0, 1 },
		/* padding of the published service, and nothing at all */
		{ PREFIX, SUFFIX ":0", 0, 0 },
		{ PREFIX, SUFFIX ":00", 0, 0 },
		{ NULL, "", 0, 0 },
		{ NULL, "\r", 0, 0 },
		/* NTLM, a cut line, a line without its file's name, words */
		{ NULL, "8846F7EAEE8FB117AD06BDD830B7586C", GATE_EINVAL, 0 },
		{ NULL, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD", GATE_EINVAL,
		    0 },
		{ NULL, SUFFIX ":1", GATE_EINVAL, 0 },
		{ "5BAA", SUFFIX ":1", GATE_EINVAL, 0 },
		{ "5BAAG", SUFFIX ":1", GATE_EINVAL, 0 },
		{ NULL, PASSWORD "0", GATE_EINVAL, 0 },
		{ NULL, PASSWORD ":", GATE_EINVAL, 0 },
		{ NULL, PASSWORD ":x", GATE_EINVAL, 0 },
		{ NULL, PASSWORD ":-1", GATE_EINVAL, 0 },
		{ NULL, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FDX", GATE_EINVAL,
		    0 },
		{ NULL, "password", GATE_EINVAL, 0 },
	};
	struct breached_import *import;
	struct breached *breached;
	uint64_t count;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		import = begin(4);
		print_message("%s\n", cases[i].line);
		assert_int_equal(
		    take(import, cases[i].prefix, cases[i].line), cases[i].r);
		assert_int_equal(breached_import_taken(import), cases[i].taken);
		if (cases[i].taken > 0) {
			breached = end(import, 1);
			assert_int_equal(
			    breached_has(breached, "password"), GATE_EREFUSED);
			assert_int_equal(breached_has(breached, "passwore"), 0);
			breached_free(&breached);
			unlink(path);
		} else {
			assert_int_equal(breached_import_finish(import, &count),
			    GATE_EINVAL);
			breached_import_free(&import);
		}
		assert_int_equal(files(), 0);
	}
}

static uint64_t
random64(void)
{
	return (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^
	    (uint64_t)rand();
}

/*
 * In any order and with repetitions, sorted at once or in pieces of any size:
 * it has what was put in, each once, and nothing else. Entries are spread
 * evenly, as hashes are, or all near each other, as no hashes are.
 */
static void
has_what_was_put_in(void **state)
{
	static const size_t rooms[] = { 1, 7, 100, 1000, 4096 };
	static const uint64_t spread[] = { UINT64_MAX, 1 << 12, 3 };
	uint64_t entries[1000], other, unique;
	struct breached_import *import;
	struct breached *breached;
	size_t i, j, room, s;
	char line[64];

	(void)state;
	srand(2);
	for (s = 0; s < sizeof(spread) / sizeof(spread[0]); s++) {
		for (room = 0; room < sizeof(rooms) / sizeof(rooms[0]);
		     room++) {
			import = begin(rooms[room]);
			unique = 0;
			for (i = 0; i < 1000; i++) {
				entries[i] = random64() % spread[s];
				for (j = 0; j < i; j++)
					if (entries[j] == entries[i])
						break;
				unique += j == i;
				snprintf(line, sizeof(line), "%016llX%024d:5",
				    (unsigned long long)entries[i], 0);
				assert_int_equal(take(import, NULL, line), 0);
			}
			breached = end(import, unique);
			for (i = 0; i < 1000; i++)
				assert_true(
				    breached_has_entry(breached, entries[i]));
			for (i = 0; i < 1000; i++) {
				other = random64() % spread[s];
				for (j = 0; j < 1000; j++)
					if (entries[j] == other)
						break;
				assert_int_equal(
				    breached_has_entry(breached, other),
				    j < 1000);
			}
			assert_false(breached_has_entry(breached, UINT64_MAX));
			breached_free(&breached);
			assert_int_equal(files(), 1);
		}
	}
}

/* The ends of the range, and a file of a single entry. */
static void
finds_the_first_and_the_last(void **state)
{
	static const char zero[] = "0000000000000000000000000000000000000000";
	static const char ones[] = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
	struct breached_import *import = begin(10);
	struct breached *breached;

	(void)state;
	assert_int_equal(take(import, NULL, ones), 0);
	assert_int_equal(take(import, NULL, zero), 0);
	breached = end(import, 2);
	assert_true(breached_has_entry(breached, 0));
	assert_true(breached_has_entry(breached, UINT64_MAX));
	assert_false(breached_has_entry(breached, 1));
	assert_false(breached_has_entry(breached, UINT64_MAX - 1));
	breached_free(&breached);
}

/* The old file stays until the new one is whole; who has it open keeps it. */
static void
replaces_as_a_whole(void **state)
{
	struct breached_import *import = begin(10);
	struct breached *old, *new;
	struct stat st;

	(void)state;
	assert_int_equal(take(import, NULL, PASSWORD), 0);
	old = end(import, 1);
	import = begin(10);
	assert_int_equal(
	    take(import, PREFIX, "00000000000000000000000000000000000:1"), 0);
	assert_int_equal(files(), 2);
	breached_import_free(&import);
	assert_int_equal(files(), 1);
	assert_int_equal(breached_has(old, "password"), GATE_EREFUSED);

	import = begin(10);
	assert_int_equal(
	    take(import, PREFIX, "00000000000000000000000000000000000:1"), 0);
	new = end(import, 1);
	assert_int_equal(breached_has(old, "password"), GATE_EREFUSED);
	assert_int_equal(breached_has(new, "password"), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	breached_free(&old);
	breached_free(&new);
}

static void
opens_no_other_file(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} files_[] = {
		{ "", 0 },
		{ "GATEBRE\x01", 8 },
		{ "GATEBRE\x01\0\0\0\0\0\0\0\x01", 16 }, /* cut */
		{ "GATEBRE\x01\0\0\0\0\0\0\0\x01sevenby", 23 },
		{ "GATEBRE\x01\0\0\0\0\0\0\0\x01more than 8", 27 },
		{ "GATEBRE\x02\0\0\0\0\0\0\0\x01"
		  "8 bytes.",
		    24 },
		{ "GATEBRE\x01\x20\0\0\0\0\0\0\x01"
		  "8 bytes.",
		    24 },
	};
	struct breached *breached = NULL;
	char why[256];
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/other", scratch);
	assert_int_equal(
	    breached_open(&breached, path, why, sizeof(why)), GATE_EIO);
	assert_string_equal(why,
	    "there is no such file yet: gatehousectl "
	    "password breached import makes it");
	for (i = 0; i < sizeof(files_) / sizeof(files_[0]); i++) {
		assert_int_equal(
		    file_replace(path, 0644, files_[i].bytes, files_[i].size),
		    0);
		assert_int_equal(
		    breached_open(&breached, path, why, sizeof(why)),
		    GATE_EPROTO);
		assert_null(breached);
		assert_non_null(strstr(why, "breached import"));
	}
	/* the same as a good one, if it were not for its mode */
	assert_int_equal(file_replace(path, 0666,
			     "GATEBRE\x01\0\0\0\0\0\0\0\x01"
			     "8 bytes.",
			     24),
	    0);
	assert_int_equal(
	    breached_open(&breached, path, why, sizeof(why)), GATE_EUNSAFE);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(breached_open(&breached, path, why, sizeof(why)), 0);
	breached_free(&breached);
}

static int
blocks(const struct blocklist *list, const char *password)
{
	struct letters letters;

	(void)letters_read(&letters, password);
	letters_fold(&letters);
	return blocklist_has(list, &letters);
}

static void
blocks_what_is_listed(void **state)
{
	static const char text[] = "# ours\n\nSummer in Berlin\r\n"
				   "hunter2\nl33t$peak\n"
				   "\xec\x84\x9c\xec\x9a\xb8\n"
				   "the last";
	static const char *const listed[] = { "Summer in Berlin",
		"summer in berlin", "5umm3r in 83rlin", "HUNTER2", "leetspeak",
		"\xec\x84\x9c\xec\x9a\xb8", "the last", "The L4st" };
	static const char *const others[] = { "summer in berlin ", "hunter",
		"hunter22", "# ours", "", "the lasu" };
	struct blocklist *list = NULL;
	char why[256];
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/blocklist", scratch);
	assert_int_equal(file_replace(path, 0644, text, strlen(text)), 0);
	assert_int_equal(blocklist_load(&list, path, why, sizeof(why)), 0);
	assert_int_equal(blocklist_count(list), 5);
	for (i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
		assert_true(blocks(list, listed[i]));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(blocks(list, others[i]));
	blocklist_free(&list);
}

static void
blocks_among_many(void **state)
{
	struct blocklist *list = NULL;
	char why[256], password[32], *text = malloc(5000 * 16);
	size_t used = 0;
	int i;

	(void)state;
	for (i = 0; i < 5000; i++)
		used += (size_t)sprintf(text + used, "password%d\n", 2 * i);
	snprintf(path, sizeof(path), "%s/blocklist", scratch);
	assert_int_equal(file_replace(path, 0644, text, used), 0);
	assert_int_equal(blocklist_load(&list, path, why, sizeof(why)), 0);
	assert_int_equal(blocklist_count(list), 5000);
	for (i = 0; i < 5000; i++) {
		snprintf(password, sizeof(password), "PASSWORD%d", 2 * i);
		assert_true(blocks(list, password));
	}
	assert_false(blocks(list, "password10001x"));
	blocklist_free(&list);
	free(text);
}

static void
loads_no_bad_blocklist(void **state)
{
	static const char bad[] = "one\ntwo\n\xff\xfe\n";
	struct blocklist *list = NULL;
	char why[256], line[PASSWORD_MAX + 2];

	(void)state;
	snprintf(path, sizeof(path), "%s/blocklist", scratch);
	assert_int_equal(
	    blocklist_load(&list, path, why, sizeof(why)), GATE_EIO);
	assert_true(why[0] != '\0');
	assert_int_equal(file_replace(path, 0644, bad, strlen(bad)), 0);
	assert_int_equal(
	    blocklist_load(&list, path, why, sizeof(why)), GATE_EINVAL);
	assert_string_equal(why, "line 3 is too long, or not UTF-8");
	memset(line, 'x', sizeof(line));
	assert_int_equal(file_replace(path, 0644, line, PASSWORD_MAX + 1), 0);
	assert_int_equal(
	    blocklist_load(&list, path, why, sizeof(why)), GATE_EINVAL);
	assert_int_equal(file_replace(path, 0644, line, PASSWORD_MAX), 0);
	assert_int_equal(blocklist_load(&list, path, why, sizeof(why)), 0);
	blocklist_free(&list);
	assert_int_equal(file_replace(path, 0644, "", 0), 0);
	assert_int_equal(blocklist_load(&list, path, why, sizeof(why)), 0);
	assert_false(blocks(list, "x"));
	blocklist_free(&list);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_every_form_of_a_line),
		TEST(has_what_was_put_in),
		TEST(finds_the_first_and_the_last),
		TEST(replaces_as_a_whole),
		TEST(opens_no_other_file),
		TEST(blocks_what_is_listed),
		TEST(blocks_among_many),
		TEST(loads_no_bad_blocklist),
	};

	return cmocka_run_group_tests_name("breached", tests, NULL, NULL);
}
