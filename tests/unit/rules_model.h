/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_RULES_MODEL_H
#define TESTS_RULES_MODEL_H

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

/* Random rules that meet each other, as text and as they are meant, and who
 * comes to them. The seed is the same everywhere. */
#define SEED 20261122
#define MOST 64

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

static inline unsigned
chance(unsigned one_of)
{
	return random() % one_of == 0;
}

static inline void
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

static inline void
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

static inline void
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

static inline unsigned
random_asked(void)
{
	return chance(4) ? (unsigned)(1 + random() % 7) : 0;
}

/* In a crowd many rules are about the same few networks. */
static inline void
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

static inline void append(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void
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

static inline void
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

static inline void
write_range(
    struct text *text, const struct address *first, const struct address *last)
{
	char one[ADDRESS_TEXT_SIZE], other[ADDRESS_TEXT_SIZE];

	address_text(first, one);
	address_text(last, other);
	append(text, "%s-%s", one, other);
}

static inline void
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

static inline void
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
static inline void
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

/* --- asking --- */

static inline void
no_complaint(const char *file, int line, const char *text, void *data)
{
	(void)data;
	fail_msg("%s:%d: %s", file, line, text);
}

static inline struct source *
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

static inline void
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

static inline struct rules_verdict
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

#endif
