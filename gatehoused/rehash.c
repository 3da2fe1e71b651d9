/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/rehash.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/login.h"
#include "lib/error.h"
#include "lib/secret.h"
#include "password/verifier.h"

struct rehash {
	char *password;
	int cost;
	char old[STORE_VERIFIER_MAX];
	char new[VERIFIER_SIZE];
};

int
rehash_new(struct rehash **rehash, const struct store_user *user,
    char **password, int cost)
{
	struct rehash *h;

	if (!verifier_needs_upgrade(user->verifier, cost))
		return 0;
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return GATE_ENOMEM;
	h->password = *password;
	*password = NULL;
	h->cost = cost;
	memcpy(h->old, user->verifier, sizeof(h->old));
	*rehash = h;
	return 0;
}

void
rehash_free(struct rehash **rehash)
{
	struct rehash *h = *rehash;

	if (h == NULL)
		return;
	secret_free(h->password, LOGIN_PASSWORD_SIZE);
	explicit_bzero(h, sizeof(*h));
	free(h);
	*rehash = NULL;
}

int
rehash_make(struct rehash *h)
{
	return h != NULL ? verifier_make_at(h->password, h->cost, h->new) : 0;
}

int
rehash_commit(struct store_tx *tx, const struct rehash *h, const char *user)
{
	int r = h != NULL ? store_user_rehash(tx, user, h->old, h->new) : 0;

	return r == GATE_ENOTFOUND ? 0 : r;
}
