/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/store_sql.h"

/* In the order of the field tables in store_ticket.c, store_request.c,
 * store_session.c and store_user.c. */
#define TICKET_COLUMNS                                                         \
	"hash, user_name, issuer, name_id, session_index,"                     \
	" session_not_on_or_after, expires, name_id_format, name_qualifier,"   \
	" sp_name_qualifier, authn_context, authn_instant, service,"           \
	" has_attributes"

#define REQUEST_COLUMNS                                                        \
	"id, kind, idp, service, force_authn, created, expires, data"

#define SESSION_COLUMNS                                                        \
	"id, state, user_name, service, address, tty, pid, method, issuer,"    \
	" name_id, session_index, signed_in, opened, ended, not_after,"        \
	" end_reason, name_id_format, name_qualifier, sp_name_qualifier,"      \
	" authn_context, authn_instant, pid_started"

#define USER_COLUMNS "name, verifier, changed, disabled, otp_step, seed"

/* State 2 is SESSION_ENDED, state 0 SESSION_SIGNED_IN (lib/store.h). */
const char *const store_sql[SQL_COUNT] = {
	[SQL_REPLAY_CLAIM] = "INSERT INTO replay (hash, until) VALUES ($1, $2)"
			     " ON CONFLICT DO NOTHING",
	[SQL_REPLAY_PRUNE] = "DELETE FROM replay WHERE hash IN"
			     " (SELECT hash FROM replay WHERE until < $1"
			     " ORDER BY until LIMIT $2)",

	[SQL_TICKET_PUT] = "INSERT INTO ticket (" TICKET_COLUMNS ")"
			   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
			   " $11, $12, $13, $14)"
			   " ON CONFLICT DO NOTHING",
	[SQL_TICKET_PEEK] =
	    "SELECT " TICKET_COLUMNS " FROM ticket WHERE hash = $1",
	[SQL_TICKET_TAKE] =
	    "DELETE FROM ticket WHERE hash = $1 RETURNING " TICKET_COLUMNS,
	[SQL_TICKET_PRUNE] = "DELETE FROM ticket WHERE hash IN"
			     " (SELECT hash FROM ticket WHERE expires < $1"
			     " LIMIT $2) RETURNING hash",
	[SQL_TICKET_REVOKE] = "DELETE FROM ticket"
			      " WHERE issuer = $1 AND name_id = $2"
			      " AND ($3 = 0 OR session_index = $4)"
			      " RETURNING hash",

	[SQL_REQUEST_ADD] = "INSERT INTO request (" REQUEST_COLUMNS ")"
			    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
			    " ON CONFLICT DO NOTHING",
	[SQL_REQUEST_PEEK] =
	    "SELECT " REQUEST_COLUMNS " FROM request WHERE id = $1",
	[SQL_REQUEST_TAKE] =
	    "DELETE FROM request WHERE id = $1 RETURNING " REQUEST_COLUMNS,
	[SQL_REQUEST_COUNT] = "SELECT count(*) FROM request",
	[SQL_REQUEST_PRUNE] = "DELETE FROM request WHERE id IN"
			      " (SELECT id FROM request WHERE expires < $1"
			      " ORDER BY expires LIMIT $2)",

	[SQL_ATTRIBUTES_PUT] = "INSERT INTO attributes (owner, kept)"
			       " VALUES ($1, $2) ON CONFLICT DO NOTHING",
	[SQL_ATTRIBUTES_GET] = "SELECT kept FROM attributes WHERE owner = $1",
	[SQL_ATTRIBUTES_MOVE] =
	    "UPDATE attributes SET owner = $1 WHERE owner = $2",
	[SQL_ATTRIBUTES_DROP] = "DELETE FROM attributes WHERE owner = $1",

	[SQL_SESSION_ADD] = "INSERT INTO session (" SESSION_COLUMNS ")"
			    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
			    " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,"
			    " $21, $22)"
			    " ON CONFLICT DO NOTHING",
	[SQL_SESSION_GET] =
	    "SELECT " SESSION_COLUMNS " FROM session WHERE id = $1",
	[SQL_SESSION_UPDATE] =
	    "UPDATE session SET state = $1, address = $2, tty = $3, pid = $4,"
	    " method = $5, opened = $6, pid_started = $7 WHERE id = $8",
	[SQL_SESSION_END] =
	    "UPDATE session SET state = $1, address = $2, tty = $3, pid = $4,"
	    " method = $5, opened = $6, pid_started = $7, ended = $8,"
	    " end_reason = $9 WHERE id = $10",
	[SQL_SESSION_LIST] = "SELECT " SESSION_COLUMNS " FROM session"
			     " WHERE state <> 2 OR $1 = 1"
			     " ORDER BY signed_in DESC, id DESC LIMIT $2",
	[SQL_SESSION_LIST_USER] = "SELECT " SESSION_COLUMNS " FROM session"
				  " WHERE user_name = $1"
				  " AND (state <> 2 OR $2 = 1)"
				  " ORDER BY signed_in DESC, id DESC LIMIT $3",
	/* With the condition of session_named, word by word. */
	[SQL_SESSION_NAMED] = "SELECT " SESSION_COLUMNS " FROM session"
			      " WHERE ended = 0 AND issuer <> ''"
			      " AND issuer = $1 AND name_id = $2"
			      " AND ($3 = 0 OR session_index = $4)"
			      " ORDER BY signed_in DESC, id DESC",
	/* What ended before $1 was signed in before $1 too: that is indexed. */
	[SQL_SESSION_PRUNE] = "DELETE FROM session WHERE id IN"
			      " (SELECT id FROM session WHERE signed_in < $1"
			      " AND (state = 0 OR (state = 2 AND ended < $1))"
			      " ORDER BY signed_in LIMIT $2) RETURNING id",

	[SQL_USER_ADD] = "INSERT INTO users (" USER_COLUMNS ")"
			 " VALUES ($1, $2, $3, $4, $5, $6)"
			 " ON CONFLICT DO NOTHING",
	[SQL_USER_GET] = "SELECT " USER_COLUMNS " FROM users WHERE name = $1",
	[SQL_USER_REMOVE] = "DELETE FROM users WHERE name = $1",
	[SQL_USER_PASSWORD] =
	    "UPDATE users SET verifier = $1, changed = $2 WHERE name = $3",
	[SQL_USER_SEED] = "UPDATE users SET seed = $1 WHERE name = $2",
	[SQL_USER_LIST] = "SELECT " USER_COLUMNS " FROM users ORDER BY name",
	[SQL_OTP_CLAIM] = "UPDATE users SET otp_step = $1"
			  " WHERE name = $2 AND otp_step < $1",

	[SQL_CLOCK_GET] = "SELECT wall FROM clock WHERE one = 1",
	[SQL_CLOCK_RAISE] = "INSERT INTO clock (one, wall) VALUES (1, $1)"
			    " ON CONFLICT (one) DO UPDATE"
			    " SET wall = excluded.wall"
			    " WHERE clock.wall < excluded.wall",
	[SQL_CLOCK_SET] = "INSERT INTO clock (one, wall) VALUES (1, $1)"
			  " ON CONFLICT (one) DO UPDATE"
			  " SET wall = excluded.wall",
};
