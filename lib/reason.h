/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_REASON_H
#define GATE_REASON_H

#include "lib/error.h"

/*
 * Why somebody was not let in. The words are stable: administrators grep for
 * them, tests compare them, docs/reasons.md lists each with cause and cure.
 * The person who signs in never sees them.
 *
 *	X(NAME, word, what to look at)
 */
/* clang-format off */
#define REASONS(X)                                                             \
	X(NONE, "granted", "nothing to do")                                    \
	/* where from */                                                       \
	X(ADDRESS_MISSING, "address_missing",                                  \
	    "the application gave no client address; see [allowlist] absent")  \
	X(ADDRESS_NAME, "address_not_literal",                                 \
	    "the application gave a host name as the address; names are never "\
	    "resolved, switch off its look-ups (sshd: UseDNS no)")             \
	X(ADDRESS_CONFLICT, "address_conflict",                                \
	    "PAM_RHOST and SSH_CONNECTION name different addresses")           \
	X(ADDRESS_NOT_LISTED, "address_not_listed",                            \
	    "no allow rule covers the client's address")                       \
	/* who */                                                              \
	X(NOT_TOKEN, "not_a_token",                                            \
	    "a step that takes SSO only was given something else")             \
	X(SSO_OFF, "sso_off", "no IdP is configured: set [saml] idp_metadata") \
	X(FALLBACK_OFF, "fallback_off",                                        \
	    "the password fallback is switched off: [password] fallback")      \
	X(BAD_PASSWORD, "bad_password", "the password is wrong")               \
	X(BAD_CODE, "bad_code", "the second factor's code is wrong")           \
	X(CODE_USED, "code_used",                                              \
	    "the code, or a later one, was used before: wait for the next")    \
	X(NO_SECOND_FACTOR, "no_second_factor",                                \
	    "the user has none: gatehousectl otp enroll USER")                 \
	X(MAIL_RATE, "mail_rate",                                              \
	    "too many codes by mail for this user: see [2fa] mail_rate")       \
	X(MAIL_FAILED, "mail_failed",                                          \
	    "the mail with a code did not go out: see [mail], and the log")    \
	X(UNKNOWN_USER, "unknown_user", "the gate keeps no such user")         \
	X(USER_DISABLED, "user_disabled", "the user is disabled")              \
	X(PASSWORD_EXPIRED, "password_expired",                                \
	    "the password has to be changed first: see [password] max_age")    \
	X(USER_LOCKED, "user_locked",                                          \
	    "too many tries for this user: see [lockout] tries, and "          \
	    "gatehousectl lockout reset")                                      \
	X(ADDRESS_BLOCKED, "address_blocked",                                  \
	    "too many tries from this address: see [lockout] address_tries, "  \
	    "spray_tries, and gatehousectl lockout list")                      \
	X(EMERGENCY_UNKNOWN, "emergency_unknown",                              \
	    "no such emergency pass, or not one for this user")                \
	X(EMERGENCY_USED, "emergency_used",                                    \
	    "the emergency pass was used before")                              \
	X(EMERGENCY_EXPIRED, "emergency_expired",                              \
	    "the emergency pass is past its time")                             \
	X(EMERGENCY_OFF, "emergency_off",                                      \
	    "emergency passes are switched off: [emergency] enabled")          \
	X(USER_MISMATCH, "user_mismatch",                                      \
	    "the assertion names another user than the application asked for") \
	X(USER_INVALID, "user_invalid", "the user name is not acceptable")     \
	X(TICKET_UNKNOWN, "ticket_unknown",                                    \
	    "no such ticket: it was used, has expired, or never was")          \
	X(TICKET_EXPIRED, "ticket_expired",                                    \
	    "the ticket was presented after [saml] ticket_lifetime, or other " \
	    "attributes are looked at since it was made")                      \
	X(REPLAY, "replay", "the assertion was used before")                   \
	X(LOGGED_OUT, "logged_out",                                            \
	    "the IdP has ended the sign-in that the assertion tells of")       \
	X(REQUEST_UNKNOWN, "request_unknown",                                  \
	    "an answer to a request that is not on record: it was answered, "  \
	    "has expired ([saml] request_lifetime), or never was ours")        \
	X(REQUEST_MISMATCH, "request_mismatch",                                \
	    "the request on record was sent to another IdP, or was for "       \
	    "another service")                                                 \
	X(IDP_NO_ENDPOINT, "idp_no_endpoint",                                  \
	    "the IdP's metadata has no address for HTTP-Redirect or HTTP-POST "\
	    "that people could be sent to")                                    \
	X(CLOCK_BACKWARD, "clock_backward",                                    \
	    "the wall clock runs behind an earlier reading: SSO is refused "   \
	    "until it has caught up; look at the machine's time service")      \
	/* may they */                                                         \
	X(ACCESS_DENIED, "access_denied",                                      \
	    "the [access] rules do not let this user into this service: "      \
	    "gatehousectl access test")                                        \
	X(STEP_UP, "step_up",                                                  \
	    "the service asks for a fresher or stronger authentication: see "  \
	    "[service NAME] max_authn_age and authn_context")                  \
	X(ROOT_REFUSED, "root_refused", "uid 0: see [users] allow_root")       \
	X(SYSTEM_ACCOUNT, "system_account",                                    \
	    "a system account: see [users] allow_system")                      \
	X(NO_LOGIN, "no_login",                                                \
	    "the application did not sign the user in through the gate (a "    \
	    "public key, say): see [session] without_login")                   \
	X(LOGIN_MISMATCH, "login_mismatch",                                    \
	    "the sign-in on record is another user's or another service's")    \
	X(LOGIN_STALE, "login_stale", "the sign-in on record is too old")      \
	X(NO_SESSION, "no_session", "no such session is open")                 \
	X(SESSION_IDLE, "session_idle",                                        \
	    "the session was idle for longer than its limit: see [idle]")      \
	X(SESSION_OVER, "session_over",                                        \
	    "the session is at its absolute end: see [session] max_age")       \
	X(TOO_MANY_SESSIONS, "too_many_sessions",                              \
	    "the user has as many sessions as [session] concurrent allows")    \
	X(HOLD_OVER, "hold_over",                                              \
	    "the hold has run for as long as [hold] max allows")               \
	X(TOO_MANY_HOLDS, "too_many_holds",                                    \
	    "the session has as many holds as it may have")                    \
	X(PEER, "peer_not_allowed",                                            \
	    "the calling process may not ask this: see [peers]")               \
	X(REQUEST, "bad_request",                                              \
	    "what the application says does not fit: a name that is too long, "\
	    "or with a NUL inside")                                            \
	X(ABANDONED, "abandoned", "the conversation was given up or timed out")\
	/* the machinery */                                                    \
	X(STORE_FAILED, "store_failed", "the store failed; see the log")       \
	X(STORE_FULL, "store_full", "no space left for the store")             \
	X(USER_LOOKUP, "user_lookup_failed",                                   \
	    "the system's user database did not answer")                       \
	X(OVERLOAD, "overload", "too many requests at once")                   \
	X(INTERNAL, "internal", "a fault of the gate; see the log")            \
	X(WORKER_FAILED, "worker_failed",                                      \
	    "the SAML worker died over this message and was replaced")         \
	X(WORKER_TIMEOUT, "worker_timeout",                                    \
	    "the SAML worker did not finish by [saml] worker_timeout and was " \
	    "replaced")                                                        \
	X(COMPOSER_FAILED, "composer_failed",                                  \
	    "the message to the IdP could not be written: see [saml] "         \
	    "composer_program, key and the log")                               \
	/* password change */                                                  \
	X(PASSWORD_WEAK, "password_weak", "the new password breaks the policy")\
	X(PASSWORD_RETYPE, "password_retype", "the two new passwords differ")  \
	SAML_REASONS(X)

/* The strict verifier's, in the order in which it looks. */
#define SAML_REASONS(X)                                                        \
	X(RESPONSE_EMPTY, "response_empty", "there is no Response")            \
	X(RESPONSE_TOO_LARGE, "response_too_large",                            \
	    "over [saml] max_response once decoded")                           \
	X(RESPONSE_CUT, "response_cut",                                        \
	    "the Response was cut off on its way; exchange it for a ticket: "  \
	    "gatehousectl ticket < response")                                  \
	X(BAD_BASE64, "bad_base64", "not strict base64")                       \
	X(BAD_DEFLATE, "bad_deflate", "not a deflate stream (RFC 1951)")       \
	X(BAD_ENCODING, "bad_encoding", "not UTF-8, or a NUL inside")          \
	X(BAD_XML, "bad_xml", "not well-formed XML 1.0")                       \
	X(XML_FORBIDDEN, "xml_forbidden",                                      \
	    "a DTD, entity, comment or processing instruction inside")         \
	X(XML_LIMIT, "xml_limit",                                              \
	    "too deep, or too many nodes or attributes")                       \
	X(BAD_ID, "bad_id", "an ID is missing, malformed or given twice")      \
	X(NOT_RESPONSE, "not_response",                                        \
	    "the root is not a samlp:Response of version 2.0")                 \
	X(BAD_STRUCTURE, "bad_structure",                                      \
	    "an element is missing, doubled, out of place or unknown")         \
	X(ASSERTION_COUNT, "assertion_count",                                  \
	    "there must be exactly one assertion, a child of the Response")    \
	X(ENCRYPTED, "encrypted",                                              \
	    "encrypted, and there is no RSA key to decrypt it with (see [saml] "\
	    "key), or this SP takes it in the clear only")                     \
	X(ENCRYPTION_SHAPE, "encryption_shape",                                \
	    "the encryption is not of the shape that SAML allows")             \
	X(ENCRYPTION_ALGORITHM, "encryption_algorithm",                        \
	    "an algorithm outside AES (GCM, CBC) and RSA-OAEP")                \
	X(CBC_REFUSED, "cbc_refused",                                          \
	    "encrypted with AES-CBC where no signature covers it: see [saml] " \
	    "cbc_encryption")                                                  \
	X(DECRYPTION_FAILED, "decryption_failed",                              \
	    "none of our keys decrypts it to what it must be: has the IdP our "\
	    "current certificate?")                                            \
	X(ISSUER_MISSING, "issuer_missing", "no Issuer")                       \
	X(ISSUER_UNKNOWN, "issuer_unknown",                                    \
	    "no configured metadata has this entityID: see [saml] "            \
	    "idp_metadata")                                                    \
	X(ISSUER_MISMATCH, "issuer_mismatch",                                  \
	    "Response and assertion name different Issuers, or another IdP "   \
	    "answers than the one that was asked")                             \
	X(IDP_NO_KEY, "idp_no_key",                                            \
	    "the IdP's metadata has no signing key that can be used")          \
	X(IDP_EXPIRED, "idp_metadata_expired",                                 \
	    "the IdP's metadata is past its validUntil")                       \
	X(SIGNATURE_MISSING, "signature_missing",                              \
	    "neither the Response nor the assertion is signed")                \
	X(SIGNATURE_SHAPE, "signature_shape",                                  \
	    "the Signature is not of the one shape that SAML allows")          \
	X(SIGNATURE_ALGORITHM, "signature_algorithm",                          \
	    "an algorithm outside RSA or ECDSA with SHA-2")                    \
	X(SIGNATURE_INVALID, "signature_invalid",                              \
	    "the signature does not match: the message was changed, or the "   \
	    "IdP signs with a key that its metadata here does not have")       \
	X(STATUS, "status_not_success", "the IdP reports a failure")           \
	X(DESTINATION, "destination",                                          \
	    "sent to another address: compare [saml] acs_url")                 \
	X(UNSOLICITED, "unsolicited",                                          \
	    "not an answer to a request of ours: see [saml] "                  \
	    "allow_unsolicited")                                               \
	X(IN_RESPONSE_TO, "in_response_to",                                    \
	    "an answer to another request than the one expected")              \
	X(ISSUE_INSTANT, "issue_instant", "issued in the future, or too old")  \
	X(AUDIENCE, "audience",                                                \
	    "meant for another SP: compare [saml] entity_id")                  \
	X(SUBJECT, "subject", "no usable Subject")                             \
	X(CONFIRMATION, "subject_confirmation",                                \
	    "no bearer confirmation that holds")                               \
	X(RECIPIENT, "recipient",                                              \
	    "confirmed for another address: compare [saml] acs_url")           \
	X(CONFIRMATION_ADDRESS, "confirmation_address",                        \
	    "confirmed for another client address: see [saml] check_address")  \
	X(EXPIRED, "expired",                                                  \
	    "past its time: compare the clocks, see [saml] clock_skew")        \
	X(NOT_YET_VALID, "not_yet_valid",                                      \
	    "before its time: compare the clocks, see [saml] clock_skew")      \
	X(VALIDITY_TOO_LONG, "validity_too_long",                              \
	    "valid for longer than [saml] max_validity")                       \
	X(CONDITIONS, "conditions", "no Conditions, or one that is unknown")   \
	X(BAD_TIME, "bad_time", "a time that is not xs:dateTime in UTC")       \
	X(AUTHN_STATEMENT, "authn_statement", "no usable AuthnStatement")      \
	X(AUTHN_TOO_OLD, "authn_too_old",                                      \
	    "the user signed in at the IdP too long ago: see max_authn_age, "  \
	    "and force_authn")                                                 \
	X(SESSION_EXPIRED, "session_expired",                                  \
	    "past the SessionNotOnOrAfter that the IdP set")                   \
	X(NAME_ID, "name_id", "the NameID is missing or not acceptable")       \
	X(ATTRIBUTE, "attribute", "an attribute is not acceptable")            \
	X(NO_USER, "no_user",                                                  \
	    "the assertion has no single user name where [saml] user_from "    \
	    "looks for it")                                                    \
	X(USER_SCOPE, "user_scope",                                            \
	    "the user is outside the scope of this IdP: see user_scope")       \
	X(NOT_LOGOUT, "not_logout",                                            \
	    "neither a LogoutRequest nor a LogoutResponse of version 2.0")     \
	X(LOGOUT_EXPIRED, "logout_expired",                                    \
	    "the LogoutRequest is past its NotOnOrAfter")
/* clang-format on */

#define REASON_ENUM(name, word, help) REASON_##name,
enum reason {
	REASONS(REASON_ENUM) REASON_COUNT
};
#undef REASON_ENUM

/* The stable word; "internal" for a number that is none. */
const char *reason_word(enum reason reason);

/* What an administrator should look at. Static storage. */
const char *reason_help(enum reason reason);

/* The reason for a failure of the machinery (enum gate_error). */
enum reason reason_from_error(int error);

/* The reason of a word; REASON_INTERNAL for a word that is none. */
enum reason reason_from_word(const char *word);

/*
 * Makes a text that may quote a stranger fit for a line of a log: whatever is
 * not printable ASCII becomes '?'.
 */
void reason_plain(char *text);

/* One refusal: the reason, and a sentence about this very case. */
struct refusal {
	enum reason reason;
	char detail[320];
};

/*
 * Fills in a refusal and returns GATE_EREFUSED, so that a check can say
 * "return refuse(...)". The detail is cut where it is too long, and control
 * characters in it are made visible; it must never hold a secret. A NULL
 * format takes the reason's own help.
 */
int refuse(struct refusal *refusal, enum reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
