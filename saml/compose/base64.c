/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/compose/base64.h"

#include <stdlib.h>

#include <openssl/evp.h>

char *
base64_encode(const void *bytes, size_t size)
{
	char *text = malloc((size + 2) / 3 * 4 + 1);

	if (text != NULL)
		EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
	return text;
}
