/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Base64, inflate and the scan before the parser, which has to be at least as
 * strict as libxml2: what it lets by is parsed, or refused, without a fault. */
#include <stdlib.h>

#include "saml/decode.h"
#include "saml/parse.h"
#include "saml/scan.h"
#include "tests/fuzz/world.h"

#define TEXT_MAX (64u << 10)

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct saml_input input = { 0 };
	struct saml_census census;
	struct refusal refusal;
	xmlDoc *doc = NULL;

	(void)fuzz_world();
	if (saml_decode(
		&input, (const char *)bytes, size, TEXT_MAX, &refusal) == 0) {
		if (input.size > TEXT_MAX)
			abort();
		if (saml_scan(input.text, input.size, &refusal) == 0)
			(void)saml_parse(
			    input.text, input.size, &doc, &census, &refusal);
	}
	if (doc != NULL)
		xmlFreeDoc(doc);
	saml_input_clear(&input);
	return 0;
}
