/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/session_cookie.h"

#include <string.h>
#include <strings.h>

#include "lib/error.h"

#define PREFIX "gs-"
#define BEARER "Bearer "

/* Other Authorization is the portal's own. */
static const char *
bearer_of(const struct exchange *x)
{
	const char *text = exchange_field(x, "Authorization");

	if (text == NULL || strncasecmp(text, BEARER, strlen(BEARER)) != 0)
		return NULL;
	text += strlen(BEARER);
	text += strspn(text, " ");
	return strncmp(text, PREFIX, strlen(PREFIX)) == 0 ? text : NULL;
}

int
session_token_of(struct exchange *x, char token[SESSION_TOKEN_SIZE])
{
	const char *bearer = bearer_of(x);
	size_t size;
	int r;

	if (bearer != NULL) {
		size = strlen(bearer) + 1;
		if (size > SESSION_TOKEN_SIZE)
			return GATE_EINVAL;
		memcpy(token, bearer, size);
		return 0;
	}
	r = exchange_cookie(x, SESSION_COOKIE, token, SESSION_TOKEN_SIZE);
	if (r == 0 && strncmp(token, PREFIX, strlen(PREFIX)) != 0)
		r = GATE_EINVAL;
	return r == 0 || r == GATE_ENOTFOUND ? r : GATE_EINVAL;
}

static void
set_cookie(struct exchange *x, const char *token, long max_age)
{
	const struct cookie cookie = { .name = SESSION_COOKIE,
		.value = token,
		.path = "/",
		.max_age = max_age,
		.same_site = COOKIE_LAX };

	(void)exchange_set_cookie(x, &cookie);
}

void
session_cookie_set(struct exchange *x, const char *token)
{
	set_cookie(x, token, COOKIE_SESSION);
}

void
session_cookie_drop(struct exchange *x)
{
	set_cookie(x, "", 0);
}
