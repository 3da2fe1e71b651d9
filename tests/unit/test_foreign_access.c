/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/foreign_rules.h"

#include <strings.h>

#define SEED 20261122

static const char *const services[] = { "login", "su" };
static const struct foreign brackets = {
	.services = services, .service_count = 2, .has_brackets = 1
};

/* Who comes, from an address or by a service without one. */
struct visitor {
	const char *user;
	const char *groups[3]; /* up to NULL */
	const char *from;      /* an address; NULL: none */
	const char *service;
};

static int
is_let_in(const struct rules *rules, const struct visitor *v)
{
	struct rules_verdict verdict;
	struct address address;
	struct rules_query query = { .country = "",
		.subject = { .user = v->user,
		    .service = v->service,
		    .groups = v->groups },
		.now = 1795000000 };

	while (query.subject.group_count < 3 &&
	    v->groups[query.subject.group_count] != NULL)
		query.subject.group_count++;
	if (v->from != NULL) {
		assert_int_equal(address_parse(v->from, &address), 0);
		query.address = &address;
	}
	rules_judge(rules, &query, &verdict);
	return verdict.allowed;
}

/* --- the examples of access.conf(5), all of them, in their order --- */

static const char documented[] =
    "+:root:crond :0 tty1 tty2 tty3 tty4 tty5 tty6\n"
    "+:root:192.168.200.1 192.168.200.4 192.168.200.9\n"
    "+:root:127.0.0.1\n"
    "+:root:192.168.201.\n"
    "+:root:foo1.bar.org foo2.bar.org\n"
    "+:root:.foo.bar.org\n"
    "-:root:ALL\n"
    "+:@admins foo:ALL\n"
    "+:john foo:2001:db8:0:101::1\n"
    "+:john:2001:db8:0:101::/64\n"
    "+:(wheel):ALL\n"
    "-:ALL EXCEPT (wheel) shutdown sync:LOCAL\n"
    "-:ALL:ALL\n";

static void
documented_examples_decide_as_documented(void **state)
{
	static const struct {
		struct visitor who;
		int allowed;
	} cases[] = {
		{ { "root", { NULL }, NULL, "crond" }, 1 },
		{ { "root", { NULL }, NULL, "login" }, 0 },
		{ { "root", { NULL }, "192.168.200.1", "sshd" }, 1 },
		{ { "root", { NULL }, "192.168.200.4", "sshd" }, 1 },
		{ { "root", { NULL }, "::ffff:192.168.200.9", "sshd" }, 1 },
		{ { "root", { NULL }, "192.168.200.2", "sshd" }, 0 },
		{ { "root", { NULL }, "127.0.0.1", "sshd" }, 1 },
		{ { "root", { NULL }, "127.0.0.2", "sshd" }, 0 },
		{ { "root", { NULL }, "192.168.201.77", "sshd" }, 1 },
		{ { "root", { NULL }, "192.168.202.77", "sshd" }, 0 },
		{ { "root", { NULL }, "198.51.100.1", "sshd" }, 1 },
		{ { "root", { NULL }, "198.51.100.2", "sshd" }, 1 },
		{ { "root", { NULL }, "198.51.100.3", "sshd" }, 0 },
		{ { "root", { "wheel" }, "198.51.100.3", "sshd" }, 0 },
		{ { "root", { "wheel" }, "192.168.201.1", "sshd" }, 1 },
		{ { "root", { NULL }, "2001:db8:0:101::1", "sshd" }, 0 },
		{ { "foo", { NULL }, "203.0.113.1", "sshd" }, 1 },
		{ { "foo", { NULL }, "192.168.201.1", "sshd" }, 1 },
		{ { "foo", { NULL }, NULL, "login" }, 1 },
		{ { "john", { NULL }, "2001:db8:0:101::1", "sshd" }, 1 },
		{ { "john", { NULL }, "2001:db8:0:101::ff", "sshd" }, 1 },
		{ { "john", { NULL }, "2001:db8:0:102::1", "sshd" }, 0 },
		{ { "john", { NULL }, "192.168.201.1", "sshd" }, 0 },
		{ { "mary", { "wheel" }, "203.0.113.1", "sshd" }, 1 },
		{ { "mary", { "wheel" }, "2001:db8:0:101::1", "sshd" }, 1 },
		{ { "mary", { "wheel" }, NULL, "login" }, 1 },
		{ { "mary", { "users" }, "203.0.113.1", "sshd" }, 0 },
		{ { "mary", { "users" }, NULL, "login" }, 0 },
		/* it falls to the last line */
		{ { "shutdown", { NULL }, NULL, "login" }, 0 },
		{ { "shutdown", { NULL }, "203.0.113.1", "sshd" }, 0 },
	};
	struct address hosts[2];
	const struct rules_name all[] = { { "foo1.bar.org", &hosts[0], 1 },
		{ "foo2.bar.org", &hosts[1], 1 } };
	const struct rules_names names = { all, 2 };
	static struct told told;
	struct rules *rules;
	size_t i;

	(void)state;
	assert_int_equal(address_parse("198.51.100.1", &hosts[0]), 0);
	assert_int_equal(address_parse("198.51.100.2", &hosts[1]), 0);
	assert_int_equal(bring_in(foreign_access, &brackets, documented, &told),
	    GATE_EINVAL);
	rules = rules_of(told.rules, &names);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (is_let_in(rules, &cases[i].who) != cases[i].allowed)
			fail_msg("%s from %s: not %d, by\n%s",
			    cases[i].who.user,
			    cases[i].who.from != NULL ? cases[i].who.from
						      : "here",
			    cases[i].allowed, told.rules);
	rules_free(&rules);
	/* what there are no words for is said, with the line */
	assert_non_null(strstr(told.notes, "1: :0 cannot be said"));
	assert_non_null(strstr(told.notes, "1: tty6 cannot be said"));
	assert_non_null(strstr(told.notes, "6: .foo.bar.org cannot be said"));
	assert_non_null(strstr(told.notes, "8: @admins: a netgroup"));
}

/* The examples of the file that comes with it: no last line shuts out the
 * others, and groups are without brackets. */
static void
keeps_open_what_was(void **state)
{
	static const char text[] =
	    "-:ALL EXCEPT wheel shutdown sync:LOCAL\n"
	    "-:wheel:ALL EXCEPT LOCAL .win.tue.nl\n"
	    "-:wsbscaro wsbsecr,wsbspac wsbsym wscosor wstaiwde:ALL\n";
	static const struct {
		struct visitor who;
		int allowed;
	} cases[] = {
		{ { "mary", { NULL }, "203.0.113.1", "sshd" }, 1 },
		{ { "mary", { NULL }, NULL, "login" }, 0 },
		{ { "shutdown", { NULL }, NULL, "login" }, 1 },
		{ { "mary", { "wheel" }, NULL, "login" }, 1 },
		{ { "wheel", { NULL }, NULL, "su" }, 1 },
		{ { "mary", { "wheel" }, "203.0.113.1", "sshd" }, 0 },
		{ { "wsbsecr", { NULL }, "203.0.113.1", "sshd" }, 0 },
		{ { "wstaiwde", { NULL }, "2001:db8::1", "sshd" }, 0 },
	};
	struct foreign options = {
		.services = services, .service_count = 2, .keeps_open = 1
	};
	static struct told told;
	struct rules *rules;
	size_t i;

	(void)state;
	assert_int_equal(
	    bring_in(foreign_access, &options, text, &told), GATE_EINVAL);
	assert_non_null(strstr(told.notes,
	    "2: kept out also from what stands behind EXCEPT: .win.tue.nl"));
	rules = rules_of(told.rules, NULL);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (is_let_in(rules, &cases[i].who) != cases[i].allowed)
			fail_msg("%zu: not %d, by\n%s", i, cases[i].allowed,
			    told.rules);
	rules_free(&rules);
	/* and if it is not to */
	options.keeps_open = 0;
	assert_int_equal(
	    bring_in(foreign_access, &options, text, &told), GATE_EINVAL);
	assert_string_equal(told.rules, "");
	assert_non_null(strstr(told.notes, "0: pam_access lets in whom"));
}

static void
says_each_line(void **state)
{
	static const struct {
		const char *text, *rules, *note;
		int r;
	} cases[] = {
		{ "+:alice:10.0.0.0/255.0.0.0\n",
		    "allow 10.0.0.0/8 user \"alice\"\n", "0: pam_access", 0 },
		{ "+:alice:10.1.2.3/8\n-:ALL:ALL\n",
		    "allow 10.0.0.0/8 user \"alice\"\n", "", 0 },
		{ "+:ALL:10.\n-:ALL:ALL\n", "allow 10.0.0.0/8\n", "", 0 },
		{ "+:ALL:10.0.0.7\n-:ALL:ALL", "allow 10.0.0.7\n",
		    "2: pam_access does not read the last line", 0 },
		{ "# note\n\n+:ALL:ALL\n",
		    "allow any\nallow local service login\n"
		    "allow local service su\n",
		    "", 0 },
		{ "-:ALL:10.1.0.0/16\n+:ALL:10.0.0.0/8\n-:ALL:ALL\n",
		    "allow 10.0.0.0/8\ndeny 10.1.0.0/16\n", "", 0 },
		/* the first line decides */
		{ "+:ALL:10.0.0.0/8\n-:ALL:10.1.0.0/16\n-:ALL:ALL\n",
		    "allow 10.0.0.0/8\n", "", 0 },
		{ "+ alice 10.0.0.0/8\n-:ALL:ALL\n", "", "1: left out",
		    GATE_EINVAL },
		{ "alice:ALL:ALL\n-:ALL:ALL\n", "", "1: left out",
		    GATE_EINVAL },
		{ "+:a\"b alice:10.0.0.1\n-:ALL:ALL\n",
		    "allow 10.0.0.1 user \"alice\"\n", "1: a\"b", GATE_EINVAL },
		/* who is not known is shut out with all */
		{ "-:@bad:10.1.0.0/16\n+:ALL:10.0.0.0/8\n-:ALL:ALL\n",
		    "allow 10.0.0.0/8\ndeny 10.1.0.0/16\n", "1: @bad",
		    GATE_EINVAL },
		{ "-:bob:.evil.example\n+:ALL:10.0.0.0/8\n-:ALL:ALL\n",
		    "deny 10.0.0.0/8 user \"bob\"\nallow 10.0.0.0/8\n",
		    "1: .evil.example cannot be said", GATE_EINVAL },
		{ "-:(a):ALL\n+:bob:ALL\n-:ALL:ALL\n",
		    "deny any group \"a\"\nallow any user \"bob\"\n"
		    "deny local service login group \"a\"\n"
		    "allow local service login user \"bob\"\n"
		    "deny local service su group \"a\"\n"
		    "allow local service su user \"bob\"\n",
		    "", 0 },
		/* a group that is let in, then one shut out, then all: those in
		 * both cannot be told apart */
		{ "+:(a):10.0.0.0/8\n-:(b):10.0.0.0/8\n+:ALL:10.0.0.0/8\n"
		  "-:ALL:ALL\n",
		    "allow 10.0.0.0/8 group \"a\"\n"
		    "deny 10.0.0.0/8 group \"b\"\nallow 10.0.0.0/8\n",
		    "2: keeps out from 10.0.0.0/8 also", GATE_EINVAL },
		{ "-:ALL EXCEPT (a):10.0.0.0/8\n+:bob (a):10.0.0.0/8\n"
		  "-:ALL:ALL\n",
		    "allow 10.0.0.0/8 user \"bob\" group \"a\"\n"
		    "allow 10.0.0.0/8 group \"a\"\n",
		    "", 0 },
		{ "+:ALL:host.example\n-:ALL:ALL\n",
		    "allow name:host.example\n", "", 0 },
		{ "-:ALL:10.0.0.0/8\n+:bob:host.example\n-:ALL:ALL\n", "",
		    "2: nobody is let in from name:host.example", GATE_EINVAL },
	};
	static struct told told;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    bring_in(foreign_access, &brackets, cases[i].text, &told),
		    cases[i].r);
		assert_string_equal(told.rules, cases[i].rules);
		if (strncmp(told.notes, cases[i].note, strlen(cases[i].note)) !=
			0 ||
		    (told.notes[0] != '\0') != (cases[i].note[0] != '\0'))
			fail_msg("%s: %s", cases[i].text, told.notes);
	}
}

/* --- the reference: pam_access, as access.conf(5) and its source have it ---
 */

static const char *const users[] = { "alice", "bob", "carol" };
static const char *const groups[] = { "g1", "g2" };
static const char *const addresses[] = { "10.0.0.1", "10.0.1.1", "10.1.0.1",
	"2001:db8::1", "2001:db8:1::1", "192.0.2.1" };

static int
meets_people(const char *word, const struct visitor *v)
{
	int i;

	if (strcasecmp(word, "ALL") == 0 || strcmp(word, v->user) == 0)
		return 1;
	for (i = 0; i < 3 && v->groups[i] != NULL; i++)
		if (word[0] == '(' &&
		    strncmp(word + 1, v->groups[i], strlen(v->groups[i])) == 0)
			return 1;
	return 0;
}

static int
meets_place(const char *word, const struct visitor *v)
{
	struct network network;
	struct address address;
	char why[256], text[64];

	if (strcasecmp(word, "ALL") == 0)
		return 1;
	if (v->from == NULL)
		return strcasecmp(word, "LOCAL") == 0 ||
		    strcmp(word, v->service) == 0;
	if (strcmp(word, "h.example") == 0)
		return strcmp(v->from, "10.0.1.1") == 0;
	snprintf(text, sizeof(text), "%s%s", word,
	    word[strlen(word) - 1] == '.' ? "0.0/16" : "");
	return address_parse(v->from, &address) == 0 &&
	    network_parse(text, &network, why, sizeof(why)) == 0 &&
	    network_has(&network, &address);
}

/* Any of these, up to EXCEPT, and none behind it. */
static int
meets(char *list, const struct visitor *v,
    int (*one)(const char *, const struct visitor *))
{
	char *rest = list, *word, *except = strstr(list, " EXCEPT ");
	int met = 0;

	if (except != NULL)
		*except = '\0';
	while ((word = strsep(&rest, " ")) != NULL)
		met |= *word != '\0' && one(word, v);
	return met && (except == NULL || !meets(except + 8, v, one));
}

static int
expected(const char *text, const struct visitor *v)
{
	char line[512], *rest, *people;
	const char *end;
	int allows;

	for (; *text != '\0'; text = end + 1) {
		end = strchr(text, '\n');
		snprintf(line, sizeof(line), "%.*s", (int)(end - text), text);
		allows = line[0] == '+';
		rest = line + 2;
		people = strsep(&rest, ":");
		if (meets(people, v, meets_people) &&
		    meets(rest, v, meets_place))
			return allows;
	}
	return 1;
}

static const char *
one_of(const char *const *all, size_t count)
{
	return all[(size_t)random() % count];
}

static size_t
write_list(char *to, size_t size, const char *const *all, size_t count,
    const char *except)
{
	size_t used = 0;
	int n = 1 + (int)(random() % 2);

	while (n-- > 0)
		used += (size_t)snprintf(
		    to + used, size - used, "%s ", one_of(all, count));
	if (except != NULL)
		used += (size_t)snprintf(
		    to + used, size - used, "EXCEPT %s", except);
	return used;
}

static void
write_lines(char *text, size_t size)
{
	static const char *const names[] = { "ALL", "ALL", "alice", "bob",
		"(g1)", "(g2)", "carol" };
	static const char *const places[] = { "ALL", "10.0.0.0/8",
		"10.0.0.0/16", "10.0.", "10.1.0.0/16", "10.0.0.1",
		"2001:db8::/32", "2001:db8::/64", "LOCAL", "su", "192.0.2.1",
		"h.example", "0.0.0.0/1" };
	int n = 1 + (int)(random() % 6);
	size_t used = 0;

	while (n-- > 0) {
		used += (size_t)snprintf(
		    text + used, size - used, "%s:", random() % 2 ? "+" : "-");
		used += write_list(text + used, size - used, names, 7,
		    random() % 5 ? NULL : one_of(names + 2, 5));
		used += (size_t)snprintf(text + used, size - used, ":");
		used += write_list(text + used, size - used, places, 13,
		    random() % 8       ? NULL
			: random() % 2 ? "LOCAL"
				       : "10.0.0.1");
		used += (size_t)snprintf(text + used, size - used, "\n");
	}
	if (random() % 2)
		snprintf(text + used, size - used, "-:ALL:ALL\n");
}

/* Nobody comes in who would not by pam_access, and the same if nothing was said
 * to be lost. */
static void
agrees_with_pam_access(void **state)
{
	struct address host;
	const struct rules_name all[] = { { "h.example", &host, 1 } };
	const struct rules_names names = { all, 1 };
	struct foreign options = brackets;
	static struct told told;
	char text[4096];
	struct rules *rules;
	struct visitor v;
	int list, i, r, wanted, got, exact = 0, lost = 0, allowed = 0;

	(void)state;
	srandom(SEED);
	assert_int_equal(address_parse("10.0.1.1", &host), 0);
	options.keeps_open = 1;
	for (list = 0; list < 20000; list++) {
		write_lines(text, sizeof(text));
		r = bring_in(foreign_access, &options, text, &told);
		assert_true(r == 0 || r == GATE_EINVAL);
		/* who is excepted from an allow is shut out, as is said */
		r |= strstr(told.notes, "whom EXCEPT names") != NULL;
		exact += r == 0;
		rules = rules_of(told.rules, &names);
		for (i = 0; i < 60; i++) {
			memset(&v, 0, sizeof(v));
			v.user = one_of(users, 3);
			v.groups[0] = random() % 2 ? one_of(groups, 2) : NULL;
			if (v.groups[0] != NULL && random() % 2)
				v.groups[1] = one_of(groups, 2);
			v.service = one_of(services, 2);
			if (random() % 4)
				v.from = one_of(addresses, 6);
			wanted = expected(text, &v);
			got = is_let_in(rules, &v);
			allowed += got;
			lost += wanted && !got;
			if ((got && !wanted) || (r == 0 && got != wanted))
				fail_msg("%s, %s %s from %s: %d, not %d\n%s\n"
					 "%s\n%s",
				    v.user,
				    v.groups[0] != NULL ? v.groups[0] : "-",
				    v.groups[1] != NULL ? v.groups[1] : "-",
				    v.from != NULL ? v.from : v.service, got,
				    wanted, text, told.rules, told.notes);
		}
		rules_free(&rules);
	}
	print_message("%d lists of %d are exact; %d allowed, %d lost\n", exact,
	    list, allowed, lost);
	assert_true(exact > list / 3);
	assert_true(lost < allowed / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documented_examples_decide_as_documented),
		cmocka_unit_test(keeps_open_what_was),
		cmocka_unit_test(says_each_line),
		cmocka_unit_test(agrees_with_pam_access),
	};

	return cmocka_run_group_tests_name("foreign_access", tests, NULL, NULL);
}
