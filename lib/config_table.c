/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config.h"

#include <string.h>

#include "lib/languages.h"

/*
 * Every key that gatehouse.conf may hold. A default is spelled as config_value
 * spells it, in the largest unit that fits: a test holds the two together.
 * KIND and OBJECT, the kind of section and the struct that its keys are read
 * into, change as the table goes on.
 */
#define KEY(type, section, name, member, fallback, min, max, choices, help)    \
	{                                                                      \
		section, name, type, KIND, offsetof(OBJECT, member), fallback, \
		    min, max, choices, help                                    \
	}
#define TEXT(section, name, member, fallback, help)                            \
	KEY(CONFIG_TEXT, section, name, member, fallback, 0, 0, NULL, help)
#define WORD(section, name, member, fallback, choices, help)                   \
	KEY(CONFIG_TEXT, section, name, member, fallback, 0, 0, choices, help)
#define PATH(section, name, member, fallback, help)                            \
	KEY(CONFIG_PATH, section, name, member, fallback, 0, 0, NULL, help)
#define URL(section, name, member, fallback, help)                             \
	KEY(CONFIG_URL, section, name, member, fallback, 0, 0, NULL, help)
#define BOOL(section, name, member, fallback, help)                            \
	KEY(CONFIG_BOOL, section, name, member, fallback, 0, 1, NULL, help)
#define CHOICE(section, name, member, fallback, choices, help)                 \
	KEY(CONFIG_CHOICE, section, name, member, fallback, 0, 0, choices, help)
#define NUMBER(section, name, member, fallback, min, max, help)                \
	KEY(CONFIG_NUMBER, section, name, member, fallback, min, max, NULL,    \
	    help)
#define DURATION(section, name, member, fallback, min, max, help)              \
	KEY(CONFIG_DURATION, section, name, member, fallback, min, max, NULL,  \
	    help)
#define SIZE(section, name, member, fallback, min, max, help)                  \
	KEY(CONFIG_SIZE, section, name, member, fallback, min, max, NULL, help)

#define SECONDS(n) ((int64_t)(n))
#define MINUTES(n) (SECONDS(n) * 60)
#define HOURS(n)   (MINUTES(n) * 60)
#define DAYS(n)    (HOURS(n) * 24)
#define KIB(n)     ((int64_t)(n) << 10)
#define MIB(n)     (KIB(n) << 10)
#define GIB(n)     (MIB(n) << 10)

/* Those of a CHOICE are in the order of its enum. */
static const char *const absent_words[] = { "refuse", "local", NULL };
static const char *const without_login_words[] = { "refuse", "allow", NULL };
static const char *const cbc_words[] = { "refuse", "signed_response", "accept",
	NULL };
static const char *const binding_words[] = { "redirect", "post", NULL };
static const char *const preset_words[] = { "none", "nist-800-63b-4",
	"pci-dss-4", "cis", "stig", "hipaa", NULL };
static const char *const max_age_words[] = { "all", "single_factor", NULL };
static const char *const concurrent_words[] = { "refuse", "end_oldest", NULL };
static const char *const activity_words[] = { "input", "navigation", "request",
	NULL };
static const char *const service_activity_words[] = { "inherit", "input",
	"navigation", "request", NULL };
static const char *const end_action_words[] = { "end", "lock", NULL };
static const char *const forwarded_words[] = { "x_forwarded_for", "forwarded",
	"either", NULL };
static const char *const bind_words[] = { "none", "address", "prefix", NULL };
static const char *const engine_words[] = { "sqlite", NULL };

static const struct config_key keys[] = {
#define KIND   SECTION_ONE
#define OBJECT struct config
	PATH("gate", "socket", socket, "/run/gatehouse/gate.sock",
	    "the socket that gatehoused listens on"),
	TEXT("gate", "run_as", run_as, "",
	    "the user to become when started as root"),
	NUMBER("gate", "threads", threads, "8", 1, 256,
	    "threads that answer requests"),
	NUMBER("gate", "connections", connections, "1024", 8, 65536,
	    "connections held open at once"),
	DURATION("gate", "request_timeout", request_timeout, "5s", SECONDS(1),
	    MINUTES(1), "time a caller has to deliver a request it began"),
	DURATION("gate", "answer_timeout", answer_timeout, "2m", SECONDS(10),
	    MINUTES(10), "time a person has to answer a prompt"),
	NUMBER("gate", "fail_delay", fail_delay, "2000", 0, 10000,
	    "milliseconds to wait after a refusal, randomised by PAM"),
	WORD("gate", "language", language, "en", language_words,
	    "the language of what people are told"),
	PATH("gate", "catalogues", catalogues, "/usr/share/locale",
	    "the folder of the languages other than English"),

	TEXT("peers", "login", peers_login, "",
	    "users, besides root, whose programs may sign people in"),
	TEXT("peers", "admin", peers_admin, "",
	    "users, besides root, who may administer the gate"),
	TEXT("peers", "hold", peers_hold, "",
	    "users who may hold sessions, as during a call"),
	TEXT("peers", "web", peers_web, "",
	    "the users that gatehouse-web runs as"),

	BOOL("users", "allow_root", allow_root, "no",
	    "whether uid 0 may sign in through the gate"),
	BOOL("users", "allow_system", allow_system, "no",
	    "whether system accounts may sign in through the gate"),
	NUMBER("users", "system_uid_max", system_uid_max, "999", 0, 4294967294,
	    "the highest uid that counts as a system account"),

	PATH("allowlist", "file", allowlist_file, "/etc/gatehouse/allowlist",
	    "the rules file of addresses that may sign in"),
	CHOICE("allowlist", "absent", allowlist_absent, "refuse", absent_words,
	    "what a login without any client address means"),

	TEXT("saml", "entity_id", entity_id, "",
	    "the entityID of this service provider"),
	URL("saml", "acs_url", acs_url, "",
	    "the assertion consumer service, where the IdP sends Responses"),
	PATH("saml", "idp_metadata", idp_metadata, "",
	    "the IdP's metadata: a file, a directory or a glob pattern"),
	URL("saml", "slo_url", slo_url, "",
	    "where IdPs send logout messages: the single logout service"),
	PATH("saml", "key", saml_key, "",
	    "the private key of this service provider (PEM)"),
	PATH("saml", "certificate", saml_certificate, "",
	    "the certificate that belongs to key (PEM)"),
	PATH("saml", "rollover_key", rollover_key, "",
	    "a second key, which decrypts while IdPs change to it or from it"),
	PATH("saml", "rollover_certificate", rollover_certificate, "",
	    "the certificate that belongs to rollover_key (PEM)"),
	TEXT("saml", "user_from", user_from, "name_id",
	    "where the user name stands: name_id or attribute:NAME"),
	TEXT("saml", "user_scope", user_scope, "",
	    "what a user name must end in: @DOMAIN, or metadata: its scopes"),
	DURATION("saml", "clock_skew", clock_skew, "1m", 0,
	    CONFIG_CLOCK_SKEW_MOST, "how far the IdP's clock may be off"),
	BOOL("saml", "allow_unsolicited", allow_unsolicited, "no",
	    "whether a Response that nobody requested is taken"),
	SIZE("saml", "max_response", max_response, "1M", KIB(16), MIB(1),
	    "the largest Response, decoded"),
	DURATION("saml", "max_validity", max_validity, "90m", MINUTES(1),
	    CONFIG_MAX_VALIDITY_MOST,
	    "the longest time an assertion may be valid"),
	DURATION("saml", "max_authn_age", max_authn_age, "0s", 0, DAYS(30),
	    "how long ago the IdP may have seen the proof; 0s: any time"),
	BOOL("saml", "check_address", check_address, "no",
	    "whether an address in the assertion must be the client's"),
	CHOICE("saml", "cbc_encryption", cbc_encryption, "signed_response",
	    cbc_words, "when AES-CBC, open to padding oracles, is decrypted"),
	DURATION("saml", "request_lifetime", request_lifetime, "10m",
	    MINUTES(1), HOURS(1), "time to answer a request of ours"),
	CHOICE("saml", "request_binding", request_binding, "redirect",
	    binding_words, "how requests go to the IdP"),
	BOOL("saml", "force_authn", force_authn, "no",
	    "whether the IdP must ask for the proof anew each time"),
	TEXT("saml", "name_id_format", name_id_format, "",
	    "the NameID format that requests ask for"),
	TEXT("saml", "requested_attributes", requested_attributes, "",
	    "names of attributes that our metadata asks for"),
	TEXT("saml", "display_name", display_name, "",
	    "what our metadata calls this service, for people"),
	TEXT("saml", "contact", contact, "",
	    "the e-mail address that our metadata gives"),
	DURATION("saml", "ticket_lifetime", ticket_lifetime, "1m", SECONDS(5),
	    MINUTES(10), "time to use a ticket"),
	NUMBER("saml", "workers", workers, "2", 1, 64,
	    "processes that verify Responses"),
	DURATION("saml", "worker_timeout", worker_timeout, "5s", SECONDS(1),
	    MINUTES(1), "time a worker has for one Response"),
	SIZE("saml", "worker_memory", worker_memory, "256M", MIB(64), GIB(4),
	    "memory that a worker may grow to"),
	PATH("saml", "worker_program", worker_program,
	    "/usr/lib/gatehouse/gatehouse-saml",
	    "the program that verifies Responses"),
	PATH("saml", "composer_program", composer_program,
	    "/usr/lib/gatehouse/gatehouse-compose",
	    "the program that composes requests and our metadata"),

	BOOL("password", "fallback", fallback, "yes",
	    "whether a password and a second factor let in without SSO"),
	CHOICE("password", "preset", password_preset, "none", preset_words,
	    "the published rule that gives the values not set here"),
	NUMBER("password", "min_length", password_min_length, "15", 8, 511,
	    "the fewest characters of a new password"),
	NUMBER("password", "min_length_mfa", password_min_length_mfa, "0", 0,
	    511, "the same for users of a second factor; 0: as min_length"),
	NUMBER("password", "max_length", password_max_length, "511", 64, 1024,
	    "the most characters of a new password"),
	NUMBER("password", "min_letters", password_min_letters, "0", 0, 64,
	    "the fewest letters of a new password"),
	NUMBER("password", "min_lower", password_min_lower, "0", 0, 64,
	    "the fewest small letters of a new password"),
	NUMBER("password", "min_upper", password_min_upper, "0", 0, 64,
	    "the fewest capital letters of a new password"),
	NUMBER("password", "min_digits", password_min_digits, "0", 0, 64,
	    "the fewest digits of a new password"),
	NUMBER("password", "min_others", password_min_others, "0", 0, 64,
	    "the fewest characters of a new password of no such kind"),
	NUMBER("password", "min_kinds", password_min_kinds, "0", 0, 4,
	    "the fewest of these four kinds of a new password"),
	NUMBER("password", "max_repeat", password_max_repeat, "0", 0, 64,
	    "how often a character may stand in a row; 0: any number"),
	NUMBER("password", "max_sequence", password_max_sequence, "0", 0, 64,
	    "how many neighbours may stand in a row, as abc; 0: any number"),
	NUMBER("password", "max_kind_run", password_max_kind_run, "0", 0, 64,
	    "how many of one kind may stand in a row; 0: any number"),
	NUMBER("password", "min_changed", password_min_changed, "4", 0, 64,
	    "the fewest characters that differ from the old password"),
	BOOL("password", "dictionary", password_dictionary, "yes",
	    "whether words of the dictionary are refused"),
	TEXT("password", "words", password_words, "",
	    "words that no new password may hold"),
	PATH("password", "blocklist", password_blocklist, "",
	    "a file of passwords that are not allowed"),
	PATH("password", "breached", password_breached, "",
	    "the file of stolen passwords, made by gatehousectl"),
	NUMBER("password", "history", password_history, "24", 0, 100,
	    "how many old passwords may not come again"),
	DURATION("password", "max_age", password_max_age, "0s", 0, DAYS(3650),
	    "the age at which a password expires; 0s: never"),
	CHOICE("password", "max_age_for", password_max_age_for, "all",
	    max_age_words, "whose passwords expire"),
	DURATION("password", "min_age", password_min_age, "0s", 0, DAYS(30),
	    "the age before which its owner may not change it again"),
	DURATION("password", "warn", password_warn, "7d", 0, DAYS(90),
	    "how long before it expires the user is told"),
	NUMBER("password", "grace", password_grace, "0", 0, 100,
	    "sign-ins with an expired password before it must be changed"),
	NUMBER("password", "cost", password_cost, "5", 1, 11,
	    "what yescrypt costs, doubled by each step"),
	NUMBER("password", "parallel", password_parallel, "0", 0, 255,
	    "passwords worked on at once; 0: as many as processors"),
	NUMBER("password", "waiting", password_waiting, "256", 4, 4096,
	    "sign-ins that may wait for one of these"),

	TEXT("2fa", "issuer", otp_issuer, "Gatehouse",
	    "the name that authenticator apps show"),
	NUMBER("2fa", "drift", otp_drift, "1", 0, 10,
	    "steps of 30 s that a code may be early or late"),
	NUMBER("2fa", "drift_max", otp_drift_max, "10", 0, 60,
	    "steps that a device's clock may be wrong, once it is known"),
	NUMBER("2fa", "look_ahead", otp_look_ahead, "10", 0, 100,
	    "codes of a HOTP device that may have been left out"),
	NUMBER("2fa", "resync", otp_resync, "100", 0, 1000,
	    "the same where two codes in a row are shown"),
	BOOL("2fa", "enroll", otp_enroll, "no",
	    "whether who has no second factor sets one up while signing in"),
	TEXT("2fa", "enroll_by", otp_enroll_by, "",
	    "the last day (2027-01-31, UTC) to sign in without one"),
	DURATION("2fa", "enroll_within", otp_enroll_within, "0s", 0, DAYS(365),
	    "time to set one up that a new user has at least"),
	BOOL("2fa", "qr", otp_qr, "yes",
	    "whether a QR code is drawn for who sets one up"),
	TEXT("2fa", "skip_from", otp_skip_from, "",
	    "networks from which no code is asked for"),
	TEXT("2fa", "required_for", otp_required_for, "",
	    "whom a code is asked of: group:, user:, service:; empty: all"),
	DURATION("2fa", "remember", otp_remember, "0s", 0, DAYS(30),
	    "how long after a code none is asked for there; 0s: always"),
	BOOL("2fa", "mail", otp_mail, "no",
	    "whether who has no second factor gets codes by mail"),
	NUMBER("2fa", "mail_rate", otp_mail_rate, "3", 1, 100,
	    "the most codes by mail for a user in 15 minutes"),

	PATH("mail", "sendmail", sendmail, "/usr/sbin/sendmail",
	    "the program that takes mail, with sendmail's options"),
	TEXT("mail", "from", mail_from, "", "the address that mail is from"),
	DURATION("mail", "timeout", mail_timeout, "30s", SECONDS(1), MINUTES(5),
	    "time that the program has for one mail"),

	NUMBER("lockout", "tries", lockout_tries, "10", 0, 100,
	    "failed tries before a user is locked; 0: never"),
	DURATION("lockout", "window", lockout_window, "15m", SECONDS(10),
	    DAYS(1),
	    "time without a try after which those before are forgotten"),
	DURATION("lockout", "duration", lockout_duration, "30m", 0, DAYS(30),
	    "how long a user stays locked; 0s: until released"),
	NUMBER("lockout", "address_tries", lockout_address_tries, "5", 0, 100,
	    "failed tries of one address for one user; 0: no limit"),
	NUMBER("lockout", "spray_tries", lockout_spray_tries, "50", 0, 100000,
	    "failed tries of one address over all users; 0: no limit"),
	DURATION("lockout", "address_block", lockout_address_block, "1m",
	    SECONDS(1), DAYS(1), "how long an address is blocked at first"),
	DURATION("lockout", "address_block_max", lockout_address_block_max,
	    "1h", SECONDS(1), DAYS(30),
	    "how long at most, as it doubles each time"),
	DURATION("lockout", "delay_max", lockout_delay_max, "15s", 0,
	    MINUTES(1), "what the wait after a refusal may grow to"),
	BOOL("lockout", "end_sessions", lockout_end_sessions, "no",
	    "whether a user's sessions end when the user is locked"),

	BOOL("emergency", "enabled", emergency_enabled, "yes",
	    "whether emergency passes are issued, and let in"),
	DURATION("emergency", "max_lifetime", emergency_max_lifetime, "4h",
	    MINUTES(1), DAYS(1), "how long a pass may be good"),

	CHOICE("session", "without_login", without_login, "refuse",
	    without_login_words,
	    "what a session means whose user did not sign in at the gate"),
	DURATION("session", "login_grace", login_grace, "5m", SECONDS(10),
	    HOURS(1), "time from signing in to the start of the session"),
	DURATION("session", "keep", keep, "400d", DAYS(1), DAYS(3650),
	    "how long ended sessions stay on record"),
	TEXT("session", "attributes", attributes, "",
	    "names of attributes kept with a session; *: all"),
	DURATION("session", "max_age", max_age, "0s", 0, DAYS(365),
	    "how long a session lasts at most; 0s: no limit"),
	NUMBER("session", "concurrent", concurrent, "0", 0, 10000,
	    "the most sessions of a user at a time; 0: any number"),
	CHOICE("session", "concurrent_action", concurrent_action, "refuse",
	    concurrent_words, "what becomes of one too many"),
	DURATION("session", "handover", handover, "8h", 0, DAYS(30),
	    "how long the work of an idle session waits; 0s: not at all"),
	DURATION("session", "linger", linger, "1m", 0, DAYS(1),
	    "how long a session outlives the process that opened it"),

	DURATION("idle", "limit", idle_limit, "15m", 0, DAYS(30),
	    "how long a session may be idle; 0s: for ever"),
	CHOICE("idle", "activity", idle_activity, "navigation", activity_words,
	    "what of a browser counts as activity"),
	DURATION("idle", "warn", idle_warn, "1m", 0, MINUTES(10),
	    "how long before the end the person is warned; 0s: not at all"),
	CHOICE("idle", "action", idle_action, "end", end_action_words,
	    "what becomes of an idle session at a terminal"),
	DURATION("idle", "grace", idle_grace, "5s", SECONDS(1), MINUTES(1),
	    "time from SIGHUP to SIGKILL for who holds an ended session"),

	DURATION("hold", "lease", hold_lease, "1m", SECONDS(5), MINUTES(1),
	    "how long a hold runs at most before it is renewed"),
	DURATION("hold", "max", hold_max, "4h", MINUTES(1), DAYS(1),
	    "how long a hold runs at most, however often renewed"),

	TEXT("web", "listen", web_listen, "/run/gatehouse/web.sock",
	    "where gatehouse-web is asked: a socket, or 127.0.0.1:PORT"),
	TEXT("web", "run_as", web_run_as, "gatehouse-web",
	    "the user that gatehouse-web becomes"),
	URL("web", "base_url", web_base_url, "",
	    "the portal's origin, as browsers see it"),
	TEXT("web", "prefix", web_prefix, "/gate",
	    "the path under which all of the gate's pages are"),
	PATH("web", "login_socket", web_login_socket,
	    "/run/gatehouse/login.sock", "the socket of gatehouse-login"),
	TEXT("web", "service", web_service, "gatehouse",
	    "the PAM service by which people sign in"),
	TEXT("web", "return_to", web_return_to, "",
	    "hosts, besides base_url's, to which people are sent back"),
	TEXT("web", "proxies", web_proxies, "",
	    "networks of the proxies that are believed"),
	CHOICE("web", "forwarded", web_forwarded, "x_forwarded_for",
	    forwarded_words, "which header says where the client is"),
	TEXT("web", "groups", web_groups, "",
	    "the attribute that has a user's groups; empty: the system's"),
	TEXT("web", "attributes", web_attributes, "",
	    "names of attributes that portals are told"),
	PATH("web", "identity_key", web_identity_key, "",
	    "the EC key (P-256, PEM) that signs identity tokens"),
	TEXT("web", "identity_audience", web_identity_audience, "",
	    "whom identity tokens are for"),
	DURATION("web", "identity_lifetime", web_identity_lifetime, "1m",
	    SECONDS(10), MINUTES(5), "how long an identity token is good"),
	CHOICE("web", "bind", web_bind, "none", bind_words,
	    "whether a session is good at its own address only"),
	NUMBER("web", "logins", web_logins, "64", 1, 1024,
	    "the most sign-ins under way at a time"),
	NUMBER("web", "login_rate", web_login_rate, "20", 1, 10000,
	    "the most sign-ins that an address begins in a minute"),
	NUMBER("web", "connections", web_connections, "4096", 16, 65536,
	    "the most connections at a time"),
	DURATION("web", "timeout", web_timeout, "10s", SECONDS(1), MINUTES(5),
	    "time that a client has for a request"),
	PATH("web", "hold_tokens", web_hold_tokens, "",
	    "names and hashes of the backends that may take holds"),
	TEXT("web", "title", web_title, "",
	    "what pages call the portal, for people"),
	PATH("web", "logo", web_logo, "", "an image on all pages"),
	TEXT("web", "color", web_color, "", "the pages' colour, as #1a5fb4"),
	TEXT("web", "dark_color", web_dark_color, "", "the same in the dark"),

	WORD("store", "engine", store_engine, "sqlite", engine_words,
	    "the database that keeps the state"),
	PATH("store", "path", store_path, "/var/lib/gatehouse/gate.db",
	    "the database file"),
	PATH("store", "master_key", master_key,
	    "/etc/gatehouse/keys/master.key",
	    "the key file that seals secrets in the store"),

	TEXT("log", "to", log_to, "syslog",
	    "where decisions are logged: syslog, stderr or a file"),

#undef KIND
#undef OBJECT
#define KIND   SECTION_IDP
#define OBJECT struct config_idp
	TEXT("idp", "entity_id", entity_id, "",
	    "the entityID of the IdP that this section is of"),
	TEXT("idp", "user_from", user_from, "", "as in [saml], for this IdP"),
	TEXT("idp", "user_scope", user_scope, "", "as in [saml], for this IdP"),
	BOOL("idp", "strip_scope", strip_scope, "no",
	    "whether the user is what stands before the scope"),

#undef KIND
#undef OBJECT
#define KIND   SECTION_SERVICE
#define OBJECT struct config_service
	DURATION("service", "max_authn_age", max_authn_age, "0s", 0, DAYS(30),
	    "as in [saml], for this service; the shorter one counts"),
	TEXT("service", "authn_context", authn_context, "",
	    "the classes of proof that this service takes; empty: any"),
	CHOICE("service", "activity", activity, "inherit",
	    service_activity_words, "as in [idle], for this service"),

#undef KIND
#undef OBJECT
#define KIND   SECTION_SOURCE
#define OBJECT struct config_source
	URL("metadata", "url", url, "", "where the metadata is fetched"),
	PATH("metadata", "file", file, "",
	    "where it is kept; idp_metadata must take it in"),
	PATH("metadata", "certificate", certificate, "",
	    "the certificate of who signs it (PEM)"),
	DURATION("metadata", "refresh", refresh, "4h", MINUTES(5), DAYS(7),
	    "time between two looks for a newer one"),
	SIZE("metadata", "max_size", max_size, "32M", KIB(64), MIB(32),
	    "the largest document that is taken"),
	NUMBER("metadata", "min_entities", min_entities, "50", 0, 100,
	    "percent of the entities before that a new one must have"),
};

const struct config_key *
config_keys(size_t *count)
{
	*count = sizeof(keys) / sizeof(keys[0]);
	return keys;
}

const struct config_key *
config_find_key(const char *section, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].section, section) == 0 &&
		    strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}
