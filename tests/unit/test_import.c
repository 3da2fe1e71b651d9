/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <liboath/oath.h>

#include "lib/error.h"
#include "lib/file.h"
#include "tests/unit/scratch.h"
#include "twofactor/import.h"
#include "twofactor/otp.h"
#include "twofactor/recovery.h"

#define NOW     INT64_C(1795334735) /* 2026-11-22 */
#define STEP    (NOW / 30)
#define ENTRIES 8

/* What an import gave and said. */
static struct {
	struct import_entry entries[ENTRIES];
	size_t count;
	char notes[4096];
	size_t note_count;
	int stop; /* what each returns */
} got;

static int
each(const struct import_entry *entry, void *data)
{
	assert_ptr_equal(data, &got);
	if (got.count < ENTRIES)
		got.entries[got.count] = *entry;
	got.count++;
	return got.stop;
}

static void
note(int line, const char *text, void *data)
{
	char one[300];

	assert_ptr_equal(data, &got);
	snprintf(one, sizeof(one), "%d: %s\n", line, text);
	if (strlen(got.notes) + strlen(one) < sizeof(got.notes))
		strncat(got.notes, one, sizeof(got.notes) - 1);
	got.note_count++;
}

static int
read_size(const char *text, size_t size, const char *user)
{
	const struct import import = { .user = user,
		.now = NOW,
		.each = each,
		.note = note,
		.data = &got };

	memset(&got.entries, 0, sizeof(got.entries));
	got.count = got.note_count = 0;
	got.notes[0] = '\0';
	return import_read(&import, text, size);
}

static int
read_text(const char *text)
{
	return read_size(text, strlen(text), "alice");
}

/* What a login with the code of a count, or of a step from now, would be. */
static int
check(const struct import_entry *entry, int64_t count)
{
	static const struct otp_window window = {
		.drift = 1, .drift_max = 10, .look_ahead = 5
	};
	struct otp_match match;
	char code[FACTOR_DIGITS_MAX + 1];

	assert_int_equal(
	    otp_code(&entry->factor, &entry->seed, count, code), 0);
	return otp_check(
	    &entry->factor, &entry->seed, &window, code, NOW, &match);
}

/* As google-authenticator -t wrote it, after a login or two. */
static const char google_totp[] = "RAMRFKJOYFAWAZA7H277VOHL3Q\n"
				  "\" RATE_LIMIT 3 30 1795334700 1795334735\n"
				  "\" WINDOW_SIZE 3\n"
				  "\" DISALLOW_REUSE 59844490 59844491\n"
				  "\" TOTP_AUTH\n"
				  "92963476\n"
				  "96961605\n"
				  "74589019\n"
				  "12062587\n";

static void
reads_google_totp(void **state)
{
	const struct import_entry *entry = got.entries;
	struct recovery_kept kept;
	size_t which;

	(void)state;
	assert_int_equal(read_text(google_totp), 0);
	assert_int_equal(got.count, 1);
	assert_string_equal(entry->user, "alice");
	assert_int_equal(entry->line, 1);
	assert_int_equal(entry->factor.kind, FACTOR_TOTP);
	assert_int_equal(entry->factor.algorithm, FACTOR_SHA1);
	assert_int_equal(entry->factor.digits, 6);
	assert_int_equal(entry->factor.period, 30);
	assert_int_equal(entry->factor.last, STEP);
	assert_int_equal(entry->factor.confirmed, 1);
	assert_int_equal(entry->seed.size, 16);
	/* which of a step's codes were used cannot be known: the next one is
	 * the first that is good; 270534 was the one of this step */
	assert_int_equal(check(entry, STEP - 1), GATE_EEXISTS);
	assert_int_equal(check(entry, STEP), GATE_EEXISTS);
	assert_int_equal(check(entry, STEP + 1), 0);
	{
		char code[FACTOR_DIGITS_MAX + 1];

		assert_int_equal(
		    otp_code(&entry->factor, &entry->seed, STEP, code), 0);
		assert_string_equal(code, "270534");
	}
	/* scratch codes are recovery codes */
	assert_int_equal(entry->scratch_count, 4);
	assert_string_equal(entry->scratch[0], "92963476");
	assert_string_equal(entry->scratch[3], "12062587");
	assert_int_equal(recovery_keep("alice", entry->scratch[3], &kept), 0);
	assert_int_equal(
	    recovery_match("alice", "1206 2587", &kept, 1, &which), 0);
	assert_non_null(strstr(got.notes, "2: RATE_LIMIT is not taken over"));
	assert_non_null(strstr(got.notes, "3: WINDOW_SIZE is not taken over"));
	assert_int_equal(got.note_count, 2);
}

/* As google-authenticator -c wrote it, after the logins 1 and 2. */
static void
reads_google_hotp(void **state)
{
	static const char text[] = "DEZ4D2BG34F24KAQ6KGFJBL2X4\n"
				   "\" WINDOW_SIZE 3\n"
				   "\" HOTP_COUNTER 3\n"
				   "87812422\n"
				   "77245697\n"
				   "40360070\n";
	const struct import_entry *entry = got.entries;
	char code[FACTOR_DIGITS_MAX + 1];

	(void)state;
	assert_int_equal(read_text(text), 0);
	assert_int_equal(entry->factor.kind, FACTOR_HOTP);
	assert_int_equal(entry->factor.period, 0);
	assert_int_equal(entry->factor.last, 2);
	assert_int_equal(otp_code(&entry->factor, &entry->seed, 3, code), 0);
	assert_string_equal(code, "369378");
	assert_int_equal(check(entry, 2), GATE_EEXISTS);
	assert_int_equal(check(entry, 3), 0);
	assert_int_equal(entry->scratch_count, 3);
}

static void
reads_google_options(void **state)
{
	const struct import_entry *entry = got.entries;

	(void)state;
	/* a step of 60 s, a clock that is 3 steps behind, no scratch codes */
	assert_int_equal(read_text("gezd gnbv gy3t qojq gezd gnbv gy3t qojq\n"
				   "\" TOTP_AUTH\n"),
	    GATE_EINVAL);
	assert_int_equal(read_text("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\r\n"
				   "\" STEP_SIZE 60\r\n"
				   "\" TIME_SKEW -3\r\n"
				   "\" LAST0 host.example 1795334735\r\n"
				   "\" RESETTING_TIME_SKEW 1+1\r\n"
				   "\" TOTP_AUTH"),
	    0);
	assert_int_equal(entry->factor.period, 60);
	assert_int_equal(entry->factor.drift, -3 * FACTOR_DRIFT_UNIT);
	assert_int_equal(check(entry, NOW / 60 - 2), 0);
	assert_int_equal(check(entry, NOW / 60 - 3), GATE_EEXISTS);
	assert_int_equal(entry->scratch_count, 0);
	assert_int_equal(got.note_count, 0);
	/* the 80 bits that the module used to make */
	assert_int_equal(read_text("GEZDGNBVGY3TQOJQ\n\" TOTP_AUTH\n"), 0);
	assert_int_equal(entry->seed.size, 10);
	assert_non_null(strstr(got.notes, "80 bits"));
	/* a clock that is hours off */
	assert_int_equal(read_text("GEZDGNBVGY3TQOJQGEZDGNBVGY\n\" TOTP_AUTH\n"
				   "\" TIME_SKEW 500\n"),
	    0);
	assert_int_equal(entry->factor.drift, 0);
	assert_non_null(strstr(got.notes, "3: a clock wrong"));
	/* a newer module's option */
	assert_int_equal(
	    read_text("GEZDGNBVGY3TQOJQGEZDGNBVGY\n\" TOTP_AUTH\n\" NEW 1\n"),
	    0);
	assert_non_null(strstr(got.notes, "3: an option that is not known"));
}

#define SEED "GEZDGNBVGY3TQOJQGEZDGNBVGY\n"

static void
refuses_google_files_that_are_damaged(void **state)
{
	static const char *const cases[] = { SEED,
		SEED "\" TOTP_AUTH\n\" HOTP_COUNTER 1\n",
		SEED "\" HOTP_COUNTER -1\n", SEED "\" HOTP_COUNTER 1x\n",
		SEED "\" HOTP_COUNTER\n",
		SEED "\" HOTP_COUNTER 9223372036854775807\n",
		SEED "\" HOTP_COUNTER 92233720368547758070\n",
		SEED "\" TOTP_AUTH\n\" STEP_SIZE 45\n",
		SEED "\" TOTP_AUTH\n\" STEP_SIZE 0\n",
		SEED "\" TOTP_AUTH\n\" DISALLOW_REUSE 1 x\n",
		SEED "\" TOTP_AUTH\n\" DISALLOW_REUSE 59844600\n",
		SEED "\" TOTP_AUTH\n\" TIME_SKEW up\n",
		SEED "\" TOTP_AUTH\n1234567\n", SEED "\" TOTP_AUTH\n1234567x\n",
		SEED "\" TOTP_AUTH\nwhat is this\n",
		"GEZDGNBVGY3TQOJ\n\" TOTP_AUTH\n",
		"GEZDGNBVGY3TQ0189\n\" TOTP_AUTH\n" };
	char seed[140];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_text(cases[i]), GATE_EINVAL);
		assert_int_equal(got.count, 0);
		assert_true(got.note_count > 0);
		assert_null(strstr(got.notes, "GEZD"));
	}
	/* 65 bytes, and nobody's */
	memset(seed, 'A', 104);
	snprintf(seed + 104, sizeof(seed) - 104, "\n\" TOTP_AUTH\n");
	assert_int_equal(read_text(seed), GATE_EINVAL);
	assert_int_equal(
	    read_size(google_totp, sizeof(google_totp) - 1, NULL), GATE_EINVAL);
	assert_non_null(strstr(got.notes, "name the user"));
	assert_int_equal(
	    read_size(google_totp, sizeof(google_totp) - 1, ""), GATE_EINVAL);
	assert_int_equal(got.count, 0);
}

#define KEY "3132333435363738393031323334353637383930"

static void
reads_users_of_oath(void **state)
{
	static const char text[] =
	    "# users.oath\n"
	    "\n"
	    "HOTP\troot\t-\t" KEY "\n"
	    "HOTP/T30/8 tom  + " KEY "\r\n"
	    "  HOTP/T60\teve - " KEY " -2\n"
	    "HOTP/E/7 bob 1234 " KEY " 5\n"
	    /* pam_oath: 2 is the count of the code that was used */
	    "HOTP\tpam\t-\t" KEY "\t2\t359152\t2026-11-22T07:47:21L\n"
	    /* mod_authn_otp: it is the next one */
	    "HOTP mod - " KEY " 2 287082 2026-11-22T07:47:21Z 192.0.2.1\n"
	    "HOTP new - " KEY " 2 0 359152 2026-11-22T07:47:21Z 192.0.2.1\n";
	static const struct {
		const char *user;
		enum factor_kind kind;
		int digits, period, line;
		int64_t last, drift;
	} expected[] = {
		{ "root", FACTOR_HOTP, 6, 0, 3, -1, 0 },
		{ "tom", FACTOR_TOTP, 8, 30, 4, STEP, 0 },
		{ "eve", FACTOR_TOTP, 6, 60, 5, NOW / 60 - 2, -8 },
		{ "bob", FACTOR_HOTP, 7, 0, 6, 4, 0 },
		{ "pam", FACTOR_HOTP, 6, 0, 7, 2, 0 },
		{ "mod", FACTOR_HOTP, 6, 0, 8, 1, 0 },
		{ "new", FACTOR_HOTP, 6, 0, 9, 2, 0 },
	};
	size_t i;

	(void)state;
	assert_int_equal(read_text(text), 0);
	assert_int_equal(got.count, 7);
	for (i = 0; i < 7; i++) {
		assert_string_equal(got.entries[i].user, expected[i].user);
		assert_int_equal(got.entries[i].line, expected[i].line);
		assert_int_equal(got.entries[i].factor.kind, expected[i].kind);
		assert_int_equal(
		    got.entries[i].factor.digits, expected[i].digits);
		assert_int_equal(
		    got.entries[i].factor.period, expected[i].period);
		assert_int_equal(got.entries[i].factor.last, expected[i].last);
		assert_int_equal(
		    got.entries[i].factor.drift, expected[i].drift);
		assert_int_equal(got.entries[i].factor.confirmed, 1);
		assert_int_equal(got.entries[i].seed.size, 20);
		assert_memory_equal(
		    got.entries[i].seed.bytes, "12345678901234567890", 20);
	}
	assert_int_equal(got.note_count, 1);
	assert_non_null(strstr(got.notes, "6: the PIN is not taken over"));
	assert_null(strstr(got.notes, "1234 "));
}

/* The file as pam_oath's own library leaves it after logins. */
static void
goes_on_where_pam_oath_left(void **state)
{
	static const char text[] = "HOTP bob - " KEY "\n";
	const char *path = scratch_path("users.oath");
	char *after, why[128], code[FACTOR_DIGITS_MAX + 1];
	struct factor factor;
	struct factor_seed seed = { .size = 20 };
	time_t last;
	size_t size;
	int64_t used;

	(void)state;
	memcpy(seed.bytes, "12345678901234567890", 20);
	factor_init(&factor, FACTOR_HOTP);
	assert_int_equal(file_create(path, text, sizeof(text) - 1), 0);
	for (used = 0; used < 9; used += 2) {
		assert_int_equal(otp_code(&factor, &seed, used, code), 0);
		assert_int_equal(oath_authenticate_usersfile(
				     path, "bob", code, 5, NULL, &last),
		    OATH_OK);
		assert_int_equal(file_read(path, FILE_SECRET, 4096, &after,
				     &size, why, sizeof(why)),
		    0);
		assert_int_equal(read_size(after, size, NULL), 0);
		free(after);
		assert_int_equal(got.count, 1);
		assert_int_equal(check(&got.entries[0], used), GATE_EEXISTS);
		assert_int_equal(check(&got.entries[0], used + 1), 0);
	}
}

static void
leaves_out_lines_that_are_damaged(void **state)
{
	static const char good[] = "HOTP bob - " KEY "\n";
	static const char *const cases[] = { "HOTP", "HOTP bob", "HOTP bob -",
		"HOTP bob - 00", "HOTP bob - 3132", "HOTP bob - " KEY "1",
		"HOTP bob - " KEY "zz", "HOTP bob - " KEY KEY KEY KEY,
		"HOTP bob - " KEY " x", "HOTP bob - " KEY " -1",
		"HOTP bob - " KEY " 9223372036854775808",
		"HOTP bob - " KEY " 9223372036854775807", "MOTP bob - " KEY,
		"E bob - " KEY, "hotp bob - " KEY, "HOTP/ bob - " KEY,
		"HOTP/E/5 bob - " KEY, "HOTP/E/9 bob - " KEY,
		"HOTP/E/66 bob - " KEY, "HOTP/T bob - " KEY,
		"HOTP/T45 bob - " KEY, "HOTP/T300 bob - " KEY,
		"HOTP/T30/ bob - " KEY, "bob - " KEY };
	char text[2048], *large;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = snprintf(
		    text, sizeof(text), "%s%s\n%s", good, cases[i], good);
		assert_int_equal(read_size(text, (size_t)n, NULL), GATE_EINVAL);
		assert_int_equal(got.count, 2);
		assert_int_equal(got.note_count, 1);
		assert_int_equal(strncmp(got.notes, "2: ", 3), 0);
		assert_null(strstr(got.notes, "3132"));
	}
	/* a NUL inside, a name that is too long, a line that is */
	n = snprintf(
	    text, sizeof(text), "%sHOTP eve%c - " KEY "\n%s", good, '\0', good);
	assert_int_equal(read_size(text, (size_t)n, NULL), GATE_EINVAL);
	assert_int_equal(got.count, 2);
	n = snprintf(text, sizeof(text), "HOTP %0300d - " KEY "\n%s", 0, good);
	assert_int_equal(read_size(text, (size_t)n, NULL), GATE_EINVAL);
	assert_int_equal(got.count, 1);
	large = malloc(1 << 20);
	assert_non_null(large);
	memset(large, 'A', 1 << 20);
	assert_int_equal(read_size(large, 1 << 20, NULL), GATE_EINVAL);
	memcpy(large + (1 << 20) - sizeof(good), "\n", 1);
	memcpy(large + (1 << 20) - sizeof(good) + 1, good, sizeof(good) - 1);
	assert_int_equal(read_size(large, 1 << 20, NULL), GATE_EINVAL);
	assert_int_equal(got.count, 1);
	free(large);
	assert_int_equal(
	    read_size(good, (size_t)IMPORT_SIZE_MAX + 1, NULL), GATE_ETOOBIG);
	/* nothing is nothing */
	assert_int_equal(read_size("", 0, NULL), 0);
	assert_int_equal(read_size("\n\n# no\n", 7, NULL), 0);
	assert_int_equal(got.count, 0);
}

static void
stops_when_it_is_told(void **state)
{
	(void)state;
	got.stop = GATE_EFULL;
	assert_int_equal(
	    read_text("HOTP a - " KEY "\nHOTP b - " KEY "\n"), GATE_EFULL);
	assert_int_equal(got.count, 1);
	assert_int_equal(read_text(google_totp), GATE_EFULL);
	got.stop = 0;
}

/* Damaged at random, without a byte behind it: nothing worse than a refusal. */
static void
survives_damage(void **state)
{
	static const char oath[] =
	    "HOTP pam - " KEY " 2 359152 2026-11-22T07:47:21L\n"
	    "HOTP/T30/8 tom + " KEY " -3\n";
	static const char *const texts[] = { google_totp, oath };
	struct import_entry *entry;
	char *damaged;
	size_t size, i, n;
	int round;

	(void)state;
	srand(4226);
	for (round = 0; round < 20000; round++) {
		size = strlen(texts[round % 2]);
		damaged = malloc(size);
		assert_non_null(damaged);
		memcpy(damaged, texts[round % 2], size);
		for (n = (size_t)rand() % 4; n > 0; n--)
			damaged[(size_t)rand() % size] = (char)rand();
		if (round % 3 == 0)
			size = (size_t)rand() % size;
		(void)read_size(damaged, size, "alice");
		free(damaged);
		/* whatever was taken is a factor */
		for (i = 0; i < got.count && i < ENTRIES; i++) {
			entry = &got.entries[i];
			assert_true(factor_is_sound(&entry->factor));
			assert_in_range(
			    entry->seed.size, FACTOR_SEED_MIN, FACTOR_SEED_MAX);
			assert_true(strlen(entry->user) > 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_google_totp),
		cmocka_unit_test(reads_google_hotp),
		cmocka_unit_test(reads_google_options),
		cmocka_unit_test(refuses_google_files_that_are_damaged),
		cmocka_unit_test(reads_users_of_oath),
		cmocka_unit_test_setup_teardown(goes_on_where_pam_oath_left,
		    scratch_setup, scratch_teardown),
		cmocka_unit_test(leaves_out_lines_that_are_damaged),
		cmocka_unit_test(stops_when_it_is_told),
		cmocka_unit_test(survives_damage),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
