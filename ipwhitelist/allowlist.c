/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/allowlist.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"

#define FILE_MAX   (64u << 20)
#define PREFIX_MAX 128
#define PREFIX_V4  96 /* of ::ffff:0:0/96, where all IPv4 stands */
#define WORD_MAX   128

struct rule {
	struct address address; /* the bits beyond the prefix are zero */
	uint8_t prefix;         /* 0..128; an IPv4 rule has 96 more */
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
	size_t start[PREFIX_MAX + 1];
	size_t run[PREFIX_MAX + 1];
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

/* Zeroes what is beyond the prefix; 1 if there was anything. */
static int
mask(struct address *address, int prefix)
{
	int changed = 0;
	int i, bits;
	uint8_t kept;

	for (i = 0; i < 16; i++) {
		bits = prefix - i * 8;
		bits = bits < 0 ? 0 : bits > 8 ? 8 : bits;
		kept = (uint8_t)(address->bytes[i] & (0xff00 >> bits));
		changed |= kept != address->bytes[i];
		address->bytes[i] = kept;
	}
	return changed;
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

/*
 * The number after the slash: a prefix length, digits only. Nothing that has
 * leading zeros: some read it as octal.
 */
static int
parse_prefix(const char *text, int max)
{
	char *end;
	long n;

	if (!isdigit((unsigned char)*text) ||
	    (text[0] == '0' && text[1] != '\0'))
		return -1;
	n = strtol(text, &end, 10);
	return *end != '\0' || n > max ? -1 : (int)n;
}

/* Reads ADDRESS or ADDRESS/LENGTH into rule; complains and returns -1. */
static int
parse_network(struct reading *reading, char *word, struct rule *rule)
{
	char *slash = strchr(word, '/');
	int max;

	if (slash != NULL)
		*slash = '\0';
	if (strchr(word, '%') != NULL ||
	    address_parse(word, &rule->address) != 0) {
		complain(reading,
		    "\"%s\" is not an IPv4 or IPv6 address; write 192.0.2.7, "
		    "192.0.2.0/24 or 2001:db8::/32",
		    word);
		return -1;
	}
	max = address_is_v4(&rule->address) && strchr(word, ':') == NULL
	    ? 32
	    : PREFIX_MAX;
	rule->prefix = PREFIX_MAX;
	if (slash != NULL) {
		int length = parse_prefix(slash + 1, max);

		if (length < 0) {
			complain(reading,
			    "\"/%s\" is not a prefix length from 0 to %d",
			    slash + 1, max);
			return -1;
		}
		rule->prefix = (uint8_t)(length + PREFIX_MAX - max);
	}
	if (mask(&rule->address, rule->prefix)) {
		char text[ADDRESS_TEXT_SIZE];

		address_text(&rule->address, text);
		complain(reading,
		    "%s has bits beyond its prefix; did you mean %s/%d?", word,
		    text, rule->prefix - (PREFIX_MAX - max));
		return -1;
	}
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
	if (parse_network(reading, network, &rule) == 0)
		r = add_rule(reading->list, &rule);
	else
		r = GATE_EINVAL;
	if (r != 0)
		free(rule.text);
	/* a bad line was complained of: the reading goes on to the next */
	return r == GATE_ENOMEM ? r : 0;
}

static int
compare(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

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
		list->start[list->rules[i].prefix] = i;
		list->run[list->rules[i].prefix]++;
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
	int shortest = address_is_v4(query->address) ? PREFIX_V4 : 0;
	int prefix;

	memset(verdict, 0, sizeof(*verdict));
	if (list == NULL)
		return;
	for (prefix = PREFIX_MAX; prefix >= shortest; prefix--) {
		if (list->run[prefix] == 0)
			continue;
		key.address = *query->address;
		key.prefix = (uint8_t)prefix;
		mask(&key.address, prefix);
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
