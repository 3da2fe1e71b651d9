/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/verifier.h"

#include <crypt.h>
#include <stdio.h>
#include <string.h>

#include "lib/digest.h"
#include "lib/error.h"
#include "lib/secret.h"

/* crypt(3) takes no more bytes than these, and fails for them at once. */
#define CRYPT_MOST (CRYPT_MAX_PASSPHRASE_SIZE - 1)

/*
 * What stands for a password that is too long for crypt(3): its SHA-256, behind
 * a sign that nobody types. All of its bytes count, and yescrypt has the work.
 */
static int
shorten(const char *password, char text[1 + DIGEST_TEXT_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	int r = digest_texts(&password, 1, digest);

	text[0] = '\1';
	digest_text(digest, text + 1);
	explicit_bzero(digest, sizeof(digest));
	return r;
}

/* crypt_data is 32 kB and holds the password: never on the stack. */
static int
hash(const char *password, const char *setting, char verifier[VERIFIER_SIZE])
{
	struct crypt_data *data = secret_alloc(sizeof(*data));
	char shortened[1 + DIGEST_TEXT_SIZE] = "";
	const char *made = NULL;
	int r = 0;

	if (data == NULL)
		return GATE_ENOMEM;
	if (strlen(password) > CRYPT_MOST) {
		r = shorten(password, shortened);
		password = shortened;
	}
	if (r == 0)
		made = crypt_r(password, setting, data);
	r = GATE_ECRYPTO;
	if (made != NULL && made[0] != '*' && strlen(made) < VERIFIER_SIZE) {
		memcpy(verifier, made, strlen(made) + 1);
		r = 0;
	}
	explicit_bzero(shortened, sizeof(shortened));
	secret_free(data, sizeof(*data));
	return r;
}

/* "$y$j9T$": what stands before the salt. */
static size_t
method_length(const char *setting)
{
	const char *end;

	if (strncmp(setting, "$y$", 3) != 0)
		return 0;
	end = strchr(setting + 3, '$');
	return end != NULL ? (size_t)(end - setting) + 1 : 0;
}

static int
make_setting(int cost, const char *salt, int salt_size, char *setting, int size)
{
	if (cost < VERIFIER_COST_MIN || cost > VERIFIER_COST_MAX)
		return GATE_EINVAL;
	return crypt_gensalt_rn("$y$", (unsigned long)cost, salt, salt_size,
		   setting, size) == NULL
	    ? GATE_ECRYPTO
	    : 0;
}

int
verifier_make_at(const char *password, int cost, char verifier[VERIFIER_SIZE])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	int r;

	if (password[0] == '\0')
		return GATE_EINVAL;
	if (strlen(password) > PASSWORD_MAX)
		return GATE_ETOOBIG;
	/* the kernel gives the salt */
	r = make_setting(cost, NULL, 0, setting, sizeof(setting));
	return r == 0 ? hash(password, setting, verifier) : r;
}

int
verifier_make(const char *password, char verifier[VERIFIER_SIZE])
{
	return verifier_make_at(password, VERIFIER_COST, verifier);
}

/* A well-formed verifier that no password has: same cost, no match. */
static int
make_nobody(int cost, char nobody[VERIFIER_SIZE])
{
	static const char salt[16] = "nobody's salt...";
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	int r =
	    make_setting(cost, salt, sizeof(salt), setting, sizeof(setting));

	if (r == 0)
		snprintf(nobody, VERIFIER_SIZE, "%s$%.43s", setting,
		    "...........................................");
	return r;
}

int
verifier_check_at(const char *verifier, const char *password, int cost)
{
	int known = verifier != NULL && verifier[0] != '\0';
	char got[VERIFIER_SIZE] = "", nobody[VERIFIER_SIZE];
	int r = 0;

	if (strlen(password) > PASSWORD_MAX)
		password = "";
	if (!known) {
		r = make_nobody(cost, nobody);
		verifier = nobody;
	}
	if (r == 0)
		r = hash(password, verifier, got);
	if (r == 0 &&
	    (!secret_equal(got, strlen(got), verifier, strlen(verifier)) ||
		!known || password[0] == '\0'))
		r = GATE_EREFUSED;
	explicit_bzero(got, sizeof(got));
	return r;
}

int
verifier_check(const char *verifier, const char *password)
{
	return verifier_check_at(verifier, password, VERIFIER_COST);
}

/* The least cost that makes verifiers of this method, or 0. */
static int
cost_of(const char *verifier)
{
	static const char salt[16] = "any salt will do";
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	size_t length = method_length(verifier);
	int cost;

	for (cost = VERIFIER_COST_MIN; cost <= VERIFIER_COST_MAX; cost++)
		if (length > 0 &&
		    make_setting(cost, salt, sizeof(salt), setting,
			sizeof(setting)) == 0 &&
		    method_length(setting) == length &&
		    memcmp(setting, verifier, length) == 0)
			return cost;
	return 0;
}

int
verifier_needs_upgrade(const char *verifier, int cost)
{
	return cost_of(verifier) < cost;
}
