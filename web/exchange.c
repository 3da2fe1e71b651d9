/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "web/accept_language.h"
#include "web/routes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Redirects of SAML have a message in the query. */
static const struct form_limits query_limits = {
	.size = 24 << 10, .fields = 32, .name = 64, .value = 24 << 10
};

int
exchange_new(struct exchange **exchange, struct site *site, const char *target)
{
	struct exchange *x = calloc(1, sizeof(*x));
	char *query;

	if (x == NULL || (x->target = strdup(target)) == NULL) {
		free(x);
		return GATE_ENOMEM;
	}
	x->site = site;
	x->query = x->path = "";
	x->body = "";
	query = strchr(x->target, '?');
	if (query != NULL) {
		*query = '\0';
		x->query = query + 1;
	}
	*exchange = x;
	return 0;
}

void
exchange_free(struct exchange **exchange)
{
	struct exchange *x = *exchange;

	if (x == NULL)
		return;
	form_free(&x->own_arguments);
	form_free(&x->own_form);
	buffer_clear(&x->in);
	buffer_clear(&x->out);
	exchange_drop_headers(x);
	free(x->policy);
	secret_str_free(&x->target);
	free(x);
	*exchange = NULL;
}

void
exchange_add_field(struct exchange *x, const char *name, const char *value)
{
	if (x->field_count < EXCHANGE_FIELDS_MAX)
		x->fields[x->field_count] =
		    (struct exchange_field){ name, value };
	x->field_count++;
}

/* --- headers --- */

/* How many there are to look at. */
static size_t
kept_fields(const struct exchange *x)
{
	return x->field_count < EXCHANGE_FIELDS_MAX ? x->field_count
						    : EXCHANGE_FIELDS_MAX;
}

const char *
exchange_field(const struct exchange *x, const char *name)
{
	size_t i, count = kept_fields(x);

	for (i = 0; i < count; i++)
		if (strcasecmp(x->fields[i].name, name) == 0)
			return x->fields[i].value;
	return NULL;
}

struct field_lines
exchange_lines(struct exchange *x, const char *name)
{
	struct field_lines lines = { .lines = x->lines + x->line_count };
	size_t i, count = kept_fields(x);

	for (i = 0; i < count; i++)
		if (x->line_count < COUNT(x->lines) &&
		    strcasecmp(x->fields[i].name, name) == 0) {
			x->lines[x->line_count++] = x->fields[i].value;
			lines.count++;
		}
	return lines;
}

int
exchange_cookie(struct exchange *x, const char *name, char *value, size_t size)
{
	size_t used = x->line_count, found_size;
	struct field_lines lines = exchange_lines(x, "Cookie");
	const char *found;
	int r = cookie_find(&lines, name, &found, &found_size);

	x->line_count = used;
	if (r == 0 && found_size >= size)
		r = GATE_ETOOBIG;
	if (r == 0) {
		memcpy(value, found, found_size);
		value[found_size] = '\0';
	}
	return r;
}

const char *
exchange_argument(const struct exchange *x, const char *name)
{
	const char *value = NULL;

	if (x->form != NULL)
		value = form_get(x->form, name);
	if (value == NULL && x->arguments != NULL)
		value = form_get(x->arguments, name);
	return value;
}

/* --- what is looked at before the body comes --- */

/* Of these a second one means that somebody on the way reads another request
 * than we do. */
static const char *const singles[] = { "Host", "Content-Length", "Content-Type",
	"Authorization", "Origin", "Referer", "User-Agent", "Sec-Fetch-Site",
	"Sec-Fetch-User", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Purpose",
	"X-Gatehouse" };

static int
is_single(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(singles); i++)
		if (strcasecmp(singles[i], name) == 0)
			return 1;
	return 0;
}

static int
refuse(struct exchange *x, int status, const char *text)
{
	exchange_text(x, status, text);
	/* whatever follows is not to be taken for a request */
	x->hangs_up = 1;
	return 1;
}

/* A blank in a name, or a line's end in a value: of those one reader makes
 * another header than the next (RFC 9112, 2.2 and 5.1). */
static int
is_field(const struct exchange_field *field)
{
	const char *c;

	for (c = field->name; *c > ' ' && *c < 0x7f; c++)
		;
	return c > field->name && *c == '\0' &&
	    strchr(field->value, '\r') == NULL;
}

static int
check_fields(struct exchange *x)
{
	size_t i, j;

	if (x->field_count > EXCHANGE_FIELDS_MAX)
		return refuse(x, 431, "Too many headers.\n");
	for (i = 0; i < x->field_count; i++) {
		const char *name = x->fields[i].name;

		if (!is_field(&x->fields[i]))
			return refuse(x, 400, "That is no header.\n");
		if (strcasecmp(name, "Transfer-Encoding") == 0)
			return refuse(x, 411, "Say the length.\n");
		for (j = 0; j < i && strcasecmp(x->fields[j].name, name) != 0;)
			j++;
		if (j < i && is_single(name))
			return refuse(x, 400, "A header came twice.\n");
	}
	return 0;
}

static int
check_length(struct exchange *x)
{
	const char *text = exchange_field(x, "Content-Length");
	size_t digits;

	if (text == NULL)
		return 0;
	digits = strspn(text, "0123456789");
	if (digits == 0 || text[digits] != '\0')
		return refuse(x, 400, "That is no length.\n");
	if (digits > 9 || strtoul(text, NULL, 10) > x->body_max)
		return refuse(x, 413, "That is too much.\n");
	return 0;
}

static int
find_route(struct exchange *x, const char *method)
{
	const struct site *site = x->site;
	const char *path = x->target;

	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		x->method = METHOD_GET;
	else if (strcmp(method, "POST") == 0)
		x->method = METHOD_POST;
	if (strncmp(path, site->prefix, site->prefix_length) == 0 &&
	    path[site->prefix_length] == '/') {
		x->path = path + site->prefix_length + 1;
		x->route = routes_find(x->path);
	}
	if (x->route == NULL)
		return refuse(x, 404, "There is nothing here.\n");
	if ((x->route->methods & x->method) == 0) {
		exchange_header(x, "Allow",
		    x->route->methods == METHOD_GET        ? "GET, HEAD"
			: x->route->methods == METHOD_POST ? "POST"
							   : "GET, HEAD, POST");
		return refuse(x, 405, "That is not done here.\n");
	}
	if (x->method == METHOD_POST)
		x->body_max = x->route->body_max;
	return 0;
}

static void
find_client(struct exchange *x)
{
	struct forwarded_request request = { .peer = x->peer };

	request.x_for = exchange_lines(x, "X-Forwarded-For");
	request.standard = exchange_lines(x, "Forwarded");
	x->client_error =
	    forwarded_client(&x->site->forwarded, &request, &x->client);
	if (x->client_error == 0)
		address_text(&x->client, x->client_text);
}

/* What tells that a request has come through a proxy. */
static const char *const proxied[] = { "X-Forwarded-For", "Forwarded", "Via",
	"X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP" };

static int
is_loopback(const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];

	address_text(address, text);
	return strcmp(text, "::1") == 0 || strncmp(text, "127.", 4) == 0;
}

static int
is_local(const struct exchange *x)
{
	size_t i;

	for (i = 0; i < COUNT(proxied); i++)
		if (exchange_field(x, proxied[i]) != NULL)
			break;
	if (i < COUNT(proxied))
		return x->client_error == 0 && is_loopback(&x->client);
	return x->peer == NULL || is_loopback(x->peer);
}

static int
check_origin(struct exchange *x)
{
	struct origin_evidence evidence = {
		.origin = exchange_field(x, "Origin"),
		.fetch_site = exchange_field(x, "Sec-Fetch-Site"),
	};

	if (origin_check(&x->site->own, &evidence) == 0)
		return 0;
	exchange_fail(x, 403, NULL, "%s: not from a page of ours (Origin %s)",
	    x->path, evidence.origin != NULL ? evidence.origin : "absent");
	x->hangs_up = 1;
	return 1;
}

static int
check_needs(struct exchange *x)
{
	unsigned needs = x->route->needs;

	find_client(x);
	if ((needs & ROUTE_LOCAL) && !is_local(x))
		return refuse(x, 404, "There is nothing here.\n");
	if ((needs & ROUTE_ADDRESS) && x->client_error != 0) {
		exchange_no_address(x);
		x->hangs_up = 1;
		return 1;
	}
	if ((needs & ROUTE_QUERY) &&
	    form_parse(&x->own_arguments, x->query, strlen(x->query),
		&query_limits) != 0)
		return refuse(x, 400, "That query is not understood.\n");
	x->arguments = x->own_arguments;
	if ((needs & ROUTE_ORIGIN) && x->method == METHOD_POST)
		return check_origin(x);
	return 0;
}

int
exchange_begin(struct exchange *x, const char *method)
{
	if (check_fields(x) != 0 || find_route(x, method) != 0 ||
	    check_length(x) != 0 || check_needs(x) != 0)
		return 1;
	if ((x->route->needs & ROUTE_FORM) && x->method == METHOD_POST &&
	    !form_type(exchange_field(x, "Content-Type")))
		return refuse(x, 415, "Send a form.\n");
	return 0;
}

int
exchange_drains(const struct exchange *x)
{
	const char *text = exchange_field(x, "Content-Length");
	size_t i, count = 0;

	if (text == NULL || x->field_count > EXCHANGE_FIELDS_MAX ||
	    exchange_field(x, "Transfer-Encoding") != NULL ||
	    exchange_field(x, "Expect") != NULL ||
	    strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)
		return 0;
	for (i = 0; i < x->field_count; i++)
		count += !is_field(&x->fields[i]) ||
		    strcasecmp(x->fields[i].name, "Content-Length") == 0;
	return count == 1 && strtoul(text, NULL, 10) <= BUFFER_MAX;
}

int
exchange_take(struct exchange *x, const char *bytes, size_t size)
{
	if (size > x->body_max - x->in.used)
		return refuse(x, 413, "That is too much.\n");
	buffer_add(&x->in, bytes, size);
	return x->in.error != 0 ? refuse(x, 503, "Try again.\n") : 0;
}

/* --- the handler --- */

static int
read_form(struct exchange *x)
{
	struct form_limits limits = { .size = x->body_max,
		.fields = 32,
		.name = 64,
		.value = x->body_max };

	if (form_parse(&x->own_form, x->body, x->body_size, &limits) != 0)
		return refuse(x, 400, "That form is not understood.\n");
	x->form = x->own_form;
	return 0;
}

static void
handle(struct exchange *x, void *data)
{
	(void)data;
	x->route->handler(x);
}

void
exchange_run(struct exchange *x)
{
	if (x->in.used > 0) {
		x->body = x->in.text;
		x->body_size = x->in.used;
	}
	if ((x->route->needs & ROUTE_FORM) && x->method == METHOD_POST &&
	    read_form(x) != 0)
		return;
	if (x->route->needs & ROUTE_SLOW)
		exchange_later(x, handle, NULL, NULL);
	else
		handle(x, NULL);
	if (x->status == 0 && x->later == NULL)
		exchange_fail(x, 500, NULL, "%s was not answered", x->path);
}

void
exchange_later(struct exchange *x, exchange_function *function,
    exchange_function *forget, void *data)
{
	x->later = function;
	x->forget = forget;
	x->later_data = data;
}

void
exchange_now(struct exchange *x)
{
	exchange_function *function = x->later;

	x->later = NULL;
	exchange_speak(x);
	function(x, x->later_data);
	if (x->status == 0 && x->later == NULL)
		exchange_fail(x, 500, NULL, "%s was not answered", x->path);
}

void
exchange_speak(struct exchange *x)
{
	if (x->language != NULL)
		return;
	x->language = accept_language(
	    exchange_field(x, "Accept-Language"), language_words);
	if (languages_find(x->site->languages, x->language, &x->catalogue) != 0)
		x->language = "en";
}
