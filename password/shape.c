/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/shape.h"

#include <string.h>
#include <wchar.h>

/* In small letters. Digits have their neighbours by their number, but "90". */
static const wchar_t *const rows[] = {
	L"1234567890",
	L"qwertyuiop",
	L"asdfghjkl",
	L"zxcvbnm",
	L"qwertzuiop\u00fc",
	L"asdfghjkl\u00f6\u00e4",
	L"yxcvbnm",
	L"azertyuiop",
	L"qsdfghjklm",
	L"wxcvbn",
	L"\u3142\u3148\u3137\u3131\u3145\u315b\u3155\u3151\u3150\u3154",
	L"\u3141\u3134\u3147\u3139\u314e\u3157\u3153\u314f\u3163",
	L"\u314b\u314c\u314a\u314d\u3160\u315c\u3161",
};

size_t
shape_repeat(const struct letters *letters)
{
	size_t i, run = 0, most = 0;

	for (i = 0; i < letters->count; i++) {
		run =
		    i > 0 && letters->at[i] == letters->at[i - 1] ? run + 1 : 1;
		if (run > most)
			most = run;
	}
	return most;
}

/* Is b the next one to a's right, in the row or in the alphabet? */
static int
is_next(const wchar_t *row, int32_t a, int32_t b)
{
	const wchar_t *at;

	if (row == NULL)
		return b == a + 1 &&
		    letter_is_letter(a) == letter_is_letter(b) &&
		    (letter_is_letter(a) || letter_kind(a) == LETTER_DIGIT);
	at = a != 0 ? wcschr(row, (wchar_t)a) : NULL;
	return at != NULL && at[1] != L'\0' && at[1] == (wchar_t)b;
}

/* The longest run along one row; NULL is the alphabet. */
static size_t
run_along(const struct letters *lower, const wchar_t *row)
{
	size_t i, up = 0, down = 0, most = 0;

	for (i = 0; i < lower->count; i++) {
		up = i > 0 && is_next(row, lower->at[i - 1], lower->at[i])
		    ? up + 1
		    : 1;
		down = i > 0 && is_next(row, lower->at[i], lower->at[i - 1])
		    ? down + 1
		    : 1;
		if (up > most)
			most = up;
		if (down > most)
			most = down;
	}
	return most;
}

size_t
shape_sequence(const struct letters *letters)
{
	struct letters lower = *letters;
	size_t i, run, most;

	letters_lower(&lower);
	most = run_along(&lower, NULL);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run = run_along(&lower, rows[i]);
		if (run > most)
			most = run;
	}
	explicit_bzero(&lower, sizeof(lower));
	return most;
}

size_t
shape_kind_run(const struct letters *letters)
{
	enum letter_kind kind, before = LETTER_KINDS;
	size_t i, run = 0, most = 0;

	for (i = 0; i < letters->count; i++) {
		kind = letter_kind(letters->at[i]);
		run = kind == before ? run + 1 : 1;
		before = kind;
		if (run > most)
			most = run;
	}
	return most;
}

int
shape_is_palindrome(const struct letters *letters)
{
	size_t i;

	for (i = 0; i < letters->count / 2; i++)
		if (letters->at[i] != letters->at[letters->count - 1 - i])
			return 0;
	return 1;
}
