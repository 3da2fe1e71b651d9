/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "web/csrf.h"

#define HANDLE   "gs-0123456789012345678901234567890123456789012"
#define LIFETIME 3600
#define NOW      1000000

int __real_secret_equal(const void *, size_t, const void *, size_t);
int __wrap_secret_equal(const void *, size_t, const void *, size_t);

static int comparisons;

int
__wrap_secret_equal(const void *a, size_t a_size, const void *b, size_t b_size)
{
	comparisons++;
	return __real_secret_equal(a, a_size, b, b_size);
}

static struct csrf *csrf;

static int
set_up(void **state)
{
	(void)state;
	return csrf_new(&csrf, LIFETIME);
}

static int
tear_down(void **state)
{
	(void)state;
	csrf_free(&csrf);
	if (csrf != NULL)
		return -1;
	csrf_free(&csrf);
	return 0;
}

static void
is_good_for_one_form_of_one_person(void **state)
{
	char token[CSRF_TOKEN_SIZE];
	struct csrf *other;

	(void)state;
	assert_int_equal(csrf_token(csrf, HANDLE, "password", NOW, token), 0);
	assert_int_equal(strlen(token), CSRF_TOKEN_SIZE - 1);
	assert_int_equal(csrf_check(csrf, HANDLE, "password", NOW, token), 0);
	/* a page is sent again when somebody has gone back */
	assert_int_equal(csrf_check(csrf, HANDLE, "password", NOW, token), 0);
	assert_int_equal(
	    csrf_check(csrf, HANDLE, "passwor", NOW, token), GATE_EREFUSED);
	assert_int_equal(
	    csrf_check(csrf, HANDLE, "", NOW, token), GATE_EREFUSED);
	assert_int_equal(csrf_check(csrf, HANDLE "x", "password", NOW, token),
	    GATE_EREFUSED);
	assert_int_equal(
	    csrf_check(csrf, HANDLE "p", "assword", NOW, token), GATE_EREFUSED);
	assert_int_equal(
	    csrf_check(csrf, "", "password", NOW, token), GATE_EREFUSED);
	/* another process */
	assert_int_equal(csrf_new(&other, LIFETIME), 0);
	assert_int_equal(
	    csrf_check(other, HANDLE, "password", NOW, token), GATE_EREFUSED);
	csrf_free(&other);
}

static void
is_good_for_a_while(void **state)
{
	char token[CSRF_TOKEN_SIZE];

	(void)state;
	assert_int_equal(csrf_token(csrf, HANDLE, "a", NOW, token), 0);
	assert_int_equal(
	    csrf_check(csrf, HANDLE, "a", NOW + LIFETIME - 1, token), 0);
	assert_int_equal(csrf_check(csrf, HANDLE, "a", NOW + LIFETIME, token),
	    GATE_EREFUSED);
	/* from before the machine was started */
	assert_int_equal(
	    csrf_check(csrf, HANDLE, "a", NOW - 1, token), GATE_EREFUSED);
	assert_int_equal(csrf_token(csrf, HANDLE, "a", 0, token), 0);
	assert_int_equal(csrf_check(csrf, HANDLE, "a", 0, token), 0);
	assert_int_equal(csrf_token(csrf, HANDLE, "a", INT64_MAX, token), 0);
	assert_int_equal(csrf_check(csrf, HANDLE, "a", INT64_MAX, token), 0);
	assert_int_equal(csrf_token(csrf, HANDLE, "a", -1, token), GATE_EINVAL);
}

static void
binds_to_nobody(void **state)
{
	char token[CSRF_TOKEN_SIZE];

	(void)state;
	assert_int_equal(csrf_token(csrf, "", "a", NOW, token), GATE_EINVAL);
}

/* Every character of it counts. */
static void
cannot_be_changed(void **state)
{
	char token[CSRF_TOKEN_SIZE + 1], changed[CSRF_TOKEN_SIZE + 1];
	size_t i;

	(void)state;
	memset(token, 0, sizeof(token));
	assert_int_equal(csrf_token(csrf, HANDLE, "a", NOW, token), 0);
	for (i = 0; i < CSRF_TOKEN_SIZE - 1; i++) {
		memcpy(changed, token, sizeof(changed));
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		assert_int_equal(
		    csrf_check(csrf, HANDLE, "a", NOW, changed), GATE_EREFUSED);
		memcpy(changed, token, sizeof(changed));
		changed[i] = '\0';
		assert_int_equal(
		    csrf_check(csrf, HANDLE, "a", NOW, changed), GATE_EREFUSED);
	}
	memcpy(changed, token, sizeof(changed));
	changed[CSRF_TOKEN_SIZE - 1] = 'A';
	assert_int_equal(
	    csrf_check(csrf, HANDLE, "a", NOW, changed), GATE_EREFUSED);
	assert_int_equal(csrf_check(csrf, HANDLE, "a", NOW, ""), GATE_EREFUSED);
	assert_int_equal(
	    csrf_check(csrf, HANDLE, "a", NOW, NULL), GATE_EREFUSED);
}

static void
is_never_the_same_twice(void **state)
{
	char one[CSRF_TOKEN_SIZE], two[CSRF_TOKEN_SIZE];

	(void)state;
	assert_int_equal(csrf_token(csrf, HANDLE, "a", NOW, one), 0);
	assert_int_equal(csrf_token(csrf, HANDLE, "a", NOW, two), 0);
	assert_memory_not_equal(one, two, 22);
	assert_string_not_equal(one + 40, two + 40);
}

/* A wrong one and a right one by the same way, whatever is wrong of it. */
static void
compares_in_constant_time(void **state)
{
	char token[CSRF_TOKEN_SIZE];
	int first, last;

	(void)state;
	assert_int_equal(csrf_token(csrf, HANDLE, "a", NOW, token), 0);
	comparisons = 0;
	(void)csrf_check(csrf, HANDLE, "a", NOW, token);
	assert_int_equal(comparisons, 1);
	token[CSRF_TOKEN_SIZE - 2] ^= 1;
	(void)csrf_check(csrf, HANDLE, "a", NOW, token);
	last = comparisons;
	token[0] ^= 1;
	(void)csrf_check(csrf, HANDLE, "a", NOW, token);
	first = comparisons;
	assert_int_equal(last, 2);
	assert_int_equal(first, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_good_for_one_form_of_one_person),
		cmocka_unit_test(is_good_for_a_while),
		cmocka_unit_test(binds_to_nobody),
		cmocka_unit_test(cannot_be_changed),
		cmocka_unit_test(is_never_the_same_twice),
		cmocka_unit_test(compares_in_constant_time),
	};

	return cmocka_run_group_tests_name(
	    "web_csrf", tests, set_up, tear_down);
}
