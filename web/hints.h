/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_HINTS_H
#define WEB_HINTS_H

#include "lib/catalogue.h"
#include "lib/config.h"
#include "web/template.h"

#define HINTS_MAX 10

/* What [password] asks of a new password, in a person's language: rows for a
 * page. Those of its rules that people can keep by looking. */
struct hints {
	char texts[HINTS_MAX][256];
	struct template_field fields[HINTS_MAX][2];
	const struct template_field *rows[HINTS_MAX + 1];
};

void hints_make(struct hints *hints, const struct config *config,
    const struct catalogue *catalogue);

#endif
