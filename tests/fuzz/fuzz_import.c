/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Second factors of other modules: a file of theirs, or an otpauth URI. What
 * is taken must be a factor that can be kept. */
#include <stdlib.h>
#include <string.h>

#include "twofactor/import.h"
#include "twofactor/otpauth.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
must_be_kept(const struct factor *factor, const struct factor_seed *seed)
{
	uint8_t packed[FACTOR_PACKED_SIZE];

	if (factor_pack(factor, seed, packed) != 0)
		abort();
}

static int
each(const struct import_entry *entry, void *data)
{
	(void)data;
	must_be_kept(&entry->factor, &entry->seed);
	return 0;
}

static void
note(int line, const char *text, void *data)
{
	(void)line;
	(void)text;
	(void)data;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct import import = {
		.user = "u", .now = 1795334735, .each = each, .note = note
	};
	struct otpauth otpauth;
	char *uri, why[128];

	(void)import_read(&import, (const char *)bytes, size);
	uri = strndup((const char *)bytes, size);
	if (uri != NULL && otpauth_read(uri, &otpauth, why, sizeof(why)) == 0)
		must_be_kept(&otpauth.factor, &otpauth.seed);
	free(uri);
	return 0;
}
