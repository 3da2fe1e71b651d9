/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ipwhitelist/rules.h"
#include "lib/error.h"

#define SEED    20261122
#define SETS    500
#define LOOKUPS 1000 /* of each, twice */
#define MOST    64

/* --- random rules, as they are written and as they are meant --- */

enum kind {
	NETWORK,
	RANGE,
	ANY,
	COUNTRY,
	NAME,
	IN_SET, /* of two networks and a range */
	LOCAL,
	KINDS,
};

static const char *const services[] = { "sshd", "portal", "login" };
static const char *const users[] = { "alice", "bob", "Front Desk" };
static const char *const groups[] = { "agents", "Domain Users", "ops" };
static const char *const values[] = { "nurse", "cn=a,ou=b", "x y" };
static const char *const countries[] = { "DE", "AT", "kr" };
static const char *const hosts[] = { "one.example", "two.example" };

/* An allow or deny, without a thought of how it might be looked up. */
struct model {
	int allow;
	enum kind kind;
	struct network network, other;
	struct address first, last;
	int which; /* country or host */
	/* bits of the arrays above; 0: not asked */
	unsigned services, users, groups, values;
	int any_value;
	int64_t from, until;
};

/* Who comes. */
struct visitor {
	struct address address;
	int is_local;
	int country;       /* -1: none */
	int service, user; /* -1: none */
	unsigned groups, values;
	int64_t now;
};

static struct address host_addresses[2][2];

static unsigned
chance(unsigned one_of)
{
	return random() % one_of == 0;
}

static void
random_address(struct address *address)
{
	const int v4 = (int)chance(2);
	int i;

	/* close together, that rules meet */
	for (i = 0; i < 16; i++)
		address->bytes[i] = i < 10 || !v4 ? 0 : 0xff;
	if (!v4)
		address->bytes[0] = 0x20;
	address->bytes[v4 ? 12 : 3] = (uint8_t)(random() % 3);
	address->bytes[v4 ? 13 : 7] = (uint8_t)(random() % 2 * 0x80);
	address->bytes[14] = (uint8_t)(random() % 4 * 0x40);
	address->bytes[15] = (uint8_t)(random() % 256);
}

static void
random_network(struct network *network)
{
	int v4;

	random_address(&network->address);
	v4 = address_is_v4(&network->address);
	network->prefix = (uint8_t)(chance(2) ? 118 + random() % 11
		: v4                          ? 96 + random() % 33
					      : random() % 129);
	network_mask(&network->address, network->prefix);
}

static void
random_range(struct address *first, struct address *last)
{
	struct address swap;

	do {
		random_address(first);
		random_address(last);
	} while (address_is_v4(first) != address_is_v4(last));
	if (memcmp(first, last, sizeof(*first)) > 0) {
		swap = *first;
		*first = *last;
		*last = swap;
	}
}

static unsigned
random_asked(void)
{
	return chance(4) ? (unsigned)(1 + random() % 7) : 0;
}

/* In a crowd many rules are about the same few networks. */
static void
random_model(struct model *m, int crowd)
{
	static struct network few[2];

	memset(m, 0, sizeof(*m));
	m->allow = (int)(random() % 2);
	m->kind =
	    chance(crowd ? 9 : 3) ? (enum kind)(random() % KINDS) : NETWORK;
	random_network(&m->network);
	if (crowd == 1)
		few[random() % 2] = m->network;
	else if (crowd > 1)
		m->network = few[random() % 2];
	random_network(&m->other);
	random_range(&m->first, &m->last);
	m->which = (int)(random() % (m->kind == NAME ? 2 : 3));
	m->services =
	    m->kind == LOCAL ? (unsigned)(1 + random() % 7) : random_asked();
	m->users = random_asked();
	m->groups = random_asked();
	m->values = random_asked();
	m->any_value = (int)chance(12);
	if (chance(8))
		m->from = 1795000000 + random() % 5 * 60;
	if (chance(8))
		m->until = 1795000300 + random() % 5 * 60;
}

struct text {
	char *bytes;
	size_t used, size;
};

static void append(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
append(struct text *text, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(
	    text->bytes + text->used, text->size - text->used, format, ap);
	va_end(ap);
	assert_true(n >= 0 && (size_t)n < text->size - text->used);
	text->used += (size_t)n;
}

static void
write_network(struct text *text, const struct network *network)
{
	char address[ADDRESS_TEXT_SIZE];
	const int v4 =
	    network->prefix >= 96 && address_is_v4(&network->address);

	address_text(&network->address, address);
	if (v4 && chance(2))
		append(text, "::ffff:%s/%d", address, network->prefix);
	else
		append(text, "%s/%d", address, network->prefix - (v4 ? 96 : 0));
}

static void
write_range(
    struct text *text, const struct address *first, const struct address *last)
{
	char one[ADDRESS_TEXT_SIZE], other[ADDRESS_TEXT_SIZE];

	address_text(first, one);
	address_text(last, other);
	append(text, "%s-%s", one, other);
}

static void
write_names(struct text *text, const char *word, unsigned asked,
    const char *const *names)
{
	const char *between = "";
	int i;

	if (asked == 0)
		return;
	append(text, " %s ", word);
	for (i = 0; i < 3; i++) {
		if ((asked >> i & 1) == 0)
			continue;
		append(text, "%s%s%s%s", between,
		    strchr(names[i], ' ') != NULL ? "\"" : "", names[i],
		    strchr(names[i], ' ') != NULL ? "\"" : "");
		between = chance(2) ? "," : ", ";
	}
}

static void
write_moment(struct text *text, const char *word, int64_t moment)
{
	time_t t = (time_t)moment;
	struct tm tm;
	char date[32];

	if (moment == 0)
		return;
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%MZ", gmtime_r(&t, &tm));
	append(text, " %s %s", word, date);
}

/* Every value of a rule is asked, and each visitor has some of them. */
static void
write_model(struct text *text, const struct model *m, int number)
{
	int i;

	if (m->kind == IN_SET) {
		append(text, "set a%d = ", number);
		write_network(text, &m->network);
		append(text, chance(2) ? ", " : " ");
		append(text, "b%d\nset b%d = ", number, number);
		write_range(text, &m->first, &m->last);
		append(text, ",");
		write_network(text, &m->other);
		append(text, "\n");
	}
	append(text, m->allow ? "allow " : "deny\t");
	if (m->kind == NETWORK)
		write_network(text, &m->network);
	if (m->kind == RANGE)
		write_range(text, &m->first, &m->last);
	if (m->kind == ANY)
		append(text, "any");
	if (m->kind == COUNTRY)
		append(text, "country %s", countries[m->which]);
	if (m->kind == NAME)
		append(text, "name:%s", hosts[m->which]);
	if (m->kind == IN_SET)
		append(text, "a%d", number);
	if (m->kind == LOCAL)
		append(text, "local");
	write_names(text, "user", m->users, users);
	write_names(text, "service", m->services, services);
	for (i = 0; i < 3; i++)
		if (m->values >> i & 1)
			append(text, " attribute \"role=%s\"", values[i]);
	if (m->any_value)
		append(text, " attribute role=*");
	write_names(text, "group", m->groups, groups);
	write_moment(text, "from", m->from);
	write_moment(text, "until", m->until);
	append(text, chance(3) ? " # note \"%d\n" : "\n", number);
}

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

/* --- asking --- */

static void
no_complaint(const char *file, int line, const char *text, void *data)
{
	(void)data;
	fail_msg("%s:%d: %s", file, line, text);
}

static struct source *
parse(const char *name, const char *text, size_t size)
{
	struct source *source;

	assert_int_equal(
	    source_parse(&source, name, text, size, no_complaint, NULL), 0);
	return source;
}

static struct rules_name names_of_hosts[] = {
	{ "one.example", host_addresses[0], 2 },
	{ "TWO.example", host_addresses[1], 2 },
};
static const struct rules_names names = { names_of_hosts, 2 };

static void
random_visitor(const struct model *models, int count, struct visitor *v)
{
	const struct model *near;
	int i;

	random_address(&v->address);
	if (count > 0 && chance(2)) {
		near = &models[random() % count];
		v->address = near->kind == RANGE
		    ? (chance(2) ? near->first : near->last)
		    : near->kind == NAME
		    ? host_addresses[near->which][random() % 2]
		    : near->network.address;
		i = (int)(random() % 256);
		if (i < 128)
			v->address.bytes[i / 8] ^= (uint8_t)(0x80 >> i % 8);
	}
	v->is_local = (int)chance(16);
	v->country = (int)(random() % 4) - 1;
	v->service = (int)(random() % 4) - 1;
	v->user = (int)(random() % 4) - 1;
	v->groups = (unsigned)(random() % 8);
	v->values = (unsigned)(random() % 8);
	v->now = 1795000000 + random() % 10 * 60;
}

static struct rules_verdict
judge(const struct rules *rules, const struct visitor *v)
{
	struct attributes attributes = { .count = 0 };
	const char *mine[3 + 60];
	struct rules_verdict verdict;
	struct rules_query query = {
		.address = v->is_local ? NULL : &v->address,
		.country = v->country < 0 ? "" : countries[v->country],
		.subject = { .groups = mine, .attributes = &attributes },
		.now = v->now,
	};
	int i;

	if (v->service >= 0)
		query.subject.service = services[v->service];
	if (v->user >= 0)
		query.subject.user = users[v->user];
	if (v->values != 0)
		assert_int_equal(attributes_add(&attributes, "role"), 0);
	for (i = 0; i < 3; i++) {
		if (v->groups >> i & 1)
			mine[query.subject.group_count++] = groups[i];
		if (v->values >> i & 1)
			assert_int_equal(
			    attributes_add_value(&attributes, values[i]), 0);
	}
	/* some are in many more */
	while (v->now % 7 == 0 && query.subject.group_count < 60)
		mine[query.subject.group_count++] = "others";
	memset(&verdict, 0x55, sizeof(verdict));
	rules_judge(rules, &query, &verdict);
	attributes_clear(&attributes);
	assert_int_equal(verdict.provisional, 0);
	if (!verdict.allowed && verdict.file == NULL)
		assert_int_equal(verdict.line, 0);
	return verdict;
}

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

/* --- one made from another --- */

#define FILLER 2500 /* with fewer, all is made anew */

static int
same_verdict(const struct rules *a, const struct rules *b,
    const struct model *models, int count)
{
	struct rules_verdict one, other;
	struct visitor v;

	random_visitor(models, count, &v);
	one = judge(a, &v);
	other = judge(b, &v);
	return one.allowed == other.allowed && one.line == other.line &&
	    (one.text == other.text || strcmp(one.text, other.text) == 0);
}

/* A file of a few rules, and a set of which another file's rules are about. */
static struct source *
small_file(const struct model *models, int count)
{
	static char bytes[MOST * 800];
	struct text text = { bytes, 0, sizeof(bytes) };
	int i;

	for (i = 0; i < count; i++)
		write_model(&text, &models[i], i);
	append(&text, "set shared = ");
	write_network(&text, &models[random() % count].network);
	append(&text, "\n");
	return parse("small", bytes, text.used);
}

static struct source *
large_file(void)
{
	struct text text = { malloc(FILLER * 100), 0, FILLER * 100 };
	struct source *source;
	struct network network;
	int i;

	assert_non_null(text.bytes);
	for (i = 0; i < FILLER; i++) {
		random_network(&network);
		append(&text, i % 2 ? "allow " : "deny ");
		write_network(&text, &network);
		append(&text, "%s\n", i % 3 ? "" : " service portal");
	}
	append(&text,
	    "allow shared service sshd\ndeny shared user bob\n"
	    "allow name:one.example\ndeny name:two.example\n"
	    "allow country DE\nallow local service login\n");
	source = parse("large", text.bytes, text.used);
	free(text.bytes);
	return source;
}

static void
changes_are_as_made_anew(void **state)
{
	static struct model models[MOST];
	struct source *sources[2] = { large_file(), NULL };
	struct rules *rules = NULL, *changed, *anew;
	const struct rules_names none = { .count = 0 };
	size_t layers = 0;
	int round, i, count;

	(void)state;
	srandom(SEED + 2);
	for (round = 0; round < 60; round++) {
		count = (int)(random() % (MOST / 2)) + 1;
		for (i = 0; i < count; i++)
			random_model(&models[i], round % 3 ? i + 1 : 0);
		/* now and then the file stays, and only hosts move */
		if (round == 0 || !chance(4)) {
			source_free(&sources[1]);
			sources[1] = small_file(models, count);
		}
		for (i = 0; i < 4; i++)
			if (chance(3))
				random_address(&host_addresses[i / 2][i % 2]);
		assert_int_equal(
		    rules_new(&changed, sources, 2, round % 5 ? &names : &none,
			rules, no_complaint, NULL),
		    0);
		assert_int_equal(
		    rules_new(&anew, sources, 2, round % 5 ? &names : &none,
			NULL, no_complaint, NULL),
		    0);
		layers += rules_changes(changed);
		assert_int_equal(rules_changes(anew), 0);
		assert_int_equal(rules_count(changed), rules_count(anew));
		rules_free(&rules);
		rules = changed;
		for (i = 0; i < 2000; i++)
			if (!same_verdict(changed, anew, models, count))
				fail_msg("round %d, look-up %d", round, i);
		rules_free(&anew);
	}
	/* it was not all made anew each time */
	assert_true(layers > 0);
	rules_free(&rules);
	source_free(&sources[0]);
	source_free(&sources[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_scan),
		cmocka_unit_test(changes_are_as_made_anew),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
