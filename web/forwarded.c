/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/forwarded.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/error.h"

#define DIGITS "0123456789"
/* RFC 9110, 5.6.2 */
#define TOKEN                                                                  \
	DIGITS "!#$%&'*+-.^_`|~abcdefghijklmnopqrstuvwxyz"                     \
	       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The stations in the order in which they were written. */
struct nodes {
	struct node {
		int known; /* 0: something else than an address */
		struct address address;
	} list[FORWARDED_NODES_MAX];
	size_t count;
};

static int
is_port(const char *text)
{
	size_t length = strspn(text, DIGITS);

	return length > 0 && length <= 5 && text[length] == '\0';
}

/*
 * An address with or without a port: of IPv6 with one only in brackets. Takes
 * the text apart in place.
 */
static int
parse_node(char *text, struct address *address)
{
	char *colon, *bracket;

	if (strchr(text, '%') != NULL)
		return GATE_EINVAL;
	if (*text == '[') {
		if ((bracket = strchr(++text, ']')) == NULL ||
		    (bracket[1] != '\0' &&
			(bracket[1] != ':' || !is_port(bracket + 2))))
			return GATE_EINVAL;
		*bracket = '\0';
		return strchr(text, ':') != NULL ? address_parse(text, address)
						 : GATE_EINVAL;
	}
	colon = strchr(text, ':');
	if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		if (!is_port(colon + 1))
			return GATE_EINVAL;
		*colon = '\0';
	}
	return address_parse(text, address);
}

/* Appends a station; text may be NULL, and is nobody then. */
static int
add_node(struct nodes *nodes, char *text)
{
	struct node *node;

	if (nodes->count == FORWARDED_NODES_MAX)
		return GATE_ETOOBIG;
	node = &nodes->list[nodes->count++];
	node->known = text != NULL && parse_node(text, &node->address) == 0;
	return 0;
}

static void
skip_blanks(char **text)
{
	*text += strspn(*text, " \t");
}

/* X-Forwarded-For: addresses between commas. */
static int
read_for(struct nodes *nodes, char *line)
{
	char *end;
	int r = 0, last;

	do {
		skip_blanks(&line);
		end = line + strcspn(line, ", \t");
		skip_blanks(&end);
		last = *end == '\0';
		if (!last && *end != ',')
			return GATE_EINVAL;
		*end = '\0';
		line[strcspn(line, " \t")] = '\0';
		r = add_node(nodes, line);
		line = end + 1;
	} while (r == 0 && !last);
	return r;
}

/* A quoted string (RFC 9110, 5.6.4), without its quotes and in place. */
static int
take_quoted(char **text, char **value)
{
	char *in = *text + 1, *out = in;

	*value = out;
	for (; *in != '"'; in++) {
		if (*in == '\\')
			in++;
		if (*in == '\0')
			return GATE_EINVAL;
		*out++ = *in;
	}
	*text = in + 1;
	*out = '\0';
	return 0;
}

/* A token, which is not ended: length is what it has. */
static int
take_token(char **text, char **token, size_t *length)
{
	*token = *text;
	*length = strspn(*text, TOKEN);
	*text += *length;
	return *length > 0 ? 0 : GATE_EINVAL;
}

/*
 * One NAME=VALUE; *node is the value if the name is "for". The character
 * behind the value is *mark: in its place there may be a NUL now.
 */
static int
take_pair(char **text, char **node, char *mark)
{
	size_t name_length, length;
	char *name, *value;
	int r;

	if (take_token(text, &name, &name_length) != 0 || *(*text)++ != '=')
		return GATE_EINVAL;
	if (**text == '"')
		r = take_quoted(text, &value);
	else
		r = take_token(text, &value, &length);
	if (r != 0)
		return r;
	*mark = **text;
	if (name_length != 3 || strncasecmp(name, "for", 3) != 0)
		return 0;
	if (*node != NULL)
		return GATE_EINVAL;
	**text = '\0';
	*node = value;
	return 0;
}

/*
 * One station: pairs between semicolons, up to a comma or the end. Blanks
 * around semicolons, which some write, are none of the grammar's.
 */
static int
take_element(char **text, char **node, char *mark)
{
	int r;

	*node = NULL;
	do {
		skip_blanks(text);
		if ((r = take_pair(text, node, mark)) != 0)
			return r;
		if (*mark == ' ' || *mark == '\t') {
			(*text)++;
			skip_blanks(text);
			*mark = **text;
		}
		(*text)++;
	} while (*mark == ';');
	(*text)--;
	return *mark == ',' || *mark == '\0' ? 0 : GATE_EINVAL;
}

static int
read_standard(struct nodes *nodes, char *line)
{
	char *node, mark = ',';
	int r = 0;

	for (; r == 0 && mark != '\0'; line++) {
		r = take_element(&line, &node, &mark);
		if (r == 0)
			r = add_node(nodes, node);
	}
	return r;
}

/* All the lines of a header, each by itself. */
static int
read_lines(const struct field_lines *field, struct nodes *nodes,
    int (*read)(struct nodes *, char *))
{
	char line[FORWARDED_LINE_MAX + 1];
	size_t i, length;
	int r = 0;

	for (i = 0; r == 0 && i < field->count; i++) {
		length = strlen(field->lines[i]);
		if (length > FORWARDED_LINE_MAX)
			return GATE_ETOOBIG;
		memcpy(line, field->lines[i], length + 1);
		r = read(nodes, line);
	}
	return r;
}

static int
is_proxy(const struct forwarded_rules *rules, const struct address *address)
{
	size_t i;

	for (i = 0; i < rules->proxy_count; i++)
		if (network_has(&rules->proxies[i], address))
			return 1;
	return 0;
}

/* From the right to the first who is no proxy of ours. */
static int
walk(const struct forwarded_rules *rules, const struct nodes *nodes,
    struct address *client)
{
	size_t i;

	for (i = nodes->count; i > 0; i--) {
		if (!nodes->list[i - 1].known)
			return GATE_EINVAL;
		*client = nodes->list[i - 1].address;
		if (!is_proxy(rules, client))
			return 0;
	}
	return nodes->count > 0 ? 0 : GATE_ENOTFOUND;
}

static const struct source {
	int (*read)(struct nodes *, char *);
	size_t field; /* in struct forwarded_request */
} sources[] = {
	[FORWARDED_FOR] = { read_for,
	    offsetof(struct forwarded_request, x_for) },
	[FORWARDED_STANDARD] = { read_standard,
	    offsetof(struct forwarded_request, standard) },
};

static int
client_of(enum forwarded_kind kind, const struct forwarded_rules *rules,
    const struct forwarded_request *request, struct address *client)
{
	const struct source *source = &sources[kind];
	const struct field_lines *field =
	    (const void *)((const char *)request + source->field);
	struct nodes nodes = { .count = 0 };
	int r;

	r = read_lines(field, &nodes, source->read);
	return r == 0 ? walk(rules, &nodes, client) : r;
}

static int
client_of_either(const struct forwarded_rules *rules,
    const struct forwarded_request *request, struct address *client)
{
	struct address other;
	int r, r_other;

	r = client_of(FORWARDED_FOR, rules, request, client);
	r_other = client_of(FORWARDED_STANDARD, rules, request, &other);
	if (r_other == GATE_ENOTFOUND)
		return r;
	if (r == GATE_ENOTFOUND) {
		*client = other;
		return r_other;
	}
	if (r != 0 || r_other != 0)
		return r != 0 ? r : r_other;
	return memcmp(client, &other, sizeof(other)) == 0 ? 0 : GATE_EINVAL;
}

int
forwarded_client(const struct forwarded_rules *rules,
    const struct forwarded_request *request, struct address *client)
{
	struct address found;
	int r;

	if (request->peer != NULL && !is_proxy(rules, request->peer)) {
		*client = *request->peer;
		return 0;
	}
	if (rules->kind == FORWARDED_EITHER)
		r = client_of_either(rules, request, &found);
	else
		r = client_of(rules->kind, rules, request, &found);
	if (r == 0)
		*client = found;
	return r;
}
