/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Metadata of IdPs, both as a file that is trusted and as one just fetched. */
#include <stdlib.h>
#include <string.h>

#include "saml/metadata.h"
#include "tests/fuzz/world.h"

static int
find(const struct saml_idp *idp, void *data)
{
	/* decodes its keys */
	if (saml_idps_find(data, idp->entity_id) != idp)
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct saml_idps *idps = NULL;
	struct saml_metadata_facts facts;
	char *text = malloc(size + 1), why[256];

	(void)fuzz_world();
	if (text == NULL || saml_idps_new(&idps) != 0)
		abort();
	memcpy(text, bytes, size);
	text[size] = '\0';
	(void)saml_idps_add(idps, text, size, WORLD_NOW, why, sizeof(why));
	(void)saml_idps_list(idps, find, idps);
	(void)saml_idps_unusable(idps, WORLD_NOW, why, sizeof(why));
	saml_idps_free(&idps);
	(void)saml_metadata_verify(
	    text, size, NULL, WORLD_NOW, &facts, why, sizeof(why));
	free(text);
	return 0;
}
