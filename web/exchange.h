/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/address.h"
#include "lib/catalogue.h"
#include "web/buffer.h"
#include "web/cookie.h"
#include "web/field.h"
#include "web/form.h"
#include "web/page.h"
#include "web/site.h"

/*
 * One request and its answer. A handler (routes.h) reads the members above the
 * line and answers once, by one of the functions below; which thread it runs in
 * is up to the route. What it does not answer becomes a page of an error: 500.
 * All strings of a request live as long as the exchange.
 */
enum exchange_method {
	METHOD_GET = 1, /* HEAD too: its body is left out at the end */
	METHOD_POST = 2
};

/* More header lines than this are refused: 431. */
#define EXCHANGE_FIELDS_MAX 64
/* Headers that an answer may have beside those that all have. */
#define EXCHANGE_HEADERS_MAX 12

/* Of a page of an error, and in the log. */
#define EXCHANGE_REFERENCE_SIZE (8 + 1)

struct exchange_field {
	const char *name, *value;
};

struct exchange_header {
	const char *name; /* static */
	char *value;
};

struct exchange;
typedef void exchange_function(struct exchange *exchange, void *data);

struct exchange {
	struct site *site;
	enum exchange_method method;
	const char *path;  /* below the prefix: "check", "login"; "" */
	const char *query; /* what is behind "?"; "" */
	const struct form *arguments; /* ROUTE_QUERY: the query, never NULL */
	const struct form *form;      /* ROUTE_FORM and POST: never NULL */
	const char *body; /* with a NUL behind it, in memory for secrets */
	size_t body_size;
	/* whence, proxies believed as configured; ROUTE_ADDRESS: always there,
	 * else client_error says why not (web/forwarded.h) */
	struct address client;
	char client_text[ADDRESS_TEXT_SIZE]; /* "": unknown */
	int client_error;
	/* the person's; without ROUTE_SLOW, after exchange_speak */
	const char *language; /* "en", "de": one of language_words */
	const struct catalogue *catalogue;

	/* --- the server's own --- */
	const struct route *route;
	char *target;               /* path and query are in it */
	const struct address *peer; /* NULL: a unix socket's */
	struct address peer_address;
	struct exchange_field fields[EXCHANGE_FIELDS_MAX];
	size_t field_count; /* over the maximum: not all are here */
	const char *lines[2 * EXCHANGE_FIELDS_MAX]; /* of exchange_lines */
	size_t line_count;
	struct buffer in;
	size_t body_max;
	struct form *own_arguments, *own_form;

	int status; /* 0: not answered yet */
	const char *type;
	struct buffer out;
	const char *fixed; /* a text that lives on, in place of out */
	size_t fixed_size;
	struct exchange_header headers[EXCHANGE_HEADERS_MAX];
	size_t header_count;
	char *policy; /* Content-Security-Policy; NULL: the strictest */
	int is_cached;
	int is_broken; /* a header could not be added */
	int hangs_up;
	int64_t not_before; /* clock_mono_ms */

	exchange_function *later;
	void *later_data;
	exchange_function *forget; /* see exchange_later */
	void *server;              /* its own */
};

/* --- the request --- */

/*
 * A header that has one value; NULL where it is absent. Those that may come
 * once only (Host, Authorization, Origin, Sec-Fetch-*, ...) have come once: all
 * else was refused before. Of others it is the first line. "_" is no "-".
 */
const char *exchange_field(const struct exchange *x, const char *name);

/* All lines of a header, for cookie_find and forwarded_client. For few headers:
 * there is room for as many lines as two requests have. */
struct field_lines exchange_lines(struct exchange *x, const char *name);

/*
 * The value of a cookie, copied and ended: 0; GATE_ENOTFOUND, or what else
 * cookie_find says; GATE_ETOOBIG where there is no room. Copies of secrets are
 * wiped by the caller (explicit_bzero).
 */
int exchange_cookie(
    struct exchange *x, const char *name, char *value, size_t size);

/* Finds out which language the person would like. */
void exchange_speak(struct exchange *x);

/* A field of the form or else of the query; NULL. */
const char *exchange_argument(const struct exchange *x, const char *name);

/* --- the answer: one of these, once --- */

/* Text in UTF-8, copied; "text/plain" but for JSON. */
void exchange_text(struct exchange *x, int status, const char *text);
void exchange_json(struct exchange *x, int status, const char *text);

/* Text of any type, which is static. */
void exchange_typed(
    struct exchange *x, int status, const char *type, const char *text);

/* No body: 204, 401 ... */
void exchange_empty(struct exchange *x, int status);

/* Bytes that live as long as the program, of this type; browsers may keep them
 * for an hour. */
void exchange_asset(
    struct exchange *x, const char *type, const char *bytes, size_t size);

/* 303 to a URL or path that the caller has made: nothing is looked at but that
 * it is one line of ASCII. */
void exchange_redirect(struct exchange *x, const char *url);

/*
 * A page: theme, nonce, language and catalogue are filled in here, and the
 * header of its policy; its forms may lead on to us and to the portals.
 * form_to, NULL for none, is one more origin to which a form of the page is
 * sent (an IdP's).
 */
void exchange_page(struct exchange *x, int status, const struct page *page,
    const struct origin *form_to);

/* Writes a path of ours: of "login" PREFIX/login. An empty text where there is
 * no room. */
void exchange_path(
    const struct exchange *x, const char *path, char *text, size_t size);

/*
 * PAGE_ERROR with a fresh reference, which the log has too, with why: what went
 * wrong for the administrator, never a secret. reason is a message of the
 * catalogue for the person; NULL: the page's own words.
 */
void exchange_fail(struct exchange *x, int status, const char *reason,
    const char *why, ...) __attribute__((format(printf, 4, 5)));

/* The same for a page of one's own: puts why into the log, under a fresh
 * reference. */
void exchange_blame(const struct exchange *x, int status,
    char reference[EXCHANGE_REFERENCE_SIZE], const char *why, ...)
    __attribute__((format(printf, 4, 5)));

/* A header beside the answer; value is copied. More than once for Set-Cookie.
 * 0; GATE_EINVAL (controls in it), GATE_ETOOBIG, GATE_ENOMEM: and then the
 * answer is an error. */
int exchange_header(struct exchange *x, const char *name, const char *value);
int exchange_set_cookie(struct exchange *x, const struct cookie *cookie);

/* The answer is not sent for so long: what a refusal costs (TAG_DELAY). No
 * thread waits meanwhile. */
void exchange_hold_back(struct exchange *x, int64_t milliseconds);

/*
 * The handler returns without an answer, and function gives it, in a thread
 * that may wait. Where there is no room, the answer is 503, and forget (or
 * NULL) is called instead of it; data is the caller's.
 */
void exchange_later(struct exchange *x, exchange_function *function,
    exchange_function *forget, void *data);

/* --- for the server --- */

/* One more header line, in the order in which they came; the texts live as long
 * as the exchange. */
void exchange_add_field(
    struct exchange *x, const char *name, const char *value);

/* An exchange for a request line's target, copied. 0 or GATE_ENOMEM. */
int exchange_new(
    struct exchange **exchange, struct site *site, const char *target);
void exchange_free(struct exchange **exchange);

/*
 * Looks at all but the body: method, path, headers. Nonzero: there is an
 * answer already, a refusal. length is that of the body to come.
 */
int exchange_begin(struct exchange *x, const char *method);

/* exchange_fail, 403: the client's address is not known. */
void exchange_no_address(struct exchange *x);

/* Takes back all headers of the answer. */
void exchange_drop_headers(struct exchange *x);

/*
 * Whether the body of a request that was refused is read all the same, and
 * thrown away: a proxy that is still sending when the line is closed never
 * hears the answer. Only where it is beyond doubt how long it is.
 */
int exchange_drains(const struct exchange *x);

/* Takes some of the body: 0; nonzero: there is an answer. */
int exchange_take(struct exchange *x, const char *bytes, size_t size);

/* Runs the handler; when it returns, there is an answer or something for later.
 * exchange_now runs that. */
void exchange_run(struct exchange *x);
void exchange_now(struct exchange *x);

#endif
