/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/store_fallback.h"
#include "tests/unit/scratch_store.h"

/* Runs the body of a test within one transaction. */
#define IN_WRITE(name)                                                         \
	static int name##_change(struct store_tx *tx, void *data);             \
	static void name(void **state)                                         \
	{                                                                      \
		(void)state;                                                   \
		assert_int_equal(store_write(store, name##_change, NULL), 0);  \
	}                                                                      \
	static int name##_change(                                              \
	    struct store_tx *tx, __attribute__((unused)) void *data)

#define FOREVER INT64_MAX

/* What lists collect: a letter of each row. */
struct letters {
	char text[256];
	int stop_after;
};

static int
collect(struct letters *letters, char letter)
{
	size_t used = strlen(letters->text);

	assert_true(used + 1 < sizeof(letters->text));
	letters->text[used] = letter;
	letters->text[used + 1] = '\0';
	return --letters->stop_after == 0 ? 42 : 0;
}

/* --- users --- */

IN_WRITE(test_user_update)
{
	struct store_user in = { .name = "alice", .verifier = "$y$old" }, out;

	assert_int_equal(store_user_update(tx, &in), GATE_ENOTFOUND);
	assert_int_equal(store_user_add(tx, &in), 0);
	in.created = 1;
	in.disabled = 1;
	in.elsewhere = 1;
	in.must_change = 1;
	in.grace_used = 2;
	in.last_login = 3;
	in.enroll_asked = 4;
	strncpy(in.real_name, "Alice \xc3\xa9", sizeof(in.real_name));
	strncpy(in.mail, "alice@example.org", sizeof(in.mail));
	strncpy(in.language, "de", sizeof(in.language));
	assert_int_equal(store_user_update(tx, &in), 0);
	in.created = 0; /* is not written back */
	assert_int_equal(store_user_get(tx, "alice", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));

	/* what a login upgrades leaves the age and all else alone */
	assert_int_equal(store_user_rehash(tx, "alice", "$y$other", "$y$new"),
	    GATE_ENOTFOUND);
	assert_int_equal(store_user_rehash(tx, "alice", "$y$old", "$y$new"), 0);
	strncpy(in.verifier, "$y$new", sizeof(in.verifier));
	assert_int_equal(store_user_get(tx, "alice", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));

	/* a new password is nothing to be changed */
	assert_int_equal(store_user_password(tx, "alice", "$y$2", 9), 0);
	assert_int_equal(store_user_get(tx, "alice", &out), 0);
	assert_int_equal(out.must_change, 0);
	assert_int_equal(out.grace_used, 0);
	assert_int_equal(out.changed, 9);
	assert_int_equal(out.last_login, 3);
	memset(in.mail, 'x', sizeof(in.mail));
	assert_int_equal(store_user_update(tx, &in), GATE_ETOOBIG);
	return 0;
}

/* --- tries --- */

static struct store_tries
tries_of(const char *user, const char *address, int64_t expires)
{
	struct store_tries tries = { .tries = 1,
		.tells = 2,
		.blocks = 3,
		.series = 5000000000,
		.last = 5000000001,
		.expires = expires };

	snprintf(tries.user, sizeof(tries.user), "%s", user);
	snprintf(tries.address, sizeof(tries.address), "%s", address);
	return tries;
}

static int
is_there(struct store_tx *tx, const char *user, const char *address)
{
	struct store_tries tries = tries_of(user, address, 0);
	int r = store_tries_get(tx, &tries);

	assert_true(r == 0 || r == GATE_ENOTFOUND);
	return r == 0;
}

IN_WRITE(test_tries)
{
	struct store_tries in = tries_of("alice", "::/64", FOREVER), out, key;

	memset(&key, 0, sizeof(key));
	memcpy(key.user, in.user, sizeof(key.user));
	memcpy(key.address, in.address, sizeof(key.address));
	out = key;
	assert_int_equal(store_tries_get(tx, &out), GATE_ENOTFOUND);
	assert_memory_equal(&key, &out, sizeof(key));
	assert_int_equal(store_tries_put(tx, &in), 0);
	assert_int_equal(store_tries_get(tx, &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	in.tries = 7;
	in.known = 1;
	in.expires = 1;
	assert_int_equal(store_tries_put(tx, &in), 0);
	assert_int_equal(store_tries_get(tx, &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_false(is_there(tx, "alice", ""));
	assert_false(is_there(tx, "", "::/64"));
	in = tries_of("", "", FOREVER);
	assert_int_equal(store_tries_put(tx, &in), GATE_EINVAL);
	memset(in.user, 'x', sizeof(in.user));
	assert_int_equal(store_tries_put(tx, &in), GATE_ETOOBIG);
	return 0;
}

static void
put_tries(struct store_tx *tx, const char *user, const char *address,
    int64_t expires, int known)
{
	struct store_tries tries = tries_of(user, address, expires);

	tries.known = known;
	assert_int_equal(store_tries_put(tx, &tries), 0);
}

static int
collect_tries(const struct store_tries *tries, void *data)
{
	return collect(data, tries->user[0] != '\0' ? tries->user[0] : '-');
}

IN_WRITE(test_tries_list_and_reset)
{
	struct letters all = { 0 }, hers = { 0 }, two = { 0 },
		       stopped = { .stop_after = 1 };
	int64_t dropped = -1;

	put_tries(tx, "", "192.0.2.1", FOREVER, 0);
	put_tries(tx, "alice", "", FOREVER, 0);
	put_tries(tx, "alice", "192.0.2.1", FOREVER, 0);
	put_tries(tx, "bob", "192.0.2.1", FOREVER, 0);
	put_tries(tx, "bob", "192.0.2.2", FOREVER, 0);
	assert_int_equal(
	    store_tries_list(tx, NULL, 99, collect_tries, &all), 0);
	assert_string_equal(all.text, "-aabb");
	assert_int_equal(
	    store_tries_list(tx, "alice", 99, collect_tries, &hers), 0);
	assert_string_equal(hers.text, "aa");
	assert_int_equal(store_tries_list(tx, NULL, 2, collect_tries, &two), 0);
	assert_string_equal(two.text, "-a");
	assert_int_equal(
	    store_tries_list(tx, NULL, 9, collect_tries, &stopped), 42);

	assert_int_equal(
	    store_tries_reset(tx, NULL, NULL, &dropped), GATE_EINVAL);
	assert_int_equal(store_tries_reset(tx, "alice", NULL, &dropped), 0);
	assert_int_equal(dropped, 2);
	assert_int_equal(
	    store_tries_reset(tx, "bob", "192.0.2.2", &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_true(is_there(tx, "bob", "192.0.2.1"));
	assert_int_equal(store_tries_reset(tx, NULL, "192.0.2.1", &dropped), 0);
	assert_int_equal(dropped, 2);
	assert_int_equal(store_tries_reset(tx, "carol", NULL, &dropped), 0);
	assert_int_equal(dropped, 0);
	return 0;
}

IN_WRITE(test_tries_prune)
{
	int64_t dropped = -1;

	put_tries(tx, "a", "", 500, 1);
	put_tries(tx, "b", "", 501, 0);
	put_tries(tx, "c", "", FOREVER, 0);
	assert_int_equal(store_tries_prune(tx, 499, 9, 9, &dropped), 0);
	assert_int_equal(dropped, 0);
	assert_int_equal(store_tries_prune(tx, 500, 9, 9, &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_false(is_there(tx, "a", ""));
	assert_int_equal(store_tries_prune(tx, 9999, 9, 9, &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_true(is_there(tx, "c", ""));
	assert_int_equal(
	    store_tries_prune(tx, 9999, 9, -1, &dropped), GATE_EINVAL);
	return 0;
}

/* A flood of names washes away the oldest of them, and nobody's who exists. */
IN_WRITE(test_tries_have_a_bound)
{
	int64_t dropped = -1;
	char name[32];
	int i;

	put_tries(tx, "alice", "", 100, 1);
	put_tries(tx, "locked", "", FOREVER, 0);
	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "flood%02d", i);
		put_tries(tx, name, "", 200 + i, 0);
	}
	assert_int_equal(store_tries_prune(tx, 0, 52, 99, &dropped), 0);
	assert_int_equal(dropped, 0);
	assert_int_equal(store_tries_prune(tx, 0, 40, 5, &dropped), 0);
	assert_int_equal(dropped, 5);
	assert_int_equal(store_tries_prune(tx, 0, 40, 99, &dropped), 0);
	assert_int_equal(dropped, 7);
	assert_true(is_there(tx, "alice", ""));
	assert_false(is_there(tx, "flood11", ""));
	assert_true(is_there(tx, "flood12", ""));
	assert_int_equal(store_tries_prune(tx, 0, 2, 99, &dropped), 0);
	assert_true(is_there(tx, "alice", ""));
	assert_true(is_there(tx, "locked", ""));
	assert_int_equal(store_tries_prune(tx, 0, 0, 99, &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_true(is_there(tx, "alice", ""));
	/* what has expired and what is too much, within one limit */
	put_tries(tx, "a", "", 50, 0);
	put_tries(tx, "b", "", 60, 0);
	put_tries(tx, "c", "", 70, 0);
	assert_int_equal(store_tries_prune(tx, 50, 1, 2, &dropped), 0);
	assert_int_equal(dropped, 2);
	assert_true(is_there(tx, "c", ""));
	return 0;
}

/* --- history --- */

static int
collect_old(int64_t changed, const char *verifier, void *data)
{
	assert_int_equal(changed, verifier[0]);
	return collect(data, verifier[0]);
}

static const char *
remembered(struct store_tx *tx, const char *user)
{
	static struct letters letters;

	letters = (struct letters){ 0 };
	assert_int_equal(
	    store_history_list(tx, user, collect_old, &letters), 0);
	return letters.text;
}

IN_WRITE(test_history)
{
	struct letters stopped = { .stop_after = 2 };
	char verifier[STORE_VERIFIER_MAX + 1] = "a";

	for (; verifier[0] <= 'e'; verifier[0]++)
		assert_int_equal(
		    store_history_add(tx, "alice", verifier[0], verifier, 3),
		    0);
	assert_string_equal(remembered(tx, "alice"), "edc");
	assert_string_equal(remembered(tx, "bob"), "");
	assert_int_equal(
	    store_history_list(tx, "alice", collect_old, &stopped), 42);
	assert_string_equal(stopped.text, "ed");
	/* fewer are kept, then more; none */
	assert_int_equal(store_history_add(tx, "alice", 'f', "f", 2), 0);
	assert_string_equal(remembered(tx, "alice"), "fe");
	assert_int_equal(store_history_add(tx, "alice", 'g', "g", 24), 0);
	assert_string_equal(remembered(tx, "alice"), "gfe");
	assert_int_equal(store_history_add(tx, "bob", 'h', "h", 0), 0);
	assert_string_equal(remembered(tx, "bob"), "");
	assert_string_equal(remembered(tx, "alice"), "gfe");

	assert_int_equal(store_history_add(tx, "", 1, "x", 3), GATE_EINVAL);
	assert_int_equal(store_history_add(tx, "alice", 1, "", 3), GATE_EINVAL);
	assert_int_equal(
	    store_history_add(tx, "alice", 1, "x", -1), GATE_EINVAL);
	memset(verifier, 'x', STORE_VERIFIER_MAX);
	assert_int_equal(
	    store_history_add(tx, "alice", 1, verifier, 3), GATE_ETOOBIG);
	return 0;
}

/* --- factors --- */

static struct store_factor
factor_of(const char *user, int confirmed, uint8_t first)
{
	struct store_factor factor = { .confirmed = confirmed,
		.sealed = { first, 0, 0xff },
		.sealed_size = 3,
		.last = -1,
		.drift = -2,
		.created = 1700000000 };

	snprintf(factor.user, sizeof(factor.user), "%s", user);
	return factor;
}

IN_WRITE(test_factor)
{
	struct store_factor in = factor_of("alice", 0, 1), out;

	assert_int_equal(store_factor_put(tx, &in), 0);
	assert_int_equal(store_factor_get(tx, "alice", 0, &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(
	    store_factor_get(tx, "alice", 1, &out), GATE_ENOTFOUND);
	/* what is not confirmed is not claimed */
	assert_int_equal(store_factor_claim(tx, "alice", 5, 0), GATE_ENOTFOUND);
	assert_int_equal(store_factor_confirm(tx, "alice", 7, 1), 0);
	assert_int_equal(
	    store_factor_get(tx, "alice", 0, &out), GATE_ENOTFOUND);
	assert_int_equal(store_factor_get(tx, "alice", 1, &out), 0);
	assert_int_equal(out.last, 7);
	assert_int_equal(out.drift, 1);
	assert_int_equal(store_factor_claim(tx, "alice", 7, 2), GATE_EEXISTS);
	assert_int_equal(store_factor_claim(tx, "alice", 6, 2), GATE_EEXISTS);
	assert_int_equal(store_factor_claim(tx, "alice", 8, 2), 0);
	assert_int_equal(store_factor_claim(tx, "alice", 8, 3), GATE_EEXISTS);
	assert_int_equal(store_factor_get(tx, "alice", 1, &out), 0);
	assert_int_equal(out.last, 8);
	assert_int_equal(out.drift, 2);

	in.sealed_size = 0;
	assert_int_equal(store_factor_put(tx, &in), GATE_EINVAL);
	in.sealed_size = sizeof(in.sealed) + 1;
	assert_int_equal(store_factor_put(tx, &in), GATE_ETOOBIG);
	in = factor_of("alice", 2, 1);
	assert_int_equal(store_factor_put(tx, &in), GATE_EINVAL);
	in = factor_of("", 1, 1);
	assert_int_equal(store_factor_put(tx, &in), GATE_EINVAL);
	return 0;
}

IN_WRITE(test_factor_is_replaced_when_confirmed)
{
	struct store_factor old = factor_of("alice", 1, 1),
			    new = factor_of("alice", 0, 2), out;

	assert_int_equal(store_factor_put(tx, &old), 0);
	/* nothing waits: the one that counts stays */
	assert_int_equal(
	    store_factor_confirm(tx, "alice", 9, 0), GATE_ENOTFOUND);
	assert_int_equal(store_factor_get(tx, "alice", 1, &out), 0);
	assert_int_equal(store_factor_put(tx, &new), 0);
	assert_int_equal(store_factor_get(tx, "alice", 1, &out), 0);
	assert_int_equal(out.sealed[0], 1);
	assert_int_equal(store_factor_confirm(tx, "alice", 9, 0), 0);
	assert_int_equal(store_factor_get(tx, "alice", 1, &out), 0);
	assert_int_equal(out.sealed[0], 2);
	assert_int_equal(store_factor_drop(tx, "alice", 0), GATE_ENOTFOUND);
	assert_int_equal(store_factor_drop(tx, "alice", 1), 0);
	assert_int_equal(
	    store_factor_get(tx, "alice", 1, &out), GATE_ENOTFOUND);
	return 0;
}

/* --- recovery codes --- */

static int
collect_code(const struct store_recovery *code, void *data)
{
	return collect(data, (char)('a' + code->kept[0]));
}

IN_WRITE(test_recovery)
{
	struct store_recovery codes[3] = { { .kept = { 0 }, .size = 32 },
		{ .kept = { 1 }, .size = 61 }, { .kept = { 2 }, .size = 32 } };
	struct letters all = { 0 }, few = { 0 }, bobs = { 0 };
	int64_t left = -1;

	assert_int_equal(store_recovery_replace(tx, "alice", codes, 3), 0);
	assert_int_equal(store_recovery_replace(tx, "bob", codes, 1), 0);
	assert_int_equal(
	    store_recovery_list(tx, "alice", collect_code, &all), 0);
	assert_string_equal(all.text, "abc");
	assert_int_equal(store_recovery_take(tx, "alice", &codes[1], &left), 0);
	assert_int_equal(left, 2);
	assert_int_equal(
	    store_recovery_take(tx, "alice", &codes[1], &left), GATE_ENOTFOUND);
	assert_int_equal(
	    store_recovery_take(tx, "bob", &codes[1], &left), GATE_ENOTFOUND);
	assert_int_equal(store_recovery_replace(tx, "alice", codes, 1), 0);
	assert_int_equal(
	    store_recovery_list(tx, "alice", collect_code, &few), 0);
	assert_string_equal(few.text, "a");
	assert_int_equal(store_recovery_replace(tx, "alice", NULL, 0), 0);
	assert_int_equal(
	    store_recovery_take(tx, "alice", &codes[0], &left), GATE_ENOTFOUND);
	assert_int_equal(
	    store_recovery_list(tx, "bob", collect_code, &bobs), 0);
	assert_string_equal(bobs.text, "a");
	codes[0].size = sizeof(codes[0].kept) + 1;
	assert_int_equal(
	    store_recovery_replace(tx, "bob", codes, 1), GATE_ETOOBIG);
	codes[0].size = 0;
	assert_int_equal(
	    store_recovery_replace(tx, "bob", codes, 1), GATE_EINVAL);
	return 0;
}

static int
collect_user(const char *user, void *data)
{
	return collect(data, user[0]);
}

/* Each once, whatever he has; who has nothing sealed is not among them. */
IN_WRITE(test_sealed_users)
{
	const struct store_recovery code = { .size = 61 };
	const struct store_factor factors[] = { factor_of("alice", 1, 1),
		factor_of("bob", 0, 1), factor_of("bob", 1, 1) };
	struct letters all = { 0 }, rest = { 0 }, some = { 0 };
	size_t i;

	for (i = 0; i < 3; i++)
		assert_int_equal(store_factor_put(tx, &factors[i]), 0);
	assert_int_equal(store_recovery_replace(tx, "alice", &code, 1), 0);
	assert_int_equal(store_recovery_replace(tx, "carol", &code, 1), 0);
	assert_int_equal(store_sealed_users(tx, "", 9, collect_user, &all), 0);
	assert_string_equal(all.text, "abc");
	assert_int_equal(
	    store_sealed_users(tx, "alice", 9, collect_user, &rest), 0);
	assert_string_equal(rest.text, "bc");
	assert_int_equal(store_sealed_users(tx, "", 2, collect_user, &some), 0);
	assert_string_equal(some.text, "ab");
	return 0;
}

/* --- devices --- */

static struct store_device
device_of(const char *user, uint8_t first, int64_t expires)
{
	struct store_device device = { .hash = { first, 0, 1 },
		.service = "sshd",
		.address = "2001:db8::/64",
		.created = 1000,
		.expires = expires };

	snprintf(device.user, sizeof(device.user), "%s", user);
	return device;
}

static int
has_device(struct store_tx *tx, uint8_t first)
{
	struct store_device key = device_of("", first, 0), out;
	int r = store_device_get(tx, key.hash, &out);

	assert_true(r == 0 || r == GATE_ENOTFOUND);
	return r == 0;
}

IN_WRITE(test_device)
{
	struct store_device in = device_of("alice", 1, 5000000000), out;
	int64_t dropped = -1, count = -1;
	uint8_t i;

	assert_int_equal(store_device_put(tx, &in), 0);
	in.created++;
	in.expires++;
	assert_int_equal(store_device_put(tx, &in), 0);
	assert_int_equal(store_device_get(tx, in.hash, &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	in = device_of("bob", 100, 1);
	assert_int_equal(store_device_put(tx, &in), 0);
	for (i = 2; i < STORE_DEVICES_MOST + 4; i++) {
		in = device_of("alice", i, 2000 + i);
		assert_int_equal(store_device_put(tx, &in), 0);
		/* even if it is the first to expire */
		assert_true(has_device(tx, i));
	}
	assert_true(has_device(tx, 1)); /* the last to expire */
	assert_false(has_device(tx, 2));
	assert_false(has_device(tx, 4));
	assert_true(has_device(tx, 5));
	in = device_of("alice", 50, 1);
	assert_int_equal(store_device_put(tx, &in), 0);
	assert_true(has_device(tx, 50));
	assert_false(has_device(tx, 5));
	assert_int_equal(store_device_count(tx, "alice", 0, &count), 0);
	assert_int_equal(count, STORE_DEVICES_MOST);
	assert_int_equal(store_device_count(tx, "alice", 1, &count), 0);
	assert_int_equal(count, STORE_DEVICES_MOST - 1);
	assert_int_equal(store_device_count(tx, "nobody", 0, &count), 0);
	assert_int_equal(count, 0);
	assert_true(has_device(tx, 100));
	assert_int_equal(store_device_forget(tx, "alice", &dropped), 0);
	assert_int_equal(dropped, STORE_DEVICES_MOST);
	assert_true(has_device(tx, 100));
	return 0;
}

/* --- passes --- */

static struct store_pass
pass_of(const char *user, uint8_t first, int64_t issued, int64_t expires)
{
	struct store_pass pass = { .hash = { first },
		.reason = "the IdP is down",
		.issued_by = "root",
		.issued = issued,
		.expires = expires };

	snprintf(pass.user, sizeof(pass.user), "%s", user);
	return pass;
}

static int
collect_pass(const struct store_pass *pass, void *data)
{
	return collect(data, (char)('a' + pass->hash[0]));
}

static const char *
passes(struct store_tx *tx)
{
	static struct letters letters;

	letters = (struct letters){ 0 };
	assert_int_equal(store_pass_list(tx, 99, collect_pass, &letters), 0);
	return letters.text;
}

IN_WRITE(test_pass)
{
	struct store_pass in = pass_of("alice", 0, 1000, 2000), out;
	int64_t dropped = -1;

	assert_int_equal(store_pass_use(tx, in.hash, "", 1), GATE_ENOTFOUND);
	assert_int_equal(store_pass_put(tx, &in), 0);
	assert_int_equal(store_pass_put(tx, &in), GATE_EEXISTS);
	assert_int_equal(store_pass_get(tx, in.hash, &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(store_pass_use(tx, in.hash, "::1", 0), GATE_EINVAL);
	assert_int_equal(store_pass_use(tx, in.hash, "::1", 1500), 0);
	assert_int_equal(
	    store_pass_use(tx, in.hash, "::2", 1501), GATE_EEXISTS);
	assert_int_equal(store_pass_get(tx, in.hash, &out), 0);
	assert_int_equal(out.used, 1500);
	assert_string_equal(out.used_from, "::1");
	in = pass_of("alice", 1, 1001, 2000);
	assert_int_equal(store_pass_put(tx, &in), 0);
	in = pass_of("bob", 2, 1002, 2000);
	assert_int_equal(store_pass_put(tx, &in), 0);
	assert_string_equal(passes(tx), "cba");
	/* the one that was used is evidence */
	assert_int_equal(store_pass_revoke(tx, "alice", &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_string_equal(passes(tx), "ca");
	in = pass_of("bob", 3, 1, 2);
	in.reason[0] = '\0';
	assert_int_equal(store_pass_put(tx, &in), GATE_EINVAL);
	in = pass_of("bob", 3, 1, 2);
	in.issued_by[0] = '\0';
	assert_int_equal(store_pass_put(tx, &in), GATE_EINVAL);
	return 0;
}

/* --- codes by mail --- */

IN_WRITE(test_mail)
{
	struct store_mail in = { .user = "alice",
		.hash = { 1, 2 },
		.expires = 1,
		.tries = 2,
		.sent = 3,
		.since = 4,
		.keep_until = 5000000000 },
			  out;
	int64_t dropped;

	assert_int_equal(store_mail_get(tx, "alice", &out), GATE_ENOTFOUND);
	assert_int_equal(store_mail_put(tx, &in), 0);
	assert_int_equal(store_mail_get(tx, "alice", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	in.hash[0] = 9;
	in.tries = in.sent = in.since = in.expires = in.keep_until = 7;
	assert_int_equal(store_mail_put(tx, &in), 0);
	assert_int_equal(store_mail_get(tx, "alice", &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(store_mail_drop(tx, "alice"), 0);
	assert_int_equal(store_mail_drop(tx, "alice"), GATE_ENOTFOUND);
	assert_int_equal(store_mail_put(tx, &in), 0);
	assert_int_equal(store_mail_prune(tx, 7, 9, &dropped), 0);
	assert_int_equal(dropped, 0);
	assert_int_equal(store_mail_prune(tx, 8, 0, &dropped), 0);
	assert_int_equal(dropped, 0);
	assert_int_equal(store_mail_prune(tx, 8, -1, &dropped), GATE_EINVAL);
	assert_int_equal(store_mail_prune(tx, 8, 9, &dropped), 0);
	assert_int_equal(dropped, 1);
	assert_int_equal(store_mail_get(tx, "alice", &out), GATE_ENOTFOUND);
	in.user[0] = '\0';
	assert_int_equal(store_mail_put(tx, &in), GATE_EINVAL);
	return 0;
}

/* --- house-keeping, and going --- */

static int64_t
pruned(struct store_tx *tx, int64_t now, int64_t issued_before, int64_t limit)
{
	int64_t dropped = -1;

	assert_int_equal(
	    store_fallback_prune(tx, now, issued_before, limit, &dropped), 0);
	return dropped;
}

IN_WRITE(test_prune)
{
	struct store_device device = device_of("alice", 1, 500);
	struct store_pass used = pass_of("alice", 0, 100, 9999),
			  open = pass_of("alice", 1, 100, 9999),
			  over = pass_of("alice", 2, 100, 499);
	int64_t dropped;

	assert_int_equal(store_device_put(tx, &device), 0);
	used.used = 200;
	assert_int_equal(store_pass_put(tx, &used), 0);
	assert_int_equal(store_pass_put(tx, &open), 0);
	assert_int_equal(store_pass_put(tx, &over), 0);
	assert_int_equal(pruned(tx, 500, 100, 9), 0);
	assert_int_equal(pruned(tx, 501, 100, 9), 1);
	assert_false(has_device(tx, 1));
	assert_int_equal(pruned(tx, 501, 101, 1), 1);
	assert_int_equal(pruned(tx, 501, 101, 9), 1);
	assert_string_equal(passes(tx), "b");
	assert_int_equal(pruned(tx, 10000, 101, 9), 1);
	assert_int_equal(
	    store_fallback_prune(tx, 1, 1, -1, &dropped), GATE_EINVAL);
	return 0;
}

IN_WRITE(test_all_goes_with_the_user)
{
	struct store_user user = { .name = "alice" };
	struct store_factor factor = factor_of("alice", 1, 1);
	struct store_recovery code = { .kept = { 1 }, .size = 32 };
	struct store_device device = device_of("alice", 1, 500);
	struct store_mail mail = { .user = "alice", .keep_until = 500 };
	struct store_pass used = pass_of("alice", 0, 100, 9999),
			  open = pass_of("alice", 1, 100, 9999);
	struct letters none = { 0 };

	used.used = 200;
	assert_int_equal(store_user_add(tx, &user), 0);
	assert_int_equal(store_history_add(tx, "alice", 'a', "a", 9), 0);
	assert_int_equal(store_history_add(tx, "bob", 'b', "b", 9), 0);
	assert_int_equal(store_factor_put(tx, &factor), 0);
	factor.confirmed = 0;
	assert_int_equal(store_factor_put(tx, &factor), 0);
	assert_int_equal(store_recovery_replace(tx, "alice", &code, 1), 0);
	assert_int_equal(store_device_put(tx, &device), 0);
	assert_int_equal(store_mail_put(tx, &mail), 0);
	assert_int_equal(store_pass_put(tx, &used), 0);
	assert_int_equal(store_pass_put(tx, &open), 0);
	put_tries(tx, "alice", "", 500, 1);

	assert_int_equal(store_user_remove(tx, "alice"), 0);
	assert_string_equal(remembered(tx, "alice"), "");
	assert_string_equal(remembered(tx, "bob"), "b");
	assert_int_equal(
	    store_factor_get(tx, "alice", 0, &factor), GATE_ENOTFOUND);
	assert_int_equal(
	    store_factor_get(tx, "alice", 1, &factor), GATE_ENOTFOUND);
	assert_int_equal(
	    store_recovery_list(tx, "alice", collect_code, &none), 0);
	assert_string_equal(none.text, "");
	assert_false(has_device(tx, 1));
	assert_int_equal(store_mail_get(tx, "alice", &mail), GATE_ENOTFOUND);
	assert_string_equal(passes(tx), "a");
	/* to be removed and added again unlocks nobody */
	assert_true(is_there(tx, "alice", ""));
	return 0;
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_user_update),
		TEST(test_tries),
		TEST(test_tries_list_and_reset),
		TEST(test_tries_prune),
		TEST(test_tries_have_a_bound),
		TEST(test_history),
		TEST(test_factor),
		TEST(test_factor_is_replaced_when_confirmed),
		TEST(test_recovery),
		TEST(test_sealed_users),
		TEST(test_device),
		TEST(test_pass),
		TEST(test_mail),
		TEST(test_prune),
		TEST(test_all_goes_with_the_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
