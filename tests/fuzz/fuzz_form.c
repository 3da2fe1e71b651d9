/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A form that a browser has posted: what is taken is within the limits, and is
 * taken again as it is when it is written with everything escaped. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/percent.h"
#include "lib/utf8.h"
#include "web/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct form_limits limits = {
	.size = 16384, .fields = 16, .name = 64, .value = 8192
};

/* What must be in the form under a name that was written there. */
static void
must_be_kept(const struct form *form, const char *name)
{
	const char *value = form_get(form, name);
	char text[3 * 8192 + 3];
	struct form *again;
	size_t used = 2;

	if (value == NULL)
		return;
	if (strlen(value) > limits.value ||
	    utf8_check(value, strlen(value)) != 0)
		abort();
	memcpy(text, "v=", 2);
	for (const char *at = value; *at != '\0'; at++, used += 3)
		percent_write((unsigned char)*at, text + used);
	if (used > limits.size)
		return;
	if (form_parse(&again, text, used, &limits) != 0 ||
	    strcmp(form_get(again, "v"), value) != 0)
		abort();
	form_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char *const names[] = { "a", "SAMLResponse", "RelayState",
		"return" };
	struct form *form = NULL;
	size_t i;

	if (form_parse(&form, (const char *)bytes, size, &limits) != 0) {
		if (form != NULL)
			abort();
		return 0;
	}
	if (form_count(form) > limits.fields)
		abort();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		must_be_kept(form, names[i]);
	form_free(&form);
	return 0;
}
