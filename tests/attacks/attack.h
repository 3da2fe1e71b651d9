/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_TESTS_ATTACK_H
#define GATE_TESTS_ATTACK_H

/*
 * A corpus of Responses, good and bad, made anew at each run: keys, metadata,
 * configurations, one file for each case, and a manifest that says of each
 * what must come of it. A case is a row in a table: how a good message is
 * edited before it is signed and after, and the reason it must be refused for.
 */
#include "tests/unit/saml_fixture.h"

#define COUNT(table)   (sizeof(table) / sizeof((table)[0]))

#define KEYLESS_IDP    "https://keyless.example/metadata"
#define WEAK_IDP       "https://weak.example/metadata"
#define EXPIRED_IDP    "https://expired.example/metadata"
#define ENCRYPTING_IDP "https://encrypting.example/metadata"
#define SCOPED_IDP     "https://scoped.example/metadata"

enum attack_key {
	KEY_RSA = 0, /* of IDP, as the next five */
	KEY_RSA_NEXT,
	KEY_RSA_3072,
	KEY_EC256,
	KEY_EC384,
	KEY_OTHER,    /* of OTHER_IDP and SCOPED_IDP */
	KEY_STRANGER, /* of nobody */
	KEY_RSA_1024, /* of WEAK_IDP, as the next */
	KEY_EC521,
	KEY_SP,
	KEY_SP_OLD,
	KEY_SP_STRANGER, /* of another SP */
	KEY_SP_EC,
	KEY_COUNT
};

/* How it is handed over. */
enum attack_form {
	FORM_XML = 0,
	FORM_BASE64,
	FORM_DEFLATE
};

struct attacks {
	const char *dir;
	const char *worker; /* gatehouse-saml */
	const char *shapes; /* the folder of what IdPs send */
	const char *class;  /* of the cases that are being written */
	FILE *manifest;
	size_t count;
	EVP_PKEY *keys[KEY_COUNT];
};

#define SIGN_NOTHING 4
#define SIGN_BOTH    (SIGN_RESPONSE | SIGN_ASSERTION)
#define ATTACK_EDITS 6

struct attack {
	const char *name;
	const char *cve;      /* where it was found in the wild; NULL */
	const char *expected; /* reasons, blank-separated; NULL: accepted */
	const char *user;     /* as whom; NULL: alice */
	const char *message;  /* with both holes; NULL: RESPONSE */
	int sign;             /* SIGN_...; 0: the assertion */
	enum attack_key key;
	const char *method, *digest; /* NULL: RSA-SHA256, SHA-256 */
	/* of the Response, of the assertion; NULL: the usual */
	const char *templates[2];
	struct edit before[ATTACK_EDITS]; /* the signature */
	struct edit after[ATTACK_EDITS];
	/* makes of the signed text another; it takes over the text */
	char *(*change)(struct attacks *attacks, char *text);
	enum attack_form form;
	const char *config;  /* NULL: the usual one */
	const char *request; /* that is waiting; NULL: REQUEST_ID */
	const char *options; /* more for gatehousectl sso check */
	int64_t later;       /* seconds after NOW */
};

/* Writes keys, metadata and configurations to a new folder. */
void world_make(struct attacks *attacks);
void world_free(struct attacks *attacks);

/* The signed text of a case; the caller frees it. */
char *attack_text(struct attacks *attacks, const struct attack *attack);

/* Writes a table of cases of one class, each from its rows alone. */
void attack_table(
    struct attacks *attacks, const struct attack *table, size_t count);

/* Writes a case whose text is at hand, in its form. The text is freed. */
void attack_write(
    struct attacks *attacks, const struct attack *attack, char *text);

/* The same, of bytes that stay as they are, and the caller's. */
void attack_write_bytes(struct attacks *attacks, const struct attack *attack,
    const void *bytes, size_t size);

/* The text in its form; the caller frees it. */
char *attack_pack(enum attack_form form, const char *text, size_t *size);

/* text with the first from, which must be there, made to. */
char *attack_replace_first(char *text, const char *from, const char *to);

/* A text of count copies of another. */
char *attack_repeat(const char *text, size_t count);

/* The classes, each a file of its own. */
typedef void attack_class(struct attacks *attacks);
attack_class attack_algorithms;
attack_class attack_attributes;
attack_class attack_base64;
attack_class attack_bombs;
attack_class attack_canonical;
attack_class attack_conditions;
attack_class attack_confirmations;
attack_class attack_decryption;
attack_class attack_dtd;
attack_class attack_encodings;
attack_class attack_encryption;
attack_class attack_encrypted_ids;
attack_class attack_identities;
attack_class attack_ids;
attack_class attack_issuers;
attack_class attack_key_info;
attack_class attack_malformed;
attack_class attack_references;
attack_class attack_responses;
attack_class attack_scopes;
attack_class attack_statements;
attack_class attack_texts;
attack_class attack_times;
attack_class attack_transforms;
attack_class attack_vendors;
attack_class attack_wrapping;

#endif
