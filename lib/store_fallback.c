/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/store_fallback.h"

#include "lib/error.h"
#include "lib/store_tx.h"

int
store_fallback_drop(struct store_tx *tx, const char *user)
{
	static const enum store_statement statements[] = {
		SQL_HISTORY_DROP,
		SQL_FACTOR_DROP_ALL,
		SQL_RECOVERY_DROP,
		SQL_DEVICE_FORGET,
		SQL_PASS_REVOKE, /* those that were used are evidence */
		SQL_MAIL_DROP,
	};
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof(statements) / sizeof(statements[0]);
	     i++)
		r = store_run(tx, statements[i], STORE_PARAMS(store_text(user)),
		    NULL, NULL, NULL);
	return r;
}

int
store_fallback_prune(struct store_tx *tx, int64_t now, int64_t issued_before,
    int64_t limit, int64_t *dropped)
{
	const struct store_value past = store_number(now);
	const struct store_value most = store_number(limit);
	int64_t devices = 0, passes = 0;
	int r;

	*dropped = 0;
	/* SQL would take a negative limit for none at all. */
	if (limit < 0)
		return GATE_EINVAL;
	r = store_run(tx, SQL_DEVICE_PRUNE, STORE_PARAMS(past, most), NULL,
	    NULL, &devices);
	if (r == 0)
		r = store_run(tx, SQL_PASS_PRUNE,
		    STORE_PARAMS(store_number(issued_before), past, most), NULL,
		    NULL, &passes);
	*dropped = devices + passes;
	return r;
}
