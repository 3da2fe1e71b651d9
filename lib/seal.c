/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/seal.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/secret.h"

/* A sealed value: version, nonce, ciphertext, tag. */
#define SEAL_VERSION    1
#define SEAL_NONCE_SIZE 12
#define SEAL_TAG_SIZE   16

struct seal_key {
	pthread_rwlock_t *lock; /* over the two keys */
	char *path;
	int has_old;
	uint8_t bytes[SEAL_KEY_SIZE];
	uint8_t old[SEAL_KEY_SIZE];
};

/* Reads a key file. */
static int
read_key(
    const char *path, uint8_t key[SEAL_KEY_SIZE], char *why, size_t why_size)
{
	char *bytes = NULL;
	size_t size = 0;
	int r;

	/* One byte more than a key has, to tell a longer file from a key. */
	r = file_read(
	    path, FILE_SECRET, SEAL_KEY_SIZE + 1, &bytes, &size, why, why_size);
	if (r == GATE_ETOOBIG || (r == 0 && size != SEAL_KEY_SIZE)) {
		if (why != NULL)
			snprintf(why, why_size,
			    "not a master key: one has %d bytes, this file "
			    "has not",
			    SEAL_KEY_SIZE);
		r = GATE_ECONFIG;
	}
	if (r == 0)
		memcpy(key, bytes, SEAL_KEY_SIZE);
	if (bytes != NULL)
		explicit_bzero(bytes, size);
	free(bytes);
	return r;
}

static int
old_path(const struct seal_key *key, char path[PATH_MAX])
{
	return (size_t)snprintf(
		   path, PATH_MAX, "%s" SEAL_OLD_SUFFIX, key->path) < PATH_MAX
	    ? 0
	    : GATE_ETOOBIG;
}

/* The key before, if there is one. */
static int
read_old(struct seal_key *key, char *why, size_t why_size)
{
	char path[PATH_MAX];
	struct stat st;
	int r = old_path(key, path);

	if (r != 0 || (lstat(path, &st) != 0 && errno == ENOENT))
		return r;
	r = read_key(path, key->old, why, why_size);
	key->has_old = r == 0;
	return r;
}

static int
new_lock(pthread_rwlock_t **lock)
{
	*lock = malloc(sizeof(**lock));
	if (*lock == NULL)
		return GATE_ENOMEM;
	if (pthread_rwlock_init(*lock, NULL) == 0)
		return 0;
	free(*lock);
	*lock = NULL;
	return GATE_ENOMEM;
}

/* Keys that a rotation has left half-way, being killed. */
static void
sweep(const struct seal_key *key)
{
	char path[PATH_MAX];

	file_draft_sweep(key->path);
	if (old_path(key, path) == 0)
		file_draft_sweep(path);
}

int
seal_key_load(
    struct seal_key **key, const char *path, char *why, size_t why_size)
{
	struct seal_key *new = secret_alloc(sizeof(*new));
	int r = GATE_ENOMEM;

	*key = NULL;
	if (new == NULL || (new->path = strdup(path)) == NULL)
		goto out;
	r = new_lock(&new->lock);
	if (r == 0)
		r = read_key(path, new->bytes, why, why_size);
	if (r == 0)
		r = read_old(new, why, why_size);
	if (r == 0) {
		sweep(new);
		*key = new;
		new = NULL;
	}
out:
	seal_key_free(&new);
	return r;
}

void
seal_key_free(struct seal_key **key)
{
	if (key == NULL || *key == NULL)
		return;
	if ((*key)->lock != NULL)
		pthread_rwlock_destroy((*key)->lock);
	free((*key)->lock);
	free((*key)->path);
	secret_free(*key, sizeof(**key));
	*key = NULL;
}

int
seal_key_create(const char *path)
{
	uint8_t *bytes = secret_alloc(SEAL_KEY_SIZE);
	int r;

	if (bytes == NULL)
		return GATE_ENOMEM;
	r = secret_random(bytes, SEAL_KEY_SIZE);
	if (r == 0)
		r = file_create(path, bytes, SEAL_KEY_SIZE);
	secret_free(bytes, SEAL_KEY_SIZE);
	return r;
}

/*
 * Whether the key file has the key in use. Where it has not, the key before is
 * all that opens what is on record: it must not go.
 */
static int
is_on_disk(const struct seal_key *key)
{
	uint8_t bytes[SEAL_KEY_SIZE];
	int same;

	same = read_key(key->path, bytes, NULL, 0) == 0 &&
	    memcmp(bytes, key->bytes, SEAL_KEY_SIZE) == 0;
	explicit_bzero(bytes, sizeof(bytes));
	return same;
}

static int
full_or(int error)
{
	return error == GATE_EIO && (errno == ENOSPC || errno == EDQUOT)
	    ? GATE_EFULL
	    : error;
}

/* First the key before, then the new one: at no time is either only here. */
static int
replace_files(const struct seal_key *key, const uint8_t new[SEAL_KEY_SIZE])
{
	char old[PATH_MAX];
	int saved, r = old_path(key, old);

	if (r == 0)
		r = full_or(file_create(old, key->bytes, SEAL_KEY_SIZE));
	if (r != 0)
		return r;
	r = full_or(file_replace(key->path, 0600, new, SEAL_KEY_SIZE));
	if (r == 0)
		return 0;
	saved = errno;
	if (is_on_disk(key))
		(void)unlink(old);
	errno = saved;
	return r;
}

int
seal_key_rotate(struct seal_key *key)
{
	uint8_t *new = secret_alloc(SEAL_KEY_SIZE);
	int r = new != NULL ? 0 : GATE_ENOMEM;

	pthread_rwlock_wrlock(key->lock);
	if (r == 0 && key->has_old)
		r = GATE_EEXISTS;
	if (r == 0)
		r = secret_random(new, SEAL_KEY_SIZE);
	if (r == 0)
		r = replace_files(key, new);
	if (r == 0) {
		memcpy(key->old, key->bytes, SEAL_KEY_SIZE);
		memcpy(key->bytes, new, SEAL_KEY_SIZE);
		key->has_old = 1;
	}
	pthread_rwlock_unlock(key->lock);
	secret_free(new, SEAL_KEY_SIZE);
	return r;
}

int
seal_key_is_replaced(const struct seal_key *key)
{
	int replaced;

	pthread_rwlock_rdlock(key->lock);
	replaced = key->has_old;
	pthread_rwlock_unlock(key->lock);
	return replaced;
}

int
seal_key_settle(struct seal_key *key)
{
	char path[PATH_MAX];
	int r = old_path(key, path);

	pthread_rwlock_wrlock(key->lock);
	if (r == 0 && !is_on_disk(key))
		r = GATE_EUNSAFE;
	if (r == 0 && unlink(path) != 0 && errno != ENOENT)
		r = GATE_EIO;
	if (r == 0) {
		explicit_bzero(key->old, sizeof(key->old));
		key->has_old = 0;
	}
	pthread_rwlock_unlock(key->lock);
	return r;
}

/*
 * Starts either direction and feeds what is bound but not hidden: the
 * version, so that it cannot be changed to one that reads the rest otherwise,
 * and the row.
 */
static int
seal_begin(EVP_CIPHER_CTX *context, const uint8_t *key, const char *aad,
    const uint8_t *sealed, int closing)
{
	const uint8_t *version = sealed, *nonce = sealed + 1;
	size_t aad_size = strlen(aad);
	int n;

	if (aad_size > INT_MAX ||
	    EVP_CipherInit_ex(
		context, EVP_aes_256_gcm(), NULL, key, nonce, closing) != 1 ||
	    EVP_CipherUpdate(context, NULL, &n, version, 1) != 1 ||
	    EVP_CipherUpdate(
		context, NULL, &n, (const uint8_t *)aad, (int)aad_size) != 1)
		return GATE_ECRYPTO;
	return 0;
}

static int
close_with(const uint8_t *key, const char *aad, const void *plain, size_t size,
    uint8_t *out)
{
	uint8_t *cipher = out + 1 + SEAL_NONCE_SIZE, *tag = cipher + size;
	EVP_CIPHER_CTX *context = NULL;
	int n, r = GATE_ECRYPTO;

	if (size > INT_MAX)
		goto out;
	out[0] = SEAL_VERSION;
	r = secret_random(out + 1, SEAL_NONCE_SIZE);
	if (r != 0)
		goto out;
	r = GATE_ECRYPTO;
	context = EVP_CIPHER_CTX_new();
	if (context == NULL)
		r = GATE_ENOMEM;
	if (context == NULL || seal_begin(context, key, aad, out, 1) != 0)
		goto out;
	if (EVP_CipherUpdate(context, cipher, &n, plain, (int)size) != 1 ||
	    EVP_CipherFinal_ex(context, tag, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		context, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_SIZE, tag) != 1)
		goto out;
	r = 0;
out:
	EVP_CIPHER_CTX_free(context);
	return r;
}

static int
open_with(const uint8_t *key, const char *aad, const uint8_t *sealed,
    size_t size, void *out)
{
	const uint8_t *cipher = sealed + 1 + SEAL_NONCE_SIZE;
	uint8_t tag[SEAL_TAG_SIZE];
	EVP_CIPHER_CTX *context = NULL;
	size_t plain_size;
	int n, r = GATE_ECRYPTO;

	if (size < SEAL_OVERHEAD || size > INT_MAX || sealed[0] != SEAL_VERSION)
		return GATE_ECRYPTO;
	plain_size = size - SEAL_OVERHEAD;
	memcpy(tag, cipher + plain_size, sizeof(tag));
	context = EVP_CIPHER_CTX_new();
	if (context == NULL)
		r = GATE_ENOMEM;
	if (context == NULL || seal_begin(context, key, aad, sealed, 0) != 0)
		goto out;
	if (EVP_CipherUpdate(context, out, &n, cipher, (int)plain_size) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		context, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_SIZE, tag) != 1 ||
	    EVP_CipherFinal_ex(context, (uint8_t *)out + plain_size, &n) != 1)
		goto out;
	r = 0;
out:
	/* GCM deciphers before it knows: what did not verify is not given. */
	if (r != 0 && plain_size > 0)
		explicit_bzero(out, plain_size);
	EVP_CIPHER_CTX_free(context);
	return r;
}

int
seal_close(const struct seal_key *key, const char *aad, const void *plain,
    size_t size, uint8_t *out)
{
	int r;

	pthread_rwlock_rdlock(key->lock);
	r = close_with(key->bytes, aad, plain, size, out);
	pthread_rwlock_unlock(key->lock);
	return r;
}

int
seal_open(const struct seal_key *key, const char *aad, const uint8_t *sealed,
    size_t size, void *out)
{
	int r;

	pthread_rwlock_rdlock(key->lock);
	r = open_with(key->bytes, aad, sealed, size, out);
	if (r != 0 && key->has_old)
		r = open_with(key->old, aad, sealed, size, out);
	pthread_rwlock_unlock(key->lock);
	return r;
}

int
seal_renew(const struct seal_key *key, const char *aad, uint8_t *sealed,
    size_t size, int *changed)
{
	uint8_t plain[SEAL_RENEW_MAX], fresh[SEAL_RENEW_MAX];
	int r;

	*changed = 0;
	if (size > sizeof(fresh))
		return GATE_ETOOBIG;
	pthread_rwlock_rdlock(key->lock);
	r = open_with(key->bytes, aad, sealed, size, plain);
	if (r != GATE_ECRYPTO)
		goto out;
	if (key->has_old)
		r = open_with(key->old, aad, sealed, size, plain);
	if (r == GATE_ECRYPTO)
		r = GATE_ENOTFOUND;
	if (r == 0)
		r = close_with(
		    key->bytes, aad, plain, size - SEAL_OVERHEAD, fresh);
	if (r == 0) {
		memcpy(sealed, fresh, size);
		*changed = 1;
	}
out:
	pthread_rwlock_unlock(key->lock);
	explicit_bzero(plain, sizeof(plain));
	return r;
}

static int
hmac(const uint8_t *key, const void *bytes, size_t size,
    uint8_t mac[SEAL_MAC_SIZE])
{
	return HMAC(EVP_sha256(), key, SEAL_KEY_SIZE, bytes, size, mac, NULL) !=
		NULL
	    ? 0
	    : GATE_ECRYPTO;
}

int
seal_mac(const struct seal_key *key, const char *aad, const char *text,
    uint8_t mac[SEAL_MAC_SIZE])
{
	static const char purpose[] = "gatehouse mac";
	const char *const texts[] = { aad, text };
	uint8_t derived[SEAL_KEY_SIZE], digest[DIGEST_SIZE];
	int r;

	/* the key that seals is used for nothing else */
	pthread_rwlock_rdlock(key->lock);
	r = hmac(key->bytes, purpose, sizeof(purpose), derived);
	pthread_rwlock_unlock(key->lock);
	if (r == 0)
		r = digest_texts(texts, 2, digest);
	if (r == 0)
		r = hmac(derived, digest, sizeof(digest), mac);
	explicit_bzero(derived, sizeof(derived));
	explicit_bzero(digest, sizeof(digest));
	return r;
}
