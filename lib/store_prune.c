/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_tx.h"

int
store_prune(struct store_tx *tx, int64_t now, int64_t ended_before,
    int64_t limit, int64_t *dropped)
{
	const struct {
		enum store_statement statement;
		int64_t before;
	} rules[] = {
		{ SQL_REPLAY_PRUNE, now },
		{ SQL_TICKET_PRUNE, now },
		{ SQL_SESSION_PRUNE, ended_before },
	};
	int64_t rows;
	size_t i;
	int r;

	*dropped = 0;
	/* SQL would take a negative limit for none at all. */
	if (limit < 0)
		return GATE_EINVAL;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		r = store_run(tx, rules[i].statement,
		    STORE_PARAMS(
			store_number(rules[i].before), store_number(limit)),
		    NULL, NULL, &rows);
		if (r != 0)
			return r;
		*dropped += rows;
	}
	return 0;
}
