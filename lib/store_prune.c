/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_tx.h"

int
store_prune(struct store_tx *tx, int64_t now, int64_t slack,
    int64_t ended_before, int64_t limit, int64_t *dropped)
{
	const struct {
		enum store_statement statement;
		int64_t before;
		store_row *gone;
	} rules[] = {
		{ SQL_REPLAY_PRUNE, now - slack, NULL },
		{ SQL_TICKET_PRUNE, now - slack, store_ticket_gone },
		{ SQL_LOGOUT_PRUNE, now - slack, NULL },
		/* it is refused from then on, whether or not it is there */
		{ SQL_REQUEST_PRUNE, now, NULL },
		{ SQL_SESSION_PRUNE, ended_before, store_session_gone },
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
		    rules[i].gone, tx, &rows);
		if (r != 0)
			return r;
		*dropped += rows;
	}
	return 0;
}
