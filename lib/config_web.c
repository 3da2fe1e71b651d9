/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config_web.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "lib/network.h"
#include "lib/words.h"

#define LETTERS   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS    "0123456789"
#define HEX       DIGITS "abcdefABCDEF"

#define HOST_MAX  253 /* RFC 1035, 2.3.4 */
#define WORD_SIZE 300

/* --- forms --- */

/* ":PORT", nothing behind it, and no other way to write it. */
static int
is_port(const char *text)
{
	size_t length;

	if (text[0] != ':' || text[1] < '1' || text[1] > '9')
		return 0;
	length = strspn(text + 1, DIGITS);
	return length <= 5 && text[1 + length] == '\0' &&
	    strtol(text + 1, NULL, 10) <= 65535;
}

/* The address before the port, in brackets if it has colons itself. */
static const char *
take_address(const char *text, struct address *address)
{
	int bracket = text[0] == '[';
	size_t length = strcspn(text + bracket, bracket ? "]" : ":");
	char literal[ADDRESS_TEXT_SIZE];

	if (length >= sizeof(literal))
		return NULL;
	memcpy(literal, text + bracket, length);
	literal[length] = '\0';
	text += (size_t)bracket + length;
	if (address_parse(literal, address) != 0 ||
	    address_is_v4(address) == bracket)
		return NULL;
	return bracket ? text + (*text == ']') : text;
}

static int
is_loopback(const struct address *address)
{
	static const struct address six = { { [15] = 1 } };

	return address_is_v4(address) ? address->bytes[12] == 127
				      : memcmp(address, &six, sizeof(six)) == 0;
}

int
config_web_listen(const char *text)
{
	struct address address;
	const char *port;

	if (text[0] == '/')
		return strlen(text) <
		    sizeof(((struct sockaddr_un *)0)->sun_path);
	port = take_address(text, &address);
	return port != NULL && is_loopback(&address) && is_port(port);
}

/* HOST or HOST:PORT, the host a name or an address. */
static int
is_host(const char *text)
{
	struct address address;
	const char *end;

	if (text[0] == '[')
		end = take_address(text, &address);
	else {
		end = text + strspn(text, LETTERS DIGITS "-.");
		if (end == text || end - text > HOST_MAX || *text == '.' ||
		    *text == '-')
			end = NULL;
	}
	return end != NULL && (*end == '\0' || is_port(end));
}

int
config_web_origin(const char *text)
{
	const char *host = strstr(text, "://");

	return text[0] == '\0' || (host != NULL && is_host(host + 3));
}

int
config_web_prefix(const char *text)
{
	size_t length;

	do {
		if (*text++ != '/')
			return 0;
		length = strspn(text, LETTERS DIGITS "-._~");
		/* "." and ".." lead elsewhere, and names that begin so are
		 * what proxies hide */
		if (length == 0 || *text == '.')
			return 0;
		text += length;
	} while (*text != '\0');
	return 1;
}

/* Nonzero if each of the words is what is() says. */
static int
all_are(const char *list, int (*is)(const char *word))
{
	const char *at;
	char word[WORD_SIZE];
	size_t length;

	while ((at = words_next(&list, &length)) != NULL) {
		if (length >= sizeof(word))
			return 0;
		memcpy(word, at, length);
		word[length] = '\0';
		if (!is(word))
			return 0;
	}
	return 1;
}

int
config_web_hosts(const char *text)
{
	return all_are(text, is_host);
}

/* If everybody were a proxy, everybody could say that he is anybody. */
static int
is_network(const char *text)
{
	struct network network;
	char why[256];

	return network_parse(text, &network, why, sizeof(why)) == 0 &&
	    network.prefix != 0 &&
	    !(network.prefix == NETWORK_PREFIX_V4 &&
		address_is_v4(&network.address));
}

int
config_web_networks(const char *text)
{
	return all_are(text, is_network);
}

int
config_web_color(const char *text)
{
	return text[0] == '\0' ||
	    (text[0] == '#' && strspn(text + 1, HEX) == 6 && text[7] == '\0');
}

/* --- with other keys --- */

struct listener {
	const struct config *config;
	config_conflict *tell;
	void *data;
};

static void tell(const struct listener *listener, const char *section,
    const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* At the line of this key, if the file has it. */
static void
tell(const struct listener *listener, const char *section, const char *name,
    const char *format, ...)
{
	int line =
	    config_origin(listener->config, config_find_key(section, name), 0);
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	listener->tell(line > 0 ? line : 0, text, listener->data);
}

static int
is_https(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0;
}

void
config_web_conflicts(
    const struct config *config, config_conflict *conflict, void *data)
{
	const struct listener listener = { config, conflict, data };

	if (config->password_preset == PRESET_HIPAA &&
	    config->web_base_url[0] != '\0' && !is_https(config->web_base_url))
		tell(&listener, "web", "base_url",
		    "[web] base_url must be https:// with preset hipaa, whose "
		    "rules want what is sent protected (45 CFR 164.312(e)(1))");
}

/* The users of [peers], which commas may stand between, too. */
static const char *
next_user(const char **list, char user[WORD_SIZE])
{
	static const char between[] = " ,\t";
	const char *at = *list + strspn(*list, between);
	size_t length = strcspn(at, between);

	*list = at + length;
	snprintf(user, WORD_SIZE, "%.*s", (int)length, at);
	return length > 0 ? user : NULL;
}

static int
has_user(const char *list, const char *wanted)
{
	char user[WORD_SIZE];

	while (next_user(&list, user) != NULL)
		if (strcmp(user, wanted) == 0)
			return 1;
	return 0;
}

/* Who speaks with browsers must not be able to sign anybody in. */
static void
look_at_peers(const struct listener *listener)
{
	const struct config *c = listener->config;
	const struct {
		const char *key, *users, *may;
	} others[] = {
		{ "login", c->peers_login, "sign anybody in" },
		{ "admin", c->peers_admin, "do what an administrator does" },
	};
	char user[WORD_SIZE];
	const char *list = c->peers_web;
	size_t i;

	if (!has_user(list, c->web_run_as))
		tell(listener, "web", "run_as",
		    "[peers] web does not name %s, the user of [web] run_as: "
		    "gatehouse-web may not ask",
		    c->web_run_as);
	if (c->web_hold_tokens[0] != '\0' &&
	    !has_user(c->peers_hold, c->web_run_as))
		tell(listener, "web", "hold_tokens",
		    "[web] hold_tokens is of no use: [peers] hold does not "
		    "name %s, the user of [web] run_as",
		    c->web_run_as);
	while (next_user(&list, user) != NULL)
		for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			if (has_user(others[i].users, user))
				tell(listener, "peers", others[i].key,
				    "[peers] %s names %s, as web does: who "
				    "breaks into what browsers speak with "
				    "could %s",
				    others[i].key, user, others[i].may);
}

/* Names of attributes that nobody keeps are empty for portals. */
static void
look_at_attributes(
    const struct listener *listener, const char *key, const char *names)
{
	const struct config *c = listener->config;
	char name[WORD_SIZE];
	const char *at;
	size_t length;

	if (strcmp(c->attributes, "*") == 0)
		return;
	while ((at = words_next(&names, &length)) != NULL) {
		snprintf(name, sizeof(name), "%.*s", (int)length, at);
		if (!words_have(c->attributes, name))
			tell(listener, "web", key,
			    "[web] %s has %s, which [session] attributes does "
			    "not keep: unless a rule of [access] or [idle] "
			    "names it, portals are told of none",
			    key, name);
	}
}

/* IdPs send people to where nobody is, if not to the front door. */
static void
look_at_endpoint(const struct listener *listener, const char *key,
    const char *url, const char *name)
{
	const struct config *c = listener->config;
	char right[1024];

	snprintf(right, sizeof(right), "%s%s/%s", c->web_base_url,
	    c->web_prefix, name);
	if (url[0] != '\0' && strcmp(url, right) != 0)
		tell(listener, "saml", key,
		    "[saml] %s is not %s, where gatehouse-web is asked", key,
		    right);
}

void
config_web_oddities(
    const struct config *config, config_conflict *odd, void *data)
{
	const struct listener listener = { config, odd, data };

	if (config->web_base_url[0] == '\0')
		return;
	look_at_peers(&listener);
	look_at_attributes(&listener, "groups", config->web_groups);
	look_at_attributes(&listener, "attributes", config->web_attributes);
	look_at_endpoint(&listener, "acs_url", config->acs_url, "acs");
	look_at_endpoint(&listener, "slo_url", config->slo_url, "slo");
	if (config->web_listen[0] != '/' && config->web_proxies[0] == '\0')
		tell(&listener, "web", "listen",
		    "[web] listen is an address, but proxies names none: all "
		    "that come through the proxy would be taken for itself");
	if (!is_https(config->web_base_url))
		tell(&listener, "web", "base_url",
		    "[web] base_url is http://: browsers keep the cookies of "
		    "the gate on this machine alone, if at all");
}
