/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/allowlist.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/network.h"

#define FILE_MAX (64u << 20)
#define WORD_MAX 128

struct rule {
	struct network network;
	int line;
	char *text;
};

/*
 * Rules sorted by prefix length, the longest first, then by address: a look-up
 * is one binary search for each length that occurs, and the first hit is the
 * longest prefix.
 */
struct allowlist {
	struct rule *rules;
	size_t count;
	size_t room;
	/* where the rules of each length stand: [start, start + run) */
	size_t start[NETWORK_PREFIX_MAX + 1];
	size_t run[NETWORK_PREFIX_MAX + 1];
};

/* The reading of one file. */
struct reading {
	struct allowlist *list;
	const char *name;
	int line;
	int errors;
	allowlist_complaint *complain;
	void *data;
};

static void complain(struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
complain(struct reading *reading, const char *format, ...)
{
	char text[256];
	va_list ap;

	reading->errors++;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	reading->complain(reading->name, reading->line, text, reading->data);
}

static int
add_rule(struct allowlist *list, const struct rule *rule)
{
	struct rule *larger;

	if (list->count == list->room) {
		list->room = list->room == 0 ? 64 : list->room * 2;
		larger = reallocarray(list->rules, list->room, sizeof(*larger));
		if (larger == NULL)
			return GATE_ENOMEM;
		list->rules = larger;
	}
	list->rules[list->count++] = *rule;
	return 0;
}

/* Takes the next word of a line, cut to WORD_MAX; 0 when there is none. */
static int
next_word(const char **at, char word[WORD_MAX])
{
	size_t n = 0;

	while (**at == ' ' || **at == '\t')
		(*at)++;
	while (**at != '\0' && **at != ' ' && **at != '\t') {
		if (n + 1 < WORD_MAX)
			word[n++] = **at;
		(*at)++;
	}
	word[n] = '\0';
	return n > 0;
}

/* Reads one line without its comment; GATE_ENOMEM or 0. */
static int
parse_line(struct reading *reading, const char *line)
{
	struct rule rule = { .line = reading->line };
	char verb[WORD_MAX], network[WORD_MAX], rest[WORD_MAX];
	char why[256];
	const char *at = line;
	int r;

	if (!next_word(&at, verb))
		return 0;
	if (strcmp(verb, "allow") != 0) {
		complain(reading,
		    "\"%s\" is not a rule; a line is \"allow ADDRESS\" or "
		    "\"allow ADDRESS/PREFIX\"",
		    verb);
		return 0;
	}
	if (!next_word(&at, network)) {
		complain(reading, "\"allow\" needs an address after it");
		return 0;
	}
	if (next_word(&at, rest)) {
		complain(reading, "\"%s\" after the address is not understood",
		    rest);
		return 0;
	}
	if (asprintf(&rule.text, "allow %s", network) < 0)
		return GATE_ENOMEM;
	r = network_parse(network, &rule.network, why, sizeof(why));
	if (r != 0)
		complain(reading, "%s", why);
	else
		r = add_rule(reading->list, &rule);
	if (r != 0)
		free(rule.text);
	/* a bad line was complained of: the reading goes on to the next */
	return r == GATE_ENOMEM ? r : 0;
}

static int
compare(const void *a, const void *b)
{
	const struct network *x = &((const struct rule *)a)->network;
	const struct network *y = &((const struct rule *)b)->network;

	if (x->prefix != y->prefix)
		return y->prefix - x->prefix;
	return memcmp(&x->address, &y->address, sizeof(x->address));
}

static void
index_rules(struct allowlist *list)
{
	size_t i;

	if (list->count > 0)
		qsort(list->rules, list->count, sizeof(*list->rules), compare);
	for (i = list->count; i-- > 0;) {
		list->start[list->rules[i].network.prefix] = i;
		list->run[list->rules[i].network.prefix]++;
	}
}

static int
parse_text(struct reading *reading, const char *text, size_t size)
{
	const char *end = text + size;
	char line[1024];
	size_t length, shown;
	int r = 0;

	for (; r == 0 && text < end; text += length + 1) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		reading->line++;
		length = (size_t)((newline != NULL ? newline : end) - text);
		if (memchr(text, '\0', length) != NULL) {
			complain(reading, "a NUL byte; is this a text file?");
			continue;
		}
		shown = length < sizeof(line) ? length : sizeof(line) - 1;
		memcpy(line, text, shown);
		line[shown] = '\0';
		if (shown > 0 && line[shown - 1] == '\r')
			line[shown - 1] = '\0';
		/* a comment may go on as long as it likes */
		if (shown < length && strchr(line, '#') == NULL) {
			complain(
			    reading, "longer than %zu bytes", sizeof(line) - 1);
			continue;
		}
		line[strcspn(line, "#")] = '\0';
		r = parse_line(reading, line);
	}
	return r;
}

int
allowlist_parse(struct allowlist **list, const char *name, const char *text,
    size_t size, allowlist_complaint *complaint, void *data)
{
	struct reading reading = {
		.name = name, .complain = complaint, .data = data
	};
	int r;

	reading.list = calloc(1, sizeof(*reading.list));
	if (reading.list == NULL)
		return GATE_ENOMEM;
	r = parse_text(&reading, text, size);
	if (r == 0 && reading.errors > 0)
		r = GATE_ECONFIG;
	if (r == 0) {
		index_rules(reading.list);
		*list = reading.list;
		reading.list = NULL;
	}
	allowlist_free(&reading.list);
	return r;
}

int
allowlist_load(struct allowlist **list, const char *path,
    allowlist_complaint *complaint, void *data)
{
	char why[256] = "";
	char *text = NULL;
	size_t size;
	int r;

	r = file_read(
	    path, FILE_TRUSTED, FILE_MAX, &text, &size, why, sizeof(why));
	if (r != 0)
		complaint(
		    path, 0, why[0] != '\0' ? why : gate_strerror(r), data);
	else
		r = allowlist_parse(list, path, text, size, complaint, data);
	free(text);
	return r;
}

void
allowlist_free(struct allowlist **list)
{
	size_t i;

	if (*list == NULL)
		return;
	for (i = 0; i < (*list)->count; i++)
		free((*list)->rules[i].text);
	free((*list)->rules);
	free(*list);
	*list = NULL;
}

void
allowlist_lookup(const struct allowlist *list,
    const struct allowlist_query *query, struct allowlist_verdict *verdict)
{
	struct rule key;
	const struct rule *hit;
	/* of all IPv6 no IPv4: who allows ::/0 hardly means the mapped ones */
	int shortest = address_is_v4(query->address) ? NETWORK_PREFIX_V4 : 0;
	int prefix;

	memset(verdict, 0, sizeof(*verdict));
	if (list == NULL)
		return;
	for (prefix = NETWORK_PREFIX_MAX; prefix >= shortest; prefix--) {
		if (list->run[prefix] == 0)
			continue;
		key.network.address = *query->address;
		key.network.prefix = (uint8_t)prefix;
		network_mask(&key.network.address, prefix);
		hit = bsearch(&key, list->rules + list->start[prefix],
		    list->run[prefix], sizeof(key), compare);
		if (hit == NULL)
			continue;
		verdict->allowed = 1;
		verdict->line = hit->line;
		verdict->rule = hit->text;
		return;
	}
}

size_t
allowlist_count(const struct allowlist *list)
{
	return list != NULL ? list->count : 0;
}
