/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/charge.h"

#include <string.h>

#include "lib/error.h"
#include "session/steady.h"

/* The rows of a try as they are in the store, and as they are to be. */
struct account {
	struct store_tries before[LOCKOUT_COUNTS];
	struct store_tries rows[LOCKOUT_COUNTS];
	int found; /* any of them */
};

static int
account_read(struct store_tx *tx, const struct charge_who *who,
    enum lockout_count first, struct account *account)
{
	struct store_tries *row;
	size_t i;
	int r = 0;

	if (who->user[0] == '\0' || strlen(who->user) >= STORE_USER_MAX)
		return GATE_EINVAL;
	account->found = 0;
	lockout_keys(who->user, who->address, account->rows);
	for (i = first; r == 0 && i < LOCKOUT_COUNTS; i++) {
		row = &account->rows[i];
		if (row->user[0] == '\0' && row->address[0] == '\0')
			continue;
		r = store_tries_get(tx, row);
		account->found |= r == 0;
		if (r == GATE_ENOTFOUND)
			r = 0;
	}
	memcpy(account->before, account->rows, sizeof(account->rows));
	return r;
}

static int
account_write(struct store_tx *tx, const struct account *account)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < LOCKOUT_COUNTS; i++)
		if (memcmp(&account->before[i], &account->rows[i],
			sizeof(account->rows[i])) != 0)
			r = store_tries_put(tx, &account->rows[i]);
	return r;
}

int
charge_take(struct store_tx *tx, const struct lockout_policy *policy,
    const struct charge_who *who, struct lockout_verdict *verdict)
{
	struct account account;
	int64_t now;
	int r;

	memset(verdict, 0, sizeof(*verdict));
	verdict->blocked = 1;
	r = steady_now(tx, &now);
	if (r == 0)
		r = account_read(tx, who, LOCKOUT_ADDRESS, &account);
	if (r != 0)
		return r;
	lockout_charge(policy, now, who->known, account.rows, verdict);
	return account_write(tx, &account);
}

int
charge_refund(struct store_tx *tx, const struct lockout_policy *policy,
    const struct charge_who *who, const struct lockout_verdict *verdict)
{
	struct account account;
	int r = account_read(tx, who, LOCKOUT_ADDRESS, &account);

	if (r != 0)
		return r;
	lockout_refund(policy, verdict, account.rows);
	return account_write(tx, &account);
}

int
charge_forgive(struct store_tx *tx, const struct lockout_policy *policy,
    const struct charge_who *who, const struct lockout_verdict *verdict)
{
	struct account account;
	int charged = verdict->series[LOCKOUT_ADDRESS] != 0;
	int64_t now;
	int r;

	/* of the address over all users only what was charged is of interest */
	r = account_read(
	    tx, who, charged ? LOCKOUT_ADDRESS : LOCKOUT_PAIR, &account);
	/* nothing to forgive: nearly everybody who comes by SSO */
	if (r != 0 || !account.found)
		return r;
	r = steady_now(tx, &now);
	if (r != 0)
		return r;
	lockout_forgive(policy, now, verdict, account.rows);
	return account_write(tx, &account);
}
