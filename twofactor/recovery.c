/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/recovery.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "twofactor/base32.h"

#define RANDOM_SIZE 15 /* 120 bits: 24 characters, none of them half full */
#define SYMBOLS     24
#define GROUP       4
#define SCRATCH     8 /* digits of pam_google_authenticator's */
#define SALT_SIZE   8
#define HASH_SIZE   (RECOVERY_KEPT_SIZE - SALT_SIZE)
#define USER_MAX    1024

_Static_assert(BASE32_TEXT_SIZE(RANDOM_SIZE) == SYMBOLS + 1, "whole symbols");
_Static_assert(RECOVERY_TEXT_SIZE == SYMBOLS + SYMBOLS / GROUP, "groups");

/* The one spelling of a code that is hashed. */
struct plain {
	char text[SYMBOLS + 1];
};

/* The digits of a scratch code: nonzero if it is one. */
static int
scratch_spelling(const char *typed, struct plain *plain)
{
	size_t n = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ' || *typed == '-')
			continue;
		if (*typed < '0' || *typed > '9' || n == SCRATCH)
			return 0;
		plain->text[n++] = *typed;
	}
	plain->text[n] = '\0';
	return n == SCRATCH;
}

static int
spelling(const char *typed, struct plain *plain)
{
	uint8_t bytes[RANDOM_SIZE];
	size_t size, symbols = 0;
	const char *at;
	int r = GATE_EINVAL;

	if (scratch_spelling(typed, plain))
		return 0;
	/* each counts: base32 drops what is beyond a whole byte, and "=" */
	for (at = typed; *at != '\0'; at++)
		symbols += *at != ' ' && *at != '-';
	if (symbols == SYMBOLS)
		r = base32_decode(
		    BASE32_CROCKFORD, typed, bytes, sizeof(bytes), &size);
	if (r == 0 && size == sizeof(bytes))
		base32_encode(BASE32_CROCKFORD, bytes, size, plain->text);
	else
		r = GATE_EINVAL;
	explicit_bzero(bytes, sizeof(bytes));
	return r;
}

/* HMAC-SHA-256 of user and code under the salt, cut to 192 bits. */
static int
hash(const char *user, const struct plain *plain, const uint8_t salt[SALT_SIZE],
    uint8_t out[HASH_SIZE])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	char text[USER_MAX + SYMBOLS + 2];
	/* the NUL between them: no user's name ends within a code */
	int n = snprintf(text, sizeof(text), "%s%c%s", user, '\0', plain->text);
	int r = GATE_ECRYPTO;

	if (n > 0 && (size_t)n < sizeof(text) &&
	    HMAC(EVP_sha256(), salt, SALT_SIZE, (const uint8_t *)text,
		(size_t)n, digest, NULL) != NULL) {
		memcpy(out, digest, HASH_SIZE);
		r = 0;
	}
	explicit_bzero(text, sizeof(text));
	explicit_bzero(digest, sizeof(digest));
	return r;
}

int
recovery_keep(const char *user, const char *code, struct recovery_kept *kept)
{
	struct plain plain;
	int r = spelling(code, &plain);

	if (r == 0)
		r = secret_random(kept->bytes, SALT_SIZE);
	if (r == 0)
		r = hash(user, &plain, kept->bytes, kept->bytes + SALT_SIZE);
	explicit_bzero(&plain, sizeof(plain));
	return r;
}

/* A code as people are shown it: six groups of four. */
static int
mint(struct recovery_code *code)
{
	uint8_t bytes[RANDOM_SIZE];
	char symbols[SYMBOLS + 1], *out = code->text;
	size_t i;
	int r = secret_random(bytes, sizeof(bytes));

	if (r != 0)
		return r;
	base32_encode(BASE32_CROCKFORD, bytes, sizeof(bytes), symbols);
	for (i = 0; i < SYMBOLS; i++) {
		if (i > 0 && i % GROUP == 0)
			*out++ = '-';
		*out++ = symbols[i];
	}
	*out = '\0';
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(symbols, sizeof(symbols));
	return 0;
}

int
recovery_make(const char *user, struct recovery_code codes[RECOVERY_COUNT],
    struct recovery_kept kept[RECOVERY_COUNT])
{
	size_t i;
	int r = 0;

	for (i = 0; i < RECOVERY_COUNT && r == 0; i++) {
		r = mint(&codes[i]);
		if (r == 0)
			r = recovery_keep(user, codes[i].text, &kept[i]);
	}
	if (r != 0) {
		explicit_bzero(codes, RECOVERY_COUNT * sizeof(*codes));
		explicit_bzero(kept, RECOVERY_COUNT * sizeof(*kept));
	}
	return r;
}

int
recovery_is(const char *typed)
{
	struct plain plain;
	int is = spelling(typed, &plain) == 0;

	explicit_bzero(&plain, sizeof(plain));
	return is;
}

int
recovery_match(const char *user, const char *typed,
    const struct recovery_kept *kept, size_t count, size_t *which)
{
	static const struct recovery_kept nothing;
	const struct recovery_kept *one;
	uint8_t own[HASH_SIZE];
	struct plain plain = { "" };
	size_t i, least = count > RECOVERY_COUNT ? count : RECOVERY_COUNT;
	int sound = spelling(typed, &plain) == 0;
	int r = GATE_EREFUSED, failed = 0;

	for (i = 0; i < least && failed == 0; i++) {
		one = i < count ? &kept[i] : &nothing;
		failed = hash(user, &plain, one->bytes, own);
		if (failed == 0 &&
		    (secret_equal(
			 own, sizeof(own), one->bytes + SALT_SIZE, HASH_SIZE) &
			(i < count) & sound)) {
			*which = i;
			r = 0;
		}
	}
	explicit_bzero(&plain, sizeof(plain));
	explicit_bzero(own, sizeof(own));
	return failed != 0 ? failed : r;
}
