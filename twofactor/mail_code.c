/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/mail_code.h"

#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"

#define CODES 1000000u

/* What a code's HMAC is bound to: no seed's row has this name. */
#define ROW      "mail:"
#define ROW_SIZE (sizeof(ROW) + STORE_USER_MAX)

_Static_assert(STORE_HASH_SIZE == SEAL_MAC_SIZE, "an HMAC fits its row");

static const uint8_t none[STORE_HASH_SIZE];

enum mail_code_state
mail_code_state(const struct store_mail *mail, int64_t now)
{
	if (memcmp(mail->hash, none, sizeof(none)) == 0)
		return MAIL_CODE_NONE;
	if (now >= mail->expires)
		return MAIL_CODE_EXPIRED;
	return mail->tries < MAIL_CODE_TRIES ? MAIL_CODE_GOOD : MAIL_CODE_WORN;
}

static int
is_within_window(const struct store_mail *mail, int64_t now)
{
	return mail->sent > 0 && now < mail->since + MAIL_CODE_WINDOW;
}

int
mail_code_may(const struct store_mail *mail, int64_t now, int64_t rate)
{
	if (mail_code_state(mail, now) == MAIL_CODE_GOOD)
		return GATE_EEXISTS;
	return is_within_window(mail, now) && mail->sent >= rate ? GATE_EREFUSED
								 : 0;
}

/* Numbers that the last, shorter round of codes would take are thrown again. */
static int throw(uint32_t * code)
{
	const uint32_t fair = UINT32_MAX - UINT32_MAX % CODES;
	uint32_t number;
	int r;

	do
		r = secret_random(&number, sizeof(number));
	while (r == 0 && number >= fair);
	*code = number % CODES;
	explicit_bzero(&number, sizeof(number));
	return r;
}

static int
keep(const struct seal_key *key, const char *user, const char *text,
    uint8_t hash[STORE_HASH_SIZE])
{
	char row[ROW_SIZE];

	snprintf(row, sizeof(row), ROW "%s", user);
	return seal_mac(key, row, text, hash);
}

int
mail_code_make(const struct seal_key *key, int64_t now, struct store_mail *mail,
    char text[MAIL_CODE_TEXT_SIZE])
{
	uint8_t hash[STORE_HASH_SIZE];
	uint32_t code = 0;
	int r = throw(&code);

	snprintf(text, MAIL_CODE_TEXT_SIZE, "%06u", code % CODES);
	explicit_bzero(&code, sizeof(code));
	if (r == 0)
		r = keep(key, mail->user, text, hash);
	if (r != 0) {
		explicit_bzero(text, MAIL_CODE_TEXT_SIZE);
		return r;
	}
	if (!is_within_window(mail, now)) {
		mail->since = now;
		mail->sent = 0;
	}
	memcpy(mail->hash, hash, sizeof(mail->hash));
	mail->expires = now + MAIL_CODE_LIFE;
	mail->tries = 0;
	mail->sent++;
	mail->keep_until = now + MAIL_CODE_WINDOW;
	return 0;
}

void
mail_code_charge(struct store_mail *mail)
{
	mail->tries++;
}

void
mail_code_drop(struct store_mail *mail)
{
	memset(mail->hash, 0, sizeof(mail->hash));
	mail->tries = 0;
}

int
mail_code_check(const struct seal_key *key, const char *user,
    const uint8_t hash[STORE_HASH_SIZE], const char *typed)
{
	uint8_t own[STORE_HASH_SIZE];
	int r = keep(key, user, typed, own);

	if (r == 0 && !secret_equal(own, sizeof(own), hash, STORE_HASH_SIZE))
		r = GATE_EREFUSED;
	explicit_bzero(own, sizeof(own));
	return r;
}
