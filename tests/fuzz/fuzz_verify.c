/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The whole way of a Response, from what came over the wire to the identity.
 * One that begins with '<' is tried as it stands, and again with its signatures
 * made good, so that what lies behind them is reached too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "saml/verify.h"
#include "tests/fuzz/world.h"

static void
verify(const char *text, size_t size)
{
	struct fuzz_world *world = fuzz_world();
	struct saml_request request = { .response = text,
		.response_size = size,
		.in_response_to = WORLD_REQUEST,
		.now = WORLD_NOW };
	struct saml_identity *identity = NULL;
	struct refusal refusal;
	int r;

	r = saml_verify(&world->settings, world->idps, world->keys, &request,
	    &identity, &refusal);
	/* there is an identity if and only if it was accepted */
	if ((r == 0) != (identity != NULL) ||
	    (r == 0 && (identity->user == NULL || identity->user[0] == '\0')))
		abort();
	if (r == 0 && getenv("FUZZ_SAY") != NULL)
		fputs("accepted\n", stderr);
	saml_identity_free(&identity);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text;

	(void)fuzz_world();
	verify((const char *)bytes, size);
	if (size == 0 || bytes[0] != '<')
		return 0;
	text = fuzz_sign((const char *)bytes, size);
	if (text != NULL)
		verify(text, strlen(text));
	free(text);
	return 0;
}
