/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/app.h>

#include "lib/error.h"
#include "lib/log.h"
#include "tests/idp/keys.h"
#include "tests/idp/metadata.h"

#define CERTIFICATE_DAYS 3650

struct keys {
	xmlSecKey *signing;
	char *metadata;
};

static EVP_PKEY *
generate(enum key_kind kind)
{
	static const unsigned int rsa_bits[] = {
		[KEY_RSA2048] = 2048,
		[KEY_RSA3072] = 3072,
	};

	if (kind == KEY_EC256)
		return EVP_EC_gen("P-256");
	return EVP_RSA_gen(rsa_bits[kind]);
}

/* Self-signed, valid from yesterday: a test's clock may be a little behind. */
static X509 *
certify(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_NAME *name;
	uint64_t serial;

	if (certificate == NULL ||
	    RAND_bytes((unsigned char *)&serial, sizeof(serial)) != 1)
		goto fail;
	name = X509_get_subject_name(certificate);
	if (!X509_set_version(certificate, X509_VERSION_3) ||
	    !ASN1_INTEGER_set_uint64(
		X509_get_serialNumber(certificate), serial >> 1) ||
	    !X509_time_adj_ex(X509_getm_notBefore(certificate), -1, 0, NULL) ||
	    !X509_time_adj_ex(
		X509_getm_notAfter(certificate), CERTIFICATE_DAYS, 0, NULL) ||
	    !X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		(const unsigned char *)"Gatehouse test IdP", -1, -1, 0) ||
	    !X509_set_issuer_name(certificate, name) ||
	    !X509_set_pubkey(certificate, key) ||
	    !X509_sign(certificate, key, EVP_sha256()))
		goto fail;
	return certificate;
fail:
	X509_free(certificate);
	return NULL;
}

/* DER in base64 on one line, as metadata holds it. */
static char *
certificate_text(X509 *certificate)
{
	unsigned char *der = NULL;
	char *text = NULL;
	int size;

	size = i2d_X509(certificate, &der);
	if (size > 0)
		text = g_base64_encode(der, size);
	OPENSSL_free(der);
	return text;
}

/* Opens DIR/NAME for writing; only a key has a mode that keeps others out. */
static FILE *
create(const char *dir, const char *name, mode_t mode)
{
	char path[PATH_MAX];
	FILE *file = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd >= 0 && fchmod(fd, mode) == 0)
		file = fdopen(fd, "w");
	if (file == NULL) {
		log_error("%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	return file;
}

/* Closes a file that was written, if it was opened at all. */
static int
finish(FILE *file, int written)
{
	if (file == NULL)
		return GATE_EIO;
	if (ferror(file))
		written = 0;
	if (fclose(file) != 0 || !written) {
		log_error("writing failed: %s", strerror(errno));
		return GATE_EIO;
	}
	return 0;
}

static int
write_key(const char *dir, EVP_PKEY *key)
{
	FILE *file = create(dir, "key.pem", 0600);

	return finish(file,
	    file != NULL &&
		PEM_write_PKCS8PrivateKey(
		    file, key, NULL, NULL, 0, NULL, NULL));
}

static int
write_certificate(const char *dir, X509 *certificate)
{
	FILE *file = create(dir, "cert.pem", 0644);

	return finish(file, file != NULL && PEM_write_X509(file, certificate));
}

static int
write_metadata(const char *dir, const char *metadata)
{
	FILE *file = create(dir, "metadata.xml", 0644);

	return finish(file, file != NULL && fputs(metadata, file) >= 0);
}

int
keys_make(const struct options *options)
{
	EVP_PKEY *key = NULL;
	X509 *certificate = NULL;
	const struct metadata_places places = { options->sso, options->slo,
		options->slo_response };
	char *text = NULL, *metadata = NULL;
	int r = GATE_ECRYPTO;

	key = generate(options->key);
	if (key != NULL)
		certificate = certify(key);
	if (certificate != NULL)
		text = certificate_text(certificate);
	if (text == NULL) {
		log_error("OpenSSL makes no key and certificate");
		goto out;
	}
	metadata = metadata_idp(options->entity_id, &places, text);
	if (metadata == NULL) {
		r = GATE_ENOMEM;
		goto out;
	}
	if (mkdir(options->dir, 0755) != 0 && errno != EEXIST) {
		log_error("%s: %s", options->dir, strerror(errno));
		r = GATE_EIO;
		goto out;
	}
	r = write_key(options->dir, key);
	if (r == 0)
		r = write_certificate(options->dir, certificate);
	if (r == 0)
		r = write_metadata(options->dir, metadata);
out:
	xmlFree(metadata);
	g_free(text);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return r;
}

int
keys_load(struct keys **keys, const char *dir)
{
	struct keys *k = calloc(1, sizeof(*k));
	char path[PATH_MAX];
	int r = GATE_EIO;

	if (k == NULL)
		return GATE_ENOMEM;
	snprintf(path, sizeof(path), "%s/key.pem", dir);
	k->signing = xmlSecOpenSSLAppKeyLoad(
	    path, xmlSecKeyDataFormatPem, NULL, NULL, NULL);
	if (k->signing == NULL) {
		log_error("%s: no private key", path);
		goto out;
	}
	snprintf(path, sizeof(path), "%s/cert.pem", dir);
	if (xmlSecOpenSSLAppKeyCertLoad(
		k->signing, path, xmlSecKeyDataFormatPem) != 0) {
		log_error("%s: no certificate of the key", path);
		goto out;
	}
	snprintf(path, sizeof(path), "%s/metadata.xml", dir);
	if (!g_file_get_contents(path, &k->metadata, NULL, NULL)) {
		log_error("%s: cannot be read", path);
		goto out;
	}
	*keys = k;
	k = NULL;
	r = 0;
out:
	keys_free(&k);
	return r;
}

void
keys_free(struct keys **keys)
{
	struct keys *k = *keys;

	*keys = NULL;
	if (k == NULL)
		return;
	if (k->signing != NULL)
		xmlSecKeyDestroy(k->signing);
	g_free(k->metadata);
	free(k);
}

xmlSecKey *
keys_signing(const struct keys *keys)
{
	return keys->signing;
}

const char *
keys_metadata(const struct keys *keys)
{
	return keys->metadata;
}
