/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/cookie.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/error.h"

#define PREFIX_HOST   "__Host-"
#define PREFIX_SECURE "__Secure-"

/* Not yet found, by the name alone or by its letters. */
struct search {
	const char *name;
	size_t name_size;
	const char *value;
	size_t size;
	int matches; /* of any case */
	int is_ours; /* one was exact */
	size_t cookies;
};

/* cookie-octet of RFC 6265, 4.1.1 */
static int
is_value_byte(unsigned char c)
{
	return c > ' ' && c < 0x7f && strchr("\",;\\", c) == NULL;
}

static int
is_value(const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (!is_value_byte((unsigned char)text[i]))
			return 0;
	return 1;
}

static void
look_at(struct search *search, const char *text, size_t size)
{
	const char *equals = memchr(text, '=', size);
	size_t name_size = equals != NULL ? (size_t)(equals - text) : size;

	if (name_size != search->name_size ||
	    strncasecmp(text, search->name, name_size) != 0)
		return;
	search->matches++;
	if (equals == NULL || memcmp(text, search->name, name_size) != 0)
		return;
	search->is_ours = 1;
	search->value = equals + 1;
	search->size = size - name_size - 1;
}

/* One cookie: blanks around it do not belong to it. */
static int
look_at_part(struct search *search, const char *text, size_t size)
{
	while (size > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		size--;
	}
	while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t'))
		size--;
	if (size == 0)
		return 0;
	if (++search->cookies > COOKIE_COUNT_MAX)
		return GATE_ETOOBIG;
	look_at(search, text, size);
	return 0;
}

static int
look_at_line(struct search *search, const char *line)
{
	size_t length;
	int r = 0;

	for (; r == 0; line += length + 1) {
		length = strcspn(line, ";");
		r = look_at_part(search, line, length);
		if (line[length] == '\0')
			break;
	}
	return r;
}

int
cookie_find(const struct field_lines *lines, const char *name,
    const char **value, size_t *size)
{
	struct search search = { .name = name, .name_size = strlen(name) };
	size_t i, bytes = 0;
	int r = 0;

	for (i = 0; r == 0 && i < lines->count; i++) {
		bytes += strlen(lines->lines[i]);
		r = bytes > COOKIE_BYTES_MAX
		    ? GATE_ETOOBIG
		    : look_at_line(&search, lines->lines[i]);
	}
	if (r != 0)
		return r;
	if (search.matches > 1)
		return GATE_EREFUSED;
	if (!search.is_ours)
		return GATE_ENOTFOUND;
	if (!is_value(search.value, search.size))
		return GATE_EINVAL;
	*value = search.value;
	*size = search.size;
	return 0;
}

static int
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static int
is_sound(const struct cookie *cookie)
{
	size_t name_size = strlen(cookie->name);

	if (!begins(cookie->name, PREFIX_SECURE) &&
	    (!begins(cookie->name, PREFIX_HOST) ||
		strcmp(cookie->path, "/") != 0))
		return 0;
	/* a value's characters without "=" are fewer than a token's */
	return is_value(cookie->name, name_size) &&
	    strpbrk(cookie->name, "=()<>@:/[]?{}") == NULL &&
	    is_value(cookie->value, strlen(cookie->value)) &&
	    cookie->path[0] == '/' &&
	    is_value(cookie->path, strlen(cookie->path)) &&
	    cookie->max_age >= COOKIE_SESSION;
}

int
cookie_write(const struct cookie *cookie, char text[COOKIE_TEXT_SIZE])
{
	static const char *const same_site[] = {
		[COOKIE_STRICT] = "Strict",
		[COOKIE_LAX] = "Lax",
		[COOKIE_NONE] = "None",
	};
	char age[40] = "";
	int n;

	if (!is_sound(cookie))
		return GATE_EINVAL;
	if (cookie->max_age != COOKIE_SESSION)
		snprintf(age, sizeof(age), "; Max-Age=%ld", cookie->max_age);
	n = snprintf(text, COOKIE_TEXT_SIZE,
	    "%s=%s; Path=%s%s; Secure; HttpOnly; SameSite=%s", cookie->name,
	    cookie->value, cookie->path, age, same_site[cookie->same_site]);
	if (n >= 0 && n < COOKIE_TEXT_SIZE)
		return 0;
	text[0] = '\0';
	return GATE_ETOOBIG;
}
