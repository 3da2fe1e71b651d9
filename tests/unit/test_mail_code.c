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
#include "lib/secret.h"
#include "tests/unit/scratch.h"
#include "twofactor/mail_code.h"

#define NOW  1000
#define RATE 3

static struct seal_key *key;

/* What the next random numbers are; then they are random. */
static uint32_t numbers[4];
static size_t number_count;

int __real_secret_random(void *bytes, size_t size);
int __wrap_secret_random(void *bytes, size_t size);
static int random_error;

int
__wrap_secret_random(void *bytes, size_t size)
{
	if (random_error != 0)
		return random_error;
	if (number_count == 0 || size != sizeof(numbers[0]))
		return __real_secret_random(bytes, size);
	memcpy(bytes, &numbers[--number_count], size);
	return 0;
}

static size_t compared; /* bytes */
int __real_secret_equal(
    const void *a, size_t a_size, const void *b, size_t b_size);
int __wrap_secret_equal(
    const void *a, size_t a_size, const void *b, size_t b_size);

int
__wrap_secret_equal(const void *a, size_t a_size, const void *b, size_t b_size)
{
	compared += a_size;
	return __real_secret_equal(a, a_size, b, b_size);
}

static int
setup(void **state)
{
	char why[128];

	if (scratch_setup(state) != 0 ||
	    seal_key_create(scratch_path("key")) != 0)
		return -1;
	return seal_key_load(&key, scratch_path("key"), why, sizeof(why));
}

static int
teardown(void **state)
{
	seal_key_free(&key);
	return scratch_teardown(state);
}

/* One that was sent to alice at NOW. */
static struct store_mail
sent(char text[MAIL_CODE_TEXT_SIZE])
{
	struct store_mail mail = { .user = "alice" };

	assert_int_equal(mail_code_make(key, NOW, &mail, text), 0);
	return mail;
}

static void
is_six_digits_of_any_kind(void **state)
{
	static const struct {
		uint32_t number;
		const char *code;
	} known[] = {
		{ 0, "000000" },
		{ 7, "000007" },
		{ 999999, "999999" },
		{ 1000000, "000000" },
		{ 4293999999, "999999" },
	};
	struct store_mail mail = { .user = "alice" };
	char text[MAIL_CODE_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		numbers[0] = known[i].number;
		number_count = 1;
		assert_int_equal(mail_code_make(key, NOW, &mail, text), 0);
		assert_string_equal(text, known[i].code);
	}
	/* 2^32 is no multiple of a million: the rest would be too frequent */
	numbers[2] = 4294000000;
	numbers[1] = UINT32_MAX;
	numbers[0] = 42;
	number_count = 3;
	assert_int_equal(mail_code_make(key, NOW, &mail, text), 0);
	assert_string_equal(text, "000042");
	assert_int_equal(number_count, 0);
}

static void
is_good_for_five_minutes(void **state)
{
	char text[MAIL_CODE_TEXT_SIZE];
	struct store_mail mail = sent(text);

	(void)state;
	assert_int_equal(mail_code_state(&mail, NOW), MAIL_CODE_GOOD);
	assert_int_equal(mail_code_state(&mail, NOW + 299), MAIL_CODE_GOOD);
	assert_int_equal(mail_code_state(&mail, NOW + 300), MAIL_CODE_EXPIRED);
}

static void
is_compared_three_times(void **state)
{
	char text[MAIL_CODE_TEXT_SIZE];
	struct store_mail mail = sent(text);

	(void)state;
	mail_code_charge(&mail);
	mail_code_charge(&mail);
	assert_int_equal(mail_code_state(&mail, NOW), MAIL_CODE_GOOD);
	mail_code_charge(&mail);
	assert_int_equal(mail_code_state(&mail, NOW), MAIL_CODE_WORN);
	/* and the next one again */
	assert_int_equal(mail_code_may(&mail, NOW, RATE), 0);
	assert_int_equal(mail_code_make(key, NOW, &mail, text), 0);
	assert_int_equal(mail_code_state(&mail, NOW), MAIL_CODE_GOOD);
}

static void
is_gone_when_dropped(void **state)
{
	char text[MAIL_CODE_TEXT_SIZE];
	struct store_mail mail = sent(text);
	static const struct store_mail none = { .user = "alice" };

	(void)state;
	assert_int_equal(mail_code_state(&none, NOW), MAIL_CODE_NONE);
	assert_int_equal(mail_code_may(&none, NOW, RATE), 0);
	mail_code_drop(&mail);
	assert_int_equal(mail_code_state(&mail, NOW), MAIL_CODE_NONE);
	assert_int_equal(mail.sent, 1);
	assert_int_equal(
	    mail_code_check(key, "alice", mail.hash, text), GATE_EREFUSED);
}

static void
is_not_replaced_while_good(void **state)
{
	char text[MAIL_CODE_TEXT_SIZE];
	struct store_mail mail = sent(text);

	(void)state;
	assert_int_equal(mail_code_may(&mail, NOW + 299, RATE), GATE_EEXISTS);
	assert_int_equal(mail_code_may(&mail, NOW + 300, RATE), 0);
}

static void
comes_so_often_in_a_quarter_of_an_hour(void **state)
{
	char text[MAIL_CODE_TEXT_SIZE];
	struct store_mail mail = sent(text);
	int i;

	(void)state;
	for (i = 1; i < RATE; i++) {
		mail_code_drop(&mail);
		assert_int_equal(mail_code_may(&mail, NOW + i, RATE), 0);
		assert_int_equal(mail_code_make(key, NOW + i, &mail, text), 0);
	}
	mail_code_drop(&mail);
	assert_int_equal(mail.sent, RATE);
	assert_int_equal(mail_code_may(&mail, NOW + 899, RATE), GATE_EREFUSED);
	assert_int_equal(mail_code_may(&mail, NOW + 899, RATE + 1), 0);
	/* a clock that ran back, if there were one, is no way around it */
	assert_int_equal(mail_code_may(&mail, 0, RATE), GATE_EREFUSED);
	assert_int_equal(mail_code_may(&mail, NOW + 900, RATE), 0);
	assert_int_equal(mail_code_make(key, NOW + 900, &mail, text), 0);
	assert_int_equal(mail.sent, 1);
	assert_int_equal(mail.since, NOW + 900);
	/* it is remembered for as long as it counts */
	assert_int_equal(mail.keep_until, NOW + 900 + 900);
}

static void
is_one_users_and_one_keys(void **state)
{
	static const char *const typed[] = { "", "0", "00000", "0000000",
		"000000 ", " 000000", "000001", "00000\n" };
	struct seal_key *other = NULL;
	char text[MAIL_CODE_TEXT_SIZE], why[128];
	struct store_mail mail;
	size_t i;

	(void)state;
	numbers[0] = 0;
	number_count = 1;
	mail = sent(text);
	assert_int_equal(mail_code_check(key, "alice", mail.hash, text), 0);
	assert_int_equal(
	    mail_code_check(key, "bob", mail.hash, text), GATE_EREFUSED);
	for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		assert_int_equal(
		    mail_code_check(key, "alice", mail.hash, typed[i]),
		    GATE_EREFUSED);
	assert_int_equal(seal_key_create(scratch_path("other")), 0);
	assert_int_equal(
	    seal_key_load(&other, scratch_path("other"), why, sizeof(why)), 0);
	assert_int_equal(
	    mail_code_check(other, "alice", mail.hash, text), GATE_EREFUSED);
	seal_key_free(&other);
}

/* Whole, and by what takes the same time for each. */
static void
is_compared_in_constant_time(void **state)
{
	char text[MAIL_CODE_TEXT_SIZE];
	struct store_mail mail = sent(text);

	(void)state;
	compared = 0;
	(void)mail_code_check(key, "alice", mail.hash, text);
	(void)mail_code_check(key, "alice", mail.hash, "x");
	assert_int_equal(compared, 2 * STORE_HASH_SIZE);
}

static void
leaves_the_row_where_there_is_no_chance(void **state)
{
	char text[MAIL_CODE_TEXT_SIZE] = "123456";
	struct store_mail mail = { .user = "alice", .sent = 1 }, before = mail;

	(void)state;
	random_error = GATE_EIO;
	assert_int_equal(mail_code_make(key, NOW, &mail, text), GATE_EIO);
	random_error = 0;
	assert_memory_equal(&mail, &before, sizeof(mail));
	assert_int_equal(text[0], '\0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_six_digits_of_any_kind),
		cmocka_unit_test(is_good_for_five_minutes),
		cmocka_unit_test(is_compared_three_times),
		cmocka_unit_test(is_gone_when_dropped),
		cmocka_unit_test(is_not_replaced_while_good),
		cmocka_unit_test(comes_so_often_in_a_quarter_of_an_hour),
		cmocka_unit_test(is_one_users_and_one_keys),
		cmocka_unit_test(is_compared_in_constant_time),
		cmocka_unit_test(leaves_the_row_where_there_is_no_chance),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
