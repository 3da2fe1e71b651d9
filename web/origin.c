/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/address.h"
#include "lib/error.h"

#define PORT_HTTPS  443
#define PORT_HTTP   80
#define LABEL_MAX   63 /* RFC 1035, 2.3.4 */
#define PORT_DIGITS 5

#define DIGITS      "0123456789"
#define LABEL       DIGITS "abcdefghijklmnopqrstuvwxyz-_"

/*
 * Browsers read a host whose last label is a number as an IPv4 address, of any
 * form that inet_aton(3) knows (WHATWG URL, 4.4): what is none to us must not
 * be one to them.
 */
static int
ends_in_number(const char *host)
{
	const char *last = strrchr(host, '.');

	last = last != NULL ? last + 1 : host;
	return strspn(last, DIGITS) == strlen(last) ||
	    strncmp(last, "0x", 2) == 0;
}

static int
is_name(const char *host)
{
	size_t length;

	for (;; host++) {
		length = strspn(host, LABEL);
		if (length == 0 || length > LABEL_MAX || host[0] == '-' ||
		    host[length - 1] == '-')
			return 0;
		host += length;
		if (*host != '.')
			return *host == '\0';
	}
}

/* Copies the host, in small letters. */
static int
take_host(char host[ORIGIN_HOST_SIZE], const char **text, size_t length)
{
	size_t i;

	if (length >= ORIGIN_HOST_SIZE)
		return GATE_EINVAL;
	for (i = 0; i < length; i++) {
		host[i] = (*text)[i];
		if (host[i] >= 'A' && host[i] <= 'Z')
			host[i] = (char)(host[i] | 0x20);
	}
	host[length] = '\0';
	*text += length;
	return 0;
}

static int
take_name(struct origin *origin, const char **text)
{
	struct address address;

	if (take_host(origin->host, text, strcspn(*text, ":/?#")) != 0)
		return GATE_EINVAL;
	if (!ends_in_number(origin->host))
		return is_name(origin->host) ? 0 : GATE_EINVAL;
	return address_parse(origin->host, &address);
}

/* "[2001:db8::1]" */
static int
take_v6(struct origin *origin, const char **text)
{
	char plain[ADDRESS_TEXT_SIZE];
	struct address address;

	(*text)++;
	if (take_host(origin->host, text, strcspn(*text, "]/?#%")) != 0 ||
	    **text != ']' || strchr(origin->host, ':') == NULL ||
	    address_parse(origin->host, &address) != 0)
		return GATE_EINVAL;
	(*text)++;
	/* ::ffff:192.0.2.1 would be another origin to a browser */
	if (address_is_v4(&address))
		return GATE_EINVAL;
	address_text(&address, plain);
	snprintf(origin->host, sizeof(origin->host), "[%s]", plain);
	return 0;
}

static int
take_port(struct origin *origin, const char **text)
{
	size_t length;
	long port;

	origin->port = origin->https ? PORT_HTTPS : PORT_HTTP;
	if (**text != ':')
		return 0;
	(*text)++;
	length = strspn(*text, DIGITS);
	if (length == 0 || length > PORT_DIGITS || **text == '0')
		return GATE_EINVAL;
	port = strtol(*text, NULL, 10);
	if (port > UINT16_MAX)
		return GATE_EINVAL;
	origin->port = (uint16_t)port;
	*text += length;
	return 0;
}

int
origin_take(struct origin *origin, const char **text)
{
	const char *at = *text;
	int r;

	if (strncasecmp(at, "https://", 8) == 0)
		origin->https = 1;
	else if (strncasecmp(at, "http://", 7) == 0)
		origin->https = 0;
	else
		return GATE_EINVAL;
	at += origin->https ? 8 : 7;
	r = *at == '[' ? take_v6(origin, &at) : take_name(origin, &at);
	if (r == 0)
		r = take_port(origin, &at);
	if (r != 0 || (*at != '\0' && strchr("/?#", *at) == NULL))
		return GATE_EINVAL;
	*text = at;
	return 0;
}

int
origin_read(struct origin *origin, const char *text)
{
	if (origin_take(origin, &text) != 0 || *text != '\0')
		return GATE_EINVAL;
	return 0;
}

int
origin_equal(const struct origin *a, const struct origin *b)
{
	return a->https == b->https && a->port == b->port &&
	    strcmp(a->host, b->host) == 0;
}

void
origin_text(const struct origin *origin, char text[ORIGIN_TEXT_SIZE])
{
	int usual = origin->https ? PORT_HTTPS : PORT_HTTP;
	int n;

	n = snprintf(text, ORIGIN_TEXT_SIZE, "%s://%s",
	    origin->https ? "https" : "http", origin->host);
	if (origin->port != usual)
		snprintf(text + n, ORIGIN_TEXT_SIZE - (size_t)n, ":%u",
		    origin->port);
}

int
origin_check(const struct origin *own, const struct origin_evidence *evidence)
{
	struct origin from;

	/* a page without a referrer has no origin either in its forms */
	if (evidence->origin == NULL || strcmp(evidence->origin, "null") == 0)
		return evidence->fetch_site != NULL &&
			strcmp(evidence->fetch_site, "same-origin") == 0
		    ? 0
		    : GATE_EREFUSED;
	if (origin_read(&from, evidence->origin) != 0 ||
	    !origin_equal(&from, own))
		return GATE_EREFUSED;
	if (evidence->fetch_site != NULL &&
	    strcmp(evidence->fetch_site, "same-origin") != 0 &&
	    strcmp(evidence->fetch_site, "none") != 0)
		return GATE_EREFUSED;
	return 0;
}
