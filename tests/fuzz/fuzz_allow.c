/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The allowlist's rules: what is taken must be as it is written, say the same
 * for a file that is added as for both at once, also where a change of many
 * rules is made of what was there, and nobody may come in by a rule that is not
 * about him. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/rules.h"
#include "lib/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
note(const char *file, int line, const char *text, void *data)
{
	(void)file;
	if (line < 0 || text[0] == '\0')
		abort();
	++*(int *)data;
}

static struct source *
parse(const uint8_t *bytes, size_t size)
{
	struct source *source;
	int complaints = 0, r;

	r = source_parse(
	    &source, "fuzz", (const char *)bytes, size, note, &complaints);
	if ((r == 0) != (source != NULL) || (r == 0) != (complaints == 0))
		abort();
	return source;
}

static struct rules *
make(struct source *const *sources, size_t count, const struct rules *before)
{
	struct rules *rules;
	int complaints = 0, r;

	r = rules_new(&rules, sources, count, NULL, before, note, &complaints);
	if ((r == 0) != (rules != NULL) ||
	    (r == GATE_ECONFIG) != (complaints > 0))
		abort();
	return rules;
}

/* Each rule, by itself, is the same rule. */
static void
read_again(const struct source *source)
{
	static struct rule rule;
	const char *text;
	char why[512];
	uint32_t i;

	for (i = 0; i < source_count(source); i++) {
		text = source_text(source, i);
		if (rule_read(&rule, text, strlen(text), why, sizeof(why)) !=
			0 ||
		    (rule.kind == RULE_ALLOW) != source_allows(source, i) ||
		    rule.text.length != strlen(text))
			abort();
	}
}

/* Asks for an address of the input's own. */
static void
ask(const struct rules *one, const struct rules *other, const uint8_t *bytes)
{
	static const char *const groups[] = { "a", "agents" };
	struct address address;
	struct rules_verdict a, b;
	struct rules_query query = { .address = &address,
		.country = "DE",
		.subject = { .user = "a",
		    .service = "sshd",
		    .groups = groups,
		    .group_count = 2 },
		.now = 1795334735 };

	memcpy(address.bytes, bytes, sizeof(address.bytes));
	if (bytes[0] & 1)
		memcpy(address.bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	rules_judge(one, &query, &a);
	rules_judge(other, &query, &b);
	if (a.allowed != b.allowed || (a.allowed && a.text == NULL) ||
	    (a.allowed && strncmp(a.text, "allow", 5) != 0))
		abort();
	query.address = NULL;
	rules_judge(one, &query, &a);
	if (a.allowed && strstr(a.text, "local") == NULL)
		abort();
}

/* So many rules that they are not soon made anew, about addresses for which
 * nobody asks: 240.0.0.0/4. */
#define FILLER 2100

static struct source *filler;

static struct rules *
make_filler(void)
{
	static char text[FILLER * 32];
	size_t used = 0;
	int i;

	for (i = 0; i < FILLER; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "allow 240.0.%d.%d\n", i / 256, i % 256);
	filler = parse((const uint8_t *)text, used);
	return make(&filler, 1, NULL);
}

/* Asks for an address of each rule's. */
static void
ask_there(const struct rules *one, const struct rules *other,
    const struct source *source)
{
	struct target target;
	uint32_t i;

	for (i = 0; i < source_count(source) && i < 64; i++) {
		source_target(source, i, &target);
		if (target.kind == TARGET_RANGE)
			target.network.address = target.first;
		else if (target.kind != TARGET_NETWORK)
			continue;
		if ((target.network.address.bytes[12] & 0xf0) != 0xf0)
			ask(one, other, target.network.address.bytes);
	}
}

/* One file comes to the filler, and then another one in its place: what is left
 * is as if there were only that. */
static void
change(struct source *const *files, const uint8_t *bytes, size_t size)
{
	static struct rules *base;
	struct source *sources[2];
	struct rules *changed[2] = { NULL, NULL }, *whole = NULL;
	size_t i;

	if (base == NULL)
		base = make_filler();
	sources[0] = filler;
	sources[1] = files[0];
	changed[0] = make(sources, 2, base);
	sources[1] = files[1];
	changed[1] = make(sources, 2, changed[0] != NULL ? changed[0] : base);
	sources[0] = files[1];
	whole = make(sources, 1, NULL);
	if ((whole != NULL) != (changed[1] != NULL))
		abort();
	for (i = 0; whole != NULL && i < 2; i++)
		ask_there(whole, changed[1], files[i]);
	for (i = 0; whole != NULL && i + 16 <= size && i < 512; i += 8)
		if ((bytes[i + 12] & 0xf0) != 0xf0)
			ask(whole, changed[1], bytes + i);
	rules_free(&changed[0]);
	rules_free(&changed[1]);
	rules_free(&whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct source *sources[2] = { NULL, NULL };
	struct rules *first = NULL, *changed = NULL, *whole = NULL;
	size_t half = size / 2, i;

	sources[0] = parse(bytes, half);
	sources[1] = parse(bytes + half, size - half);
	if (sources[0] != NULL)
		read_again(sources[0]);
	if (sources[0] != NULL && sources[1] != NULL) {
		first = make(sources, 1, NULL);
		whole = make(sources, 2, NULL);
		if (first != NULL)
			changed = make(sources, 2, first);
		for (i = 0; whole != NULL && changed != NULL &&
		     i + 16 <= size && i < 512;
		     i += 8)
			ask(whole, changed, bytes + i);
		change(sources, bytes, size);
	}
	rules_free(&first);
	rules_free(&changed);
	rules_free(&whole);
	source_free(&sources[0]);
	source_free(&sources[1]);
	return 0;
}
