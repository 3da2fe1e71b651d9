/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "ipwhitelist/ordered.h"
#include "lib/error.h"

/* A directive, up to its semicolon; a brace by itself is one, too. */
struct reading {
	struct foreign_run run;
	struct ordered list;
	struct piece rest;
	int depth; /* of blocks in which it is */
};

/* The next word of the file, or one of ; { }; 0 at its end. Comments are no
 * words. */
static int
next_word(struct reading *reading, struct piece *word)
{
	struct piece *rest = &reading->rest;
	char c;

	*word = (struct piece){ rest->at, 0 };
	for (; rest->length > 0; rest->at++, rest->length--) {
		c = *rest->at;
		if (strchr(" \t\r\n;{}", c) == NULL || c == '\0') {
			/* of a word # is a letter, too */
			if (c != '#' || word->length > 0) {
				if (word->length++ == 0)
					word->at = rest->at;
				continue;
			}
			while (rest->length > 1 && rest->at[1] != '\n') {
				rest->at++;
				rest->length--;
			}
			continue;
		}
		if (word->length > 0)
			return 1;
		reading->run.line += c == '\n';
		if (strchr(";{}", c) == NULL)
			continue;
		*word = (struct piece){ rest->at++, 1 };
		rest->length--;
		return 1;
	}
	return word->length > 0;
}

/* Bits beyond the prefix do not matter there. */
static int
read_network(struct piece what, struct network *network)
{
	char text[ADDRESS_TEXT_SIZE + 8], why[8], *slash;
	struct network host;
	size_t length;
	int bits, v4;

	if (what.length >= sizeof(text))
		return GATE_EINVAL;
	memcpy(text, what.at, what.length);
	text[what.length] = '\0';
	if (network_parse(text, network, why, sizeof(why)) == 0)
		return 0;
	/* is it an address, and a length with which any address would do? */
	if ((slash = strchr(text, '/')) == NULL)
		return GATE_EINVAL;
	*slash = '\0';
	if (network_parse(text, &host, why, sizeof(why)) != 0)
		return GATE_EINVAL;
	v4 = address_is_v4(&host.address) && strchr(text, ':') == NULL;
	length = what.length - (size_t)(slash + 1 - text);
	snprintf(text, sizeof(text), "%s/%.*s",
	    v4 ? "0.0.0.0" : "::", (int)length, what.at + what.length - length);
	if (network_parse(text, network, why, sizeof(why)) != 0)
		return GATE_EINVAL;
	bits = network->prefix;
	*network = host;
	network->prefix = (uint8_t)bits;
	network_mask(&network->address, bits);
	return 0;
}

static int
take(struct reading *reading, int allows, struct piece what)
{
	struct ordered_line *line;
	struct network network;

	if (piece_is(what, "unix:")) {
		foreign_say(&reading->run, 1,
		    "left out: who comes by a socket of the file system has no "
		    "address; write a rule for local");
		return 0;
	}
	line = ordered_add(&reading->list, reading->run.line, allows);
	if (line == NULL)
		return GATE_ENOMEM;
	line->people.all = 1;
	if (piece_is(what, "all")) {
		line->everywhere = 1;
		return 0;
	}
	if (read_network(what, &network) == 0)
		return ordered_add_network(line, &network);
	/* as what is denied is not known, all is */
	line->everywhere = !allows;
	foreign_say(&reading->run, 1,
	    "\"%.*s\" is not an address or a network%s",
	    (int)(what.length < 64 ? what.length : 64), what.at,
	    allows ? "; nobody is let in by it"
		   : "; everything is denied from here on");
	return 0;
}

/* Reads a directive that begins with this word. */
static int
read_directive(struct reading *reading, struct piece first)
{
	const int allows = piece_is(first, "allow");
	struct piece what = { "", 0 }, word;
	int words = 0;

	if (piece_is(first, "}") || piece_is(first, ";")) {
		reading->depth -= piece_is(first, "}");
		return 0;
	}
	while (next_word(reading, &word) && !piece_is(word, ";") &&
	    !piece_is(word, "{") && !piece_is(word, "}")) {
		what = word;
		words++;
	}
	if (piece_is(word, "{")) {
		if (reading->depth++ == 0)
			foreign_say(&reading->run, 1,
			    "left out: the block of %.*s; import its lines "
			    "by themselves",
			    (int)(first.length < 64 ? first.length : 64),
			    first.at);
		return 0;
	}
	if (reading->depth > 0)
		return 0;
	if ((allows || piece_is(first, "deny")) && words == 1 &&
	    piece_is(word, ";"))
		return take(reading, allows, what);
	foreign_say(&reading->run, 1,
	    "left out: \"%.*s\" is not allow or deny with one address and a "
	    "semicolon",
	    (int)(first.length < 64 ? first.length : 64), first.at);
	if (piece_is(first, "deny"))
		return take(reading, 0, (struct piece){ "all", 3 });
	return 0;
}

/* What comes behind the last line. */
static int
add_rest(struct reading *reading)
{
	const struct piece all = { "all", 3 };
	size_t i;

	for (i = 0; i < reading->list.count; i++)
		if (reading->list.lines[i].everywhere)
			return 0;
	reading->run.line = 0;
	if (reading->run.foreign->keeps_open)
		return take(reading, 1, all);
	foreign_say(&reading->run, 0,
	    "nginx lets in whom no line is about; these rules do not");
	return 0;
}

int
foreign_nginx(const struct foreign *foreign, const char *text, size_t size)
{
	struct reading reading = { .run = { .foreign = foreign, .line = 1 },
		.rest = { text, size } };
	struct piece word;
	int r = 0;

	if (size > FOREIGN_SIZE_MAX)
		return GATE_ETOOBIG;
	while (r == 0 && next_word(&reading, &word)) {
		r = reading.list.count >= FOREIGN_LINES_MAX
		    ? GATE_ETOOBIG
		    : read_directive(&reading, word);
	}
	if (r == 0)
		r = add_rest(&reading);
	if (r == 0)
		r = ordered_tell(&reading.list, &reading.run);
	ordered_clear(&reading.list);
	return r == 0 && reading.run.is_lossy ? GATE_EINVAL : r;
}
