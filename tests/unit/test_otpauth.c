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
#include "twofactor/otpauth.h"

#define SECRET32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void
test_factor(struct factor *factor, struct factor_seed *seed)
{
	factor_init(factor, FACTOR_TOTP);
	seed->size = 20;
	memcpy(seed->bytes, "12345678901234567890", 20);
}

static void
says_what_is_not_usual(void **state)
{
	struct factor factor;
	struct factor_seed seed;
	char uri[OTPAUTH_SIZE];

	(void)state;
	test_factor(&factor, &seed);
	assert_int_equal(otpauth_write(&factor, &seed, "Gatehouse", "alice",
			     uri, sizeof(uri)),
	    0);
	assert_string_equal(uri,
	    "otpauth://totp/Gatehouse:alice?secret=" SECRET32
	    "&issuer=Gatehouse");
	factor.algorithm = FACTOR_SHA512;
	factor.digits = 8;
	factor.period = 60;
	assert_int_equal(
	    otpauth_write(&factor, &seed, "", "alice", uri, sizeof(uri)), 0);
	assert_string_equal(uri,
	    "otpauth://totp/alice?secret=" SECRET32
	    "&algorithm=SHA512&digits=8&period=60");
	factor_init(&factor, FACTOR_HOTP);
	factor.algorithm = FACTOR_SHA256;
	assert_int_equal(
	    otpauth_write(&factor, &seed, "G", "bob", uri, sizeof(uri)), 0);
	assert_string_equal(uri,
	    "otpauth://hotp/G:bob?secret=" SECRET32
	    "&issuer=G&algorithm=SHA256&counter=0");
	factor.last = 41;
	assert_int_equal(
	    otpauth_write(&factor, &seed, "G", "bob", uri, sizeof(uri)), 0);
	assert_non_null(strstr(uri, "&counter=42"));
}

/* Every factor, with names that need escapes. */
static void
reads_what_it_wrote(void **state)
{
	static const char *const names[] = { "alice", "A & B: 100%",
		"al ice@example.org/x?y#z&secret=AA", "\xc3\xa4-\xed\x95\x9c" };
	struct otpauth otpauth;
	struct factor factor;
	struct factor_seed seed;
	char uri[OTPAUTH_SIZE], why[128];
	int i, n;

	(void)state;
	for (i = 0; i < 144; i++) {
		factor_init(&factor, (i & 1) ? FACTOR_HOTP : FACTOR_TOTP);
		factor.algorithm = (enum factor_algorithm)(i / 2 % 3);
		factor.digits = 6 + i / 6 % 3;
		if (factor.kind == FACTOR_TOTP)
			factor.period = i / 18 % 2 ? 60 : 30;
		else
			factor.last = i - 1;
		n = i / 36;
		assert_int_equal(factor_seed_make(&factor, &seed), 0);
		assert_int_equal(otpauth_write(&factor, &seed, names[n],
				     names[3 - n], uri, sizeof(uri)),
		    0);
		assert_int_equal(
		    otpauth_read(uri, &otpauth, why, sizeof(why)), 0);
		assert_memory_equal(&otpauth.factor, &factor, sizeof(factor));
		assert_int_equal(otpauth.seed.size, seed.size);
		assert_memory_equal(otpauth.seed.bytes, seed.bytes, seed.size);
		assert_string_equal(otpauth.issuer, names[n]);
		assert_string_equal(otpauth.user, names[3 - n]);
	}
}

static void
reads_what_others_write(void **state)
{
	static const struct {
		const char *uri, *issuer, *user;
		int digits, period;
	} cases[] = {
		{ "otpauth://totp/x@host?secret=" SECRET32 "&issuer=host",
		    "host", "x@host", 6, 30 },
		{ "OTPAUTH://TOTP/Big%20Co%3A%20x?SECRET=gezdgnbv%20gy3tqojq",
		    "Big Co", "x", 6, 30 },
		{ "otpauth://totp/A:x?issuer=B&secret=" SECRET32
		  "&period=60&digits=8&image=http%3A//x/y.png&&z&lock=",
		    "B", "x", 8, 60 },
		{ "otpauth://totp/?secret=" SECRET32 "====", "", "", 6, 30 },
	};
	struct otpauth otpauth;
	char why[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    otpauth_read(cases[i].uri, &otpauth, why, sizeof(why)), 0);
		assert_string_equal(otpauth.issuer, cases[i].issuer);
		assert_string_equal(otpauth.user, cases[i].user);
		assert_int_equal(otpauth.factor.digits, cases[i].digits);
		assert_int_equal(otpauth.factor.period, cases[i].period);
		assert_int_equal(otpauth.factor.confirmed, 0);
	}
}

#define S "otpauth://totp/x?secret=" SECRET32
#define LONG64                                                                 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
refuses_the_rest(void **state)
{
	static const struct otpauth nothing;
	static const char *const cases[] = { "", "otpauth", "otpauth://",
		"otpauth://totp", "otpauth://totp/",
		"otpauth://motp/x?secret=" SECRET32,
		"http://totp/x?secret=" SECRET32,
		"otpauth://totpx/x?secret=" SECRET32, "otpauth://totp/x",
		"otpauth://totp/x?secret", "otpauth://totp/x?secret=",
		"otpauth://totp/x?secret=GEZDGNBVGY",
		"otpauth://totp/x?secret=GEZDGNBVGY3TQ01Q",
		S "&secret=" SECRET32, S "&digits=5", S "&digits=9",
		S "&digits=", S "&digits=+6", S "&digits=6x",
		S "&digits=06&digits=6", S "&period=0", S "&period=31",
		S "&period=-30", S "&period=18446744073709551646",
		S "&algorithm=MD5", S "&algorithm=", S "&issuer=%00",
		S "&issuer=%0a", S "&issuer=%", S "&issuer=%4", S "&issuer=%zz",
		S "&issuer=a%1fb", S "&issuer=" LONG64 LONG64 LONG64 LONG64,
		"otpauth://totp/%00x?secret=" SECRET32,
		"otpauth://totp/x\n?secret=" SECRET32,
		"otpauth://hotp/x?secret=" SECRET32,
		"otpauth://hotp/x?secret=" SECRET32 "&counter=",
		"otpauth://hotp/x?secret=" SECRET32 "&counter=-1",
		"otpauth://hotp/x?secret=" SECRET32
		"&counter=9223372036854775807",
		"otpauth://hotp/x?secret=" SECRET32 "&counter=1e3" };
	struct otpauth otpauth;
	char why[128];
	size_t i;

	(void)state;
	assert_int_equal(otpauth_read(S, &otpauth, why, sizeof(why)), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why[0] = '\0';
		assert_int_equal(
		    otpauth_read(cases[i], &otpauth, why, sizeof(why)),
		    GATE_EINVAL);
		assert_memory_equal(&otpauth, &nothing, sizeof(nothing));
		assert_true(why[0] != '\0');
		assert_null(strstr(why, "GEZD"));
	}
}

/* Any change of a byte, and any cut: refused or read, and nothing worse. */
static void
survives_damage(void **state)
{
	static const char uri[] = "otpauth://hotp/Big%20Co:x?secret=" SECRET32
				  "&issuer=Big%20Co&digits=7&counter=12";
	char *damaged;
	struct otpauth otpauth;
	char why[128];
	size_t i;
	int c;

	(void)state;
	for (i = 0; i < sizeof(uri); i++) {
		damaged = strndup(uri, i);
		(void)otpauth_read(damaged, &otpauth, why, sizeof(why));
		free(damaged);
		damaged = strdup(uri);
		for (c = 1; c < 256 && i < sizeof(uri) - 1; c++) {
			damaged[i] = (char)c;
			(void)otpauth_read(damaged, &otpauth, why, sizeof(why));
		}
		free(damaged);
	}
}

static void
says_when_there_is_no_room(void **state)
{
	char uri[OTPAUTH_SIZE], full[OTPAUTH_SIZE], name[OTPAUTH_NAME_MAX];
	char longer[OTPAUTH_NAME_MAX + 1];
	struct factor factor;
	struct factor_seed seed;
	size_t size, length;

	(void)state;
	test_factor(&factor, &seed);
	/* the longest: names with all escaped, and nothing usual */
	factor_init(&factor, FACTOR_HOTP);
	factor.algorithm = FACTOR_SHA512;
	factor.digits = 8;
	factor.last = FACTOR_COUNT_MAX;
	assert_int_equal(factor_seed_make(&factor, &seed), 0);
	memset(name, ' ', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	/* issuer twice and user once, three characters for each */
	assert_int_equal(
	    otpauth_write(&factor, &seed, name, name, uri, sizeof(uri)), 0);
	length = strlen(uri);
	memcpy(full, uri, length + 1);
	for (size = 0; size <= length; size++) {
		memset(uri, 'x', sizeof(uri));
		assert_int_equal(
		    otpauth_write(&factor, &seed, name, name, uri, size),
		    GATE_ETOOBIG);
		assert_int_equal(uri[0], size == 0 ? 'x' : 0);
		assert_int_equal(uri[size], 'x');
	}
	assert_int_equal(
	    otpauth_write(&factor, &seed, name, name, uri, length + 1), 0);
	assert_string_equal(uri, full);
	memset(longer, 'x', OTPAUTH_NAME_MAX);
	longer[OTPAUTH_NAME_MAX] = '\0';
	assert_int_equal(
	    otpauth_write(&factor, &seed, longer, "u", uri, sizeof(uri)),
	    GATE_ETOOBIG);
	assert_int_equal(
	    otpauth_write(&factor, &seed, "g", longer, uri, sizeof(uri)),
	    GATE_ETOOBIG);
	factor.digits = 5;
	assert_int_equal(
	    otpauth_write(&factor, &seed, "g", "u", uri, sizeof(uri)),
	    GATE_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_not_usual),
		cmocka_unit_test(reads_what_it_wrote),
		cmocka_unit_test(reads_what_others_write),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(survives_damage),
		cmocka_unit_test(says_when_there_is_no_room),
	};

	return cmocka_run_group_tests_name("otpauth", tests, NULL, NULL);
}
