/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ipwhitelist/ordered.h"
#include "lib/error.h"

/* What stands between names. */
#define SEPARATORS ","

/* A line of access.conf. Where there are no words for it, an allow is for fewer
 * and a deny for more. */
struct reading {
	struct foreign_run run;
	struct ordered list;
	struct ordered_line *line;
};

static int
is_word(struct piece piece, const char *word)
{
	return piece.length == strlen(word) &&
	    strncasecmp(piece.at, word, piece.length) == 0;
}

static int
shown(struct piece piece)
{
	return piece.length < 64 ? (int)piece.length : 64;
}

/* Whether a rule can have the name of somebody: in quotation marks. */
static int
is_name(struct piece name)
{
	size_t i;

	for (i = 0; i < name.length; i++)
		if ((unsigned char)name.at[i] < ' ' || name.at[i] == '"' ||
		    name.at[i] == '*')
			return 0;
	return name.length > 0 && name.length < 256;
}

/* --- people --- */

static int
add_name(struct reading *reading, struct people *people, struct piece word,
    int *unknown)
{
	const struct piece inside = { word.at + 1, word.length - 2 };
	const int brackets = word.length > 2 && word.at[0] == '(' &&
	    word.at[word.length - 1] == ')';
	int r;

	if (is_word(word, "ALL")) {
		people->all = 1;
		return 0;
	}
	if (memchr(word.at, '@', word.length) != NULL || !is_name(word)) {
		*unknown = 1;
		foreign_say(&reading->run, 1,
		    "%.*s: a netgroup, the name of a machine or no name cannot "
		    "be said; write the users or a group",
		    shown(word), word.at);
		return 0;
	}
	if (brackets)
		return people_add(people, 1, inside);
	r = people_add(people, 0, word);
	return r == 0 && !reading->run.foreign->has_brackets
	    ? people_add(people, 1, word)
	    : r;
}

/* What stands before EXCEPT, or behind it; 1 if EXCEPT was there. */
static int
read_names(struct reading *reading, struct piece *field, struct people *people,
    int *unknown, int *r)
{
	struct piece word;

	while (*r == 0 && foreign_word(field, SEPARATORS, &word)) {
		if (is_word(word, "EXCEPT"))
			return 1;
		*r = add_name(reading, people, word, unknown);
	}
	return 0;
}

/* Puts a line before the others of it, of the same places: these people are
 * out. */
static int
shut_out_first(struct reading *reading, const struct people *people)
{
	struct ordered_line line = *reading->line, *copy;
	size_t i;
	int r = 0;

	/* the line that follows takes over what is the line's */
	reading->line->allows = 0;
	reading->line->people = *people;
	copy = ordered_add(&reading->list, line.line, 1);
	if (copy == NULL) {
		people_clear(&line.people);
		return GATE_ENOMEM;
	}
	copy->people = line.people;
	reading->line = copy - 1;
	copy->everywhere = line.everywhere;
	copy->locally = line.locally;
	for (i = 0; r == 0 && i < line.network_count; i++)
		r = ordered_add_network(copy, &line.networks[i]);
	for (i = 0; r == 0 && i < line.host_count; i++)
		r = ordered_add_host(copy, line.hosts[i]);
	for (i = 0; r == 0 && i < line.service_count; i++)
		r = ordered_add_service(copy, line.services[i]);
	if (r == 0)
		foreign_say(&reading->run, 0,
		    "whom EXCEPT names is shut out here, whatever later lines "
		    "say");
	return r;
}

/* Reads whom the line is for, its places being known: 0, GATE_ENOMEM. */
static int
read_people(struct reading *reading, struct piece field)
{
	struct ordered_line *line = reading->line;
	struct people excepted = { .count = 0 };
	struct people *people = &line->people;
	int unknown = 0, except_unknown = 0, r = 0, has_except;

	has_except = read_names(reading, &field, people, &unknown, &r);
	while (r == 0 && field.length > 0)
		if (read_names(reading, &field, &excepted, &except_unknown, &r))
			/* EXCEPT of EXCEPT: who is meant again */
			except_unknown = 1, field.length = 0;
	if (people->all) {
		people->count = 0;
	}
	if (unknown && !line->allows) {
		people->all = 1;
		people->count = 0;
	}
	if (r != 0 || !has_except) {
		people_clear(&excepted);
		return r;
	}
	if (line->allows && (except_unknown || excepted.all)) {
		/* nobody is sure to be meant */
		foreign_say(&reading->run, 1,
		    "nobody is let in by this line: whom EXCEPT keeps out "
		    "cannot be said");
		people->all = 0;
		people->count = 0;
		people_clear(&excepted);
		return 0;
	}
	if (line->allows)
		return shut_out_first(reading, &excepted);
	if (people->all && !excepted.all) {
		/* those unknown stay shut out */
		people_clear(people);
		*people = excepted;
		people->all = 1;
		return 0;
	}
	foreign_say(&reading->run, 1,
	    "whom EXCEPT names is shut out like the others: only ALL EXCEPT "
	    "can be said");
	people_clear(&excepted);
	return 0;
}

/* --- places --- */

/* A dotted netmask, as 255.255.255.0: its length, or -1. */
static int
mask_length(const char *text)
{
	struct address mask;
	uint32_t bits = 0;
	int i;

	if (address_parse(text, &mask) != 0 || !address_is_v4(&mask))
		return -1;
	for (i = 12; i < 16; i++)
		bits = bits << 8 | mask.bytes[i];
	for (i = 0; i < 32 && bits >> 31; i++)
		bits <<= 1;
	return bits == 0 ? i : -1;
}

/* A network number with a dot at its end, as 192.168.201. */
static int
read_number(struct piece word, struct network *network)
{
	char text[ADDRESS_TEXT_SIZE];
	int dots = 0;
	size_t i;

	for (i = 0; i < word.length; i++)
		dots += word.at[i] == '.';
	if (word.length > 16 || word.at[word.length - 1] != '.' || dots > 3)
		return GATE_EINVAL;
	snprintf(text, sizeof(text), "%.*s%s", (int)word.length, word.at,
	    dots == 1       ? "0.0.0"
		: dots == 2 ? "0.0"
			    : "0");
	network->prefix = (uint8_t)(NETWORK_PREFIX_V4 + 8 * dots);
	return address_parse(text, &network->address);
}

/* An address, with or without a netmask: bits beyond it do not matter there. */
static int
read_network(struct piece word, struct network *network)
{
	char text[2 * ADDRESS_TEXT_SIZE], *slash, *end;
	long length;
	int v4;

	if (word.length >= sizeof(text))
		return GATE_EINVAL;
	memcpy(text, word.at, word.length);
	text[word.length] = '\0';
	if ((slash = strchr(text, '/')) != NULL)
		*slash++ = '\0';
	if (strchr(text, '%') != NULL ||
	    address_parse(text, &network->address) != 0)
		return GATE_EINVAL;
	v4 = address_is_v4(&network->address) && strchr(text, ':') == NULL;
	network->prefix = NETWORK_PREFIX_MAX;
	if (slash == NULL)
		return 0;
	length = v4 ? mask_length(slash) : -1;
	if (length < 0) {
		length = strtol(slash, &end, 10);
		if (!isdigit((unsigned char)*slash) || *end != '\0')
			return GATE_EINVAL;
	}
	/* it takes 0 for no mask: the address alone */
	if (length == 0)
		return 0;
	if (length > (v4 ? 32 : 128))
		return GATE_EINVAL;
	network->prefix = (uint8_t)(length + (v4 ? NETWORK_PREFIX_V4 : 0));
	network_mask(&network->address, network->prefix);
	return 0;
}

/* Names of terminals and displays. */
static int
is_terminal(struct piece word)
{
	static const char *const begins[] = { "tty", "pts", "vc/", ":",
		"console", "hvc", "/dev/" };
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (word.length >= strlen(begins[i]) &&
		    strncmp(word.at, begins[i], strlen(begins[i])) == 0)
			return 1;
	return 0;
}

static int
is_host(struct piece word)
{
	struct target target;
	char text[300], unused[8];
	int n = snprintf(text, sizeof(text), "name:%.*s",
	    (int)(word.length < 260 ? word.length : 260), word.at);
	const struct piece name = { text, (size_t)n };

	return target_read(&target, name, unused, sizeof(unused)) == 0;
}

static void
cannot_say(struct reading *reading, struct piece word)
{
	struct ordered_line *line = reading->line;
	const int terminal = is_terminal(word);

	foreign_say(&reading->run, 1, "%.*s cannot be said: %s%s", shown(word),
	    word.at,
	    terminal ? "there are no terminals in rules"
		     : "there are no domains, netgroups or patterns in rules",
	    line->allows   ? "; nobody is let in by it"
		: terminal ? "; kept out without an address, wherever from"
			   : "; kept out from everywhere");
	if (line->allows)
		return;
	line->locally = 1;
	if (!terminal)
		line->everywhere = 1;
}

static int
add_place(struct reading *reading, struct piece word)
{
	struct ordered_line *line = reading->line;
	struct network network;
	int r;

	if (is_word(word, "ALL")) {
		line->everywhere = line->locally = 1;
		return 0;
	}
	if (is_word(word, "LOCAL")) {
		line->locally = 1;
		return 0;
	}
	if (is_word(word, "NONE"))
		return 0;
	if (read_number(word, &network) == 0 ||
	    read_network(word, &network) == 0)
		return ordered_add_network(line, &network);
	if (word.at[0] == '.' || is_terminal(word) || !is_host(word) ||
	    memchr(word.at, '/', word.length) != NULL) {
		cannot_say(reading, word);
		return 0;
	}
	if (memchr(word.at, '.', word.length) != NULL)
		return ordered_add_host(line, word);
	/* a service without an address, or the host of that name */
	r = ordered_add_service(line, word);
	return r == 0 && !line->allows ? ordered_add_host(line, word) : r;
}

/* What is excepted from the places of a deny is kept out like the rest, but
 * for LOCAL; nobody comes in by an allow with anything else excepted. */
static void
except_places(struct reading *reading, struct piece field)
{
	struct ordered_line *line = reading->line;
	struct piece word;

	while (foreign_word(&field, SEPARATORS, &word)) {
		if (is_word(word, "LOCAL")) {
			line->locally = 0;
			line->service_count = 0;
			continue;
		}
		foreign_say(&reading->run, 1, "%s behind EXCEPT: %.*s",
		    line->allows ? "nobody is let in by what cannot be said"
				 : "kept out also from what stands",
		    shown(word), word.at);
		if (!line->allows)
			continue;
		line->everywhere = line->locally = 0;
		line->network_count = line->host_count = 0;
		line->service_count = 0;
		return;
	}
}

static int
read_places(struct reading *reading, struct piece field)
{
	struct piece word;
	int r = 0;

	while (r == 0 && foreign_word(&field, SEPARATORS, &word)) {
		if (is_word(word, "EXCEPT")) {
			except_places(reading, field);
			break;
		}
		r = add_place(reading, word);
	}
	if (r == 0 && reading->line->allows && reading->line->locally &&
	    reading->run.foreign->service_count == 0)
		foreign_say(&reading->run, 1,
		    "nobody is let in without an address: name the services "
		    "that this is about");
	return r;
}

/* --- lines --- */

/* Takes what is before the next colon; 0 if there is none. */
static int
cut_field(struct piece *rest, struct piece *field)
{
	const char *colon = memchr(rest->at, ':', rest->length);

	if (colon == NULL)
		return 0;
	*field = (struct piece){ rest->at, (size_t)(colon - rest->at) };
	rest->at += field->length + 1;
	rest->length -= field->length + 1;
	return 1;
}

static int
read_line(struct reading *reading, struct piece text)
{
	struct piece sign, people, word;
	struct piece left = text;
	int r;

	if ((text.length > 0 && text.at[0] == '#') ||
	    !foreign_word(&left, "", &word))
		return 0;
	/* it looks at the first letter alone */
	if (!cut_field(&text, &sign) || !cut_field(&text, &people) ||
	    sign.length == 0 || (sign.at[0] != '+' && sign.at[0] != '-') ||
	    text.length == 0) {
		foreign_say(&reading->run, 1,
		    "left out, as pam_access does: a line is written "
		    "+:USERS:ORIGINS or -:USERS:ORIGINS");
		return 0;
	}
	reading->line =
	    ordered_add(&reading->list, reading->run.line, sign.at[0] == '+');
	if (reading->line == NULL)
		return GATE_ENOMEM;
	r = read_places(reading, text);
	return r == 0 ? read_people(reading, people) : r;
}

/* Says who comes in whom no line is about. */
static int
add_rest(struct reading *reading)
{
	const struct ordered_line *line = reading->list.lines;
	size_t i;

	reading->run.line = 0;
	for (i = 0; i < reading->list.count; i++, line++)
		if (line->everywhere && line->locally &&
		    people_is_everybody(&line->people))
			return 0;
	if (!reading->run.foreign->keeps_open) {
		foreign_say(&reading->run, 0,
		    "pam_access lets in whom no line is about; these rules do "
		    "not");
		return 0;
	}
	reading->line = ordered_add(&reading->list, 0, 1);
	if (reading->line == NULL)
		return GATE_ENOMEM;
	reading->line->everywhere = reading->line->locally = 1;
	reading->line->people.all = 1;
	return 0;
}

int
foreign_access(const struct foreign *foreign, const char *text, size_t size)
{
	struct reading reading = { .run = { .foreign = foreign } };
	struct piece rest = { text, size }, line;
	int r = 0, has_end;

	if (size > FOREIGN_SIZE_MAX)
		return GATE_ETOOBIG;
	while (r == 0 && foreign_line(&rest, &line, &has_end)) {
		reading.run.line++;
		if (reading.list.count >= FOREIGN_LINES_MAX)
			r = GATE_ETOOBIG;
		if (!has_end)
			foreign_say(&reading.run, 0,
			    "pam_access does not read the last line, as no "
			    "newline ends it; here it counts");
		if (r == 0)
			r = read_line(&reading, line);
	}
	if (r == 0)
		r = add_rest(&reading);
	if (r == 0)
		r = ordered_tell(&reading.list, &reading.run);
	ordered_clear(&reading.list);
	return r == 0 && reading.run.is_lossy ? GATE_EINVAL : r;
}
