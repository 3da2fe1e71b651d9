/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/mail_address.h"

static void
takes_one_address(void **state)
{
	static const char *const sound[] = {
		"bob@clinic.example",
		"b@c",
		"bob.builder@a.b.c.example",
		"o'b+tag_1=x/y@sub-1.clinic.example",
		"1-@9.example",
		"{|}~!#$%&*?^`@a",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sound) / sizeof(sound[0]); i++)
		assert_true(mail_address_is_sound(sound[i]));
	assert_string_equal(mail_address_domain(sound[0]), "clinic.example");
}

static void
takes_nothing_else(void **state)
{
	static const char *const unsound[] = { "", "@", "bob", "bob@", "@a",
		"bob@a ", " bob@a", "bob @a", "bob@a,eve@b", "bob@a;eve@b",
		"bob@a\nBcc: eve@b", "bob@a\r\nBcc: eve@b", "bob\n@a",
		"bob@a\n", "bob@a\t", "<bob@a>", "Bob <bob@a>", "bob(x)@a",
		"\"bob\"@a", "a@b@c", "bob@[192.0.2.1]", "bob@a:eve@b",
		"bob\\@a", ".bob@a", "bob.@a", "b..b@a", "bob@.a", "bob@a.",
		"bob@a..b", "bob@-a", "bob@a-", "bob@a.-b", "bob@a-.b",
		"bob@a_b", "bob@a/b", "-bob@a", "-@a", "bob@\xc3\xa9",
		"b\xc3\xb6@a", "bob@a\x7f", "\x01@a", "bob@*" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++)
		if (mail_address_is_sound(unsound[i]))
			fail_msg("\"%s\" was taken", unsound[i]);
}

/* local characters, an "@", and labels of this length behind it. */
static int
is_sound(size_t local, size_t label, size_t labels)
{
	char text[1024];
	size_t at = 0, i;

	memset(text, 'a', sizeof(text));
	at += local;
	text[at++] = '@';
	for (i = 0; i < labels; i++) {
		at += label;
		text[at++] = '.';
	}
	text[at - 1] = '\0';
	return mail_address_is_sound(text);
}

static void
has_the_lengths_of_rfc_5321(void **state)
{
	(void)state;
	assert_true(is_sound(64, 1, 1));
	assert_false(is_sound(65, 1, 1));
	assert_true(is_sound(1, 63, 1));
	assert_false(is_sound(1, 64, 1));
	/* 64 + 1 + 3 * 63 is 254 with its dots one too long, by one less not */
	assert_true(is_sound(62, 63, 3));
	assert_false(is_sound(63, 63, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_one_address),
		cmocka_unit_test(takes_nothing_else),
		cmocka_unit_test(has_the_lengths_of_rfc_5321),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
