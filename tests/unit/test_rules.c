/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/rules_model.h"

#define SETS    500
#define LOOKUPS 1000 /* of each, twice */

/* --- the reference --- */

/* How long the prefix is by which a network has the address; -1: not. */
static int
by_network(const struct network *network, const struct address *address)
{
	return network_has(network, address) ? network->prefix : -1;
}

/* Of a range, the largest block of it that has the address. */
static int
by_range(const struct address *first, const struct address *last,
    const struct address *address)
{
	struct address begin, end;
	int prefix = address_is_v4(address) ? 96 : 0, i;

	if (address_is_v4(address) != address_is_v4(first))
		return -1;
	for (; prefix <= 128; prefix++) {
		begin = end = *address;
		network_mask(&begin, prefix);
		for (i = prefix; i < 128; i++)
			end.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
		if (memcmp(&begin, first, sizeof(begin)) >= 0 &&
		    memcmp(&end, last, sizeof(end)) <= 0)
			return prefix;
	}
	return -1;
}

static int
largest(int a, int b)
{
	return a > b ? a : b;
}

/* Which comes first: 0 any, 1 a country, 2 and more the prefixes; -1: it is
 * not about this address at all. */
static int
rank_of(const struct model *m, const struct visitor *v)
{
	const int all = address_is_v4(&v->address) ? 96 : 0;
	int prefix = -1, i;

	if (v->is_local || m->kind == LOCAL)
		return v->is_local && m->kind == LOCAL ? 0 : -1;
	if (m->kind == COUNTRY)
		return v->country == m->which ? 1 : -1;
	if (m->kind == ANY)
		prefix = all;
	if (m->kind == NETWORK || m->kind == IN_SET)
		prefix = by_network(&m->network, &v->address);
	if (m->kind == IN_SET)
		prefix = largest(prefix, by_network(&m->other, &v->address));
	if (m->kind == RANGE || m->kind == IN_SET)
		prefix =
		    largest(prefix, by_range(&m->first, &m->last, &v->address));
	for (i = 0; m->kind == NAME && i < 2; i++)
		if (memcmp(&host_addresses[m->which][i], &v->address, 16) == 0)
			prefix = 128;
	return prefix < 0 ? -1 : prefix == all ? 0 : 2 + prefix;
}

static int
holds(const struct model *m, const struct visitor *v)
{
	const unsigned service = v->service < 0 ? 0 : 1u << v->service;
	const unsigned user = v->user < 0 ? 0 : 1u << v->user;

	return (m->services == 0 || (m->services & service)) &&
	    (m->users == 0 || (m->users & user)) &&
	    (m->groups == 0 || (m->groups & v->groups)) &&
	    (m->values & ~v->values) == 0 &&
	    (!m->any_value || v->values != 0) && v->now >= m->from &&
	    (m->until == 0 || v->now < m->until);
}

static int
all_of_rank(const struct model *models, int count, const struct visitor *v,
    int *rank, int *allow, int *deny)
{
	int i, mine;

	*rank = -1;
	*allow = *deny = 0;
	for (i = 0; i < count; i++) {
		mine = holds(&models[i], v) ? rank_of(&models[i], v) : -1;
		if (mine < 0 || mine < *rank)
			continue;
		if (mine > *rank)
			*allow = *deny = 0;
		*rank = mine;
		if (models[i].allow)
			*allow = 1;
		else
			*deny = 1;
	}
	return *allow && !*deny;
}

static int
expected(const struct model *models, int count, const struct visitor *v)
{
	int rank, allow, deny;

	return all_of_rank(models, count, v, &rank, &allow, &deny);
}

/* --- both --- */

/* Writes each rule in a line of one of three files, in this order. */
static struct rules *
make(const struct model *models, const int *order, int count, int repeat)
{
	static char bytes[3][MOST * 800];
	struct text texts[3];
	struct source *sources[3];
	struct rules *rules;
	int i, j;

	for (i = 0; i < 3; i++)
		texts[i] = (struct text){ bytes[i], 0, sizeof(bytes[i]) };
	for (i = 0; i < count; i++) {
		j = (int)(random() % 3);
		write_model(&texts[j], &models[order[i]], i);
		if (repeat && models[order[i]].kind != IN_SET)
			write_model(
			    &texts[random() % 3], &models[order[i]], i + MOST);
	}
	for (i = 0; i < 3; i++)
		sources[i] = parse("rules", bytes[i], texts[i].used);
	assert_int_equal(
	    rules_new(&rules, sources, 3, &names, NULL, no_complaint, NULL), 0);
	for (i = 0; i < 3; i++)
		source_free(&sources[i]);
	return rules;
}

static void
shuffle(int *order, int count)
{
	int i, j, swap;

	for (i = count - 1; i > 0; i--) {
		j = (int)(random() % (i + 1));
		swap = order[i];
		order[i] = order[j];
		order[j] = swap;
	}
}

static void
agrees_with_a_scan(void **state)
{
	static struct model models[MOST];
	struct rules *rules, *other;
	struct visitor v;
	int order[MOST], set, count, i, n, allowed = 0, denied = 0, got;

	(void)state;
	print_message("random rules and visitors, seed %d\n", SEED);
	srandom(SEED);
	for (i = 0; i < 4; i++)
		random_address(&host_addresses[i / 2][i % 2]);
	for (set = 0; set < SETS; set++) {
		count = (int)(random() % (set % 2 ? MOST : MOST / 2)) + 1;
		for (i = 0; i < count; i++) {
			random_model(&models[i], set % 2 ? i + 1 : 0);
			order[i] = i;
		}
		rules = make(models, order, count, 0);
		/* in another order, most of them twice */
		shuffle(order, count);
		other = make(models, order, count, 1);
		for (n = 0; n < LOOKUPS; n++) {
			random_visitor(models, count, &v);
			got = judge(rules, &v).allowed;
			if (got != expected(models, count, &v))
				fail_msg("set %d, look-up %d: %d", set, n, got);
			if (judge(other, &v).allowed != got)
				fail_msg("set %d, look-up %d: order", set, n);
			allowed += got;
			denied += !got;
		}
		rules_free(&rules);
		assert_null(rules);
		rules_free(&other);
	}
	print_message(
	    "%d look-ups, %d allowed\n", 2 * (allowed + denied), 2 * allowed);
	assert_true(2 * (allowed + denied) >= 1000000);
	assert_in_range(allowed, denied / 20, denied * 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_scan),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
