/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/secret.h"

/* Whether /proc/self/smaps gives the memory at address this flag. */
static int
has_flag(const void *address, const char *flag)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long from, to, at = (unsigned long)address;
	char line[512];
	int inside = 0, found = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = at >= from && at < to;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag) != NULL;
	}
	fclose(maps);
	return found;
}

static void
memory_is_zeroed_and_not_dumped(void **state)
{
	static const size_t sizes[] = { 1, 4095, 4096, 4097, 100000 };
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *memory = secret_alloc(sizes[i]);

		assert_non_null(memory);
		assert_true(has_flag(memory, " dd"));
		for (at = 0; at < sizes[i]; at++)
			assert_int_equal(memory[at], 0);
		memset(memory, 0xff, sizes[i]);
		secret_free(memory, sizes[i]);
	}
	assert_null(secret_alloc(0));
	assert_null(secret_alloc(SIZE_MAX));
	assert_null(secret_alloc(SIZE_MAX / 2));
	secret_free(NULL, 0);
}

static void
grows_with_its_contents(void **state)
{
	uint8_t *memory, *larger;
	size_t i;

	(void)state;
	memory = secret_grow(NULL, 0, 5);
	assert_non_null(memory);
	memcpy(memory, "abcde", 5);
	larger = secret_grow(memory, 5, 10000);
	assert_non_null(larger);
	assert_memory_equal(larger, "abcde", 5);
	for (i = 5; i < 10000; i++)
		assert_int_equal(larger[i], 0);
	/* where there is no more memory, the old one stays */
	assert_null(secret_grow(larger, 10000, SIZE_MAX / 2));
	assert_memory_equal(larger, "abcde", 5);
	secret_free(larger, 10000);
}

#define STACK_SIZE (1u << 20)

static const char left_behind[32] = "what a library has left behind";

__attribute__((noinline)) static void
leave_behind(void)
{
	volatile char room[8192];
	size_t i;

	for (i = 0; i < sizeof(room); i++)
		room[i] = left_behind[i % sizeof(left_behind)];
}

static void
wipe_nothing(void)
{
}

static void *
use_stack(void *wipe)
{
	leave_behind();
	(*(void (**)(void))wipe)();
	return NULL;
}

/* Whether it lies on the stack of a thread that has ended. */
static int
is_left(void (*wipe)(void))
{
	uint8_t *stack = aligned_alloc(4096, STACK_SIZE);
	pthread_attr_t attributes;
	pthread_t thread;
	int left;

	assert_non_null(stack);
	memset(stack, 0, STACK_SIZE);
	pthread_attr_init(&attributes);
	assert_int_equal(
	    pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
	assert_int_equal(
	    pthread_create(&thread, &attributes, use_stack, &wipe), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
	left =
	    memmem(stack, STACK_SIZE, left_behind, sizeof(left_behind)) != NULL;
	free(stack);
	return left;
}

static void
wipes_the_stack(void **state)
{
	(void)state;
	assert_true(is_left(wipe_nothing));
	assert_false(is_left(secret_wipe_stack));
	assert_false(is_left(secret_wipe_stack_shallow));
}

#if defined(__x86_64__)
/* A register that glibc copies by. */
__attribute__((target("avx512vl"))) static void
wipes_a_register(void (*wipe)(void))
{
	char found[32];

	__asm__ volatile("vmovdqu64 (%0), %%ymm17"
			 :
			 : "r"(left_behind)
			 : "xmm17");
	wipe();
	__asm__ volatile("vmovdqu64 %%ymm17, (%0)" : : "r"(found) : "memory");
	assert_memory_not_equal(found, left_behind, sizeof(left_behind) - 1);
}

static void
wipes_registers(void **state)
{
	(void)state;
	if (!__builtin_cpu_supports("avx512vl"))
		return;
	wipes_a_register(secret_wipe_stack);
	wipes_a_register(secret_wipe_stack_shallow);
}
#endif

static void
frees_a_string(void **state)
{
	char *text = strdup("a password");

	(void)state;
	secret_str_free(&text);
	assert_null(text);
	secret_str_free(&text);
}

#define LONGEST 40

static void
equal_means_equal_in_length_and_bytes(void **state)
{
	uint8_t a[LONGEST], b[LONGEST];
	size_t x, y, i;

	(void)state;
	/* bytes that repeat: a length must not hide behind a period */
	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	for (x = 0; x <= LONGEST; x++)
		for (y = 0; y <= LONGEST; y++)
			assert_int_equal(secret_equal(a, x, b, y) != 0, x == y);
	for (x = 1; x <= LONGEST; x++)
		for (i = 0; i < x * 8; i++) {
			b[i / 8] ^= (uint8_t)(1 << i % 8);
			assert_false(secret_equal(a, x, b, x));
			assert_false(secret_equal(b, x, a, x));
			b[i / 8] ^= (uint8_t)(1 << i % 8);
		}
	assert_true(secret_equal(NULL, 0, NULL, 0));
	assert_false(secret_equal("", 0, "\0", 1));
	assert_false(secret_equal("\0", 1, "", 0));
}

static void
random_bytes_differ(void **state)
{
	uint8_t one[64] = { 0 }, two[64] = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(secret_random(one, sizeof(one)), 0);
	assert_int_equal(secret_random(two, sizeof(two)), 0);
	/* every eighth of them: no part was left as it was */
	for (i = 0; i < sizeof(one); i += 8) {
		assert_memory_not_equal(one + i, "\0\0\0\0\0\0\0\0", 8);
		assert_memory_not_equal(one + i, two + i, 8);
	}
	one[0] = 7;
	assert_int_equal(secret_random(one, 0), 0);
	assert_int_equal(one[0], 7);
}

/* RFC 4648, section 10, without padding; and all of the alphabet. */
static void
text_is_base64url(void **state)
{
	static const struct {
		const char *bytes, *text;
	} vectors[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xff\xff\xff", "_____w" },
		{ "\xfb\xef\xbe", "----" },
	};
	static const uint8_t all[] = { 0x00, 0x10, 0x83, 0x10, 0x51, 0x87, 0x20,
		0x92, 0x8b, 0x30, 0xd3, 0x8f, 0x41, 0x14, 0x93, 0x51, 0x55,
		0x97, 0x61, 0x96, 0x9b, 0x71, 0xd7, 0x9f, 0x82, 0x18, 0xa3,
		0x92, 0x59, 0xa7, 0xa2, 0x9a, 0xab, 0xb2, 0xdb, 0xaf, 0xc3,
		0x1c, 0xb3, 0xd3, 0x5d, 0xb7, 0xe3, 0x9e, 0xbb, 0xf3, 0xdf,
		0xbf };
	char text[SECRET_TEXT_SIZE(sizeof(all))];
	size_t i, size;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		size = strlen(vectors[i].bytes);
		secret_text(vectors[i].bytes, size, text);
		assert_string_equal(text, vectors[i].text);
		assert_true(strlen(text) < SECRET_TEXT_SIZE(size));
	}
	secret_text(all, sizeof(all), text);
	assert_string_equal(text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
	assert_int_equal(strlen(text) + 1, sizeof(text));
	secret_text("\0", 1, text);
	assert_string_equal(text, "AA");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_not_dumped),
		cmocka_unit_test(grows_with_its_contents),
		cmocka_unit_test(wipes_the_stack),
#if defined(__x86_64__)
		cmocka_unit_test(wipes_registers),
#endif
		cmocka_unit_test(frees_a_string),
		cmocka_unit_test(equal_means_equal_in_length_and_bytes),
		cmocka_unit_test(random_bytes_differ),
		cmocka_unit_test(text_is_base64url),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
