/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/login_cookie.h"

#include "lib/error.h"

int
login_cookie_get(struct exchange *x, char handle[BROWSER_HANDLE_SIZE])
{
	int r = exchange_cookie(x, LOGIN_COOKIE, handle, BROWSER_HANDLE_SIZE);

	if (r == 0 && !browser_handle_is(handle))
		r = GATE_EINVAL;
	return r == 0 || r == GATE_ENOTFOUND ? r : GATE_EINVAL;
}

static void
set(struct exchange *x, const char *handle, long max_age)
{
	const struct cookie cookie = { .name = LOGIN_COOKIE,
		.value = handle,
		.path = "/",
		.max_age = max_age,
		.same_site = COOKIE_LAX };

	(void)exchange_set_cookie(x, &cookie);
}

void
login_cookie_set(struct exchange *x, const char *handle)
{
	set(x, handle, COOKIE_SESSION);
}

void
login_cookie_drop(struct exchange *x)
{
	set(x, "", 0);
}
