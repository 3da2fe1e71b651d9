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
#include "twofactor/base32.h"

/* RFC 4648, section 10, without padding. */
static void
writes_and_reads_the_vectors(void **state)
{
	static const struct {
		const char *bytes, *text;
	} vectors[] = {
		{ "", "" },
		{ "f", "MY" },
		{ "fo", "MZXQ" },
		{ "foo", "MZXW6" },
		{ "foob", "MZXW6YQ" },
		{ "fooba", "MZXW6YTB" },
		{ "foobar", "MZXW6YTBOI" },
	};
	char text[32];
	uint8_t bytes[16];
	size_t i, size;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		base32_encode(BASE32_RFC4648, vectors[i].bytes,
		    strlen(vectors[i].bytes), text);
		assert_string_equal(text, vectors[i].text);
		assert_int_equal(base32_decode(BASE32_RFC4648, text, bytes,
				     sizeof(bytes), &size),
		    0);
		assert_int_equal(size, strlen(vectors[i].bytes));
		assert_memory_equal(bytes, vectors[i].bytes, size);
	}
}

static void
reads_what_it_wrote(void **state)
{
	uint8_t bytes[64], again[64];
	char text[BASE32_TEXT_SIZE(64)];
	size_t size, n, i;

	(void)state;
	srand(1);
	for (n = 0; n <= sizeof(bytes); n++)
		for (int alphabet = 0; alphabet < 2; alphabet++) {
			for (i = 0; i < n; i++)
				bytes[i] = (uint8_t)rand();
			base32_encode(
			    (enum base32_alphabet)alphabet, bytes, n, text);
			assert_int_equal(strlen(text), (n * 8 + 4) / 5);
			assert_int_equal(
			    base32_decode((enum base32_alphabet)alphabet, text,
				again, sizeof(again), &size),
			    0);
			assert_int_equal(size, n);
			assert_memory_equal(again, bytes, n);
		}
}

static void
reads_what_people_write(void **state)
{
	static const struct {
		enum base32_alphabet alphabet;
		const char *text;
		int r;
		const char *bytes;
	} cases[] = {
		{ BASE32_RFC4648, "mzxw6ytboi", 0, "foobar" },
		{ BASE32_RFC4648, "MZXW 6YTB-OI======", 0, "foobar" },
		{ BASE32_RFC4648, "MZXW6YTBOI==x", GATE_EINVAL, "" },
		{ BASE32_RFC4648, "MZXW6YTB0I", GATE_EINVAL, "" },
		{ BASE32_RFC4648, "MZXW6YTB1I", GATE_EINVAL, "" },
		{ BASE32_RFC4648, "MZXW6YTB\tOI", GATE_EINVAL, "" },
		{ BASE32_RFC4648, "MZXW6YTB\xc3\xa4", GATE_EINVAL, "" },
		{ BASE32_RFC4648, "MZXW6YTBOIMZXW6YTBOI", GATE_ETOOBIG, "" },
		{ BASE32_CROCKFORD, "CSQPYRK1E8", 0, "foobar" },
		{ BASE32_CROCKFORD, "csqpyrkie8", 0, "foobar" },
		{ BASE32_CROCKFORD, "CSQP-YRKL-E8", 0, "foobar" },
		{ BASE32_CROCKFORD, "CSQPYRKUE8", GATE_EINVAL, "" },
		{ BASE32_CROCKFORD, "OOOO", 0, "\0\0" },
	};
	uint8_t bytes[8];
	size_t i, size;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(base32_decode(cases[i].alphabet, cases[i].text,
				     bytes, sizeof(bytes), &size),
		    cases[i].r);
		assert_memory_equal(bytes, cases[i].bytes, size);
		if (cases[i].r != 0)
			assert_int_equal(size, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_reads_the_vectors),
		cmocka_unit_test(reads_what_it_wrote),
		cmocka_unit_test(reads_what_people_write),
	};

	return cmocka_run_group_tests_name("base32", tests, NULL, NULL);
}
