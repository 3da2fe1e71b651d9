/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_H
#define GATE_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#define CONFIG_FILE "/etc/gatehouse/gatehouse.conf"

/* The largest values of two settings, in seconds: they can be changed, and what
 * was kept before has to do. */
#define CONFIG_CLOCK_SKEW_MOST   300
#define CONFIG_MAX_VALIDITY_MOST 86400

enum config_absent {
	ABSENT_REFUSE,
	ABSENT_LOCAL
};
enum config_without_login {
	WITHOUT_LOGIN_REFUSE,
	WITHOUT_LOGIN_ALLOW
};

enum config_cbc {
	CBC_REFUSE,
	CBC_SIGNED_RESPONSE,
	CBC_ACCEPT
};
enum config_binding {
	BINDING_REDIRECT, /* SAML bindings 3.4 */
	BINDING_POST      /* 3.5 */
};

enum config_end_action {
	END_ACTION_END,
	END_ACTION_LOCK /* the terminal is locked, the session goes on */
};
enum config_concurrent {
	CONCURRENT_REFUSE,
	CONCURRENT_END_OLDEST
};

/* Of [service NAME]; the others are enum activity_mode, plus one. */
#define CONFIG_ACTIVITY_INHERIT 0

enum config_forwarded { /* as enum forwarded_kind of web/forwarded.h */
	CONFIG_FORWARDED_FOR,
	CONFIG_FORWARDED_STANDARD,
	CONFIG_FORWARDED_EITHER
};
enum config_bind {
	BIND_NONE,
	BIND_ADDRESS,
	BIND_PREFIX
};

enum config_preset {
	PRESET_NONE,
	PRESET_NIST,
	PRESET_PCI,
	PRESET_CIS,
	PRESET_STIG,
	PRESET_HIPAA
};
enum config_max_age_for {
	MAX_AGE_FOR_ALL,
	MAX_AGE_FOR_SINGLE_FACTOR /* users who have a second one are free */
};

/* [idp NAME]: what is particular to one IdP; NAME is for people. */
struct config_idp {
	char *name;
	int line;
	char *entity_id;
	char *user_from;  /* "": as in [saml] */
	char *user_scope; /* "": as in [saml] */
	int64_t strip_scope;
};

/* [service NAME]: what is particular to one PAM service. */
struct config_service {
	char *name;
	int line;
	int64_t max_authn_age; /* 0: no limit */
	char *authn_context; /* acceptable classes, blank-separated; "": any */
	int64_t activity;    /* CONFIG_ACTIVITY_INHERIT, or see there */
};

/* [metadata NAME]: metadata that is kept fresh from a URL. */
struct config_source {
	char *name;
	int line;
	char *url;
	char *file;        /* the backing file, which idp_metadata reads */
	char *certificate; /* of who signs it; "": TLS is all there is */
	int64_t refresh;   /* seconds between two looks */
	int64_t max_size;
	int64_t min_entities; /* percent of the last good count */
};

/* A line of [access] or [access SERVICE], for access/rules.h to read, or one of
 * [idle] that is no key, for session/idle.h. */
struct config_rule {
	char *service; /* "": all without rules of their own; of [idle] */
	char *text;
	int line;
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
	char *language;     /* of what people are told: "en", "de", ... */
	char *catalogues;   /* the folder of the other languages */

	/* [peers] */
	char *peers_login;
	char *peers_admin;
	char *peers_hold;
	char *peers_web;

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
	char *slo_url;
	char *saml_key;
	char *saml_certificate;
	char *rollover_key;
	char *rollover_certificate;
	char *user_from;
	char *user_scope; /* "@example.org", "metadata" (shibmd:Scope), "" */
	int64_t clock_skew;
	int64_t allow_unsolicited;
	int64_t max_response;
	int64_t max_validity;
	int64_t max_authn_age; /* 0: no limit */
	int64_t check_address;
	int64_t cbc_encryption; /* enum config_cbc */
	int64_t request_lifetime;
	int64_t request_binding; /* enum config_binding */
	int64_t force_authn;
	char *name_id_format;       /* that requests ask for; "": any */
	char *requested_attributes; /* in our metadata, blank-separated */
	char *display_name;
	char *contact; /* in our metadata: an e-mail address */
	int64_t ticket_lifetime;
	int64_t workers;
	int64_t worker_timeout;
	int64_t worker_memory;
	char *worker_program;
	char *composer_program;

	/* [password] */
	int64_t fallback;
	int64_t password_preset; /* enum config_preset */
	int64_t password_min_length;
	int64_t password_min_length_mfa; /* 0: as min_length */
	int64_t password_max_length;
	int64_t password_min_letters;
	int64_t password_min_lower;
	int64_t password_min_upper;
	int64_t password_min_digits;
	int64_t password_min_others;
	int64_t password_min_kinds;
	int64_t password_max_repeat;   /* 0: any number */
	int64_t password_max_sequence; /* 0: any number */
	int64_t password_max_kind_run; /* 0: any number */
	int64_t password_min_changed;
	int64_t password_dictionary;
	char *password_words;
	char *password_blocklist;
	char *password_breached;
	int64_t password_history;
	int64_t password_max_age;     /* 0: they do not expire */
	int64_t password_max_age_for; /* enum config_max_age_for */
	int64_t password_min_age;
	int64_t password_warn;
	int64_t password_grace;
	int64_t password_cost;
	int64_t password_parallel; /* 0: as many as processors */
	int64_t password_waiting;

	/* [2fa] */
	char *otp_issuer;
	int64_t otp_drift; /* steps to either side */
	int64_t otp_drift_max;
	int64_t otp_look_ahead;
	int64_t otp_resync;
	int64_t otp_enroll; /* whether users do it themselves, signing in */
	char *otp_enroll_by;
	int64_t otp_enroll_within;
	int64_t otp_qr;
	char *otp_skip_from;
	char *otp_required_for;
	int64_t otp_remember; /* 0: devices are not remembered */

	int64_t otp_mail; /* whether codes go by mail to who has no factor */
	int64_t otp_mail_rate;

	/* [mail] */
	char *sendmail;
	char *mail_from;
	int64_t mail_timeout;

	/* [lockout] */
	int64_t lockout_tries; /* 0: users are never locked */
	int64_t lockout_window;
	int64_t lockout_duration;      /* 0: until released */
	int64_t lockout_address_tries; /* for one user; 0: no limit */
	int64_t lockout_spray_tries;   /* over all users; 0: no limit */
	int64_t lockout_address_block;
	int64_t lockout_address_block_max;
	int64_t lockout_delay_max;
	int64_t lockout_end_sessions;

	/* [emergency] */
	int64_t emergency_enabled;
	int64_t emergency_max_lifetime;

	/* [session] */
	int64_t without_login; /* enum config_without_login */
	int64_t login_grace;
	int64_t keep;
	int64_t max_age;           /* 0: none */
	int64_t concurrent;        /* of a user; 0: any number */
	int64_t concurrent_action; /* enum config_concurrent */
	int64_t handover;          /* 0: nothing is handed over */
	int64_t linger;
	char *attributes; /* names of those kept with a session */

	/* [idle] */
	int64_t idle_limit;    /* 0: none */
	int64_t idle_activity; /* enum activity_mode, session/activity.h */
	int64_t idle_warn;
	int64_t idle_action; /* enum config_end_action */
	int64_t idle_grace;

	/* [hold] */
	int64_t hold_lease;
	int64_t hold_max;

	/* [web] */
	char *web_listen; /* a path, or ADDRESS:PORT */
	char *web_run_as;
	char *web_base_url; /* "": there is no front door */
	char *web_prefix;
	char *web_login_socket;
	char *web_service;
	char *web_return_to;   /* hosts, blank-separated */
	char *web_proxies;     /* networks, blank-separated */
	int64_t web_forwarded; /* enum config_forwarded */
	char *web_groups;      /* an attribute; "": the system's groups */
	char *web_attributes;  /* names, blank-separated; "": none */
	char *web_identity_key;
	char *web_identity_audience;
	int64_t web_identity_lifetime;
	int64_t web_bind; /* enum config_bind */
	int64_t web_logins;
	int64_t web_login_rate; /* a minute */
	int64_t web_connections;
	int64_t web_timeout;
	char *web_hold_tokens;
	char *web_title;
	char *web_logo;
	char *web_color;
	char *web_dark_color;

	/* [store] */
	char *store_engine;
	char *store_path;
	char *master_key;

	/* [log] */
	char *log_to;

	/* sections with a name of their own, in the file's order */
	struct config_idp *idps;
	size_t idp_count;
	struct config_service *services;
	size_t service_count;
	struct config_source *sources;
	size_t source_count;
	struct config_rule *rules;
	size_t rule_count;
	struct config_rule *idle_rules; /* session/idle.h reads them */
	size_t idle_rule_count;

	/* where values come from that are not defaults: see config_origin */
	struct config_origin *origins;
	size_t origin_count;
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

/* Sections of which there may be many, as [idp NAME]. */
enum config_section {
	SECTION_ONE =
	    0, /* a section that stands once; its keys are in config */
	SECTION_IDP,
	SECTION_SERVICE,
	SECTION_SOURCE
};

/* One key of the configuration. */
struct config_key {
	const char *section;
	const char *name;
	enum config_type type;
	enum config_section kind;
	size_t offset;        /* of the member in the struct of its kind */
	const char *fallback; /* the default, as it would stand in the file */
	int64_t min, max;     /* numbers, durations, sizes */
	const char *const *choices; /* NULL-terminated; a text may have them */
	const char *help;           /* one line */
};

/* The table of all keys, *count of them; static storage. */
const struct config_key *config_keys(size_t *count);

/* The key of this name in this section, or NULL; static storage. */
const struct config_key *config_find_key(const char *section, const char *name);

/* "number", "duration", ...: how the manual names a type. */
const char *config_type_name(enum config_type type);

/*
 * Writes the value that object, the struct of the key's kind (struct config,
 * struct config_idp, ...), has for key as it would stand in the file, into
 * text of size bytes. 0 or GATE_ETOOBIG.
 */
int config_value(
    const void *object, const struct config_key *key, char *text, size_t size);

/*
 * Where the value of a key comes from, in the section at place among those of
 * its kind (0 for one that stands once): the line of the file; or one of
 * these.
 */
#define CONFIG_FROM_DEFAULT 0
#define CONFIG_FROM_PRESET  (-1)
int config_origin(
    const struct config *config, const struct config_key *key, size_t place);

/* The one with this name, or NULL. */
const struct config_service *config_find_service(
    const struct config *config, const char *name);

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
