/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/reason.h"

static void
every_reason_has_its_own_word(void **state)
{
	unsigned i;

	(void)state;
	assert_true(REASON_COUNT > 60);
	for (i = 0; i < REASON_COUNT; i++) {
		const char *word = reason_word((enum reason)i);

		assert_int_equal(reason_from_word(word), i);
		assert_true(word[0] != '\0');
		assert_int_equal(
		    strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_"),
		    strlen(word));
	}
	/* of the words that logs are searched for */
	assert_string_equal(reason_word(REASON_NONE), "granted");
	assert_string_equal(reason_word(REASON_REPLAY), "replay");
	assert_string_equal(reason_word(REASON_ABANDONED), "abandoned");
	assert_string_equal(
	    reason_word(REASON_SIGNATURE_INVALID), "signature_invalid");
}

/* The help is read as the end of a line: short, ASCII, no full stop. */
static void
every_reason_has_help(void **state)
{
	struct refusal refusal;
	unsigned i;

	(void)state;
	for (i = 0; i < REASON_COUNT; i++) {
		const char *help = reason_help((enum reason)i), *at;

		assert_true(strlen(help) > 5);
		assert_true(strlen(help) < sizeof(refusal.detail));
		assert_true(help[strlen(help) - 1] != '.');
		for (at = help; *at != '\0'; at++)
			assert_true(isprint((unsigned char)*at));
	}
}

static void
what_is_no_reason_is_internal(void **state)
{
	static const char *const words[] = { "", "Replay", "replay ", "repla",
		"internal\n" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_int_equal(reason_from_word(words[i]), REASON_INTERNAL);
	assert_string_equal(reason_word(REASON_COUNT), "internal");
	assert_string_equal(reason_word((enum reason) - 1), "internal");
	assert_string_equal(reason_word((enum reason)INT_MAX), "internal");
	assert_string_equal(
	    reason_help(REASON_COUNT), reason_help(REASON_INTERNAL));
	/* a word of the future must never be read as a success */
	assert_int_not_equal(REASON_INTERNAL, REASON_NONE);
}

static void
refuses_with_a_detail(void **state)
{
	struct refusal refusal;

	(void)state;
	assert_int_equal(
	    refuse(&refusal, REASON_AUDIENCE, "%s of %d", "one", 2),
	    GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_AUDIENCE);
	assert_string_equal(refusal.detail, "one of 2");
	assert_int_equal(refuse(&refusal, REASON_EXPIRED, NULL), GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_EXPIRED);
	assert_string_equal(refusal.detail, reason_help(REASON_EXPIRED));
}

static void
lets_no_line_be_forged(void **state)
{
	struct refusal refusal;
	char stranger[256];
	int i;

	(void)state;
	for (i = 0; i < 255; i++)
		stranger[i] = (char)(i + 1);
	stranger[255] = '\0';
	(void)refuse(&refusal, REASON_NO_USER, "%s", stranger);
	assert_int_equal(strlen(refusal.detail), 255);
	for (i = 0; i < 255; i++)
		assert_int_equal(refusal.detail[i],
		    i + 1 >= 0x20 && i + 1 < 0x7f ? i + 1 : '?');
}

static void
cuts_what_is_too_long(void **state)
{
	struct {
		struct refusal refusal;
		char after[8];
	} room;
	char text[sizeof(room.refusal.detail) + 1];

	(void)state;
	memset(&room, 'x', sizeof(room));
	memset(text, 'y', sizeof(text));
	text[sizeof(text) - 1] = '\0'; /* one more than fits */
	(void)refuse(&room.refusal, REASON_NO_USER, "%s", text);
	assert_int_equal(
	    strlen(room.refusal.detail), sizeof(room.refusal.detail) - 1);
	assert_memory_equal(room.after, "xxxxxxxx", 8);
	(void)refuse(&room.refusal, REASON_NO_USER, "%s", text + 1);
	assert_string_equal(room.refusal.detail, text + 1);
}

static void
every_error_has_a_text(void **state)
{
	int e, other;

	(void)state;
	for (e = GATE_ESCHEMA; e <= 0; e++) {
		assert_string_not_equal(gate_strerror(e), "unknown error");
		for (other = e + 1; other <= 0; other++)
			assert_string_not_equal(
			    gate_strerror(e), gate_strerror(other));
	}
	assert_string_equal(gate_strerror(1), "unknown error");
	assert_string_equal(gate_strerror(GATE_ESCHEMA - 1), "unknown error");
	assert_string_equal(gate_strerror(INT_MAX), "unknown error");
	assert_string_equal(gate_strerror(-INT_MAX), "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_its_own_word),
		cmocka_unit_test(every_reason_has_help),
		cmocka_unit_test(what_is_no_reason_is_internal),
		cmocka_unit_test(refuses_with_a_detail),
		cmocka_unit_test(lets_no_line_be_forged),
		cmocka_unit_test(cuts_what_is_too_long),
		cmocka_unit_test(every_error_has_a_text),
	};

	return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
