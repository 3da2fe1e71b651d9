/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipwhitelist/table.h"
#include "lib/error.h"

#define SEED 20261122

/* The reference: all networks that have the address, by looking at each. */
static int
longest_below(const struct table_item *items, size_t count,
    const struct address *address, int prefix)
{
	int found = -1;
	size_t i;

	for (i = 0; i < count; i++)
		if (network_has(&items[i].network, address) &&
		    items[i].network.prefix < prefix &&
		    (found < 0 ||
			items[i].network.prefix > items[found].network.prefix))
			found = (int)i;
	return found;
}

/* A shape of random networks: which lengths, and how close together. */
struct shape {
	const char *name;
	int v4; /* of 4, so many are IPv4 */
	int least, most;
	int free_bits; /* of the first ones, so few are random; the rest is one
			  of a few patterns */
	size_t count;
};

static const struct shape shapes[] = {
	{ "none", 2, 0, 128, 8, 0 },
	{ "one", 2, 0, 128, 8, 1 },
	{ "anything", 2, 0, 128, 128, 400 },
	{ "close together", 2, 0, 128, 6, 400 },
	{ "hosts", 2, 128, 128, 128, 300 },
	{ "neighbours", 2, 118, 128, 0, 400 },
	{ "one in another", 2, 0, 128, 0, 250 },
	{ "sites of IPv6", 0, 29, 64, 40, 400 },
	{ "networks of IPv4", 4, 8, 32, 20, 400 },
};

static uint8_t
random_byte(void)
{
	return (uint8_t)(random() >> 7);
}

static void
random_address(const struct shape *shape, int v4, struct address *address)
{
	static const uint8_t patterns[] = { 0x00, 0xff, 0x20, 0x80, 0x7f };
	const uint8_t pattern = patterns[random() % 5];
	const int first = v4 ? 12 : 0;
	int i;

	for (i = 0; i < 16; i++)
		address->bytes[i] = i < 10 ? 0 : 0xff;
	for (i = first; i < 16; i++)
		address->bytes[i] = (i - first) * 8 < shape->free_bits
		    ? random_byte()
		    : pattern;
	/* near one another at the end, too */
	if (random() % 2)
		address->bytes[15] = random_byte();
	if (random() % 4 == 0)
		address->bytes[13] = random_byte();
}

static void
random_network(const struct shape *shape, struct network *network)
{
	const int v4 = random() % 4 < shape->v4;
	int least = shape->least, most = shape->most;

	if (v4 && most > 32) {
		least = least > 96 ? least - 96 : 0;
		most = 32;
	}
	random_address(shape, v4, &network->address);
	network->prefix = (uint8_t)((v4 ? NETWORK_PREFIX_V4 : 0) + least +
	    (int)(random() % (most - least + 1)));
	network_mask(&network->address, network->prefix);
}

/* An address in one of the networks, on its edge, or right beside it. */
static void
address_near(const struct table_item *items, size_t count,
    const struct shape *shape, struct address *address)
{
	const struct network *network;
	long kind = random() % 4;
	int at;

	if (count == 0 || kind == 0) {
		random_address(shape, (int)(random() % 2), address);
		return;
	}
	network = &items[(size_t)random() % count].network;
	*address = network->address;
	for (at = network->prefix; at < 128; at++)
		if (kind == 1 || (kind == 2 && random() % 2))
			address->bytes[at / 8] |= (uint8_t)(0x80 >> at % 8);
	if (random() % 3 == 0) {
		at = (int)(random() % 128);
		address->bytes[at / 8] ^= (uint8_t)(0x80 >> at % 8);
	}
}

/* Random networks, each once. */
static size_t
make_items(const struct shape *shape, struct table_item *items)
{
	size_t i, count = 0;
	size_t j;

	for (i = 0; i < shape->count; i++) {
		random_network(shape, &items[count].network);
		items[count].value = (uint32_t)random();
		for (j = 0; j < count; j++)
			if (memcmp(&items[j].network, &items[count].network,
				sizeof(struct network)) == 0)
				break;
		count += j == count;
	}
	return count;
}

#define MOST 512

static void
check_address(const struct table *table, const struct table_item *items,
    size_t count, const struct address *address)
{
	uint32_t entry = table_find(table, address);
	struct table_item item;
	int expected, prefix = 129;

	for (;;) {
		expected = longest_below(items, count, address, prefix);
		if (expected < 0)
			break;
		assert_int_not_equal(entry, TABLE_NONE);
		table_item(table, entry, &item);
		assert_memory_equal(&item.network, &items[expected].network,
		    sizeof(item.network));
		assert_int_equal(item.value, items[expected].value);
		assert_int_equal(table_value(table, entry), item.value);
		prefix = table_prefix(table, entry);
		assert_int_equal(prefix, item.network.prefix);
		entry = table_up(table, entry);
	}
	assert_int_equal(entry, TABLE_NONE);
}

static void
agrees_with_a_scan(void **state)
{
	static struct table_item items[MOST], sorted[MOST];
	struct address address;
	struct table *table;
	size_t shape, count, i, round;

	(void)state;
	srandom(SEED);
	for (round = 0; round < 6; round++)
		for (shape = 0; shape < sizeof(shapes) / sizeof(shapes[0]);
		     shape++) {
			count = make_items(&shapes[shape], items);
			memcpy(sorted, items, sizeof(items));
			assert_int_equal(table_new(&table, sorted, count), 0);
			assert_int_equal(table_count(table), count);
			for (i = 0; i < 600; i++) {
				address_near(
				    items, count, &shapes[shape], &address);
				check_address(table, items, count, &address);
			}
			for (i = 0; i < count; i++)
				assert_int_equal(
				    table_value(table,
					table_exact(table, &items[i].network)),
				    items[i].value);
			table_free(&table);
			assert_null(table);
		}
}

static int
order(const void *a, const void *b)
{
	return table_compare(a, b);
}

/* Large ones are made otherwise than small ones. */
static void
holds_many(void **state)
{
	static const struct shape many[] = {
		{ "all kinds", 3, 0, 128, 24, 60000 },
		{ "one after another", 4, 32, 32, 0, 60000 },
	};
	struct table_item *items, *sorted;
	struct table *table;
	struct address address;
	size_t shape, i, count;

	(void)state;
	srandom(SEED + 1);
	items = calloc(60000, sizeof(*items));
	sorted = calloc(60000, sizeof(*items));
	assert_true(items != NULL && sorted != NULL);
	for (shape = 0; shape < 2; shape++) {
		for (i = 0; i < many[shape].count; i++) {
			random_network(&many[shape], &items[i].network);
			if (shape == 1) {
				items[i].network.address.bytes[13] = 2;
				items[i].network.address.bytes[14] =
				    (uint8_t)(i >> 8);
				items[i].network.address.bytes[15] = (uint8_t)i;
			}
		}
		qsort(items, many[shape].count, sizeof(*items), order);
		for (i = count = 0; i < many[shape].count; i++)
			if (i == 0 ||
			    table_compare(&items[i], &items[count - 1]) != 0)
				items[count++] = items[i];
		for (i = 0; i < count; i++)
			items[i].value = (uint32_t)i;
		/* far from in order */
		for (i = 0; i < count; i++)
			sorted[i] = items[i * 7919 % count];
		assert_int_equal(table_new(&table, sorted, count), 0);
		for (i = 0; i < 300; i++) {
			address_near(items, count, &many[shape], &address);
			check_address(table, items, count, &address);
		}
		for (i = 0; i < count; i++)
			assert_int_equal(
			    table_value(
				table, table_exact(table, &items[i].network)),
			    i);
		table_free(&table);
	}
	free(items);
	free(sorted);
}

/* Nearly all of IPv6 begins alike, and some does not: shorter than what is
 * alike, around it, in its first and last addresses, and elsewhere. */
static void
holds_many_that_begin_alike(void **state)
{
	static const char *const others[] = { "::/0", "2000::/3", "::/2",
		"2800::/5", "2000::/128", "2fff:ffff::/32", "3000::/4", "::1",
		"fc00::/7", "fe80::/10", "8000::/1", "2001:db8::/32" };
	const size_t many = 12000, n = sizeof(others) / sizeof(others[0]);
	static const struct shape near = { "near", 0, 16, 128, 40, 1 };
	struct table_item *items = calloc(many, sizeof(*items));
	struct table_item *sorted = calloc(many, sizeof(*items));
	struct table *table;
	struct address address;
	char why[256];
	size_t i, count, left_out;

	(void)state;
	assert_true(items != NULL && sorted != NULL);
	for (left_out = 0; left_out <= n; left_out += n / 2) {
		srandom(SEED + 2);
		for (i = 0; i < n - left_out; i++)
			assert_int_equal(
			    network_parse(others[i + left_out],
				&items[i].network, why, sizeof(why)),
			    0);
		for (; i < many; i++) {
			random_network(&near, &items[i].network);
			items[i].network.address.bytes[0] =
			    random() % 2 ? 0x26 : 0x2a;
			items[i].network.address.bytes[2] = random_byte();
			items[i].network.address.bytes[3] = random_byte();
			network_mask(
			    &items[i].network.address, items[i].network.prefix);
		}
		qsort(items, many, sizeof(*items), order);
		for (i = count = 0; i < many; i++)
			if (i == 0 ||
			    table_compare(&items[i], &items[count - 1]) != 0)
				items[count++] = items[i];
		assert_true(count > 9000);
		for (i = 0; i < count; i++)
			items[i].value = (uint32_t)i;
		memcpy(sorted, items, count * sizeof(*items));
		assert_int_equal(table_new(&table, sorted, count), 0);
		for (i = 0; i < 1500; i++) {
			address_near(items, count, &near, &address);
			if (i % 4 == 0)
				address.bytes[0] = random_byte();
			check_address(table, items, count, &address);
		}
		for (i = 0; i < count; i++)
			assert_int_equal(
			    table_value(
				table, table_exact(table, &items[i].network)),
			    i);
		table_free(&table);
	}
	free(items);
	free(sorted);
}

static void
sorts_as_it_compares(void **state)
{
	static const struct shape shape = { "some", 2, 0, 128, 8, 5000 };
	static struct table_item items[5000], expected[5000];
	size_t round, i, count;

	(void)state;
	srandom(SEED + 3);
	for (round = 0; round < 40; round++) {
		/* few and many, and often the same network */
		count = round % 2 ? (size_t)random() % 100 : 5000;
		for (i = 0; i < count; i++) {
			random_network(&shape, &items[i].network);
			if (i > 0 && random() % 2)
				items[i].network =
				    items[(size_t)random() % i].network;
			items[i].value = (uint32_t)random();
		}
		memcpy(expected, items, sizeof(items));
		qsort(expected, count, sizeof(*items), table_compare_all);
		table_sort(items, count);
		assert_memory_equal(items, expected, count * sizeof(*items));
	}
}

static void
refuses_the_same_twice(void **state)
{
	struct table_item items[3] = { 0 };
	struct table *table;
	char why[256];

	(void)state;
	assert_int_equal(
	    network_parse("10.0.0.0/8", &items[0].network, why, sizeof(why)),
	    0);
	assert_int_equal(network_parse("::ffff:10.0.0.0/104", &items[1].network,
			     why, sizeof(why)),
	    0);
	assert_int_equal(
	    network_parse("::/0", &items[2].network, why, sizeof(why)), 0);
	assert_int_equal(table_new(&table, items, 3), GATE_EEXISTS);
	assert_null(table);
	table_free(&table);
}

/* A network that is not there is not found by one that is like it. */
static void
knows_what_is_not_there(void **state)
{
	static const char *const there[] = { "10.0.0.0/8", "10.1.0.0/16",
		"2001:db8::/32", "::/0" };
	static const char *const not_there[] = { "10.0.0.0/9", "10.0.0.0/7",
		"0.0.0.0/0", "10.0.0.0/15", "2001:db8::/33", "2001:db8::/31",
		"11.0.0.0/8" };
	struct table_item items[4];
	struct network network;
	struct table *table;
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(network_parse(there[i], &items[i].network, why,
				     sizeof(why)),
		    0);
	assert_int_equal(table_new(&table, items, 4), 0);
	for (i = 0; i < sizeof(not_there) / sizeof(not_there[0]); i++) {
		assert_int_equal(
		    network_parse(not_there[i], &network, why, sizeof(why)), 0);
		assert_int_equal(table_exact(table, &network), TABLE_NONE);
	}
	table_free(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_scan),
		cmocka_unit_test(holds_many),
		cmocka_unit_test(holds_many_that_begin_alike),
		cmocka_unit_test(sorts_as_it_compares),
		cmocka_unit_test(refuses_the_same_twice),
		cmocka_unit_test(knows_what_is_not_there),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
