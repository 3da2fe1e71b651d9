/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/catalogue.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/languages.h"
#include "password/age.h"
#include "password/fault.h"
#include "session/lockout.h"
#include "tests/unit/scratch.h"

static const char *const languages[] = { "de", "ko" };

#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

/* Where make has put the catalogues. */
static const char *
directory(void)
{
	static char path[PATH_MAX];
	const char *build = getenv("BUILD");

	snprintf(
	    path, sizeof(path), "%s/locale", build != NULL ? build : "build");
	return path;
}

static struct catalogue *
open_language(const char *language)
{
	struct catalogue *catalogue = NULL;

	assert_int_equal(catalogue_open(&catalogue, directory(), language), 0);
	assert_non_null(catalogue);
	return catalogue;
}

/* Every "{field}" of the one is in the other. */
static void
has_fields_of(const char *text, const char *of)
{
	char field[32];

	while ((of = strchr(of, '{')) != NULL) {
		snprintf(field, sizeof(field), "%.*s",
		    (int)strcspn(of, "}") + 1, of);
		assert_non_null(strstr(text, field));
		of++;
	}
}

static void
is_translated(const struct catalogue *catalogue, const char *message)
{
	const char *text = catalogue_get(catalogue, message);

	print_message("%s\n", message);
	assert_string_not_equal(text, message);
	has_fields_of(text, message);
	has_fields_of(message, text);
}

/* Those of the daemon itself. */
static const char *const others[] = {
	"Recovery codes left: {left}. Ask for new ones soon.",
	"You have no second factor yet; days left to set one up: {days}. Type "
	"yes to set it up now, or nothing to go on without: ",
	"yes",
	"You need a second factor to sign in. Add this to your authenticator "
	"app; it is a secret: {uri}",
	"Recovery codes, each good once where your app is lost; they are not "
	"shown again: {codes}",
	"Too many people are signing in. Try again in a minute.",
	"You are signed in too many times already. Sign out elsewhere first.",
	"Password: ",
	"SSO token: ",
	"Password or SSO token: ",
	"login: ",
	"Code: ",
	"Current password: ",
	"New password: ",
	"Retype new password: ",
	"The two passwords differ.",
};

/* No sentence is missing in any language, nor a number in it. */
static void
has_every_sentence(void **state)
{
	struct catalogue *catalogue;
	size_t i, j;

	(void)state;
	for (i = 0; i < LANGUAGES; i++) {
		catalogue = open_language(languages[i]);
		for (j = 0; j < FAULT_IDS; j++)
			is_translated(catalogue, fault_message(j));
		for (j = 0; age_messages[j] != NULL; j++)
			is_translated(catalogue, age_messages[j]);
		for (j = 0; lockout_messages[j] != NULL; j++)
			is_translated(catalogue, lockout_messages[j]);
		is_translated(catalogue, "Strength: {has} of 100.");
		for (j = 0; j < sizeof(others) / sizeof(others[0]); j++)
			is_translated(catalogue, others[j]);
		catalogue_free(&catalogue);
	}
}

static void
knows_languages_by_their_names(void **state)
{
	static const struct {
		const char *name;
		int r, is_english;
		const char *strength;
	} cases[] = {
		{ NULL, 0, 1, "Strength: 7 of 100." },
		{ "", 0, 1, "Strength: 7 of 100." },
		{ "C", 0, 1, "Strength: 7 of 100." },
		{ "C.UTF-8", 0, 1, "Strength: 7 of 100." },
		{ "POSIX", 0, 1, "Strength: 7 of 100." },
		{ "en_US.UTF-8", 0, 1, "Strength: 7 of 100." },
		{ "en", 0, 1, "Strength: 7 of 100." },
		{ "de", 0, 0, "St\xc3\xa4rke: 7 von 100." },
		{ "DE", 0, 0, "St\xc3\xa4rke: 7 von 100." },
		{ "de-AT", 0, 0, "St\xc3\xa4rke: 7 von 100." },
		{ "de_CH.UTF-8@euro", 0, 0, "St\xc3\xa4rke: 7 von 100." },
		{ "xx", GATE_ENOTFOUND, 1, "Strength: 7 of 100." },
		{ "d", GATE_ENOTFOUND, 1, "Strength: 7 of 100." },
		{ "_de", GATE_ENOTFOUND, 1, "Strength: 7 of 100." },
		{ "../de", 0, 1, "Strength: 7 of 100." },
		{ "de/../de", GATE_ENOTFOUND, 1, "Strength: 7 of 100." },
		{ "a language of which nobody has heard", GATE_ENOTFOUND, 1,
		    "Strength: 7 of 100." },
	};
	const struct catalogue_field fields[] = { { "has", "7" },
		{ NULL, NULL } };
	struct catalogue *catalogue;
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].name);
		assert_int_equal(
		    catalogue_open(&catalogue, directory(), cases[i].name),
		    cases[i].r);
		assert_int_equal(catalogue == NULL, cases[i].is_english);
		catalogue_fill(catalogue, "Strength: {has} of 100.", fields,
		    text, sizeof(text));
		assert_string_equal(text, cases[i].strength);
		catalogue_free(&catalogue);
	}
}

static void
complain(const char *language, int error, void *data)
{
	int *complaints = data;

	assert_true(language_is_spoken(language));
	assert_int_equal(error, GATE_ENOTFOUND);
	(*complaints)++;
}

/* What a message is in the language that is found for a name. */
static const char *
heard(const struct languages *all, const char *name, int expected)
{
	static const struct catalogue *const before = (void *)"before";
	const struct catalogue *found = before;

	assert_int_equal(languages_find(all, name, &found), expected);
	if (expected != 0) {
		assert_ptr_equal(found, before);
		return "";
	}
	return catalogue_get(found, "New password: ");
}

static void
finds_the_language_of_each(void **state)
{
	struct languages *all;
	int complaints = 0;

	(void)state;
	assert_int_equal(
	    languages_open(&all, directory(), complain, &complaints), 0);
	assert_int_equal(complaints, 0);
	assert_string_equal(heard(all, "de", 0), "Neues Passwort: ");
	assert_string_equal(heard(all, "de_AT.UTF-8", 0), "Neues Passwort: ");
	assert_string_not_equal(heard(all, "ko-KR", 0), "New password: ");
	assert_string_equal(heard(all, "en_GB", 0), "New password: ");
	assert_string_equal(heard(all, "C", 0), "New password: ");
	heard(all, "den", GATE_ENOTFOUND);
	heard(all, "d", GATE_ENOTFOUND);
	heard(all, "fr_FR", GATE_ENOTFOUND);
	heard(all, "de/../ko", GATE_ENOTFOUND);
	languages_free(&all);
	assert_null(all);
	languages_free(&all);
	assert_true(language_is_spoken("en"));
	assert_false(language_is_spoken("de_AT"));
	assert_false(language_is_spoken(""));

	/* an empty folder: all but English is complained of */
	assert_int_equal(
	    languages_open(&all, scratch, complain, &complaints), 0);
	assert_int_equal(complaints, LANGUAGES);
	assert_string_equal(heard(all, "en", 0), "New password: ");
	heard(all, "de", GATE_ENOTFOUND);
	languages_free(&all);
}

static void
fills_in(void **state)
{
	const struct catalogue_field fields[] = { { "a", "one" },
		{ "b", "{a}" }, { "empty", "" },
		{ "umlauts", "\xc3\xa4\xc3\xb6" }, { NULL, NULL } };
	static const struct {
		const char *message, *text;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "{a}", "one" },
		{ "{a}{a} {empty}.", "oneone ." },
		/* what is filled in is not looked at again */
		{ "{b}", "{a}" },
		{ "{c} {a", "{c} {a" },
		{ "{{a}}", "{one}" },
		{ "} {a} {", "} one {" },
		{ "%s %n {umlauts}", "%s %n \xc3\xa4\xc3\xb6" },
	};
	char text[64];
	size_t i, size, length;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		length = strlen(cases[i].text);
		for (size = 0; size < sizeof(text); size++) {
			memset(text, 'x', sizeof(text));
			assert_int_equal(catalogue_fill(NULL, cases[i].message,
					     fields, text, size),
			    length);
			assert_int_equal(text[size], 'x');
			if (size > length)
				assert_string_equal(text, cases[i].text);
			else if (size > 0)
				assert_memory_equal(
				    text, cases[i].text, strlen(text));
			/* no character is cut in two */
			if (size > 0 && text[0] != '\0')
				assert_int_not_equal(
				    (unsigned char)text[strlen(text) - 1],
				    0xc3);
		}
	}
}

/* Opens these bytes as a catalogue, and asks it for something. */
static int
try_bytes(const char *bytes, size_t size)
{
	struct catalogue *catalogue = NULL;
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/de/LC_MESSAGES/gatehouse.mo", scratch);
	assert_int_equal(file_replace(path, 0644, bytes, size), 0);
	r = catalogue_open(&catalogue, scratch, "de");
	if (r == 0) {
		assert_non_null(catalogue_get(catalogue, "anything"));
		assert_non_null(catalogue_get(
		    catalogue, "It must not hold the user name."));
	} else {
		assert_null(catalogue);
	}
	catalogue_free(&catalogue);
	return r;
}

/*
 * A damaged catalogue is refused, or it is one with other texts: nothing is
 * read outside of it (which the sanitizers would tell).
 */
static void
reads_no_damaged_catalogue(void **state)
{
	char path[PATH_MAX + 64], *bytes, *damaged;
	size_t size, i;

	(void)state;
	snprintf(path, sizeof(path), "%s/de", scratch);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/de/LC_MESSAGES", scratch);
	mkdir(path, 0755);
	snprintf(
	    path, sizeof(path), "%s/de/LC_MESSAGES/gatehouse.mo", directory());
	assert_int_equal(
	    file_read(path, FILE_TRUSTED, 1 << 20, &bytes, &size, NULL, 0), 0);
	damaged = malloc(size);
	assert_int_equal(try_bytes(bytes, size), 0);
	for (i = 0; i < size; i += 1 + i / 16)
		assert_int_equal(try_bytes(bytes, i), GATE_EPROTO);
	/* the header and the tables, byte by byte */
	for (i = 0; i < 28 + 40; i++) {
		memcpy(damaged, bytes, size);
		damaged[i] = (char)(damaged[i] ^ 0x41);
		(void)try_bytes(damaged, size);
		damaged[i] = (char)0xff;
		(void)try_bytes(damaged, size);
	}
	free(bytes);
	free(damaged);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_every_sentence),
		cmocka_unit_test(knows_languages_by_their_names),
		cmocka_unit_test_setup_teardown(finds_the_language_of_each,
		    scratch_setup, scratch_teardown),
		cmocka_unit_test(fills_in),
		cmocka_unit_test_setup_teardown(reads_no_damaged_catalogue,
		    scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
