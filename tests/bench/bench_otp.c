/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_otp enrol STORE KEY COUNT: makes a store with so many users who have a
 * second factor, by the daemon's own functions.
 *
 * bench_otp check DIR LINE COUNT LINE COUNT LINE COUNT: what a code costs,
 * asked for through libpam. LINE is our module's, for the gate whose store has
 * COUNT users; of the three the second is compared with pam_permit, which asks
 * nothing, with pam_google_authenticator, and with pam_oath, whose file has as
 * many users. The others show what the number of users does to it.
 *
 * Everywhere the code is the current one of 30 seconds, right, and of a user
 * who has not shown one before: all of these modules put on record that it was
 * used, which is most of what they do. Ours and pam_google_authenticator have
 * it on disk before they answer (fsync), pam_oath writes its file anew and
 * leaves it to the kernel. Beyond that ours charges and refunds a try, opens a
 * sealed seed and keeps a record of the sign-in. Interleaved; medians.
 */
#include <err.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gatehoused/factors.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/seal.h"
#include "lib/store_fallback.h"
#include "tests/bench/bench.h"
#include "tests/bench/transaction.h"
#include "twofactor/base32.h"
#include "twofactor/otp.h"
#include "twofactor/recovery.h"

#define STORES 3
/* How often ours and the peers are asked, and each of the stores. */
#define ROUNDS       500
#define STORE_ROUNDS 100
/* Each user signs in once: so many are asked of the store that does both. */
#define ASKED (ROUNDS + STORE_ROUNDS)
/* Beyond that many, only who is asked has recovery codes: it takes too long. */
#define WITH_CODES 10000

#define NAME_SIZE  24
#define SEED_SIZE  20

/* Of count users every so manieth signs in, that they are far apart. */
static int64_t
stride(int64_t count)
{
	return count > ASKED ? count / ASKED : 1;
}

static void
name_of(int64_t user, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "u%07lld", (long long)user);
}

/* A seed that says whose it is: the peers' files are made of them as well. */
static void
seed_of(int64_t user, struct factor_seed *seed)
{
	uint64_t state = (uint64_t)user;
	size_t i;

	seed->size = SEED_SIZE;
	for (i = 0; i < SEED_SIZE; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		seed->bytes[i] = (uint8_t)(state >> 56);
	}
}

/* ------------------------------------------------------------- enrolling -- */

struct enrolment {
	const struct seal_key *key;
	int64_t count;
};

static int
enrol_one(struct store_tx *tx, const struct enrolment *all, int64_t number)
{
	struct store_user user = { .created = 1, .elsewhere = 1 };
	struct recovery_code codes[RECOVERY_COUNT];
	struct recovery_kept kept[RECOVERY_COUNT];
	struct factor_seed seed;
	struct factor factor;
	int r;

	name_of(number, user.name);
	seed_of(number, &seed);
	factor_init(&factor, FACTOR_TOTP);
	factor.confirmed = 1;
	r = store_user_add(tx, &user);
	if (r == 0)
		r = factors_put(tx, all->key, user.name, &factor, &seed, 1);
	if (r != 0 ||
	    (all->count > WITH_CODES && number % stride(all->count) != 0))
		return r;
	r = recovery_make(user.name, codes, kept);
	return r == 0
	    ? factors_put_codes(tx, all->key, user.name, kept, RECOVERY_COUNT)
	    : r;
}

static int
enrol_all(struct store_tx *tx, void *data)
{
	const struct enrolment *all = data;
	int64_t i;
	int r = 0;

	for (i = 0; i < all->count && r == 0; i++)
		r = enrol_one(tx, all, i);
	return r;
}

static void
enrol(const char *path, const char *key_path, int64_t count)
{
	const struct store_options options = { "sqlite", path };
	struct enrolment all = { .count = count };
	struct seal_key *key = NULL;
	struct store *store = NULL;
	char why[256];
	int r;

	r = seal_key_create(key_path);
	if (r != 0 && r != GATE_EEXISTS)
		errx(1, "%s: %s", key_path, gate_strerror(r));
	if (seal_key_load(&key, key_path, why, sizeof(why)) != 0)
		errx(1, "%s: %s", key_path, why);
	if (store_open(&store, &options, why, sizeof(why)) != 0)
		errx(1, "%s", why);
	all.key = key;
	if ((r = store_write(store, enrol_all, &all)) != 0)
		errx(1, "%s: %s", path, gate_strerror(r));
	store_free(&store);
	seal_key_free(&key);
}

/* ------------------------------------------------------------- the peers -- */

/* A file to each, as google-authenticator(1) writes it. */
static void
make_google(const char *dir, int64_t user)
{
	char path[4096], secret[BASE32_TEXT_SIZE(SEED_SIZE)], text[256];
	char name[NAME_SIZE];
	struct factor_seed seed;
	int n;

	name_of(user, name);
	seed_of(user, &seed);
	base32_encode(BASE32_RFC4648, seed.bytes, seed.size, secret);
	snprintf(path, sizeof(path), "%s/secrets/%s", dir, name);
	n = snprintf(text, sizeof(text),
	    "%s\n\" RATE_LIMIT 3 30\n\" WINDOW_SIZE 3\n\" DISALLOW_REUSE\n"
	    "\" TOTP_AUTH\n",
	    secret);
	if (file_replace(path, 0400, text, (size_t)n) != 0)
		err(1, "%s", path);
}

/* One file for all, as usersfile(5) has it. */
static void
make_oath(const char *dir, int64_t count)
{
	char path[4096], name[NAME_SIZE];
	struct factor_seed seed;
	int64_t user;
	FILE *file;
	size_t i;

	snprintf(path, sizeof(path), "%s/users.oath", dir);
	if ((file = fopen(path, "w")) == NULL)
		err(1, "%s", path);
	for (user = 0; user < count; user++) {
		name_of(user, name);
		seed_of(user, &seed);
		fprintf(file, "HOTP/T30/6 %s - ", name);
		for (i = 0; i < seed.size; i++)
			fprintf(file, "%02x", seed.bytes[i]);
		fputc('\n', file);
	}
	if (fclose(file) != 0)
		err(1, "%s", path);
}

static void
make_peers(const char *dir, int64_t count)
{
	const struct passwd *self = getpwuid(geteuid());
	char text[4096];
	int64_t i;

	if (self == NULL)
		errx(1, "who runs this has no name");
	snprintf(text, sizeof(text), "%s/secrets", dir);
	if (mkdir(text, 0700) != 0 && errno != EEXIST)
		err(1, "%s", text);
	for (i = 0; i < ASKED; i++)
		make_google(dir, i * stride(count));
	make_oath(dir, count);
	transaction_service(dir, "permit", "auth", "pam_permit.so");
	snprintf(text, sizeof(text),
	    "pam_google_authenticator.so secret=%s/secrets/${USER} user=%s",
	    dir, self->pw_name);
	transaction_service(dir, "google", "auth", text);
	snprintf(text, sizeof(text),
	    "pam_oath.so usersfile=%s/users.oath window=5 digits=6", dir);
	transaction_service(dir, "oath", "auth", text);
}

/* ----------------------------------------------------------- the checks -- */

/* A service, its users, and how many of them were asked. */
struct asker {
	const char *service;
	int64_t count;
	int asked;
	double times[ASKED];
};

/* The next user shows the code of now. */
static void
ask(const char *confdir, struct asker *asker)
{
	char name[NAME_SIZE], code[FACTOR_DIGITS_MAX + 1];
	const struct transaction transaction = { .confdir = confdir,
		.service = asker->service,
		.user = name,
		.answer = code,
		.hooks = { pam_authenticate } };
	int64_t user = asker->asked * stride(asker->count);
	struct factor_seed seed;
	struct factor factor;

	name_of(user, name);
	seed_of(user, &seed);
	factor_init(&factor, FACTOR_TOTP);
	if (otp_code(&factor, &seed, clock_wall() / factor.period, code) != 0)
		errx(1, "liboath makes no code");
	asker->times[asker->asked++] = transaction_time(&transaction);
}

/* Asks each in turn, rounds times, and gives the medians of these. */
static void
ask_in_turn(const char *confdir, struct asker **askers, size_t count,
    int rounds, double *medians)
{
	int round;
	size_t i;

	for (round = 0; round < rounds; round++)
		for (i = 0; i < count; i++)
			ask(confdir, askers[i]);
	for (i = 0; i < count; i++)
		medians[i] =
		    bench_median(askers[i]->times + askers[i]->asked - rounds,
			(size_t)rounds);
}

static void
compare_modules(const char *dir, struct asker *ours)
{
	static struct asker permit = { .service = "permit" },
			    google = { .service = "google" },
			    oath = { .service = "oath" };
	struct asker *askers[] = { ours, &permit, &google, &oath };
	double us[4];

	permit.count = google.count = oath.count = ours->count;
	ask_in_turn(dir, askers, 4, ROUNDS, us);
	bench_row("otp_check", "us", us[0], us[1], "baseline + 300 us");
	bench_row("otp_check_google", "us", us[0], us[2], "ratio <= 1");
	bench_row("otp_check_oath", "us", us[0], us[3], "ratio <= 1");
}

static void
compare_stores(const char *dir, struct asker **askers)
{
	char name[64];
	double us[STORES];
	int i;

	ask_in_turn(dir, askers, STORES, STORE_ROUNDS, us);
	for (i = 1; i < STORES; i++) {
		snprintf(name, sizeof(name), "otp_check_of_%lld",
		    (long long)askers[i]->count);
		bench_row(name, "us", us[i], us[0], "ratio <= 1.1");
	}
}

static void
check(const char *dir, char **lines)
{
	static struct asker stores[STORES] = { { .service = "few" },
		{ .service = "more" }, { .service = "many" } };
	struct asker *askers[STORES];
	int i;

	transaction_prepare(dir);
	for (i = 0; i < STORES; i++) {
		askers[i] = &stores[i];
		stores[i].count = strtoll(lines[2 * i + 1], NULL, 10);
		transaction_service(
		    dir, stores[i].service, "auth", lines[2 * i]);
	}
	if (stores[0].count < STORE_ROUNDS || stores[1].count < ASKED ||
	    stores[2].count < STORE_ROUNDS)
		errx(1, "too few users: each signs in once");
	make_peers(dir, stores[1].count);
	/* first, while their write-ahead logs are alike: a new one grows */
	compare_stores(dir, askers);
	compare_modules(dir, &stores[1]);
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "enrol") == 0)
		enrol(argv[2], argv[3], strtoll(argv[4], NULL, 10));
	else if (argc == 3 + 2 * STORES && strcmp(argv[1], "check") == 0)
		check(argv[2], argv + 3);
	else
		errx(2, "enrol STORE KEY COUNT, or check DIR (LINE COUNT)*3");
	return 0;
}
