/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/return_url.h"

#include <string.h>
#include <strings.h>

#include "lib/error.h"
#include "lib/percent.h"
#include "lib/utf8.h"

/* RFC 3986, 3.3: what a segment may hold beside the unreserved. */
#define IN_SEGMENT "!$&'()*+,;=:@"

/* What is written, and the path as one who unescapes it reads it. */
struct writer {
	char *url;
	size_t used;
	char plain[RETURN_URL_SIZE];
	size_t plain_used;
};

/* One byte; escaped if it was, or has to be. */
static int
put(struct writer *writer, unsigned char c, int escaped, const char *allowed)
{
	if (writer->used + 4 > RETURN_URL_SIZE)
		return GATE_ETOOBIG;
	if (percent_is_unreserved(c) ||
	    (!escaped && c != '\0' && strchr(allowed, c) != NULL)) {
		writer->url[writer->used++] = (char)c;
	} else {
		percent_write(c, writer->url + writer->used);
		writer->used += 3;
	}
	return 0;
}

/*
 * The next byte of *text, which is moved on; negative for what stands in no
 * URL. Where it was escaped is *escaped.
 */
static int
take(const char **text, int *escaped)
{
	int c = (unsigned char)**text;

	*escaped = c == '%';
	if (*escaped) {
		c = percent_byte(*text, *text + strlen(*text));
		if (c < 0)
			return -1;
		*text += 2;
	} else if (c <= ' ' || c == 0x7f) {
		return -1;
	}
	(*text)++;
	return c == 0 ? -1 : c;
}

static int
put_path(struct writer *writer, const char **text)
{
	int c, escaped, r;

	while (**text != '\0' && **text != '?' && **text != '#') {
		c = take(text, &escaped);
		if (c < ' ' || c == 0x7f || c == '\\')
			return GATE_EREFUSED;
		if ((r = put(writer, (unsigned char)c, escaped,
			 IN_SEGMENT "/")) != 0)
			return r;
		/* never longer than what is written */
		writer->plain[writer->plain_used++] = (char)c;
	}
	writer->plain[writer->plain_used] = '\0';
	return 0;
}

/* A query or a fragment, with the mark it begins with: up to end. */
static int
put_rest(struct writer *writer, const char **text, char end)
{
	int c, escaped, r;

	if (writer->used + 2 > RETURN_URL_SIZE)
		return GATE_ETOOBIG;
	writer->url[writer->used++] = *(*text)++;
	while (**text != '\0' && **text != end) {
		if ((c = take(text, &escaped)) < 0)
			return GATE_EREFUSED;
		if ((r = put(writer, (unsigned char)c, escaped,
			 IN_SEGMENT "/?")) != 0)
			return r;
	}
	return 0;
}

/* "." and "..", and with parameters, which some servers cut off: "..;a". */
static int
is_dots(const char *segment, size_t length)
{
	const char *parameters = memchr(segment, ';', length);

	if (parameters != NULL)
		length = (size_t)(parameters - segment);
	return (length == 1 && segment[0] == '.') ||
	    (length == 2 && memcmp(segment, "..", 2) == 0);
}

/* Every segment says something, but for the last, which may be empty. */
static int
is_tidy(const char *path)
{
	size_t length;

	for (; *path == '/'; path += length) {
		length = strcspn(++path, "/");
		if ((length == 0 && *path == '/') || is_dots(path, length))
			return 0;
	}
	return *path == '\0';
}

/* Escaped once more within what was escaped. */
static int
is_escaped_twice(const char *path)
{
	const char *end = path + strlen(path);

	for (; (path = strchr(path, '%')) != NULL; path++)
		if (percent_byte(path, end) >= 0)
			return 1;
	return 0;
}

/* Of any case: a proxy's rules may not tell them apart. */
static int
is_below(const char *path, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncasecmp(path, prefix, length) == 0 &&
	    (path[length] == '\0' || strchr("/;", path[length]) != NULL);
}

static int
is_safe(const struct writer *writer, const char *prefix)
{
	const char *path = writer->plain;

	return is_tidy(path) && utf8_check(path, writer->plain_used) == 0 &&
	    !is_escaped_twice(path) && !is_below(path, prefix);
}

static int
is_allowed(const struct return_rules *rules, const struct origin *origin)
{
	size_t i;

	if (origin_equal(origin, rules->own))
		return 1;
	for (i = 0; i < rules->other_count; i++)
		if (origin_equal(origin, &rules->others[i]))
			return 1;
	return 0;
}

static int
put_origin(
    struct writer *writer, const struct return_rules *rules, const char **text)
{
	struct origin origin = *rules->own;

	if (**text != '/' &&
	    (origin_take(&origin, text) != 0 || !is_allowed(rules, &origin)))
		return GATE_EREFUSED;
	origin_text(&origin, writer->url);
	writer->used = strlen(writer->url);
	return 0;
}

int
return_url_make(const struct return_rules *rules, const char *text,
    char url[RETURN_URL_SIZE])
{
	struct writer writer = { .url = url };
	const char *rest = "/";
	int r;

	r = strlen(text) < RETURN_URL_SIZE ? 0 : GATE_ETOOBIG;
	if (r != 0 || (r = put_origin(&writer, rules, &text)) != 0)
		goto out;
	r = put_path(&writer, *text == '/' ? &text : &rest);
	if (r == 0 && !is_safe(&writer, rules->prefix))
		r = GATE_EREFUSED;
	if (r == 0 && *text == '?')
		r = put_rest(&writer, &text, '#');
	if (r == 0 && *text == '#')
		r = put_rest(&writer, &text, '\0');
out:
	url[r == 0 ? writer.used : 0] = '\0';
	return r;
}
