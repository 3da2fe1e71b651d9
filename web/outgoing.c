/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/outgoing.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "web/routes.h"

enum {
	BY_REDIRECT = 0,
	BY_POST = 1
};

/* A request of a page of ours, and not one that an IdP has sent. */
static int
is_own_form(const struct exchange *x)
{
	return x->method == METHOD_POST &&
	    (x->route->needs & ROUTE_ORIGIN) != 0;
}

int
outgoing_is(const struct wire_msg *answer)
{
	return wire_str(answer, TAG_URL) != NULL;
}

static void
answer_page(struct exchange *x, const struct wire_msg *answer,
    const struct origin *to, int by_post)
{
	const struct template_field fields[] = {
		{ .name = "text",
		    .text = catalogue_get(x->catalogue,
			"Go on to the site where you have your account.") },
		{ .name = "href", .text = wire_str(answer, TAG_URL) },
		{ .name = "message",
		    .text = by_post ? wire_str(answer, TAG_MESSAGE) : NULL },
		{ .name = "field", .text = wire_str(answer, TAG_FIELD) },
		{ .name = "relay", .text = wire_str(answer, TAG_RELAY_STATE) },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_CONTINUE, .fields = fields };

	exchange_page(x, 200, &page, to);
}

/* Browsers look where a form's redirects lead, but not at this. */
static void
answer_refresh(
    struct exchange *x, const struct wire_msg *answer, const struct origin *to)
{
	struct buffer value = { 0 };

	buffer_add_text(&value, "0; url=");
	buffer_add_text(&value, wire_str(answer, TAG_URL));
	if (value.error == 0)
		(void)exchange_header(x, "Refresh", value.text);
	buffer_clear(&value);
	answer_page(x, answer, to, 0);
}

void
outgoing_send(struct exchange *x, const struct wire_msg *answer)
{
	const char *url = wire_str(answer, TAG_URL), *rest = url;
	int by_post = wire_num(answer, TAG_BINDING, BY_REDIRECT) == BY_POST;
	struct origin to;

	exchange_speak(x);
	if (url == NULL || origin_take(&to, &rest) != 0 ||
	    (by_post &&
		(wire_str(answer, TAG_MESSAGE) == NULL ||
		    wire_str(answer, TAG_FIELD) == NULL)))
		exchange_fail(x, 502, NULL,
		    "the IdP's metadata has an address that nobody can be sent "
		    "to: %s",
		    url != NULL ? url : "none");
	else if (by_post)
		answer_page(x, answer, &to, 1);
	else if (is_own_form(x))
		answer_refresh(x, answer, &to);
	else
		exchange_redirect(x, url);
}
