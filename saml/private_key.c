/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/private_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/secret.h"

/* RSA with 8192 bits takes 6.5 kB. */
#define KEY_MAX (16u << 10)

static int
key_set(struct saml_private_key *key, const char *bytes, size_t size)
{
	key->pem = secret_alloc(size + 1);
	if (key->pem == NULL)
		return GATE_ENOMEM;
	memcpy(key->pem, bytes, size);
	key->size = size;
	return 0;
}

int
saml_private_key_load(
    struct saml_private_key *key, const char *path, char *why, size_t why_size)
{
	char phrase[256] = "", *bytes = NULL;
	size_t size;
	int r;

	if (path[0] == '\0')
		return 0;
	r = file_read(
	    path, FILE_SECRET, KEY_MAX, &bytes, &size, phrase, sizeof(phrase));
	if (r == 0)
		r = key_set(key, bytes, size);
	if (r != 0)
		snprintf(why, why_size, "%s: %s", path,
		    phrase[0] != '\0' ? phrase : gate_strerror(r));
	if (bytes != NULL)
		explicit_bzero(bytes, size);
	free(bytes);
	return r;
}

void
saml_private_key_put(
    const struct saml_private_key *key, uint16_t tag, struct wire_msg *msg)
{
	if (key->pem != NULL)
		wire_put_bytes(msg, tag, key->pem, key->size);
}

int
saml_private_key_take(
    struct saml_private_key *key, const struct wire_field *field)
{
	if (key->pem != NULL || field->size > KEY_MAX)
		return GATE_EPROTO;
	return key_set(key, field->bytes, field->size);
}

void
saml_private_key_clear(struct saml_private_key *key)
{
	if (key->pem != NULL)
		secret_free(key->pem, key->size + 1);
	key->pem = NULL;
	key->size = 0;
}
