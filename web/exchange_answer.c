/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "web/exchange.h"

/* --- answers --- */

static void
answer(struct exchange *x, int status, const char *type)
{
	buffer_clear(&x->out);
	x->fixed = NULL;
	x->status = status;
	x->type = type;
}

static void
answer_text(struct exchange *x, int status, const char *type, const char *text)
{
	answer(x, status, type);
	buffer_add_text(&x->out, text);
	if (x->out.error != 0)
		exchange_empty(x, 503);
}

void
exchange_text(struct exchange *x, int status, const char *text)
{
	answer_text(x, status, "text/plain; charset=utf-8", text);
}

void
exchange_json(struct exchange *x, int status, const char *text)
{
	answer_text(x, status, "application/json", text);
}

void
exchange_empty(struct exchange *x, int status)
{
	answer(x, status, NULL);
}

void
exchange_asset(
    struct exchange *x, const char *type, const char *bytes, size_t size)
{
	answer(x, 200, type);
	x->fixed = bytes;
	x->fixed_size = size;
	x->is_cached = 1;
}

void
exchange_redirect(struct exchange *x, const char *url)
{
	exchange_empty(x, 303);
	if (exchange_header(x, "Location", url) != 0)
		exchange_fail(
		    x, 500, NULL, "%s: no such URL to lead to", x->path);
}

void
exchange_path(
    const struct exchange *x, const char *path, char *text, size_t size)
{
	int n = snprintf(text, size, "%s/%s", x->site->prefix, path);

	if (size > 0 && (n < 0 || (size_t)n >= size))
		text[0] = '\0';
}

void
exchange_hold_back(struct exchange *x, int64_t milliseconds)
{
	x->not_before = clock_mono_ms() + milliseconds;
}

void
exchange_typed(
    struct exchange *x, int status, const char *type, const char *text)
{
	answer_text(x, status, type, text);
}

/* --- headers --- */

static int
is_value(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
			return 0;
	return 1;
}

static int
add_header(struct exchange *x, const char *name, const char *value)
{
	struct exchange_header *header = &x->headers[x->header_count];

	if (!is_value(value))
		return GATE_EINVAL;
	if (x->header_count == EXCHANGE_HEADERS_MAX)
		return GATE_ETOOBIG;
	header->name = name;
	header->value = strdup(value);
	if (header->value == NULL)
		return GATE_ENOMEM;
	x->header_count++;
	return 0;
}

int
exchange_header(struct exchange *x, const char *name, const char *value)
{
	int r = add_header(x, name, value);

	x->is_broken |= r != 0;
	return r;
}

int
exchange_set_cookie(struct exchange *x, const struct cookie *cookie)
{
	char text[COOKIE_TEXT_SIZE];
	int r = cookie_write(cookie, text);

	if (r == 0)
		r = add_header(x, "Set-Cookie", text);
	explicit_bzero(text, sizeof(text));
	x->is_broken |= r != 0;
	return r;
}

void
exchange_no_address(struct exchange *x)
{
	exchange_fail(x, 403, NULL,
	    "%s: whence it comes is not known: %s; see [web] proxies and "
	    "forwarded",
	    x->path, gate_strerror(x->client_error));
}

void
exchange_drop_headers(struct exchange *x)
{
	/* a cookie's value is in one of them */
	while (x->header_count > 0)
		secret_str_free(&x->headers[--x->header_count].value);
	x->is_broken = 0;
}

/* --- pages --- */

/* Where the forms of a page may lead: to us, to the portals, and to one more.
 */
static int
make_policy(struct exchange *x, const char *nonce, const struct origin *form_to)
{
	const struct return_rules *rules = &x->site->return_rules;
	size_t count = rules->other_count + (form_to != NULL);
	size_t size = 512 + count * (ORIGIN_TEXT_SIZE + 1);
	struct origin *targets = calloc(count + 1, sizeof(*targets));
	int r = GATE_ENOMEM;

	free(x->policy);
	x->policy = malloc(size);
	if (targets != NULL && x->policy != NULL) {
		if (rules->other_count > 0)
			memcpy(targets, rules->others,
			    rules->other_count * sizeof(*targets));
		if (form_to != NULL)
			targets[count - 1] = *form_to;
		r = page_policy(nonce, targets, count, x->policy, size);
	}
	if (r != 0) {
		free(x->policy);
		x->policy = NULL;
	}
	free(targets);
	return r;
}

static int
write_page(struct exchange *x, int status, const struct page *page,
    const struct origin *form_to)
{
	char nonce[PAGE_NONCE_SIZE];
	struct page whole = *page;
	int r;

	exchange_speak(x);
	answer(x, status, "text/html; charset=utf-8");
	r = page_nonce(nonce);
	if (r == 0)
		r = make_policy(x, nonce, form_to);
	if (r == 0) {
		whole.theme = &x->site->theme;
		whole.nonce = nonce;
		whole.language = x->language;
		whole.catalogue = x->catalogue;
		r = page_write(&x->out, &whole);
	}
	return r;
}

void
exchange_page(struct exchange *x, int status, const struct page *page,
    const struct origin *form_to)
{
	int r = write_page(x, status, page, form_to);

	if (r == 0)
		return;
	log_error("%s: page %d: %s", x->path, (int)page->id, gate_strerror(r));
	exchange_text(x, 500, "Something went wrong. Try again later.\n");
}

static void
make_reference(char reference[EXCHANGE_REFERENCE_SIZE])
{
	uint32_t bits = 0;

	(void)secret_random(&bits, sizeof(bits));
	snprintf(reference, EXCHANGE_REFERENCE_SIZE, "%08x", (unsigned)bits);
}

/* What strangers have sent is in it, too. */
static void
make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
			*text = '?';
}

static void
blame(const struct exchange *x, int status,
    char reference[EXCHANGE_REFERENCE_SIZE], const char *why, va_list list)
{
	char text[512];

	make_reference(reference);
	vsnprintf(text, sizeof(text), why, list);
	make_printable(text);
	log_warn("%s: %d for %s: %s", reference, status,
	    x->client_text[0] != '\0' ? x->client_text : "somebody", text);
}

void
exchange_blame(const struct exchange *x, int status,
    char reference[EXCHANGE_REFERENCE_SIZE], const char *why, ...)
{
	va_list list;

	va_start(list, why);
	blame(x, status, reference, why, list);
	va_end(list);
}

void
exchange_fail(
    struct exchange *x, int status, const char *reason, const char *why, ...)
{
	char reference[EXCHANGE_REFERENCE_SIZE], login[512];
	const struct template_field fields[] = {
		{ .name = "reason",
		    .text = reason != NULL
			? (exchange_speak(x),
			      catalogue_get(x->catalogue, reason))
			: NULL },
		{ .name = "login", .text = login }, { .name = NULL }
	};
	const struct page page = {
		.id = PAGE_ERROR, .reference = reference, .fields = fields
	};
	va_list list;

	va_start(list, why);
	blame(x, status, reference, why, list);
	va_end(list);
	exchange_path(x, "login", login, sizeof(login));
	exchange_page(x, status, &page, NULL);
}
