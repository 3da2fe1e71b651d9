/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_allow FOLDER: the allowlist with a million networks: how long a look-up
 * takes, of addresses that have nothing to do with each other, beside the same
 * number of reads from a table of 2^24 words (what DIR-24-8 does, without the
 * rest of it); how long it takes to read the file and make the table; how much
 * memory that keeps; and a change of ten rules in a file of its own. Then, of a
 * hundred thousand rules for users and groups, one verdict.
 */
#include <sys/stat.h>

#include <err.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/rules.h"
#include "ipwhitelist/table.h"
#include "tests/bench/bench.h"

#define COUNT   1000000
#define PEOPLE  100000
#define BATCH   10000
#define ROUNDS  5
#define CHANGES 50

/* How many of a thousand have which length: as in the table of the Internet,
 * and some hosts and small networks, as in lists of bad addresses. */
struct share {
	int length;
	int share;
};
static const struct share v4_shares[] = { { 24, 590 }, { 23, 90 }, { 22, 110 },
	{ 21, 50 }, { 20, 40 }, { 19, 25 }, { 18, 15 }, { 17, 8 }, { 16, 13 },
	{ 15, 2 }, { 14, 1 }, { 32, 40 }, { 25, 4 }, { 26, 4 }, { 28, 4 },
	{ 29, 4 } };
static const struct share v6_shares[] = { { 48, 450 }, { 32, 120 }, { 44, 110 },
	{ 40, 90 }, { 36, 60 }, { 46, 30 }, { 42, 30 }, { 47, 20 }, { 33, 15 },
	{ 29, 25 }, { 64, 30 }, { 128, 20 } };

/* Of a thousand networks so many are IPv4. */
#define V4_SHARE 820

static uint64_t state = 88172645463325252;

/* xorshift64 (Marsaglia, 2003): the same numbers everywhere. */
static uint64_t
random_64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static int
random_length(const struct share *shares)
{
	int left = (int)(random_64() % 1000);

	while ((left -= shares->share) >= 0)
		shares++;
	return shares->length;
}

static void
random_network(struct network *network)
{
	uint64_t random[2] = { random_64(), random_64() };

	memcpy(network->address.bytes, random, sizeof(random));
	if (random_64() % 1000 < V4_SHARE) {
		memset(network->address.bytes, 0, 10);
		memset(network->address.bytes + 10, 0xff, 2);
		/* 1.0.0.0 to 223.255.255.255 */
		network->address.bytes[12] =
		    (uint8_t)(1 + network->address.bytes[12] % 223);
		network->prefix =
		    (uint8_t)(NETWORK_PREFIX_V4 + random_length(v4_shares));
	} else {
		/* 2a00::/12 and 2600::/12 mostly, blocks of /29 in them */
		network->address.bytes[0] = random[0] % 3 ? 0x2a : 0x26;
		network->address.bytes[1] &= 0x0f;
		network->address.bytes[3] &= 0xf8;
		network->prefix = (uint8_t)random_length(v6_shares);
	}
	network_mask(&network->address, network->prefix);
}

/* Different networks, in the order in which lists are kept. */
static struct table_item *
make_networks(void)
{
	const size_t most = COUNT + COUNT / 2;
	struct table_item *items = calloc(most, sizeof(*items));
	size_t i, count = 0;

	if (items == NULL)
		err(1, NULL);
	for (i = 0; i < most; i++)
		random_network(&items[i].network);
	qsort(items, most, sizeof(*items), table_compare);
	for (i = 0; i < most; i++)
		if (i == 0 || table_compare(&items[count - 1], &items[i]) != 0)
			items[count++] = items[i];
	if (count < COUNT)
		errx(1, "%zu different networks", count);
	/* leave out some, anywhere */
	for (i = 0; count > COUNT; i = (i + 7919) % count)
		items[i] = items[--count];
	qsort(items, COUNT, sizeof(*items), table_compare);
	return items;
}

/* An address in one of the networks. */
static struct address
random_inside(const struct table_item *items)
{
	const struct network *network = &items[random_64() % COUNT].network;
	uint64_t random[2] = { random_64(), random_64() };
	struct address address, rest;
	int i;

	memcpy(rest.bytes, random, sizeof(random));
	address = rest;
	network_mask(&rest, network->prefix);
	for (i = 0; i < 16; i++)
		address.bytes[i] = (uint8_t)(network->address.bytes[i] |
		    (address.bytes[i] ^ rest.bytes[i]));
	return address;
}

static size_t
memory(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void
complain(const char *file, int line, const char *text, void *data)
{
	(void)data;
	errx(1, "%s:%d: %s", file, line, text);
}

static void
write_file(const char *path, const struct table_item *items, size_t count)
{
	char text[ADDRESS_TEXT_SIZE];
	FILE *file = fopen(path, "w");
	size_t i;
	int v4;

	if (file == NULL || fchmod(fileno(file), 0644) != 0)
		err(1, "%s", path);
	for (i = 0; i < count; i++) {
		address_text(&items[i].network.address, text);
		v4 = address_is_v4(&items[i].network.address);
		fprintf(file, "%s %s/%d\n", i % 10 ? "allow" : "deny", text,
		    items[i].network.prefix - (v4 ? NETWORK_PREFIX_V4 : 0));
	}
	if (fclose(file) != 0)
		err(1, "%s", path);
}

/* --- look-ups --- */

/* So that they are not left out. */
static volatile uint64_t sink;

static double
time_find(const struct table *table, const struct address *addresses)
{
	double start = bench_wall_us();
	uint64_t sum = 0;
	int i;

	for (i = 0; i < BATCH; i++)
		sum += table_find(table, &addresses[i]);
	sink = sum;
	return (bench_wall_us() - start) * 1e3 / BATCH;
}

static double
time_floor(const uint32_t *words, const struct address *addresses)
{
	double start = bench_wall_us();
	const uint8_t *b;
	uint64_t sum = 0;
	int i;

	for (i = 0; i < BATCH; i++) {
		b = addresses[i].bytes;
		sum += words[(b[12] ^ b[2]) << 16 | (b[13] ^ b[3]) << 8 |
		    (b[14] ^ b[4])];
	}
	sink = sum;
	return (bench_wall_us() - start) * 1e3 / BATCH;
}

static double
time_judge(const struct rules *rules, const struct address *addresses)
{
	struct rules_query query = { .country = "", .now = 1795000000 };
	double start = bench_wall_us();
	struct rules_verdict verdict;
	uint64_t sum = 0;
	int i;

	for (i = 0; i < BATCH; i++) {
		query.address = &addresses[i];
		rules_judge(rules, &query, &verdict);
		sum += (uint64_t)verdict.allowed;
	}
	sink = sum;
	return (bench_wall_us() - start) * 1e3 / BATCH;
}

/* Each batch is other addresses; what is told is the median of batches. */
static void
measure_finds(struct table_item *items, const struct rules *rules)
{
	const size_t batches = COUNT / BATCH, words = (size_t)1 << 24;
	struct address *addresses = calloc(COUNT, sizeof(*addresses));
	uint32_t *floor = calloc(words, sizeof(*floor));
	double *ours = calloc(batches * 3, sizeof(*ours));
	double *floors = ours + batches, *verdicts = floors + batches;
	struct table *table = NULL;
	size_t i;

	if (addresses == NULL || floor == NULL || ours == NULL ||
	    table_new(&table, items, COUNT) != 0)
		errx(1, "no memory");
	for (i = 0; i < words; i++)
		floor[i] = (uint32_t)i;
	for (i = 0; i < COUNT; i++)
		addresses[i] = random_inside(items);
	for (i = 0; i < batches; i++)
		ours[i] = time_find(table, addresses + i * BATCH);
	for (i = 0; i < batches; i++)
		ours[i] = time_find(table, addresses + i * BATCH);
	for (i = 0; i < batches; i++)
		floors[i] = time_floor(floor, addresses + i * BATCH);
	for (i = 0; i < batches; i++)
		verdicts[i] = time_judge(rules, addresses + i * BATCH);
	bench_row("allow_lookup_1M", "ns", bench_median(ours, batches),
	    bench_median(floors, batches), "<= 40 ns");
	bench_row("allow_verdict_1M", "ns", bench_median(verdicts, batches),
	    bench_median(floors, batches), "-");
	table_free(&table);
	free(addresses);
	free(floor);
	free(ours);
}

/* --- files --- */

static struct rules *
load(const char *path, struct source **source)
{
	struct rules *rules;

	if (source_load(source, path, complain, NULL) != 0 ||
	    rules_new(&rules, source, 1, NULL, NULL, complain, NULL) != 0)
		errx(1, "%s", path);
	return rules;
}

/* As somebody must at least: look at each byte once. */
static double
time_reading(const char *path)
{
	double start = bench_wall_us();
	size_t size, i;
	uint64_t sum = 0;
	char *text = bench_read(path, &size);

	for (i = 0; i < size; i++)
		sum += (uint64_t)text[i];
	sink = sum;
	free(text);
	return (bench_wall_us() - start) / 1e6;
}

static struct rules *
measure_load(const char *name, const char *path, struct source **source)
{
	double ours[ROUNDS], floors[ROUNDS], start;
	struct rules *rules = NULL;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		rules_free(&rules);
		source_free(source);
		start = bench_wall_us();
		rules = load(path, source);
		ours[i] = (bench_wall_us() - start) / 1e6;
		floors[i] = time_reading(path);
	}
	if (rules_count(rules) != COUNT)
		errx(1, "%zu rules", rules_count(rules));
	bench_row(name, "s", bench_median(ours, ROUNDS),
	    bench_median(floors, ROUNDS), "<= 1 s");
	return rules;
}

/* The same networks in an order that nobody keeps. */
static void
measure_random_load(const char *path, const struct table_item *items)
{
	struct table_item *shuffled = calloc(COUNT, sizeof(*shuffled)), swap;
	struct source *source = NULL;
	struct rules *rules;
	size_t i, j;

	if (shuffled == NULL)
		err(1, NULL);
	memcpy(shuffled, items, COUNT * sizeof(*items));
	for (i = COUNT - 1; i > 0; i--) {
		j = random_64() % (i + 1);
		swap = shuffled[i];
		shuffled[i] = shuffled[j];
		shuffled[j] = swap;
	}
	write_file(path, shuffled, COUNT);
	free(shuffled);
	rules = measure_load("allow_load_random_1M", path, &source);
	rules_free(&rules);
	source_free(&source);
}

/* Ten rules of a file beside the million come in the place of ten others. */
static void
measure_change(struct rules *rules, struct source *large)
{
	struct source *sources[2] = { large, NULL };
	struct rules *changed;
	double ours[CHANGES], start;
	char text[1024];
	size_t used;
	int i, j;

	for (i = 0; i < CHANGES; i++) {
		for (j = 0, used = 0; j < 10; j++)
			used += (size_t)snprintf(text + used,
			    sizeof(text) - used,
			    "allow 198.51.%d.%d user alice # for 2 h\n", i, j);
		start = bench_wall_us();
		source_free(&sources[1]);
		if (source_parse(&sources[1], "change", text, used, complain,
			NULL) != 0 ||
		    rules_new(
			&changed, sources, 2, NULL, rules, complain, NULL) != 0)
			errx(1, "a change");
		rules_free(&rules);
		rules = changed;
		ours[i] = (bench_wall_us() - start) / 1e3;
	}
	if (rules_changes(rules) == 0)
		errx(1, "all was made anew");
	bench_row("allow_change", "ms", bench_median(ours, CHANGES),
	    bench_median(ours, CHANGES), "<= 10 ms");
	rules_free(&rules);
	source_free(&sources[1]);
}

/* --- people --- */

static void
measure_people(const char *path)
{
	static const char *const groups[] = { "users", "staff", "group77",
		"audio", "video" };
	FILE *file = fopen(path, "w");
	struct source *source = NULL;
	struct rules *rules;
	struct rules_verdict verdict;
	struct address address;
	struct rules_query query = {
		.address = &address, .country = "", .now = 1795000000
	};
	double *ours = calloc(PEOPLE / 100, sizeof(*ours)), start;
	char user[32];
	int i, j, allowed = 0, expected = 0;

	if (file == NULL || fchmod(fileno(file), 0644) != 0 || ours == NULL)
		err(1, "%s", path);
	for (i = 0; i < PEOPLE; i++)
		fprintf(file, "%s 10.%d.0.0/16 %s%d service portal,sshd\n",
		    i % 3 ? "allow" : "deny", i % 20,
		    i % 2 ? "user user" : "group group", i);
	if (fclose(file) != 0)
		err(1, "%s", path);
	rules = load(path, &source);
	query.subject.service = "sshd";
	query.subject.user = user;
	query.subject.groups = groups;
	query.subject.group_count = sizeof(groups) / sizeof(groups[0]);
	for (i = 0; i < PEOPLE / 100; i++) {
		start = bench_wall_us();
		for (j = 0; j < 100; j++) {
			snprintf(user, sizeof(user), "user%d", i * 100 + j);
			snprintf(user + 16, 16, "10.%d.1.1", j % 20);
			if (address_parse(user + 16, &address) != 0)
				errx(1, "%s", user + 16);
			rules_judge(rules, &query, &verdict);
			allowed += verdict.allowed;
			expected += (i * 100 + j) % 2 && (i * 100 + j) % 3;
		}
		ours[i] = (bench_wall_us() - start) / 100;
	}
	if (allowed != expected)
		errx(1, "%d of %d were allowed", allowed, expected);
	bench_row("allow_people_100k", "us", bench_median(ours, PEOPLE / 100),
	    bench_median(ours, PEOPLE / 100), "<= 300 us");
	free(ours);
	rules_free(&rules);
	source_free(&source);
}

int
main(int argc, char **argv)
{
	struct table_item *items;
	struct source *source = NULL;
	struct rules *rules;
	char path[4096];
	size_t before;

	if (argc != 2)
		errx(2, "FOLDER");
	snprintf(path, sizeof(path), "%s/allowlist", argv[1]);
	items = make_networks();
	measure_random_load(path, items);
	write_file(path, items, COUNT);
	before = memory();
	rules = measure_load("allow_load_1M", path, &source);
	/* beside the least: the addresses and lengths alone */
	bench_row("allow_memory_1M", "MB", (double)(memory() - before) / 1e6,
	    COUNT * (V4_SHARE * 5.0 + (1000 - V4_SHARE) * 17.0) / 1e9,
	    "<= 80 MB");
	measure_finds(items, rules);
	free(items);
	measure_change(rules, source);
	source_free(&source);
	measure_people(path);
	remove(path);
	return 0;
}
