/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_STORE_SQL_H
#define GATE_STORE_SQL_H

#include "lib/store.h"

/*
 * All SQL of the store, written once in what SQLite and PostgreSQL have in
 * common. An engine gives its words for the types and for the end of a table
 * definition:
 *
 *	NUMBER	a signed integer of 64 bits
 *	BYTES	a string of bytes
 *	TABLE	what follows the bracket of a table that its key alone orders
 *
 * Parameters are $1, $2, ... in the order in which they first occur.
 */

/*
 * Each index is one more page that a login writes. The three there are keep
 * house-keeping and lists from walking what only ever grows; a ticket lives
 * for minutes, so that its table is small enough to walk.
 */
#define STORE_SCHEMA_1(NUMBER, BYTES, TABLE)                                   \
	"CREATE TABLE replay ("                                                \
	" hash " BYTES " NOT NULL PRIMARY KEY,"                                \
	" until " NUMBER " NOT NULL"                                           \
	") " TABLE ";"                                                         \
	"CREATE INDEX replay_until ON replay (until);"                         \
	"CREATE TABLE ticket ("                                                \
	" hash " BYTES " NOT NULL PRIMARY KEY,"                                \
	" user_name TEXT NOT NULL,"                                            \
	" issuer TEXT NOT NULL,"                                               \
	" name_id TEXT NOT NULL,"                                              \
	" session_index TEXT NOT NULL,"                                        \
	" session_not_on_or_after " NUMBER " NOT NULL,"                        \
	" expires " NUMBER " NOT NULL"                                         \
	") " TABLE ";"                                                         \
	"CREATE TABLE session ("                                               \
	" id TEXT NOT NULL PRIMARY KEY,"                                       \
	" state " NUMBER " NOT NULL,"                                          \
	" user_name TEXT NOT NULL,"                                            \
	" service TEXT NOT NULL,"                                              \
	" address TEXT NOT NULL,"                                              \
	" tty TEXT NOT NULL,"                                                  \
	" pid " NUMBER " NOT NULL,"                                            \
	" method TEXT NOT NULL,"                                               \
	" issuer TEXT NOT NULL,"                                               \
	" name_id TEXT NOT NULL,"                                              \
	" session_index TEXT NOT NULL,"                                        \
	" signed_in " NUMBER " NOT NULL,"                                      \
	" opened " NUMBER " NOT NULL,"                                         \
	" ended " NUMBER " NOT NULL,"                                          \
	" not_after " NUMBER " NOT NULL,"                                      \
	" end_reason TEXT NOT NULL"                                            \
	") " TABLE ";"                                                         \
	"CREATE INDEX session_signed_in ON session (signed_in, id);"           \
	"CREATE INDEX session_user"                                            \
	" ON session (user_name, signed_in, id);"                              \
	"CREATE TABLE users ("                                                 \
	" name TEXT NOT NULL PRIMARY KEY,"                                     \
	" verifier TEXT NOT NULL,"                                             \
	" changed " NUMBER " NOT NULL,"                                        \
	" disabled " NUMBER " NOT NULL,"                                       \
	" seed " BYTES " NOT NULL,"                                            \
	" otp_step " NUMBER " NOT NULL"                                        \
	") " TABLE ";"                                                         \
	"CREATE TABLE clock ("                                                 \
	" one " NUMBER " NOT NULL PRIMARY KEY CHECK (one = 1),"                \
	" wall " NUMBER " NOT NULL"                                            \
	") " TABLE ";"

/*
 * What single sign-on needs: requests that wait, what an IdP knows a session
 * by, attributes, marks of logouts. session_named has the sessions that a
 * logout may name and no other, so that it stays small however long ended ones
 * are kept; what it is made of does not change when a session is opened.
 */
#define STORE_ADD_TEXT(table, column)                                          \
	"ALTER TABLE " table " ADD COLUMN " column " TEXT NOT NULL DEFAULT '';"
#define STORE_ADD_NUMBER(NUMBER, table, column)                                \
	"ALTER TABLE " table " ADD COLUMN " column " " NUMBER                  \
	" NOT NULL DEFAULT 0;"
#define STORE_SCHEMA_2_CLAIMS(NUMBER, table)                                   \
	STORE_ADD_TEXT(table, "name_id_format")                                \
	STORE_ADD_TEXT(table, "name_qualifier")                                \
	STORE_ADD_TEXT(table, "sp_name_qualifier")                             \
	STORE_ADD_TEXT(table, "authn_context")                                 \
	STORE_ADD_NUMBER(NUMBER, table, "authn_instant")
#define STORE_SCHEMA_2(NUMBER, BYTES, TABLE)                                   \
	STORE_SCHEMA_2_CLAIMS(NUMBER, "ticket")                                \
	STORE_ADD_TEXT("ticket", "service")                                    \
	STORE_ADD_NUMBER(NUMBER, "ticket", "has_attributes")                   \
	STORE_ADD_TEXT("ticket", "kept_names")                                 \
	STORE_SCHEMA_2_CLAIMS(NUMBER, "session")                               \
	STORE_ADD_NUMBER(NUMBER, "session", "pid_started")                     \
	"CREATE INDEX session_named ON session (issuer, name_id)"              \
	" WHERE ended = 0 AND issuer <> '';"                                   \
	"CREATE TABLE request ("                                               \
	" id TEXT NOT NULL PRIMARY KEY,"                                       \
	" kind " NUMBER " NOT NULL,"                                           \
	" idp TEXT NOT NULL,"                                                  \
	" service TEXT NOT NULL,"                                              \
	" force_authn " NUMBER " NOT NULL,"                                    \
	" created " NUMBER " NOT NULL,"                                        \
	" expires " NUMBER " NOT NULL,"                                        \
	" data TEXT NOT NULL"                                                  \
	") " TABLE ";"                                                         \
	"CREATE INDEX request_expires ON request (expires);"                   \
	"CREATE TABLE attributes ("                                            \
	" owner TEXT NOT NULL PRIMARY KEY,"                                    \
	" kept " BYTES " NOT NULL"                                             \
	") " TABLE ";"                                                         \
	"CREATE TABLE logout ("                                                \
	" hash " BYTES " NOT NULL PRIMARY KEY,"                                \
	" issued " NUMBER " NOT NULL,"                                         \
	" until " NUMBER " NOT NULL"                                           \
	") " TABLE ";"                                                         \
	"CREATE INDEX logout_until ON logout (until);"

/*
 * What the fallback needs. The row of a factor does not tell of which kind it
 * is; a seed leaves the row of its user, so that it is in one place alone. A
 * table whose rows come and go by the thousand has an index to find those whose
 * time is up; in the others, there is a row to a user at most.
 */
#define STORE_SCHEMA_3(NUMBER, BYTES, TABLE)                                   \
	STORE_ADD_NUMBER(NUMBER, "users", "created")                           \
	STORE_ADD_NUMBER(NUMBER, "users", "elsewhere")                         \
	STORE_ADD_NUMBER(NUMBER, "users", "must_change")                       \
	STORE_ADD_NUMBER(NUMBER, "users", "grace_used")                        \
	STORE_ADD_NUMBER(NUMBER, "users", "last_login")                        \
	STORE_ADD_NUMBER(NUMBER, "users", "enroll_asked")                      \
	STORE_ADD_TEXT("users", "real_name")                                   \
	STORE_ADD_TEXT("users", "mail")                                        \
	"CREATE TABLE tries ("                                                 \
	" user_name TEXT NOT NULL,"                                            \
	" address TEXT NOT NULL,"                                              \
	" tries " NUMBER " NOT NULL,"                                          \
	" tells " NUMBER " NOT NULL,"                                          \
	" blocks " NUMBER " NOT NULL,"                                         \
	" series " NUMBER " NOT NULL,"                                         \
	" last " NUMBER " NOT NULL,"                                           \
	" expires " NUMBER " NOT NULL,"                                        \
	" known " NUMBER " NOT NULL,"                                          \
	" PRIMARY KEY (user_name, address)"                                    \
	") " TABLE ";"                                                         \
	"CREATE INDEX tries_expires ON tries (expires);"                       \
	"CREATE TABLE steady ("                                                \
	" one " NUMBER " NOT NULL PRIMARY KEY CHECK (one = 1),"                \
	" boot TEXT NOT NULL,"                                                 \
	" boot_time " NUMBER " NOT NULL,"                                      \
	" wall " NUMBER " NOT NULL,"                                           \
	" steady_time " NUMBER " NOT NULL"                                     \
	") " TABLE ";"                                                         \
	"CREATE TABLE history ("                                               \
	" user_name TEXT NOT NULL,"                                            \
	" serial " NUMBER " NOT NULL,"                                         \
	" changed " NUMBER " NOT NULL,"                                        \
	" verifier TEXT NOT NULL,"                                             \
	" PRIMARY KEY (user_name, serial)"                                     \
	") " TABLE ";"                                                         \
	"INSERT INTO history (user_name, serial, changed, verifier)"           \
	" SELECT name, 1, changed, verifier FROM users WHERE verifier <> '';"  \
	"CREATE TABLE factor ("                                                \
	" user_name TEXT NOT NULL,"                                            \
	" confirmed " NUMBER " NOT NULL,"                                      \
	" sealed " BYTES " NOT NULL,"                                          \
	" last " NUMBER " NOT NULL,"                                           \
	" drift " NUMBER " NOT NULL,"                                          \
	" created " NUMBER " NOT NULL,"                                        \
	" PRIMARY KEY (user_name, confirmed)"                                  \
	") " TABLE ";"                                                         \
	"INSERT INTO factor"                                                   \
	" (user_name, confirmed, sealed, last, drift, created)"                \
	" SELECT name, 1, seed, otp_step, 0, changed FROM users"               \
	" WHERE length(seed) > 0;"                                             \
	"UPDATE users SET seed = substr(seed, 1, 0) WHERE length(seed) > 0;"   \
	"CREATE TABLE recovery ("                                              \
	" user_name TEXT NOT NULL,"                                            \
	" kept " BYTES " NOT NULL,"                                            \
	" PRIMARY KEY (user_name, kept)"                                       \
	") " TABLE ";"                                                         \
	"CREATE TABLE device ("                                                \
	" hash " BYTES " NOT NULL PRIMARY KEY,"                                \
	" user_name TEXT NOT NULL,"                                            \
	" service TEXT NOT NULL,"                                              \
	" address TEXT NOT NULL,"                                              \
	" created " NUMBER " NOT NULL,"                                        \
	" expires " NUMBER " NOT NULL"                                         \
	") " TABLE ";"                                                         \
	"CREATE INDEX device_user ON device (user_name);"                      \
	"CREATE INDEX device_expires ON device (expires);"                     \
	"CREATE TABLE pass ("                                                  \
	" hash " BYTES " NOT NULL PRIMARY KEY,"                                \
	" user_name TEXT NOT NULL,"                                            \
	" reason TEXT NOT NULL,"                                               \
	" issued_by TEXT NOT NULL,"                                            \
	" used_from TEXT NOT NULL,"                                            \
	" issued " NUMBER " NOT NULL,"                                         \
	" expires " NUMBER " NOT NULL,"                                        \
	" used " NUMBER " NOT NULL"                                            \
	") " TABLE ";"                                                         \
	"CREATE TABLE mail ("                                                  \
	" user_name TEXT NOT NULL PRIMARY KEY,"                                \
	" hash " BYTES " NOT NULL,"                                            \
	" expires " NUMBER " NOT NULL,"                                        \
	" tries " NUMBER " NOT NULL,"                                          \
	" sent " NUMBER " NOT NULL,"                                           \
	" since " NUMBER " NOT NULL,"                                          \
	" keep_until " NUMBER " NOT NULL"                                      \
	") " TABLE ";"                                                         \
	"CREATE INDEX mail_keep_until ON mail (keep_until);"

/*
 * The language that a user wants to be spoken to. And what the third step has
 * taken a user's seed from is no more.
 */
#define STORE_SCHEMA_4(NUMBER, BYTES, TABLE)                                   \
	STORE_ADD_TEXT("users", "language")                                    \
	"ALTER TABLE users DROP COLUMN seed;"                                  \
	"ALTER TABLE users DROP COLUMN otp_step;"

/*
 * What time needs of the sessions that live. live has a row for each of them
 * and for no other, so that a start reads it from end to end, and a small one,
 * so that activity can be written by the thousand. It has what changes while a
 * session lives: state, tty, pid, pid_started, opened and last are in session
 * as they were at first, and again when it ends. Of sessions that are older
 * than the table nobody knows any activity or limit.
 *
 * session_parked has those that idled out and may be handed over still,
 * session_holder those whose process is to end still, which are few.
 */
#define STORE_SESSION_PARKED "end_reason = '" STORE_END_IDLE "' AND handed = 0"
#define STORE_SESSION_HOLDER                                                   \
	"ended > 0 AND pid_started > 0"                                        \
	" AND end_reason <> '" STORE_END_CLOSED "'"                            \
	" AND end_reason <> '" STORE_END_GONE "'"
#define STORE_LIVE_KEPT                                                        \
	"id, user_name, service, tty, state, pid, pid_started, signed_in,"     \
	" opened, not_after"
#define STORE_SCHEMA_5(NUMBER, BYTES, TABLE)                                   \
	STORE_ADD_TEXT("session", "previous")                                  \
	STORE_ADD_NUMBER(NUMBER, "session", "handed")                          \
	STORE_ADD_NUMBER(NUMBER, "session", "last")                            \
	"CREATE INDEX session_parked ON session (user_name, service, ended)"   \
	" WHERE " STORE_SESSION_PARKED ";"                                     \
	"UPDATE session SET pid_started = 0 WHERE state = 2;"                  \
	"CREATE INDEX session_holder ON session (ended)"                       \
	" WHERE " STORE_SESSION_HOLDER ";"                                     \
	"CREATE TABLE live ("                                                  \
	" id TEXT NOT NULL PRIMARY KEY,"                                       \
	" user_name TEXT NOT NULL,"                                            \
	" service TEXT NOT NULL,"                                              \
	" tty TEXT NOT NULL,"                                                  \
	" state " NUMBER " NOT NULL,"                                          \
	" pid " NUMBER " NOT NULL,"                                            \
	" pid_started " NUMBER " NOT NULL,"                                    \
	" signed_in " NUMBER " NOT NULL,"                                      \
	" opened " NUMBER " NOT NULL,"                                         \
	" not_after " NUMBER " NOT NULL,"                                      \
	" last " NUMBER " NOT NULL,"                                           \
	" start " NUMBER " NOT NULL,"                                          \
	" ends " NUMBER " NOT NULL,"                                           \
	" idle " NUMBER " NOT NULL,"                                           \
	" class " NUMBER " NOT NULL,"                                          \
	" asks " NUMBER " NOT NULL,"                                           \
	" token " BYTES " NOT NULL DEFAULT (CAST('' AS " BYTES "))"            \
	") " TABLE ";"                                                         \
	"CREATE UNIQUE INDEX live_token ON live (token)"                       \
	" WHERE length(token) > 0;"                                            \
	"INSERT INTO live (" STORE_LIVE_KEPT ", last, start, ends, idle,"      \
	" class, asks) SELECT " STORE_LIVE_KEPT ", 0, 1000 * (signed_in"       \
	" + COALESCE((SELECT steady_time - wall FROM steady), 0)),"            \
	" 9223372036854775807, 0, 0, 0 FROM session WHERE state <> 2;"         \
	"CREATE TABLE asks ("                                                  \
	" number " NUMBER " NOT NULL PRIMARY KEY,"                             \
	" text TEXT NOT NULL"                                                  \
	") " TABLE ";"                                                         \
	"CREATE TABLE hold ("                                                  \
	" session TEXT NOT NULL,"                                              \
	" holder TEXT NOT NULL,"                                               \
	" label TEXT NOT NULL,"                                                \
	" taken " NUMBER " NOT NULL,"                                          \
	" until " NUMBER " NOT NULL,"                                          \
	" ends " NUMBER " NOT NULL,"                                           \
	" PRIMARY KEY (session, holder, label)"                                \
	") " TABLE ";"                                                         \
	"CREATE INDEX hold_ends ON hold (ends);"

/*
 * The schema's history: the n-th step leads from version n - 1 to n. A step
 * that was ever released is never changed.
 */
#define STORE_MIGRATIONS(NUMBER, BYTES, TABLE)                                 \
	{                                                                      \
		STORE_SCHEMA_1(NUMBER, BYTES, TABLE),                          \
		    STORE_SCHEMA_2(NUMBER, BYTES, TABLE),                      \
		    STORE_SCHEMA_3(NUMBER, BYTES, TABLE),                      \
		    STORE_SCHEMA_4(NUMBER, BYTES, TABLE),                      \
		    STORE_SCHEMA_5(NUMBER, BYTES, TABLE),                      \
	}

enum store_statement {
	SQL_REPLAY_CLAIM,
	SQL_REPLAY_PRUNE,
	SQL_TICKET_PUT,
	SQL_TICKET_PEEK,
	SQL_TICKET_TAKE,
	SQL_TICKET_PRUNE,
	SQL_TICKET_REVOKE,
	SQL_LOGOUT_MARK,
	SQL_LOGOUT_FIND,
	SQL_LOGOUT_PRUNE,
	SQL_REQUEST_ADD,
	SQL_REQUEST_PEEK,
	SQL_REQUEST_TAKE,
	SQL_REQUEST_COUNT,
	SQL_REQUEST_PRUNE,
	SQL_ATTRIBUTES_PUT,
	SQL_ATTRIBUTES_GET,
	SQL_ATTRIBUTES_MOVE,
	SQL_ATTRIBUTES_DROP,
	SQL_SESSION_ADD,
	SQL_SESSION_GET,
	SQL_SESSION_UPDATE,
	SQL_SESSION_END,
	SQL_SESSION_LIST,
	SQL_SESSION_LIST_USER,
	SQL_SESSION_NAMED,
	SQL_SESSION_PRUNE,
	SQL_SESSION_PREVIOUS,
	SQL_SESSION_HOLDERS,
	SQL_SESSION_LET_GO,
	SQL_SESSION_LET_ALL_GO,
	SQL_LIVE_ADD,
	SQL_LIVE_UPDATE,
	SQL_LIVE_END,
	SQL_LIVE_LIST,
	SQL_LIVE_ACTIVITY,
	SQL_LIVE_TOKEN,
	SQL_LIVE_FIND,
	SQL_ASKS_FIND,
	SQL_ASKS_ADD,
	SQL_ASKS_LIST,
	SQL_HOLD_PUT,
	SQL_HOLD_GET,
	SQL_HOLD_DROP,
	SQL_HOLD_END,
	SQL_HOLD_LIST,
	SQL_HOLD_PRUNE,
	SQL_USER_ADD,
	SQL_USER_GET,
	SQL_USER_REMOVE,
	SQL_USER_PASSWORD,
	SQL_USER_SEEN,
	SQL_USER_LIST,
	SQL_USER_UPDATE,
	SQL_USER_REHASH,
	SQL_TRIES_GET,
	SQL_TRIES_PUT,
	SQL_TRIES_RESET,
	SQL_TRIES_LIST,
	SQL_TRIES_COUNT,
	SQL_TRIES_PRUNE,
	SQL_TRIES_TRIM,
	SQL_STEADY_GET,
	SQL_STEADY_PUT,
	SQL_HISTORY_ADD,
	SQL_HISTORY_TRIM,
	SQL_HISTORY_LIST,
	SQL_HISTORY_DROP,
	SQL_FACTOR_PUT,
	SQL_FACTOR_GET,
	SQL_FACTOR_DROP,
	SQL_FACTOR_DROP_ALL,
	SQL_FACTOR_CLAIM,
	SQL_FACTOR_CONFIRM,
	SQL_RECOVERY_ADD,
	SQL_RECOVERY_LIST,
	SQL_RECOVERY_TAKE,
	SQL_RECOVERY_COUNT,
	SQL_RECOVERY_DROP,
	SQL_SEALED_USERS,
	SQL_DEVICE_PUT,
	SQL_DEVICE_COUNT,
	SQL_DEVICE_GET,
	SQL_DEVICE_TRIM,
	SQL_DEVICE_FORGET,
	SQL_DEVICE_PRUNE,
	SQL_PASS_PUT,
	SQL_PASS_GET,
	SQL_PASS_USE,
	SQL_PASS_REVOKE,
	SQL_PASS_LIST,
	SQL_PASS_PRUNE,
	SQL_MAIL_PUT,
	SQL_MAIL_GET,
	SQL_MAIL_DROP,
	SQL_MAIL_PRUNE,
	SQL_CLOCK_GET,
	SQL_CLOCK_RAISE,
	SQL_CLOCK_SET,
	SQL_COUNT
};

/* The text of each statement. */
extern const char *const store_sql[SQL_COUNT];

#endif
