/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_STORE_FALLBACK_H
#define GATE_STORE_FALLBACK_H

#include "lib/store.h"

/*
 * What the gate remembers for the fallback, the password with a second factor,
 * besides the user himself (lib/store.h): tries, the history of passwords,
 * factors, recovery codes, remembered devices, emergency passes, codes sent by
 * mail. All of it but tries, and passes that were used, goes with the user.
 *
 * Errors as everywhere: GATE_ENOTFOUND, GATE_EEXISTS; GATE_ETOOBIG for a text
 * or bytes over their cap; GATE_EINVAL where a key is empty. Times are epoch
 * seconds but for those of tries and of codes by mail.
 */

/* --- tries (session/lockout.h), in seconds of the steady clock --- */

/* A count: of a user where address is "", of an address where user is "". */
struct store_tries {
	char user[STORE_USER_MAX];
	char address[STORE_ADDRESS_MAX]; /* "192.0.2.1", "2001:db8::/64" */
	int64_t tries;                   /* those that count */
	int64_t tells;                   /* proofs looked at while blocked */
	int64_t blocks;  /* blocks in a row before this series */
	int64_t series;  /* the time it began, and its name: no two alike */
	int64_t last;    /* the last try */
	int64_t expires; /* from then on the row is worth nothing */
	int64_t known;   /* 1: of a user there is; never dropped for room */
};

/*
 * The row with the keys user and address in tries: GATE_ENOTFOUND leaves it
 * empty but for them / puts it there, in place of the one before.
 */
int store_tries_get(struct store_tx *tx, struct store_tries *tries);
int store_tries_put(struct store_tx *tx, const struct store_tries *tries);

/*
 * Drops all counts of a user (address NULL), of an address (user NULL), or the
 * one of both; *dropped counts.
 */
int store_tries_reset(struct store_tx *tx, const char *user,
    const char *address, int64_t *dropped);

/* Calls each for at most limit rows, of one user if user is not NULL, ordered
 * by user and address. Stops when each returns nonzero, and returns that. */
typedef int store_tries_each(const struct store_tries *tries, void *data);
int store_tries_list(struct store_tx *tx, const char *user, int64_t limit,
    store_tries_each *each, void *data);

/*
 * Drops at most limit rows that expired before now, and of those that did not
 * enough, the next to expire first, that about most are left. Rows of users
 * there are stay, so that no flood of names washes a user's count away.
 */
#define STORE_TRIES_MOST 200000
int store_tries_prune(struct store_tx *tx, int64_t now, int64_t most,
    int64_t limit, int64_t *dropped);

/* --- the steady clock's mark (session/steady.h) --- */

#define STORE_BOOT_MAX 40

struct store_steady {
	char boot[STORE_BOOT_MAX]; /* which boot of the machine */
	int64_t boot_time;         /* seconds since it booted */
	int64_t wall;              /* epoch seconds */
	int64_t time;              /* what the steady clock said then */
};

/* All zero on the first start. */
int store_steady_get(struct store_tx *tx, struct store_steady *steady);
int store_steady_put(struct store_tx *tx, const struct store_steady *steady);

/* --- the history of passwords, the one in use included --- */

/*
 * Remembers a verifier that a user's password has from now on, and forgets all
 * but the newest keep. Also for users whose password the gate does not keep.
 */
int store_history_add(struct store_tx *tx, const char *user, int64_t changed,
    const char *verifier, int64_t keep);

/* Calls each for those of a user, the newest first. */
typedef int store_history_each(
    int64_t changed, const char *verifier, void *data);
int store_history_list(struct store_tx *tx, const char *user,
    store_history_each *each, void *data);

/* --- second factors (twofactor/factor.h) --- */

#define STORE_SEALED_MAX 128

/* A user has one that counts, and one at most that waits to be confirmed. */
struct store_factor {
	char user[STORE_USER_MAX];
	int confirmed; /* a right code was shown: it counts */
	uint8_t sealed[STORE_SEALED_MAX]; /* seed and parameters (lib/seal.h) */
	size_t sealed_size;
	int64_t last;  /* the last step or counter used; -1: none */
	int64_t drift; /* learnt */
	int64_t created;
};

/* Puts it there, in place of the one before. */
int store_factor_put(struct store_tx *tx, const struct store_factor *factor);
int store_factor_get(struct store_tx *tx, const char *user, int confirmed,
    struct store_factor *factor);
int store_factor_drop(struct store_tx *tx, const char *user, int confirmed);

/*
 * Uses up a step or counter of the factor that counts, and all before it, and
 * notes what was learnt: GATE_EEXISTS if this or a later one was used already
 * (RFC 4226, 7.2; RFC 6238, 5.2).
 */
int store_factor_claim(
    struct store_tx *tx, const char *user, int64_t last, int64_t drift);

/*
 * The one that waits counts from now on, in place of the one before; last and
 * drift are those of the code that was shown.
 */
int store_factor_confirm(
    struct store_tx *tx, const char *user, int64_t last, int64_t drift);

/* --- recovery codes --- */

#define STORE_RECOVERY_MAX 96

/* What is kept of a code (twofactor/recovery.h), sealed or not. */
struct store_recovery {
	uint8_t kept[STORE_RECOVERY_MAX];
	size_t size;
};

/* Puts count of them in place of all that the user has; 0 drops them. */
int store_recovery_replace(struct store_tx *tx, const char *user,
    const struct store_recovery *codes, size_t count);

/* Calls each for those that are left. */
typedef int store_recovery_each(const struct store_recovery *code, void *data);
int store_recovery_list(struct store_tx *tx, const char *user,
    store_recovery_each *each, void *data);

/* Uses one up, as it was listed: nobody can twice. *left counts those that
 * remain. */
int store_recovery_take(struct store_tx *tx, const char *user,
    const struct store_recovery *code, int64_t *left);

/*
 * Calls each for at most limit users after this name, in order, who have
 * something sealed: a factor or recovery codes.
 */
typedef int store_sealed_each(const char *user, void *data);
int store_sealed_users(struct store_tx *tx, const char *after, int64_t limit,
    store_sealed_each *each, void *data);

/* --- remembered devices --- */

/* A user has at most so many; the next drops the first to expire. */
#define STORE_DEVICES_MOST 16

struct store_device {
	uint8_t hash[STORE_HASH_SIZE]; /* of its token (twofactor/device.h) */
	char user[STORE_USER_MAX];
	char service[STORE_SERVICE_MAX];
	char address[STORE_ADDRESS_MAX];
	int64_t created;
	int64_t expires;
};

/* Puts it there, with new times in place of those before. */
int store_device_put(struct store_tx *tx, const struct store_device *device);
int store_device_get(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    struct store_device *device);

/* How many of a user's have not expired at now. */
int store_device_count(
    struct store_tx *tx, const char *user, int64_t now, int64_t *count);

/* Forgets all of a user's; *dropped counts. */
int store_device_forget(
    struct store_tx *tx, const char *user, int64_t *dropped);

/* --- emergency passes (session/emergency.h) --- */

#define STORE_REASON_MAX 256

struct store_pass {
	uint8_t hash[STORE_HASH_SIZE]; /* of its token */
	char user[STORE_USER_MAX];
	char reason[STORE_REASON_MAX]; /* why it was issued */
	char issued_by[STORE_NAME_MAX];
	char used_from[STORE_ADDRESS_MAX];
	int64_t issued;
	int64_t expires;
	int64_t used; /* 0: not yet */
};

int store_pass_put(struct store_tx *tx, const struct store_pass *pass);
int store_pass_get(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    struct store_pass *pass);

/*
 * Uses it up at now: GATE_EEXISTS if it was before. It stays on record, as
 * evidence, until it is pruned.
 */
int store_pass_use(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    const char *used_from, int64_t now);

/* Drops those of a user that were not used; *dropped counts. */
int store_pass_revoke(struct store_tx *tx, const char *user, int64_t *dropped);

/* Calls each for at most limit of them, the newest first. */
typedef int store_pass_each(const struct store_pass *pass, void *data);
int store_pass_list(
    struct store_tx *tx, int64_t limit, store_pass_each *each, void *data);

/* --- codes sent by mail (twofactor/mail_code.h), in seconds of the steady
 * clock --- */

/* One to a user: the code that is out, and how many went out lately. */
struct store_mail {
	char user[STORE_USER_MAX];
	uint8_t hash[STORE_HASH_SIZE]; /* an HMAC; all zero: none is out */
	int64_t expires;               /* of the code */
	int64_t tries;                 /* at this code */
	int64_t sent;                  /* since since */
	int64_t since;
	int64_t keep_until; /* from then on the row is worth nothing */
};

/* Puts it there, in place of the one before. */
int store_mail_put(struct store_tx *tx, const struct store_mail *mail);
int store_mail_get(
    struct store_tx *tx, const char *user, struct store_mail *mail);
int store_mail_drop(struct store_tx *tx, const char *user);

/* Drops at most limit of those past their time; *dropped counts. */
int store_mail_prune(
    struct store_tx *tx, int64_t now, int64_t limit, int64_t *dropped);

/* --- keeping house --- */

/*
 * Drops devices past their time at now, and passes that were issued before the
 * epoch time issued_before and can be used no more; at most limit of each. What
 * the steady clock is for: store_tries_prune, store_mail_prune.
 */
int store_fallback_prune(struct store_tx *tx, int64_t now,
    int64_t issued_before, int64_t limit, int64_t *dropped);

#endif
