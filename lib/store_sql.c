/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/store_sql.h"

/* In the order of the field tables in store_ticket.c, store_request.c and so
 * on. */
#define TICKET_COLUMNS                                                         \
	"hash, user_name, issuer, name_id, session_index,"                     \
	" session_not_on_or_after, expires, name_id_format, name_qualifier,"   \
	" sp_name_qualifier, authn_context, authn_instant, service,"           \
	" has_attributes, kept_names"

#define REQUEST_COLUMNS                                                        \
	"id, kind, idp, service, force_authn, created, expires, data"

#define SESSION_COLUMNS                                                        \
	"id, state, user_name, service, address, tty, pid, method, issuer,"    \
	" name_id, session_index, signed_in, opened, ended, not_after,"        \
	" end_reason, name_id_format, name_qualifier, sp_name_qualifier,"      \
	" authn_context, authn_instant, pid_started, previous, handed, last"

/* The same, with what live has of those that live. */
#define SESSION_SELECT                                                         \
	"SELECT session.id, COALESCE(live.state, session.state),"              \
	" session.user_name, session.service, address,"                        \
	" COALESCE(live.tty, session.tty), COALESCE(live.pid, session.pid),"   \
	" method, issuer, name_id, session_index, session.signed_in,"          \
	" COALESCE(live.opened, session.opened), ended, session.not_after,"    \
	" end_reason, name_id_format, name_qualifier, sp_name_qualifier,"      \
	" authn_context, authn_instant,"                                       \
	" COALESCE(live.pid_started, session.pid_started), previous, handed,"  \
	" COALESCE(live.last, session.last), COALESCE(start, 0),"              \
	" COALESCE(ends, 0), COALESCE(idle, 0), COALESCE(class, 0),"           \
	" COALESCE(asks, 0)"                                                   \
	" FROM session LEFT JOIN live ON live.id = session.id"

#define LIVE_COLUMNS STORE_LIVE_KEPT ", last, start, ends, idle, class, asks"

#define HOLD_COLUMNS "session, holder, label, taken, until, ends"

#define USER_COLUMNS                                                           \
	"name, verifier, changed, disabled, created, elsewhere, must_change,"  \
	" grace_used, last_login, enroll_asked, real_name, mail, language"

#define TRIES_COLUMNS                                                          \
	"user_name, address, tries, tells, blocks, series, last, expires,"     \
	" known"

#define STEADY_COLUMNS "boot, boot_time, wall, steady_time"

#define FACTOR_COLUMNS "user_name, confirmed, sealed, last, drift, created"

#define DEVICE_COLUMNS "hash, user_name, service, address, created, expires"

#define PASS_COLUMNS                                                           \
	"hash, user_name, reason, issued_by, used_from, issued, expires, used"

#define MAIL_COLUMNS "user_name, hash, expires, tries, sent, since, keep_until"

/* State 2 is SESSION_ENDED, state 1 SESSION_OPEN (lib/store.h). */
const char *const store_sql[SQL_COUNT] = {
	[SQL_REPLAY_CLAIM] = "INSERT INTO replay (hash, until) VALUES ($1, $2)"
			     " ON CONFLICT DO NOTHING",
	[SQL_REPLAY_PRUNE] = "DELETE FROM replay WHERE hash IN"
			     " (SELECT hash FROM replay WHERE until < $1"
			     " ORDER BY until LIMIT $2)",

	[SQL_TICKET_PUT] = "INSERT INTO ticket (" TICKET_COLUMNS ")"
			   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
			   " $11, $12, $13, $14, $15)"
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

	[SQL_LOGOUT_MARK] = "INSERT INTO logout (hash, issued, until)"
			    " VALUES ($1, $2, $3)"
			    " ON CONFLICT (hash) DO UPDATE SET"
			    " issued = excluded.issued, until = excluded.until"
			    " WHERE logout.issued < excluded.issued",
	[SQL_LOGOUT_FIND] = "SELECT count(*) FROM logout"
			    " WHERE hash IN ($1, $2) AND issued >= $3",
	[SQL_LOGOUT_PRUNE] = "DELETE FROM logout WHERE hash IN"
			     " (SELECT hash FROM logout WHERE until < $1"
			     " ORDER BY until LIMIT $2)",

	[SQL_REQUEST_ADD] = "INSERT INTO request (" REQUEST_COLUMNS ")"
			    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
			    " ON CONFLICT DO NOTHING",
	[SQL_REQUEST_PEEK] =
	    "SELECT " REQUEST_COLUMNS " FROM request WHERE id = $1",
	[SQL_REQUEST_TAKE] =
	    "DELETE FROM request WHERE id = $1 RETURNING " REQUEST_COLUMNS,
	[SQL_REQUEST_COUNT] = "SELECT count(*) FROM request",
	[SQL_REQUEST_PRUNE] = "DELETE FROM request WHERE id IN"
			      " (SELECT id FROM request WHERE expires <= $1"
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
			    " $21, $22, $23, $24, $25)"
			    " ON CONFLICT DO NOTHING",
	[SQL_SESSION_GET] = SESSION_SELECT " WHERE session.id = $1",
	/* The row is a large one, and at most openings there is nothing new. */
	[SQL_SESSION_UPDATE] =
	    "UPDATE session SET address = $1, method = $2, previous = $3"
	    " WHERE id = $4"
	    " AND (address <> $1 OR method <> $2 OR previous <> $3)",
	[SQL_SESSION_END] =
	    "UPDATE session SET state = $1, address = $2, tty = $3, pid = $4,"
	    " method = $5, opened = $6, pid_started = $7, previous = $8,"
	    " ended = $9, end_reason = $10, last = $11 WHERE id = $12",
	[SQL_SESSION_LIST] =
	    SESSION_SELECT " WHERE session.state <> 2 OR $1 = 1"
			   " ORDER BY session.signed_in DESC, session.id DESC"
			   " LIMIT $2",
	[SQL_SESSION_LIST_USER] =
	    SESSION_SELECT " WHERE session.user_name = $1"
			   " AND (session.state <> 2 OR $2 = 1)"
			   " ORDER BY session.signed_in DESC, session.id DESC"
			   " LIMIT $3",
	/* With the condition of session_named, word by word. */
	[SQL_SESSION_NAMED] =
	    SESSION_SELECT " WHERE ended = 0 AND issuer <> ''"
			   " AND issuer = $1 AND name_id = $2"
			   " AND ($3 = 0 OR session_index = $4)"
			   " ORDER BY session.signed_in DESC, session.id DESC",
	/* What ended before $1 was signed in before $1 too: that is indexed. */
	[SQL_SESSION_PRUNE] = "DELETE FROM session WHERE id IN"
			      " (SELECT id FROM session WHERE signed_in < $1"
			      " AND ended < $1"
			      " AND NOT EXISTS (SELECT 1 FROM live"
			      " WHERE live.id = session.id AND live.state = 1)"
			      " ORDER BY signed_in LIMIT $2) RETURNING id",
	[SQL_SESSION_PREVIOUS] =
	    "UPDATE session SET handed = 1 WHERE id ="
	    " (SELECT id FROM session"
	    " WHERE user_name = $1 AND service = $2 AND ended >= $3"
	    " AND " STORE_SESSION_PARKED
	    " ORDER BY ended DESC, id DESC LIMIT 1) RETURNING id",

	/* With the condition of session_holder, word by word. */
	[SQL_SESSION_HOLDERS] =
	    "SELECT id FROM session WHERE " STORE_SESSION_HOLDER,
	[SQL_SESSION_LET_GO] = "UPDATE session SET pid_started = 0"
			       " WHERE id = $1 AND ended > 0",
	[SQL_SESSION_LET_ALL_GO] =
	    "UPDATE session SET pid_started = 0 WHERE " STORE_SESSION_HOLDER,

	[SQL_LIVE_ADD] = "INSERT INTO live (" LIVE_COLUMNS ")"
			 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
			 " $11, $12, $13, $14, $15, $16)",
	[SQL_LIVE_UPDATE] =
	    "UPDATE live SET tty = $1, state = $2, pid = $3, pid_started = $4,"
	    " opened = $5, ends = $6, idle = $7, class = $8, asks = $9"
	    " WHERE id = $10",
	[SQL_LIVE_END] = "DELETE FROM live WHERE id = $1 RETURNING last",
	[SQL_LIVE_LIST] = "SELECT " LIVE_COLUMNS ", token FROM live"
			  " WHERE id > $1 ORDER BY id LIMIT $2",
	[SQL_LIVE_ACTIVITY] =
	    "UPDATE live SET last = $1 WHERE id = $2 AND last < $1",
	[SQL_LIVE_TOKEN] = "UPDATE live SET token = $1 WHERE id = $2",
	/* With the condition of live_token, word by word. */
	[SQL_LIVE_FIND] = "SELECT id FROM live"
			  " WHERE token = $1 AND length(token) > 0",

	[SQL_ASKS_FIND] = "SELECT number FROM asks WHERE text = $1",
	[SQL_ASKS_ADD] = "INSERT INTO asks (number, text)"
			 " SELECT COALESCE(MAX(number), 0) + 1, $1 FROM asks"
			 " RETURNING number",
	[SQL_ASKS_LIST] = "SELECT number, text FROM asks ORDER BY number",

	[SQL_HOLD_PUT] = "INSERT INTO hold (" HOLD_COLUMNS ")"
			 " SELECT $1, $2, $3, $4, $5, $6 FROM live"
			 " WHERE id = $1"
			 " ON CONFLICT (session, holder, label) DO UPDATE SET"
			 " taken = excluded.taken, until = excluded.until,"
			 " ends = excluded.ends",
	[SQL_HOLD_GET] = "SELECT " HOLD_COLUMNS " FROM hold"
			 " WHERE session = $1 AND holder = $2 AND label = $3",
	[SQL_HOLD_DROP] = "DELETE FROM hold"
			  " WHERE session = $1 AND holder = $2 AND label = $3",
	[SQL_HOLD_END] = "DELETE FROM hold WHERE session = $1",
	[SQL_HOLD_LIST] = "SELECT " HOLD_COLUMNS " FROM hold"
			  " WHERE ($1 = 0 OR session = $2)"
			  " ORDER BY session, holder, label LIMIT $3",
	[SQL_HOLD_PRUNE] = "DELETE FROM hold WHERE (session, holder, label) IN"
			   " (SELECT session, holder, label FROM hold"
			   " WHERE ends < $1 ORDER BY ends LIMIT $2)",

	[SQL_USER_ADD] = "INSERT INTO users (" USER_COLUMNS ")"
			 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
			 " $11, $12, $13)"
			 " ON CONFLICT DO NOTHING",
	[SQL_USER_GET] = "SELECT " USER_COLUMNS " FROM users WHERE name = $1",
	[SQL_USER_REMOVE] = "DELETE FROM users WHERE name = $1",
	[SQL_USER_PASSWORD] =
	    "UPDATE users SET verifier = $1, changed = $2, must_change = 0,"
	    " grace_used = 0 WHERE name = $3",
	[SQL_USER_REHASH] = "UPDATE users SET verifier = $1"
			    " WHERE name = $2 AND verifier = $3",
	[SQL_USER_UPDATE] =
	    "UPDATE users SET disabled = $1, elsewhere = $2, must_change = $3,"
	    " grace_used = $4, last_login = $5, enroll_asked = $6,"
	    " real_name = $7, mail = $8, language = $9 WHERE name = $10",
	[SQL_USER_SEEN] = "UPDATE users SET last_login = $1"
			  " WHERE name = $2 AND ($3 < 0 OR changed = $3)"
			  " RETURNING disabled",
	[SQL_USER_LIST] = "SELECT " USER_COLUMNS " FROM users ORDER BY name",

	[SQL_TRIES_GET] = "SELECT " TRIES_COLUMNS " FROM tries"
			  " WHERE user_name = $1 AND address = $2",
	[SQL_TRIES_PUT] = "INSERT INTO tries (" TRIES_COLUMNS ")"
			  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
			  " ON CONFLICT (user_name, address) DO UPDATE SET"
			  " tries = excluded.tries, tells = excluded.tells,"
			  " blocks = excluded.blocks,"
			  " series = excluded.series, last = excluded.last,"
			  " expires = excluded.expires,"
			  " known = excluded.known",
	[SQL_TRIES_RESET] = "DELETE FROM tries"
			    " WHERE ($1 = 0 OR user_name = $2)"
			    " AND ($3 = 0 OR address = $4)",
	[SQL_TRIES_LIST] = "SELECT " TRIES_COLUMNS " FROM tries"
			   " WHERE ($1 = 0 OR user_name = $2)"
			   " ORDER BY user_name, address LIMIT $3",
	[SQL_TRIES_COUNT] = "SELECT count(*) FROM tries",
	[SQL_TRIES_PRUNE] = "DELETE FROM tries WHERE (user_name, address) IN"
			    " (SELECT user_name, address FROM tries"
			    " WHERE expires <= $1 ORDER BY expires LIMIT $2)",
	[SQL_TRIES_TRIM] = "DELETE FROM tries WHERE (user_name, address) IN"
			   " (SELECT user_name, address FROM tries"
			   " WHERE known = 0 ORDER BY expires LIMIT $1)",
	[SQL_STEADY_GET] =
	    "SELECT " STEADY_COLUMNS " FROM steady WHERE one = 1",
	[SQL_STEADY_PUT] = "INSERT INTO steady (one, " STEADY_COLUMNS ")"
			   " VALUES (1, $1, $2, $3, $4)"
			   " ON CONFLICT (one) DO UPDATE SET"
			   " boot = excluded.boot,"
			   " boot_time = excluded.boot_time,"
			   " wall = excluded.wall,"
			   " steady_time = excluded.steady_time",

	[SQL_HISTORY_ADD] =
	    "INSERT INTO history (user_name, serial, changed, verifier)"
	    " SELECT $1, COALESCE(MAX(serial), 0) + 1, $2, $3 FROM history"
	    " WHERE user_name = $1",
	[SQL_HISTORY_TRIM] = "DELETE FROM history WHERE user_name = $1"
			     " AND serial <= (SELECT MAX(serial) FROM history"
			     " WHERE user_name = $1) - $2",
	[SQL_HISTORY_LIST] = "SELECT changed, verifier FROM history"
			     " WHERE user_name = $1 ORDER BY serial DESC",
	[SQL_HISTORY_DROP] = "DELETE FROM history WHERE user_name = $1",

	[SQL_FACTOR_PUT] = "INSERT INTO factor (" FACTOR_COLUMNS ")"
			   " VALUES ($1, $2, $3, $4, $5, $6)"
			   " ON CONFLICT (user_name, confirmed) DO UPDATE SET"
			   " sealed = excluded.sealed, last = excluded.last,"
			   " drift = excluded.drift,"
			   " created = excluded.created",
	[SQL_FACTOR_GET] = "SELECT " FACTOR_COLUMNS " FROM factor"
			   " WHERE user_name = $1 AND confirmed = $2",
	[SQL_FACTOR_DROP] = "DELETE FROM factor"
			    " WHERE user_name = $1 AND confirmed = $2",
	[SQL_FACTOR_DROP_ALL] = "DELETE FROM factor WHERE user_name = $1",
	[SQL_FACTOR_CLAIM] = "UPDATE factor SET last = $1, drift = $2"
			     " WHERE user_name = $3 AND confirmed = 1"
			     " AND last < $1",
	[SQL_FACTOR_CONFIRM] = "UPDATE factor"
			       " SET confirmed = 1, last = $1, drift = $2"
			       " WHERE user_name = $3 AND confirmed = 0",

	[SQL_RECOVERY_ADD] = "INSERT INTO recovery (user_name, kept)"
			     " VALUES ($1, $2) ON CONFLICT DO NOTHING",
	[SQL_RECOVERY_LIST] = "SELECT kept FROM recovery WHERE user_name = $1",
	[SQL_RECOVERY_TAKE] =
	    "DELETE FROM recovery WHERE user_name = $1 AND kept = $2",
	[SQL_RECOVERY_COUNT] =
	    "SELECT count(*) FROM recovery WHERE user_name = $1",
	[SQL_RECOVERY_DROP] = "DELETE FROM recovery WHERE user_name = $1",
	[SQL_SEALED_USERS] = "SELECT user_name FROM factor WHERE user_name > $1"
			     " UNION"
			     " SELECT user_name FROM recovery"
			     " WHERE user_name > $1"
			     " ORDER BY user_name LIMIT $2",

	[SQL_DEVICE_PUT] = "INSERT INTO device (" DEVICE_COLUMNS ")"
			   " VALUES ($1, $2, $3, $4, $5, $6)"
			   " ON CONFLICT (hash) DO UPDATE SET"
			   " created = excluded.created,"
			   " expires = excluded.expires",
	[SQL_DEVICE_COUNT] = "SELECT count(*) FROM device"
			     " WHERE user_name = $1 AND expires > $2",
	[SQL_DEVICE_GET] =
	    "SELECT " DEVICE_COLUMNS " FROM device WHERE hash = $1",
	/* But not the one that was just put there, $2. */
	[SQL_DEVICE_TRIM] = "DELETE FROM device WHERE user_name = $1"
			    " AND hash NOT IN (SELECT hash FROM device"
			    " WHERE user_name = $1 AND hash <> $2"
			    " ORDER BY expires DESC, hash LIMIT $3)"
			    " AND hash <> $2",
	[SQL_DEVICE_FORGET] = "DELETE FROM device WHERE user_name = $1",
	[SQL_DEVICE_PRUNE] = "DELETE FROM device WHERE hash IN"
			     " (SELECT hash FROM device WHERE expires < $1"
			     " ORDER BY expires LIMIT $2)",

	[SQL_PASS_PUT] = "INSERT INTO pass (" PASS_COLUMNS ")"
			 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
			 " ON CONFLICT DO NOTHING",
	[SQL_PASS_GET] = "SELECT " PASS_COLUMNS " FROM pass WHERE hash = $1",
	[SQL_PASS_USE] = "UPDATE pass SET used = $1, used_from = $2"
			 " WHERE hash = $3 AND used = 0",
	[SQL_PASS_REVOKE] =
	    "DELETE FROM pass WHERE user_name = $1 AND used = 0",
	[SQL_PASS_LIST] = "SELECT " PASS_COLUMNS " FROM pass"
			  " ORDER BY issued DESC, hash LIMIT $1",
	[SQL_PASS_PRUNE] = "DELETE FROM pass WHERE hash IN"
			   " (SELECT hash FROM pass WHERE issued < $1"
			   " AND (used <> 0 OR expires < $2)"
			   " LIMIT $3)",

	[SQL_MAIL_PUT] = "INSERT INTO mail (" MAIL_COLUMNS ")"
			 " VALUES ($1, $2, $3, $4, $5, $6, $7)"
			 " ON CONFLICT (user_name) DO UPDATE SET"
			 " hash = excluded.hash, expires = excluded.expires,"
			 " tries = excluded.tries, sent = excluded.sent,"
			 " since = excluded.since,"
			 " keep_until = excluded.keep_until",
	[SQL_MAIL_GET] =
	    "SELECT " MAIL_COLUMNS " FROM mail WHERE user_name = $1",
	[SQL_MAIL_DROP] = "DELETE FROM mail WHERE user_name = $1",
	[SQL_MAIL_PRUNE] = "DELETE FROM mail WHERE user_name IN"
			   " (SELECT user_name FROM mail WHERE keep_until < $1"
			   " ORDER BY keep_until LIMIT $2)",

	[SQL_CLOCK_GET] = "SELECT wall FROM clock WHERE one = 1",
	[SQL_CLOCK_RAISE] = "INSERT INTO clock (one, wall) VALUES (1, $1)"
			    " ON CONFLICT (one) DO UPDATE"
			    " SET wall = excluded.wall"
			    " WHERE clock.wall < excluded.wall",
	[SQL_CLOCK_SET] = "INSERT INTO clock (one, wall) VALUES (1, $1)"
			  " ON CONFLICT (one) DO UPDATE"
			  " SET wall = excluded.wall",
};
