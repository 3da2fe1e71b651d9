/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/totp.h"

#include <ctype.h>
#include <liboath/oath.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"

/* Codes are read out and typed with blanks: "123 456". */
static int
normalise(const char *code, char digits[TOTP_DIGITS + 1])
{
	size_t n = 0;

	for (; *code != '\0'; code++) {
		if (*code == ' ')
			continue;
		if (!isdigit((unsigned char)*code) || n == TOTP_DIGITS)
			return GATE_EREFUSED;
		digits[n++] = *code;
	}
	digits[n] = '\0';
	return n == TOTP_DIGITS ? 0 : GATE_EREFUSED;
}

int
totp_check(const uint8_t *seed, size_t seed_size, const char *code, int64_t now,
    int64_t drift, int64_t *step)
{
	char digits[TOTP_DIGITS + 1], right[TOTP_DIGITS + 1];
	int64_t current = now / TOTP_STEP;
	int64_t at;
	int r = GATE_EREFUSED;

	if (normalise(code, digits) != 0)
		memset(digits, 0, sizeof(digits));
	/* all steps are computed: the time tells nothing of which one it is */
	for (at = current - drift; at <= current + drift; at++) {
		if (at < 0 ||
		    oath_hotp_generate((const char *)seed, seed_size,
			(uint64_t)at, TOTP_DIGITS, false,
			OATH_HOTP_DYNAMIC_TRUNCATION, right) != OATH_OK)
			continue;
		if (secret_equal(digits, TOTP_DIGITS, right, TOTP_DIGITS)) {
			*step = at;
			r = 0;
		}
	}
	explicit_bzero(right, sizeof(right));
	explicit_bzero(digits, sizeof(digits));
	return r;
}

/* RFC 4648 base32 without padding. */
static void
base32(const uint8_t *bytes, size_t size, char *text)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t bits = 0;
	int held = 0;

	for (; size > 0; size--) {
		bits = bits << 8 | *bytes++;
		for (held += 8; held >= 5; held -= 5)
			*text++ = alphabet[bits >> (held - 5) & 31];
	}
	if (held > 0)
		*text++ = alphabet[bits << (5 - held) & 31];
	*text = '\0';
}

/* RFC 3986, section 2.3: all but the unreserved is escaped. */
static int
escape(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (n + 4 > size)
			return GATE_ETOOBIG;
		if (isalnum((unsigned char)*text) ||
		    strchr("-._~", *text) != NULL)
			out[n++] = *text;
		else
			n += (size_t)snprintf(
			    out + n, size - n, "%%%02X", (unsigned char)*text);
	}
	if (n >= size)
		return GATE_ETOOBIG;
	out[n] = '\0';
	return 0;
}

int
totp_uri(const uint8_t *seed, size_t seed_size, const char *issuer,
    const char *user, char *uri, size_t uri_size)
{
	char secret[128], by[256], who[1024];
	int n;

	if ((seed_size * 8 + 4) / 5 >= sizeof(secret) ||
	    escape(issuer, by, sizeof(by)) != 0 ||
	    escape(user, who, sizeof(who)) != 0)
		return GATE_ETOOBIG;
	base32(seed, seed_size, secret);
	n = snprintf(uri, uri_size,
	    "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=%d"
	    "&period=%d",
	    by, who, secret, by, TOTP_DIGITS, TOTP_STEP);
	explicit_bzero(secret, sizeof(secret));
	return n < 0 || (size_t)n >= uri_size ? GATE_ETOOBIG : 0;
}
