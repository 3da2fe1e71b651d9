/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "password/change.h"
#include "password/letters.h"
#include "password/names.h"
#include "password/shape.h"

static struct letters
letters_of(const char *text)
{
	struct letters letters;

	assert_int_equal(letters_read(&letters, text), 0);
	return letters;
}

static void
reads_characters(void **state)
{
	static const struct {
		const char *text;
		size_t count;
		int r;
	} cases[] = {
		{ "", 0, 0 },
		{ "abc", 3, 0 },
		{ "\xc3\x84\xe2\x82\xac\xf0\x9d\x84\x9e", 3, 0 },
		{ "a\xff"
		  "b",
		    3, GATE_EINVAL },
		{ "\x80\x80", 2, GATE_EINVAL },
		/* the last character is not whole: the text's fault, not ours
		 */
		{ "ab\xc3", 3, GATE_EINVAL },
	};
	struct letters letters;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    letters_read(&letters, cases[i].text), cases[i].r);
		assert_int_equal(letters.count, cases[i].count);
	}
}

/* Longer ones are cut, at the end of a character, and that is no error. */
static void
reads_no_more_than_there_is_room_for(void **state)
{
	char text[2 * PASSWORD_MAX + 1];
	struct letters letters;
	size_t i;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(letters_read(&letters, text), 0);
	assert_int_equal(letters.count, PASSWORD_MAX);
	for (i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\x84", 2);
	assert_int_equal(letters_read(&letters, text), 0);
	assert_int_equal(letters.count, PASSWORD_MAX / 2);
}

static void
knows_the_kinds(void **state)
{
	static const struct {
		int32_t letter;
		enum letter_kind kind;
		int is_letter;
	} cases[] = {
		{ 'a', LETTER_LOWER, 1 }, { 'Z', LETTER_UPPER, 1 },
		{ '7', LETTER_DIGIT, 0 }, { ' ', LETTER_OTHER, 0 },
		{ '!', LETTER_OTHER, 0 }, { 0xe4, LETTER_LOWER, 1 },
		{ 0xc4, LETTER_UPPER, 1 },
		{ 0x434, LETTER_LOWER, 1 },  /* Cyrillic de */
		{ 0xac00, LETTER_OTHER, 1 }, /* Hangul ga */
		{ 0x20ac, LETTER_OTHER, 0 }, /* the euro sign */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(letter_kind(cases[i].letter), cases[i].kind);
		assert_int_equal(
		    letter_is_letter(cases[i].letter) != 0, cases[i].is_letter);
	}
}

static void
folds_what_looks_alike(void **state)
{
	static const char *const pairs[][2] = {
		{ "password", "P4$$W0RD" },
		{ "alice", "@L1C3" },
		{ "alice", "A!|ce" },
		{ "gatehouse", "647Eh0u53" },
		{ "\xc3\xa4pfel", "\xc3\x84PF3L" },
	};
	struct letters a, b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		a = letters_of(pairs[i][0]);
		b = letters_of(pairs[i][1]);
		assert_false(letters_equal(&a, &b));
		letters_fold(&a);
		letters_fold(&b);
		assert_true(letters_equal(&a, &b));
	}
	a = letters_of("bcdf");
	b = letters_of("bcdg");
	letters_fold(&a);
	letters_fold(&b);
	assert_false(letters_equal(&a, &b));
}

static void
measures_the_distance(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{ "", "", 0 },
		{ "abc", "", 3 },
		{ "kitten", "sitting", 3 },
		{ "saturday", "sunday", 3 },
		{ "\xc3\xa4", "a", 1 },
		{ "same", "same", 0 },
		{ "abcd", "badc", 3 },
	};
	struct letters a, b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a = letters_of(cases[i].a);
		b = letters_of(cases[i].b);
		assert_int_equal(letters_distance(&a, &b), cases[i].distance);
		assert_int_equal(letters_distance(&b, &a), cases[i].distance);
	}
}

/* Whatever is done to a password n times takes it no further than n. */
static void
measures_no_more_than_was_changed(void **state)
{
	struct letters a, b;
	size_t round, edit, edits, place, distance;

	(void)state;
	srand(1);
	for (round = 0; round < 500; round++) {
		a.count = (size_t)rand() % 40 + 8;
		for (place = 0; place < a.count; place++)
			a.at[place] = 'a' + rand() % 26;
		b = a;
		edits = (size_t)rand() % 6;
		for (edit = 0; edit < edits; edit++) {
			place = (size_t)rand() % b.count;
			if (rand() % 2 == 0 && b.count > 8)
				memmove(b.at + place, b.at + place + 1,
				    (--b.count - place) * sizeof(b.at[0]));
			else
				b.at[place] = 'a' + rand() % 26;
		}
		distance = letters_distance(&a, &b);
		assert_true(distance <= edits);
		assert_int_equal(distance, letters_distance(&b, &a));
		assert_true((distance == 0) == letters_equal(&a, &b));
	}
}

static void
finds_rows(void **state)
{
	static const struct {
		const char *text;
		size_t repeat, sequence, kind;
	} cases[] = {
		{ "", 0, 0, 0 },
		{ "a", 1, 1, 1 },
		{ "aaab", 3, 2, 4 },
		{ "abcxAB3456", 1, 4, 4 },
		{ "cba987", 1, 3, 3 },
		{ "Zabc..321", 2, 3, 3 },
		{ "xqwertx", 1, 5, 7 },
		{ "xTREWQx", 1, 5, 5 },
		{ "x890x", 1, 3, 3 },
		{ "azerty", 1, 6, 6 },
		{ "\xe3\x85\x82\xe3\x85\x88\xe3\x84\xb7", 1, 3, 3 },
		/* neighbours in the table of characters, and nowhere else */
		{ "@A[\\]`a", 1, 1, 4 },
		{ "/0", 1, 1, 1 },
		/* a row is not begun anew by what it has in common */
		{ "ababab", 1, 2, 6 },
		{ "abcba", 1, 3, 5 },
	};
	struct letters letters;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		letters = letters_of(cases[i].text);
		print_message("%s\n", cases[i].text);
		assert_int_equal(shape_repeat(&letters), cases[i].repeat);
		assert_int_equal(shape_sequence(&letters), cases[i].sequence);
		assert_int_equal(shape_kind_run(&letters), cases[i].kind);
	}
	letters = letters_of("was it a rat i saw");
	assert_false(shape_is_palindrome(&letters));
	letters = letters_of("wasitaratisaw");
	assert_true(shape_is_palindrome(&letters));
}

static void
finds_names(void **state)
{
	static const struct {
		const char *password, *text;
		const struct names_rule *rule;
		const char *word; /* NULL: it holds none */
	} cases[] = {
		{ "xx alice xx", "alice", &names_of_user, "alice" },
		{ "xxECILAxx", "alice", &names_of_user, "alice" },
		{ "xx4l1c3xx", "alice", &names_of_user, "alice" },
		{ "xx3c1l4xx", "alice", &names_of_user, "alice" },
		{ "al1ce", "al1ce", &names_of_user, "al1ce" },
		{ "xx ali ce xx", "alice", &names_of_user, NULL },
		{ "xxboxx", "bo", &names_of_user, NULL },
		{ "smith-2024", "Alice B. Smith,Room 1,,", &names_of_person,
		    "Smith" },
		{ "rooms", "Alice B. Smith,Room 1,,", &names_of_person,
		    "Room" },
		{ "bbbb", "Alice B. Smith", &names_of_person, NULL },
		{ "the example", "www.example.com", &names_of_host, "example" },
		{ "completely", "www.example.com", &names_of_host, NULL },
		{ "acme rules", "gate acme", &names_of_words, "acme" },
		{ "anything", "", &names_of_words, NULL },
		{ "anything", "  ", &names_of_words, NULL },
	};
	struct names_room room;
	struct letters folded;
	char word[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		folded = letters_of(cases[i].password);
		letters_fold(&folded);
		print_message("%s\n", cases[i].password);
		assert_int_equal(names_held(&room, &folded, cases[i].text,
				     cases[i].rule, word, sizeof(word)),
		    cases[i].word != NULL);
		if (cases[i].word != NULL)
			assert_string_equal(word, cases[i].word);
	}
}

static void
knows_trivial_changes(void **state)
{
	static const struct {
		const char *old, *new;
		enum change change;
		size_t distance;
	} cases[] = {
		{ "Correct Horse", "Correct Horse", CHANGE_NONE, 0 },
		{ "Correct Horse", "cORRECT hORSE", CHANGE_TRIVIAL, 0 },
		{ "Summer2025!", "Summer2026!", CHANGE_TRIVIAL, 1 },
		{ "Summer2025!", "summer1", CHANGE_TRIVIAL, 5 },
		{ "Summer", "1987-Summer-1987", CHANGE_TRIVIAL, 10 },
		{ "Summer2025!", "$umm3r2025!", CHANGE_TRIVIAL, 2 },
		{ "wordpass", "password", CHANGE_TRIVIAL, 8 },
		{ "stapleBattery", "yrettaBelpats", CHANGE_TRIVIAL, 12 },
		{ "battery staple", "my battery staple is dead", CHANGE_TRIVIAL,
		    11 },
		{ "my battery staple is dead", "battery staple", CHANGE_TRIVIAL,
		    11 },
		{ "blue bicycle", "XXXXXXXXXXXXX", CHANGE_REAL, 13 },
		{ "123456789012", "123456789013", CHANGE_REAL, 1 },
		/* three letters of the one in the other: by chance */
		{ "kat", "a new kategory", CHANGE_REAL, 11 },
	};
	struct change_room room;
	size_t i, distance;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s, %s\n", cases[i].old, cases[i].new);
		assert_int_equal(
		    change_of(&room, cases[i].old, cases[i].new, &distance),
		    cases[i].change);
		assert_int_equal(distance, cases[i].distance);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_characters),
		cmocka_unit_test(reads_no_more_than_there_is_room_for),
		cmocka_unit_test(knows_the_kinds),
		cmocka_unit_test(folds_what_looks_alike),
		cmocka_unit_test(measures_the_distance),
		cmocka_unit_test(measures_no_more_than_was_changed),
		cmocka_unit_test(finds_rows),
		cmocka_unit_test(finds_names),
		cmocka_unit_test(knows_trivial_changes),
	};

	return cmocka_run_group_tests_name("password_shape", tests, NULL, NULL);
}
