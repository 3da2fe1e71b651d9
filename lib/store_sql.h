/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_STORE_SQL_H
#define GATE_STORE_SQL_H

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
 * by, attributes. session_named has the sessions that a logout may name and
 * no other, so that it stays small however long ended ones are kept; what it is
 * made of does not change when a session is opened.
 */
#define STORE_SCHEMA_2_TEXT(table, column)                                     \
	"ALTER TABLE " table " ADD COLUMN " column " TEXT NOT NULL DEFAULT '';"
#define STORE_SCHEMA_2_NUMBER(NUMBER, table, column)                           \
	"ALTER TABLE " table " ADD COLUMN " column " " NUMBER                  \
	" NOT NULL DEFAULT 0;"
#define STORE_SCHEMA_2_CLAIMS(NUMBER, table)                                   \
	STORE_SCHEMA_2_TEXT(table, "name_id_format")                           \
	STORE_SCHEMA_2_TEXT(table, "name_qualifier")                           \
	STORE_SCHEMA_2_TEXT(table, "sp_name_qualifier")                        \
	STORE_SCHEMA_2_TEXT(table, "authn_context")                            \
	STORE_SCHEMA_2_NUMBER(NUMBER, table, "authn_instant")
#define STORE_SCHEMA_2(NUMBER, BYTES, TABLE)                                   \
	STORE_SCHEMA_2_CLAIMS(NUMBER, "ticket")                                \
	STORE_SCHEMA_2_TEXT("ticket", "service")                               \
	STORE_SCHEMA_2_NUMBER(NUMBER, "ticket", "has_attributes")              \
	STORE_SCHEMA_2_CLAIMS(NUMBER, "session")                               \
	STORE_SCHEMA_2_NUMBER(NUMBER, "session", "pid_started")                \
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
	") " TABLE ";"

/*
 * The schema's history: the n-th step leads from version n - 1 to n. A step
 * that was ever released is never changed.
 */
#define STORE_MIGRATIONS(NUMBER, BYTES, TABLE)                                 \
	{                                                                      \
		STORE_SCHEMA_1(NUMBER, BYTES, TABLE),                          \
		    STORE_SCHEMA_2(NUMBER, BYTES, TABLE),                      \
	}

enum store_statement {
	SQL_REPLAY_CLAIM,
	SQL_REPLAY_PRUNE,
	SQL_TICKET_PUT,
	SQL_TICKET_PEEK,
	SQL_TICKET_TAKE,
	SQL_TICKET_PRUNE,
	SQL_TICKET_REVOKE,
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
	SQL_USER_ADD,
	SQL_USER_GET,
	SQL_USER_REMOVE,
	SQL_USER_PASSWORD,
	SQL_USER_SEED,
	SQL_USER_LIST,
	SQL_OTP_CLAIM,
	SQL_CLOCK_GET,
	SQL_CLOCK_RAISE,
	SQL_CLOCK_SET,
	SQL_COUNT
};

/* The text of each statement. */
extern const char *const store_sql[SQL_COUNT];

#endif
