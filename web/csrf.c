/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/csrf.h"

#include <inttypes.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/digest.h"
#include "lib/error.h"
#include "lib/secret.h"

#define KEY_SIZE    32
#define NONCE_BYTES 16
#define NONCE_TEXT  22
#define TIME_TEXT   16
#define HEAD_SIZE   (NONCE_TEXT + 1 + TIME_TEXT + 1) /* and its NUL */

struct csrf {
	uint8_t *key;
	int64_t lifetime;
};

int
csrf_new(struct csrf **csrf, int64_t lifetime)
{
	struct csrf *new = calloc(1, sizeof(*new));
	int r = GATE_ENOMEM;

	if (new == NULL)
		return r;
	new->lifetime = lifetime;
	if ((new->key = secret_alloc(KEY_SIZE)) != NULL)
		r = secret_random(new->key, KEY_SIZE);
	if (r == 0) {
		*csrf = new;
		new = NULL;
	}
	csrf_free(&new);
	return r;
}

void
csrf_free(struct csrf **csrf)
{
	if (*csrf == NULL)
		return;
	secret_free((*csrf)->key, KEY_SIZE);
	free(*csrf);
	*csrf = NULL;
}

/* The whole token of which head is the beginning. */
static int
finish(const struct csrf *csrf, const char *handle, const char *form,
    const char head[HEAD_SIZE], char token[CSRF_TOKEN_SIZE])
{
	const char *const texts[] = { "gatehouse form", handle, form, head };
	uint8_t digest[DIGEST_SIZE], mac[EVP_MAX_MD_SIZE];
	unsigned size = sizeof(mac);
	int n;

	if (digest_texts(texts, sizeof(texts) / sizeof(texts[0]), digest) !=
		0 ||
	    HMAC(EVP_sha256(), csrf->key, KEY_SIZE, digest, sizeof(digest), mac,
		&size) == NULL ||
	    size != DIGEST_SIZE)
		return GATE_ECRYPTO;
	n = snprintf(token, CSRF_TOKEN_SIZE, "%s.", head);
	secret_text(mac, size, token + n);
	return 0;
}

int
csrf_token(const struct csrf *csrf, const char *handle, const char *form,
    int64_t now, char token[CSRF_TOKEN_SIZE])
{
	char nonce[SECRET_TEXT_SIZE(NONCE_BYTES)], head[HEAD_SIZE];
	uint8_t bytes[NONCE_BYTES];

	if (handle[0] == '\0' || now < 0)
		return GATE_EINVAL;
	if (secret_random(bytes, sizeof(bytes)) != 0)
		return GATE_EIO;
	secret_text(bytes, sizeof(bytes), nonce);
	snprintf(head, sizeof(head), "%s.%0*" PRIx64, nonce, TIME_TEXT,
	    (uint64_t)now);
	return finish(csrf, handle, form, head, token);
}

/* Its time is what the MAC, which was right, vouches for. */
static int
is_fresh(const struct csrf *csrf, const char *head, int64_t now)
{
	int64_t made = strtoll(head + NONCE_TEXT + 1, NULL, 16);

	return made <= now && now - made < csrf->lifetime;
}

int
csrf_check(const struct csrf *csrf, const char *handle, const char *form,
    int64_t now, const char *token)
{
	char head[HEAD_SIZE], expected[CSRF_TOKEN_SIZE];
	int r;

	if (token == NULL || handle[0] == '\0' ||
	    strlen(token) != CSRF_TOKEN_SIZE - 1)
		return GATE_EREFUSED;
	memcpy(head, token, HEAD_SIZE - 1);
	head[HEAD_SIZE - 1] = '\0';
	if ((r = finish(csrf, handle, form, head, expected)) != 0)
		return r;
	if (!secret_equal(
		expected, CSRF_TOKEN_SIZE - 1, token, CSRF_TOKEN_SIZE - 1) ||
	    !is_fresh(csrf, head, now))
		r = GATE_EREFUSED;
	explicit_bzero(expected, sizeof(expected));
	return r;
}
