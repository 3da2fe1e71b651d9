/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include <openssl/pem.h>

#include "tests/attacks/attack.h"

/* What the cases are measured by, whatever the defaults are. */
#define SKEW     "clock_skew = 1m\n"
#define VALIDITY "max_validity = 1h\n"
#define LIMITS   SKEW VALIDITY

/* The configurations, by what is particular to each. */
static const struct variant {
	const char *name;
	const char *key;  /* the SP's; NULL: none */
	const char *saml; /* more of [saml] */
	const char *sections;
} variants[] = {
	{ "usual", "sp", LIMITS, "" },
	{ "exact", "sp", VALIDITY "clock_skew = 0s\n", "" },
	{ "short", "sp", SKEW "max_validity = 10m\n", "" },
	{ "unsolicited", "sp", LIMITS "allow_unsolicited = yes\n", "" },
	{ "no_key", NULL, LIMITS, "" },
	{ "ec_key", "sp-ec", LIMITS, "" },
	{ "cbc_refuse", "sp", LIMITS "cbc_encryption = refuse\n", "" },
	{ "cbc_accept", "sp", LIMITS "cbc_encryption = accept\n", "" },
	{ "address", "sp", LIMITS "check_address = yes\n", "" },
	{ "attribute", "sp", LIMITS "user_from = attribute:uid\n", "" },
	{ "small", "sp", LIMITS "max_response = 16K\n", "" },
	{ "age", "sp", LIMITS "max_authn_age = 10m\n", "" },
	{ "scope", "sp", LIMITS "user_scope = @example.org\n", "" },
	{ "scopes", "sp", LIMITS "user_scope = metadata\n",
	    "[idp main]\n"
	    "entity_id = " IDP "\n"
	    "user_scope = @example.org\n"
	    "[idp other]\n"
	    "entity_id = " OTHER_IDP "\n"
	    "user_scope = @other.example\n"
	    "strip_scope = yes\n" },
	{ "mapped", "sp", LIMITS,
	    "[idp other]\n"
	    "entity_id = " OTHER_IDP "\n"
	    "user_from = attribute:uid\n" },
};

static void
make_keys(struct attacks *attacks)
{
	static const struct {
		enum attack_key key;
		unsigned int bits; /* RSA; 0: */
		const char *curve;
	} kinds[] = {
		{ KEY_RSA, 2048, NULL },
		{ KEY_RSA_NEXT, 2048, NULL },
		{ KEY_RSA_3072, 3072, NULL },
		{ KEY_EC256, 0, "P-256" },
		{ KEY_EC384, 0, "P-384" },
		{ KEY_OTHER, 2048, NULL },
		{ KEY_STRANGER, 2048, NULL },
		{ KEY_RSA_1024, 1024, NULL },
		{ KEY_EC521, 0, "P-521" },
		{ KEY_SP, 2048, NULL },
		{ KEY_SP_OLD, 3072, NULL },
		{ KEY_SP_STRANGER, 2048, NULL },
		{ KEY_SP_EC, 0, "P-256" },
	};
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		EVP_PKEY *key = kinds[i].curve != NULL
		    ? EVP_EC_gen(kinds[i].curve)
		    : EVP_RSA_gen(kinds[i].bits);

		assert_non_null(key);
		attacks->keys[kinds[i].key] = key;
	}
}

static FILE *
create(struct attacks *attacks, const char *name, mode_t mode)
{
	char *path = fixture_text("%s/%s", attacks->dir, name);
	FILE *file = fopen(path, "wxe");

	if (file == NULL || fchmod(fileno(file), mode) != 0)
		fail_msg("%s cannot be written", path);
	free(path);
	return file;
}

static void
finish(FILE *file)
{
	assert_int_equal(fclose(file), 0);
}

/* A key of the SP and its certificate. */
static void
write_key(struct attacks *attacks, enum attack_key key, const char *name)
{
	char *certificate = fixture_certificate(attacks->keys[key]);
	char *file_name = fixture_text("%s.key", name);
	size_t i, size = strlen(certificate);
	FILE *file = create(attacks, file_name, 0600);

	assert_int_equal(PEM_write_PKCS8PrivateKey(file, attacks->keys[key],
			     NULL, NULL, 0, NULL, NULL),
	    1);
	finish(file);
	free(file_name);
	file_name = fixture_text("%s.crt", name);
	file = create(attacks, file_name, 0644);
	fprintf(file, "-----BEGIN CERTIFICATE-----\n");
	for (i = 0; i < size; i += 64)
		fprintf(file, "%.64s\n", certificate + i);
	fprintf(file, "-----END CERTIFICATE-----\n");
	finish(file);
	free(file_name);
	free(certificate);
}

/* An IdP with these keys, up to KEY_COUNT; more stands before them. */
static void
write_idp(struct attacks *attacks, FILE *file, const char *entity_id,
    const char *attributes, const char *more, const char *use,
    const enum attack_key *keys)
{
	char *descriptors = strdup(more), *entity;

	for (; *keys != KEY_COUNT; keys++) {
		char *one = fixture_key_descriptor(attacks->keys[*keys], use);
		char *both = fixture_text("%s%s", descriptors, one);

		free(one);
		free(descriptors);
		descriptors = both;
	}
	entity = fixture_entity(entity_id, attributes, descriptors);
	/* in lines, as people and federations write it */
	entity = fixture_replace(entity, "><", ">\n  <");
	fputs(entity, file);
	fputc('\n', file);
	free(entity);
	free(descriptors);
}

#define SCOPES                                                                 \
	"<md:Extensions xmlns:shibmd=\"urn:mace:shibboleth:metadata:1.0\">"    \
	"<shibmd:Scope regexp=\"false\">scoped.example</shibmd:Scope>"         \
	"<shibmd:Scope>second.example</shibmd:Scope>"                          \
	"<shibmd:Scope regexp=\"true\">.*</shibmd:Scope></md:Extensions>"

/* One IdP in a file of its own, and a federation of several. */
static void
write_metadata(struct attacks *attacks)
{
	static const enum attack_key main_keys[] = { KEY_RSA, KEY_RSA_NEXT,
		KEY_RSA_3072, KEY_EC256, KEY_EC384, KEY_COUNT };
	static const enum attack_key rsa[] = { KEY_RSA, KEY_COUNT };
	static const enum attack_key other[] = { KEY_OTHER, KEY_COUNT };
	static const enum attack_key weak[] = { KEY_RSA_1024, KEY_EC521,
		KEY_COUNT };
	static const enum attack_key none[] = { KEY_COUNT };
	static const char signing[] = " use=\"signing\"";
	char *path = fixture_text("%s/idps", attacks->dir);
	FILE *file;

	assert_int_equal(mkdir(path, 0755), 0);
	free(path);
	file = create(attacks, "idps/idp.xml", 0644);
	write_idp(attacks, file, IDP, "", "", signing, main_keys);
	finish(file);
	file = create(attacks, "idps/federation.xml", 0644);
	fprintf(
	    file, "<md:EntitiesDescriptor xmlns:md=\"" SAML "metadata\">\n");
	write_idp(attacks, file, OTHER_IDP, "", "", signing, other);
	write_idp(attacks, file, SCOPED_IDP, "", SCOPES, "", other);
	write_idp(attacks, file, KEYLESS_IDP, "", "", signing, none);
	write_idp(attacks, file, WEAK_IDP, "", "", signing, weak);
	write_idp(
	    attacks, file, ENCRYPTING_IDP, "", "", " use=\"encryption\"", rsa);
	write_idp(attacks, file, EXPIRED_IDP,
	    " validUntil=\"2026-11-22T03:25:43Z\"", "", signing, rsa);
	fprintf(file, "</md:EntitiesDescriptor>");
	finish(file);
}

static void
write_variant(struct attacks *attacks, const struct variant *variant,
    const char *rollover)
{
	char *name = fixture_text("%s.conf", variant->name);
	FILE *file = create(attacks, name, 0644);
	const char *dir = attacks->dir;

	fprintf(file,
	    "[saml]\nentity_id = " SP "\nacs_url = " ACS "\n"
	    "idp_metadata = %s/idps\nworker_program = %s\n%s",
	    dir, attacks->worker, variant->saml);
	if (variant->key != NULL)
		fprintf(file, "key = %s/%s.key\ncertificate = %s/%s.crt\n", dir,
		    variant->key, dir, variant->key);
	if (rollover != NULL)
		fprintf(file,
		    "rollover_key = %s/%s.key\n"
		    "rollover_certificate = %s/%s.crt\n",
		    dir, rollover, dir, rollover);
	fputs(variant->sections, file);
	finish(file);
	free(name);
}

void
world_make(struct attacks *attacks)
{
	static const struct variant rollover = { "rollover", "sp", LIMITS, "" };
	size_t i;

	make_keys(attacks);
	write_key(attacks, KEY_SP, "sp");
	write_key(attacks, KEY_SP_OLD, "sp-old");
	write_key(attacks, KEY_SP_EC, "sp-ec");
	write_metadata(attacks);
	for (i = 0; i < COUNT(variants); i++)
		write_variant(attacks, &variants[i], NULL);
	write_variant(attacks, &rollover, "sp-old");
}

void
world_free(struct attacks *attacks)
{
	size_t i;

	for (i = 0; i < KEY_COUNT; i++)
		EVP_PKEY_free(attacks->keys[i]);
}
