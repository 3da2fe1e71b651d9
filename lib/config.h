/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_H
#define GATE_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#define CONFIG_FILE "/etc/gatehouse/gatehouse.conf"

enum config_absent {
	ABSENT_REFUSE,
	ABSENT_LOCAL
};
enum config_without_login {
	WITHOUT_LOGIN_REFUSE,
	WITHOUT_LOGIN_ALLOW
};

/*
 * gatehouse.conf, read and checked. Texts are never NULL: an empty one means
 * not set. Durations are seconds, sizes bytes. What each key means, its
 * range and its default stand in the table of config_table.c, which is also
 * what gatehouse.conf(5) is held against.
 */
struct config {
	/* [gate] */
	char *socket;
	char *run_as;
	int64_t threads;
	int64_t connections;
	int64_t request_timeout;
	int64_t answer_timeout;
	int64_t fail_delay; /* milliseconds */

	/* [peers] */
	char *peers_login;
	char *peers_admin;

	/* [users] */
	int64_t allow_root;
	int64_t allow_system;
	int64_t system_uid_max;

	/* [allowlist] */
	char *allowlist_file;
	int64_t allowlist_absent; /* enum config_absent */

	/* [saml] */
	char *entity_id;
	char *acs_url;
	char *idp_metadata;
	char *saml_key;
	char *saml_certificate;
	char *user_from;
	int64_t clock_skew;
	int64_t allow_unsolicited;
	int64_t max_response;
	int64_t max_validity;
	int64_t ticket_lifetime;
	int64_t workers;
	int64_t worker_timeout;
	int64_t worker_memory;
	char *worker_program;

	/* [password] */
	int64_t fallback;
	int64_t password_min_length;

	/* [2fa] */
	char *otp_issuer;
	int64_t otp_drift; /* steps to either side */

	/* [session] */
	int64_t without_login; /* enum config_without_login */
	int64_t login_grace;
	int64_t keep;

	/* [store] */
	char *store_engine;
	char *store_path;
	char *master_key;

	/* [log] */
	char *log_to;
};

enum config_type {
	CONFIG_TEXT, /* any text on one line */
	CONFIG_PATH, /* an absolute path, or empty */
	CONFIG_URL,  /* http:// or https:// */
	CONFIG_BOOL, /* yes or no */
	CONFIG_NUMBER,
	CONFIG_DURATION, /* a number and s, m, h or d */
	CONFIG_SIZE,     /* a number and K, M or G (powers of 1024) */
	CONFIG_CHOICE,   /* one of the words in choices, giving its place */
};

/* One key of the configuration. */
struct config_key {
	const char *section;
	const char *name;
	enum config_type type;
	size_t offset;        /* of the member in struct config */
	const char *fallback; /* the default, as it would stand in the file */
	int64_t min, max;     /* numbers, durations, sizes */
	const char *const *choices; /* NULL-terminated; a text may have them */
	const char *help;           /* one line */
};

/* The table of all keys, *count of them; static storage. */
const struct config_key *config_keys(size_t *count);

/* "number", "duration", ...: how the manual names a type. */
const char *config_type_name(enum config_type type);

/*
 * Writes the value that config has for key as it would stand in the file, into
 * text of size bytes. 0 or GATE_ETOOBIG.
 */
int config_value(const struct config *config, const struct config_key *key,
    char *text, size_t size);

/*
 * Each error of a file: line is 0 where it is of the file as a whole.
 */
typedef void config_complaint(
    const char *file, int line, const char *text, void *data);

/*
 * Reads and checks a whole file, and complains of all its errors, not of the
 * first only: unknown sections and keys, keys given twice, bad values, values
 * out of range, keys that need each other, lines that are too long. 0 and
 * *config; or GATE_ECONFIG, GATE_EUNSAFE, GATE_EIO, GATE_ENOMEM, with at least
 * one complaint each. The file must be FILE_TRUSTED.
 */
int config_load(struct config **config, const char *path,
    config_complaint *complain, void *data);

/* All keys at their defaults; 0 or GATE_ENOMEM. */
int config_new(struct config **config);
void config_free(struct config **config);

#endif
