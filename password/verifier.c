/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/verifier.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"

_Static_assert(PASSWORD_MAX < CRYPT_MAX_PASSPHRASE_SIZE,
    "crypt_r fails for longer ones, at once");

/* crypt_data is 32 kB and holds the password: never on the stack. */
static int
hash(const char *password, const char *setting, char verifier[VERIFIER_SIZE])
{
	struct crypt_data *data = secret_alloc(sizeof(*data));
	const char *made;
	int r = GATE_ECRYPTO;

	if (data == NULL)
		return GATE_ENOMEM;
	made = crypt_r(password, setting, data);
	if (made != NULL && made[0] != '*' && strlen(made) < VERIFIER_SIZE) {
		memcpy(verifier, made, strlen(made) + 1);
		r = 0;
	}
	secret_free(data, sizeof(*data));
	return r;
}

int
verifier_make(const char *password, char verifier[VERIFIER_SIZE])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (password[0] == '\0')
		return GATE_EINVAL;
	if (strlen(password) > PASSWORD_MAX)
		return GATE_ETOOBIG;
	/* yescrypt with its default cost; the kernel gives the salt */
	if (crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof(setting)) ==
	    NULL)
		return GATE_ECRYPTO;
	return hash(password, setting, verifier);
}

int
verifier_check(const char *verifier, const char *password)
{
	/* a well-formed setting whose hash nobody has: same cost, no match */
	static const char nobody[] =
	    "$y$j9T$5l5Xc1dyBPYYOB/6Q5Ayk.$"
	    "...........................................";
	int known = verifier != NULL && verifier[0] != '\0';
	char got[VERIFIER_SIZE] = "";
	int r;

	if (strlen(password) > PASSWORD_MAX)
		password = "";
	if (!known)
		verifier = nobody;
	r = hash(password, verifier, got);
	if (r == 0 &&
	    (!secret_equal(got, strlen(got), verifier, strlen(verifier)) ||
		!known || password[0] == '\0'))
		r = GATE_EREFUSED;
	explicit_bzero(got, sizeof(got));
	return r;
}
