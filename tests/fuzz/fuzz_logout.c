/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Logout messages: the first byte says by which binding they came; a posted
 * one that begins with '<' is tried again with its signature made good. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "saml/logout_verify.h"
#include "tests/fuzz/world.h"

static void
look(enum saml_binding binding, const char *text, size_t size)
{
	struct fuzz_world *world = fuzz_world();
	struct saml_logout_input input = {
		.binding = binding, .text = text, .size = size, .now = WORLD_NOW
	};
	struct saml_logout logout = { 0 };
	struct refusal refusal;

	(void)saml_logout_verify(&world->settings, world->idps, world->keys,
	    &input, &logout, &refusal);
	saml_logout_clear(&logout);
}

static void
post(const char *xml)
{
	size_t size = strlen(xml);
	char *text = malloc(size / 3 * 4 + 5);

	if (text == NULL)
		return;
	EVP_EncodeBlock(
	    (unsigned char *)text, (const unsigned char *)xml, (int)size);
	look(SAML_BINDING_POST, text, strlen(text));
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text, *xml;

	(void)fuzz_world();
	if (size == 0)
		return 0;
	text = malloc(size + 1);
	if (text == NULL)
		return 0;
	memcpy(text, bytes, size);
	text[size] = '\0';
	if (bytes[0] != '<') {
		look(bytes[0] & 1 ? SAML_BINDING_REDIRECT : SAML_BINDING_POST,
		    text + 1, size - 1);
	} else {
		post(text);
		if ((xml = fuzz_sign(text, strlen(text))) != NULL)
			post(xml);
		free(xml);
	}
	free(text);
	return 0;
}
