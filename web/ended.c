/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/ended.h"

#include <string.h>

void
ended_page(struct exchange *x, const char *state)
{
	int partial = state != NULL && strcmp(state, "complete") != 0;
	char login[512];
	const struct template_field fields[] = {
		{ .name = "reason" },
		{ .name = "incomplete", .text = partial ? "1" : NULL },
		{ .name = "login", .text = login },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_ENDED, .fields = fields };

	exchange_path(x, "login", login, sizeof(login));
	exchange_page(x, 200, &page, NULL);
}
