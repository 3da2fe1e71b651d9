/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The Cookie header: what is found has a value's characters alone, and with
 * one more of its name beside it nothing is found. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "web/cookie.h"

#define LINES_MAX 6
#define NAME      "__Host-gate"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int
find(const char *const *texts, size_t count)
{
	const struct field_lines lines = { .lines = texts, .count = count };
	const char *value = NULL;
	size_t i, size = 0;
	int r;

	r = cookie_find(&lines, NAME, &value, &size);
	for (i = 0; r == 0 && i < size; i++)
		if (value[i] <= ' ' || value[i] >= 0x7f ||
		    strchr("\",;\\", value[i]) != NULL)
			abort();
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = strndup((const char *)bytes, size), *at = text;
	const char *texts[LINES_MAX + 1];
	size_t count = 0;
	int r, r_more;

	if (text == NULL)
		abort();
	while (count < LINES_MAX && at != NULL)
		texts[count++] = strsep(&at, "\n");
	r = find(texts, count);
	texts[count++] = NAME "=more";
	r_more = find(texts, count);
	if (r == 0 && r_more != GATE_EREFUSED && r_more != GATE_ETOOBIG)
		abort();
	if (r == GATE_EREFUSED && r_more == 0)
		abort();
	free(text);
	return 0;
}
