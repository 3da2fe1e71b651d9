/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/routes.h"

/*
 * A second factor is set up while signing in ([2fa] enroll), where the password
 * was proven just before; another one takes an administrator, who has seen the
 * person. This page says so.
 */
void
enroll_handle(struct exchange *x)
{
	const char *message = x->site->config->otp_enroll
	    ? "If you have no second factor yet, you set one up while signing "
	      "in with your password. If you have lost yours, or want another, "
	      "ask your administrator."
	    : "Your administrator sets up second factors here. Ask for one.";
	char login[512];
	const struct template_field fields[] = {
		{ .name = "text",
		    .text = catalogue_get(x->catalogue, message) },
		{ .name = "href", .text = login },
		{ .name = "message" },
		{ .name = "field" },
		{ .name = "relay" },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_ENROLMENT, .fields = fields };

	exchange_path(x, "login", login, sizeof(login));
	exchange_page(x, 200, &page, NULL);
}
