/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is encrypted. The first byte says whether the rest is the XML of an
 * EncryptedAssertion, or a plaintext that is encrypted for us as an IdP would.
 */
#include <stdlib.h>
#include <string.h>

#include "saml/element.h"
#include "saml/encryption.h"
#include "saml/parse.h"
#include "saml/scan.h"
#include "tests/fuzz/world.h"
#include "tests/unit/encrypted.h"

static void
decrypt(const char *text, size_t size)
{
	struct saml_encryption encryption;
	struct saml_census census, inner;
	struct refusal refusal;
	xmlDoc *doc = NULL, *plain = NULL;

	if (saml_scan(text, size, &refusal) != 0 ||
	    saml_parse(text, size, &doc, &census, &refusal) != 0)
		return;
	if (saml_encryption_read(
		&encryption, xmlDocGetRootElement(doc), &refusal) == 0) {
		int r = saml_decrypt(&encryption, fuzz_world()->keys,
		    NS_ASSERTION, "Assertion", &plain, &inner, &refusal);

		if ((r == 0) != (plain != NULL))
			abort();
		if (plain != NULL)
			xmlFreeDoc(plain);
	}
	xmlFreeDoc(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct encrypt_options forms[] = {
		{ 0 },
		{ .cipher = ENCRYPT_AES128_CBC, .beside = 1, .retrieval = 1 },
	};
	char *plaintext, *text;

	(void)fuzz_world();
	if (size < 2)
		return 0;
	if (bytes[0] == '<') {
		decrypt((const char *)bytes, size);
		return 0;
	}
	plaintext = strndup((const char *)bytes + 1, size - 1);
	if (plaintext == NULL)
		return 0;
	text = encrypt_element(
	    &forms[bytes[0] & 1], fuzz_world()->sp_key, plaintext);
	decrypt(text, strlen(text));
	free(text);
	free(plaintext);
	return 0;
}
