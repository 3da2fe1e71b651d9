/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/target.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"

#define HOST_MAX 253 /* RFC 1035, 2.3.4 */
#define SET_MAX  64

static const char name_prefix[] = "name:";
#define NAME_PREFIX (sizeof(name_prefix) - 1)

/* What a set cannot be called: the language's own words. */
static const char *const words[] = { "allow", "deny", "set", "any", "local",
	"country", "name", "service", "user", "group", "attribute", "from",
	"until", "days", "hours", "all", "none" };

int
piece_is(struct piece piece, const char *word)
{
	return piece.length == strlen(word) &&
	    memcmp(piece.at, word, piece.length) == 0;
}

/* What is shown of a piece in a message. */
static int
shown(struct piece piece)
{
	return piece.length < 128 ? (int)piece.length : 128;
}

/* Copies a piece into a text; 0 if it is too long for one. */
static int
copy(struct piece piece, char *text, size_t size)
{
	if (piece.length >= size)
		return 0;
	memcpy(text, piece.at, piece.length);
	text[piece.length] = '\0';
	return 1;
}

static int
read_range(struct target *target, struct piece word, const char *dash,
    char *why, size_t why_size)
{
	const struct piece first = { word.at, (size_t)(dash - word.at) };
	const struct piece last = { dash + 1, word.length - first.length - 1 };
	char one[ADDRESS_TEXT_SIZE], other[ADDRESS_TEXT_SIZE];

	target->kind = TARGET_RANGE;
	if (!copy(first, one, sizeof(one)) ||
	    !copy(last, other, sizeof(other)) ||
	    address_parse(one, &target->first) != 0 ||
	    address_parse(other, &target->last) != 0) {
		snprintf(why, why_size,
		    "\"%.*s\" is not a range of addresses; write "
		    "192.0.2.5-192.0.2.20",
		    shown(word), word.at);
		return GATE_EINVAL;
	}
	if (address_is_v4(&target->first) != address_is_v4(&target->last)) {
		snprintf(why, why_size,
		    "%.*s goes from IPv4 to IPv6; write a rule for each",
		    shown(word), word.at);
		return GATE_EINVAL;
	}
	if (memcmp(&target->first, &target->last, sizeof(struct address)) > 0) {
		snprintf(why, why_size,
		    "%.*s ends before it begins; did you mean %s-%s?",
		    shown(word), word.at, other, one);
		return GATE_EINVAL;
	}
	return 0;
}

static int
read_network(
    struct target *target, struct piece word, char *why, size_t why_size)
{
	char text[ADDRESS_TEXT_SIZE + 16];

	if (memchr(word.at, '%', word.length) != NULL) {
		snprintf(why, why_size,
		    "%.*s: a scope such as %%eth0 is not part of what is "
		    "compared; write the address without it",
		    shown(word), word.at);
		return GATE_EINVAL;
	}
	/* what does not fit is none, and is told so by the same words */
	if (!copy(word, text, sizeof(text)))
		snprintf(text, sizeof(text), "%.60s...", word.at);
	target->kind = TARGET_NETWORK;
	return network_parse(text, &target->network, why, why_size);
}

static int
read_host(struct target *target, struct piece word, char *why, size_t why_size)
{
	const struct piece host = { word.at + NAME_PREFIX,
		word.length - NAME_PREFIX };
	size_t i;

	target->kind = TARGET_NAME;
	target->name = host;
	for (i = 0; i < host.length; i++)
		if (!isalnum((unsigned char)host.at[i]) &&
		    strchr("-._", host.at[i]) == NULL)
			break;
	if (host.length > 0 && i == host.length && host.length <= HOST_MAX &&
	    host.at[0] != '-' && host.at[0] != '.')
		return 0;
	snprintf(why, why_size,
	    "\"%.*s\" is not a host's name; write name:vpn.example.org",
	    shown(host), host.at);
	return GATE_EINVAL;
}

int
target_is_set_name(struct piece name)
{
	size_t i;

	if (name.length == 0 || name.length > SET_MAX ||
	    !isalpha((unsigned char)name.at[0]))
		return 0;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (piece_is(name, words[i]))
			return 0;
	for (i = 0; i < name.length; i++)
		if (!isalnum((unsigned char)name.at[i]) && name.at[i] != '-' &&
		    name.at[i] != '_')
			return 0;
	return 1;
}

int
target_read(
    struct target *target, struct piece word, char *why, size_t why_size)
{
	const char *dash = memchr(word.at, '-', word.length);

	target->name = (struct piece){ word.at, 0 };
	if (isdigit((unsigned char)word.at[0]) && dash == NULL)
		return read_network(target, word, why, why_size);
	if (word.length >= NAME_PREFIX &&
	    memcmp(word.at, name_prefix, NAME_PREFIX) == 0)
		return read_host(target, word, why, why_size);
	if (dash != NULL &&
	    (isdigit((unsigned char)word.at[0]) ||
		memchr(word.at, ':', word.length) != NULL))
		return read_range(target, word, dash, why, why_size);
	if (memchr(word.at, ':', word.length) != NULL ||
	    memchr(word.at, '/', word.length) != NULL)
		return read_network(target, word, why, why_size);
	target->name = word;
	target->kind = piece_is(word, "any") ? TARGET_ANY
	    : piece_is(word, "local")        ? TARGET_LOCAL
	    : piece_is(word, "country")      ? TARGET_COUNTRY
					     : TARGET_SET;
	if (target->kind == TARGET_COUNTRY)
		target->name.length = 0;
	if (target->kind != TARGET_SET || target_is_set_name(word))
		return 0;
	snprintf(why, why_size,
	    "\"%.*s\" is not an address, a network, a range, any, local, "
	    "country or a set; the name of a host is written name:%.*s",
	    shown(word), word.at, shown(word), word.at);
	return GATE_EINVAL;
}

int
target_country_number(struct piece code)
{
	if (code.length != 2 || !isalpha((unsigned char)code.at[0]) ||
	    !isalpha((unsigned char)code.at[1]))
		return -1;
	return (toupper((unsigned char)code.at[0]) - 'A') * 26 +
	    toupper((unsigned char)code.at[1]) - 'A';
}

int
target_country(
    struct target *target, struct piece word, char *why, size_t why_size)
{
	target->name = word;
	if (target_country_number(word) >= 0)
		return 0;
	snprintf(why, why_size,
	    "\"%.*s\" is not a country's code of two letters (ISO 3166); "
	    "write country DE",
	    shown(word), word.at);
	return GATE_EINVAL;
}
