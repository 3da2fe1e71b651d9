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
#include "twofactor/mail_message.h"

static const struct mail_message plain = { .from = "gate@clinic.example",
	.to = "bob@b.example",
	.code = "012345",
	.now = 1234567890 };

/* Its Message-ID, 22 characters of chance, becomes X. */
static void
mask_id(char *text)
{
	char *id = strstr(text, "<") + 1, *at = strchr(id, '@');

	assert_int_equal(at - id, 22);
	*id = 'X';
	memmove(id + 1, at, strlen(at) + 1);
}

static void
is_as_short_as_can_be(void **state)
{
	char text[MAIL_MESSAGE_SIZE];
	size_t size = 0;

	(void)state;
	assert_int_equal(mail_message_write(&plain, text, &size), 0);
	assert_int_equal(size, strlen(text));
	mask_id(text);
	assert_string_equal(text,
	    "From: gate@clinic.example\n"
	    "To: bob@b.example\n"
	    "Date: Fri, 13 Feb 2009 23:31:30 +0000\n"
	    "Message-ID: <X@clinic.example>\n"
	    "Auto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=us-ascii\n"
	    "Content-Transfer-Encoding: 7bit\n"
	    "\n"
	    "012345\n");
}

static void
has_an_id_of_its_own(void **state)
{
	char one[MAIL_MESSAGE_SIZE], other[MAIL_MESSAGE_SIZE];
	size_t size;

	(void)state;
	assert_int_equal(mail_message_write(&plain, one, &size), 0);
	assert_int_equal(mail_message_write(&plain, other, &size), 0);
	assert_string_not_equal(one, other);
}

static void
takes_nothing_that_forges(void **state)
{
	static const char *const addresses[] = { "", "bob",
		"bob@b.example\nBcc: eve@e.example", "bob@b,eve@e" };
	static const char *const codes[] = { "", "12345", "1234567", "12345x",
		"12345\n", " 12345", "-12345" };
	char text[MAIL_MESSAGE_SIZE];
	struct mail_message message;
	size_t i, size;

	(void)state;
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		message = plain;
		message.to = addresses[i];
		assert_int_equal(
		    mail_message_write(&message, text, &size), GATE_EINVAL);
		message = plain;
		message.from = addresses[i];
		assert_int_equal(
		    mail_message_write(&message, text, &size), GATE_EINVAL);
	}
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		message = plain;
		message.code = codes[i];
		assert_int_equal(
		    mail_message_write(&message, text, &size), GATE_EINVAL);
	}
}

/* The longest addresses there are. */
static void
has_room(void **state)
{
	char address[255], text[MAIL_MESSAGE_SIZE];
	struct mail_message message = plain;
	size_t i, size;

	(void)state;
	memset(address, 'a', sizeof(address));
	address[62] = '@';
	for (i = 62 + 64; i < 254; i += 64)
		address[i] = '.';
	address[254] = '\0';
	message.from = message.to = address;
	assert_int_equal(mail_message_write(&message, text, &size), 0);
	assert_true(size < sizeof(text));
	assert_string_equal(text + size - 7, "012345\n");
}

static void
is_recognised_in_what_others_say(void **state)
{
	static const struct {
		const char *text;
		int tells;
	} texts[] = {
		{ "", 0 },
		{ "012345", 1 },
		{ "01234", 0 },
		{ "013245", 0 },
		{ "12345", 0 },
		{ "x012345x", 1 },
		{ "9012345", 1 },
		{ "0123450", 1 },
		{ "012 345", 1 },
		{ "0\n1\n2\n3\n4\n5", 1 },
		{ "00012345", 1 },
		{ "550 5.1.1 no such relay", 0 },
		{ "01 2345", 1 },
		{ "01901 2345", 1 },
		{ "0129345", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (mail_message_tells(texts[i].text, "012345") !=
		    texts[i].tells)
			fail_msg("\"%s\"", texts[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_short_as_can_be),
		cmocka_unit_test(has_an_id_of_its_own),
		cmocka_unit_test(takes_nothing_that_forges),
		cmocka_unit_test(has_room),
		cmocka_unit_test(is_recognised_in_what_others_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
