/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/attribute_names.h"
#include "lib/attributes.h"
#include "lib/error.h"
#include "lib/words.h"

/* name, value, ..., NULL: a word that begins with "=" is a value. */
static struct attributes
make(const char *const *words)
{
	struct attributes list = { 0 };

	for (; *words != NULL; words++)
		assert_int_equal(**words == '='
			? attributes_add_value(&list, *words + 1)
			: attributes_add(&list, *words),
		    0);
	return list;
}

static const char *const people[] = { "mail", "=alice@example.org", "role",
	"=agent", "=", "=two words", "empty", "role", "=\xc3\xa9", NULL };

static void
assert_same(const struct attributes *a, const struct attributes *b)
{
	size_t i, j;

	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++) {
		assert_string_equal(a->items[i].name, b->items[i].name);
		assert_int_equal(
		    a->items[i].value_count, b->items[i].value_count);
		for (j = 0; j < a->items[i].value_count; j++)
			assert_string_equal(
			    a->items[i].values[j], b->items[i].values[j]);
	}
}

static void
test_have(void **state)
{
	struct attributes list = make(people), none = { 0 };

	(void)state;
	assert_true(attributes_have(&list, "role", "agent"));
	assert_true(attributes_have(&list, "role", ""));
	assert_true(attributes_have(&list, "role", "two words"));
	/* of a name that stands twice */
	assert_true(attributes_have(&list, "role", "\xc3\xa9"));
	assert_false(attributes_have(&list, "role", "Agent"));
	assert_false(attributes_have(&list, "role", "agent "));
	assert_false(attributes_have(&list, "role", "alice@example.org"));
	assert_false(attributes_have(&list, "rol", "agent"));
	assert_true(attributes_have(&list, "mail", NULL));
	assert_false(attributes_have(&list, "empty", NULL));
	assert_false(attributes_have(&list, "empty", ""));
	assert_false(attributes_have(&list, "phone", NULL));
	assert_false(attributes_have(&none, "role", NULL));
	attributes_clear(&list);
	assert_int_equal(list.count, 0);
	attributes_clear(&list);

	/* A value that says nothing is not any value. */
	list = make((const char *const[]){ "role", "=", NULL });
	assert_false(attributes_have(&list, "role", NULL));
	assert_true(attributes_have(&list, "role", ""));
	attributes_clear(&list);
}

static void
test_value_without_name(void **state)
{
	struct attributes list = { 0 };

	(void)state;
	assert_int_equal(attributes_add_value(&list, "a"), GATE_EINVAL);
	assert_int_equal(list.count, 0);
}

/* Beyond every power of two that an array grows at. */
static void
test_many(void **state)
{
	struct attributes list = { 0 };
	char text[16];
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "n%zu", i);
		assert_int_equal(attributes_add(&list, text), 0);
	}
	for (i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "v%zu", i);
		assert_int_equal(attributes_add_value(&list, text), 0);
	}
	assert_int_equal(list.count, 1000);
	assert_string_equal(list.items[511].name, "n511");
	assert_int_equal(list.items[999].value_count, 1000);
	assert_string_equal(list.items[999].values[512], "v512");
	attributes_clear(&list);
}

static void
test_round_trip(void **state)
{
	struct attributes list = make(people), back = { 0 };
	uint8_t *bytes;
	size_t size;

	(void)state;
	assert_int_equal(attributes_encode(&list, "*", &bytes, &size), 0);
	assert_int_equal(attributes_decode(&back, bytes, size), 0);
	assert_same(&list, &back);
	free(bytes);
	attributes_clear(&back);
	attributes_clear(&list);
}

/* What the store keeps of some must be read by all versions to come. */
static void
test_form(void **state)
{
	static const uint8_t form[] = "\1n\0\4rolev\0\5agentv\0\0";
	struct attributes list =
	    make((const char *const[]){ "role", "=agent", "=", NULL });
	uint8_t *bytes;
	size_t size;

	(void)state;
	assert_int_equal(attributes_encode(&list, "role", &bytes, &size), 0);
	assert_int_equal(size, sizeof(form) - 1);
	assert_memory_equal(bytes, form, size);
	free(bytes);
	attributes_clear(&list);
}

static void
test_wanted(void **state)
{
	static const char *const wanted[][2] = {
		{ "role", "role" },
		{ "  mail\t role ", "mail role" },
		{ "rol roles ole", "" },
		{ "", "" },
		{ "phone", "" },
		{ "nothing *", "mail role empty" },
	};
	static const char *const names[] = { "mail", "role", "empty" };
	struct attributes list, back;
	uint8_t *bytes;
	size_t i, j, k, size;
	int found;

	(void)state;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		list = make(people);
		back = (struct attributes){ 0 };
		assert_int_equal(
		    attributes_encode(&list, wanted[i][0], &bytes, &size), 0);
		assert_int_equal(bytes == NULL, wanted[i][1][0] == '\0');
		assert_int_equal(size == 0, bytes == NULL);
		assert_int_equal(attributes_decode(&back, bytes, size), 0);
		for (j = 0; j < 3; j++) {
			for (k = found = 0; k < back.count; k++)
				found += !strcmp(back.items[k].name, names[j]);
			assert_int_equal(
			    found > 0, words_have(wanted[i][1], names[j]));
		}
		free(bytes);
		attributes_clear(&back);
		attributes_clear(&list);
	}
}

static void
test_size(void **state)
{
	/* the form's byte, and a head for each text */
	const size_t most = ATTRIBUTES_ENCODED_MAX - 1 - 3 - 1 - 3;
	struct attributes list = { 0 }, back = { 0 };
	char *value = malloc(most + 2);
	uint8_t *bytes;
	size_t size;

	(void)state;
	memset(value, 'v', most + 1);
	value[most + 1] = '\0';
	assert_int_equal(attributes_add(&list, "a"), 0);
	assert_int_equal(attributes_add_value(&list, value), 0);
	assert_int_equal(
	    attributes_encode(&list, "*", &bytes, &size), GATE_ETOOBIG);
	assert_null(bytes);
	assert_int_equal(size, 0);
	/* What nobody wants may be of any size. */
	assert_int_equal(attributes_encode(&list, "b", &bytes, &size), 0);
	assert_null(bytes);
	list.items[0].values[0][most] = '\0';
	assert_int_equal(attributes_encode(&list, "*", &bytes, &size), 0);
	assert_int_equal(size, ATTRIBUTES_ENCODED_MAX);
	assert_int_equal(attributes_decode(&back, bytes, size), 0);
	assert_same(&list, &back);
	free(bytes);
	free(value);
	attributes_clear(&list);
	attributes_clear(&back);
}

static void
test_bad_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} bad[] = {
		{ "\1", 1 },
		{ "\0n\0\1a", 5 },
		{ "\2n\0\1a", 5 },
		{ "\1n", 2 },
		{ "\1n\0", 3 },
		{ "\1n\0\1", 4 },
		{ "\1n\0\2a", 5 },
		{ "\1n\1\1a", 5 },
		{ "\1n\377\377a", 5 },
		{ "\1v\0\1a", 5 },         /* a value of no name */
		{ "\1x\0\1a", 5 },         /* no such text */
		{ "\1n\0\2a\0", 6 },       /* a NUL inside */
		{ "\1n\0\1av\0\1\0", 9 },  /* and in a value */
		{ "\1n\0\1av\0\1bn", 10 }, /* good, and then a rest */
		{ "\1n\0\1av\0\1b\0\0\0", 12 },
	};
	struct attributes list = { 0 };
	uint8_t *copy;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		/* memory of its own, so that a sanitizer sees its end */
		copy = malloc(bad[i].size);
		memcpy(copy, bad[i].bytes, bad[i].size);
		if (attributes_decode(&list, copy, bad[i].size) != GATE_EPROTO)
			fail_msg("taken: %zu", i);
		assert_int_equal(list.count, 0);
		assert_null(list.items);
		free(copy);
	}
	copy = calloc(1, ATTRIBUTES_ENCODED_MAX + 3);
	memcpy(copy, "\1n\0\1a", 5);
	for (i = 5; i + 3 <= ATTRIBUTES_ENCODED_MAX + 3; i += 3)
		copy[i] = 'v';
	assert_int_equal(attributes_decode(&list, copy, i), GATE_EPROTO);
	free(copy);
}

/* Whatever one byte of it becomes: refused, or a form that encode makes. */
static void
test_changed_bytes(void **state)
{
	struct attributes list = make(people), back;
	uint8_t *bytes, *again;
	size_t i, size, size_again;
	int value, r;

	(void)state;
	assert_int_equal(attributes_encode(&list, "*", &bytes, &size), 0);
	for (i = 0; i < size * 256; i++) {
		value = bytes[i / 256];
		bytes[i / 256] = (uint8_t)i;
		back = (struct attributes){ 0 };
		r = attributes_decode(&back, bytes, size);
		if (r == 0) {
			assert_int_equal(
			    attributes_encode(&back, "*", &again, &size_again),
			    0);
			assert_int_equal(size_again, size);
			assert_memory_equal(again, bytes, size);
			free(again);
		} else {
			assert_int_equal(r, GATE_EPROTO);
		}
		attributes_clear(&back);
		bytes[i / 256] = (uint8_t)value;
	}
	free(bytes);
	attributes_clear(&list);
}

static void
names_of(const char *list, char text[ATTRIBUTE_NAMES_SIZE])
{
	memset(text, 'x', ATTRIBUTE_NAMES_SIZE);
	assert_int_equal(attribute_names(list, text), 0);
	assert_int_equal(strlen(text), ATTRIBUTE_NAMES_SIZE - 1);
}

static void
test_one_text_for_one_set_of_names(void **state)
{
	/* those of a line are the same set, of two lines never */
	static const char *const sets[][4] = {
		{ "", " ", "\t\n" },
		{ "a", " a ", "a a", "a\ta\n" },
		{ "a b", "b a", "b  a b", " b\r\na a" },
		{ "ab", "ab ab" },
		{ "a b c", "c b a" },
		{ "*", "* a", "b * a", "**a *" },
		{ "**" },
		{ "A" },
	};
	char one[ATTRIBUTE_NAMES_SIZE], other[ATTRIBUTE_NAMES_SIZE];
	const size_t count = sizeof(sets) / sizeof(sets[0]);
	size_t i, j, k;

	(void)state;
	for (i = 0; i < count; i++) {
		names_of(sets[i][0], one);
		for (j = 0; j < count; j++) {
			for (k = 0; k < 4 && sets[j][k] != NULL; k++) {
				names_of(sets[j][k], other);
				assert_int_equal(
				    strcmp(one, other) == 0, i == j);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_have),
		cmocka_unit_test(test_value_without_name),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_bad_bytes),
		cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_one_text_for_one_set_of_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
