/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What identity providers send, which is accepted to the last. The messages
 * stand in shapes/, one after the manner of each: its prefixes, the order of
 * what may stand in any order, its formats and times. They are about one and
 * the same sign-in.
 */
#include <sys/stat.h>

#include "tests/attacks/envelope.h"

/* A shape, and how it is signed. */
static const struct vendor {
	const char *name, *shape, *signature; /* files */
	const char *response_id, *assertion_id;
	const char *element; /* of its assertion */
} vendors[] = {
	{ "Keycloak", "keycloak", "dsig", "ID_response", "ID_assertion",
	    "saml:Assertion" },
	{ "Shibboleth IdP", "shibboleth", "list", "_response", "_assertion",
	    "saml2:Assertion" },
	{ "AD FS", "adfs", "ds", "_adfsr", "_adfsa", "Assertion" },
	{ "Entra ID", "entra", "plain", "_entrar", "_entraa", "Assertion" },
	{ "Okta", "okta", "list", "id1", "id2", "saml2:Assertion" },
	{ "Google Workspace", "google", "google", "_r", "_a",
	    "saml2:Assertion" },
	{ "simplesamlphp", "simplesamlphp", "ds", "_sspr", "_sspa",
	    "saml:Assertion" },
	{ "Auth0", "auth0", "plain", "_auth0r", "_auth0a", "saml:Assertion" },
	{ "OneLogin", "onelogin", "ds", "_oner", "_onea", "saml:Assertion" },
	{ "PingFederate", "pingfederate", "list", "_pingr", "_pinga",
	    "saml:Assertion" },
	{ "pysaml2", "pysaml2", "ns2", "id-r", "id-a", "ns1:Assertion" },
	{ "a federation's broker", "federation", "list", "_fedr", "_feda",
	    "saml:Assertion" },
	{ "one that writes in lines", "lines", "plain", "R-1.a", "A-1.a",
	    "Assertion" },
};

/* One of them, read. */
struct shape {
	const char *name, *element;
	char *message, *response_signature, *assertion_signature;
};

static char *
read_shape(struct attacks *attacks, const char *prefix, const char *name)
{
	char *path = fixture_text("%s/%s%s.xml", attacks->shapes, prefix, name),
	     *text;
	FILE *file = fopen(path, "re");
	struct stat st;

	if (file == NULL || fstat(fileno(file), &st) != 0)
		fail_msg("%s cannot be read", path);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(
	    fread(text, 1, (size_t)st.st_size, file), (size_t)st.st_size);
	fclose(file);
	free(path);
	return text;
}

/*
 * The lines are for those who read the file: IdPs send none. One within a tag
 * becomes a blank, one between tags nothing.
 */
static void
join_lines(char *text)
{
	char *out = text;
	const char *p = text;

	while (*p != '\0') {
		if (*p != '\n') {
			*out++ = *p++;
			continue;
		}
		p += strspn(p, "\n ");
		if (strchr("<@", *p) == NULL)
			*out++ = ' ';
	}
	*out = '\0';
}

static void
load(struct attacks *attacks, const struct vendor *vendor, struct shape *shape)
{
	char *signature = read_shape(attacks, "signature-", vendor->signature);
	int in_lines = strcmp(vendor->shape, "lines") == 0;

	shape->name = vendor->name;
	shape->element = vendor->element;
	shape->message = read_shape(attacks, "", vendor->shape);
	if (!in_lines) {
		join_lines(shape->message);
		join_lines(signature);
	}
	shape->response_signature =
	    fixture_replace(strdup(signature), "{ID}", vendor->response_id);
	shape->assertion_signature =
	    fixture_replace(signature, "{ID}", vendor->assertion_id);
}

static void
clear(struct shape *shape)
{
	free(shape->message);
	free(shape->response_signature);
	free(shape->assertion_signature);
}

/* How each of them may be set to sign, and what may become of it. */
static const struct {
	const char *name;
	int sign;
	enum attack_key key;
	enum attack_form form;
	const char *method, *digest;
	const char *expected;
	struct edit edit;
} signings[] = {
	{ .name = "the assertion signed",
	    .sign = SIGN_ASSERTION,
	    .form = FORM_BASE64 },
	{ .name = "the Response signed",
	    .sign = SIGN_RESPONSE,
	    .form = FORM_BASE64 },
	{ .name = "both signed", .sign = SIGN_BOTH, .form = FORM_DEFLATE },
	{ .name = "both signed, by the next key",
	    .sign = SIGN_BOTH,
	    .key = KEY_RSA_NEXT,
	    .method = MORE "rsa-sha512",
	    .digest = ENC "sha512" },
	{ .name = "both signed, with ECDSA",
	    .sign = SIGN_BOTH,
	    .key = KEY_EC256,
	    .method = MORE "ecdsa-sha256" },
	{ .name = "changed after it was signed",
	    .expected = "signature_invalid",
	    .sign = SIGN_ASSERTION,
	    .form = FORM_BASE64,
	    .edit = { ">alice</", ">mallory</" } },
	{ .name = "signed by another",
	    .expected = "signature_invalid",
	    .sign = SIGN_BOTH,
	    .key = KEY_STRANGER,
	    .form = FORM_BASE64 },
	{ .name = "not signed",
	    .expected = "signature_missing",
	    .sign = SIGN_NOTHING,
	    .form = FORM_BASE64 },
};

static void
write_signed(struct attacks *attacks, const struct shape *shape)
{
	size_t i;

	for (i = 0; i < COUNT(signings); i++) {
		char *name =
		    fixture_text("%s: %s", shape->name, signings[i].name);
		struct attack attack = { .name = name,
			.expected = signings[i].expected,
			.message = shape->message,
			.templates = { shape->response_signature,
			    shape->assertion_signature },
			.sign = signings[i].sign,
			.key = signings[i].key,
			.method = signings[i].method,
			.digest = signings[i].digest,
			.form = signings[i].form,
			.after = { signings[i].edit } };

		attack_table(attacks, &attack, 1);
		free(name);
	}
}

/* How each of them may be set to encrypt. */
static const struct {
	const char *name;
	int sign;
	const char *expected;
	struct encrypt_options options;
} encryptions[] = {
	{ "encrypted with GCM, as OpenSAML does", SIGN_BOTH, NULL,
	    { .cipher = ENCRYPT_AES128_GCM, .digest = ENCRYPT_SHA1 } },
	{ "encrypted with CBC in a signed Response, as of old", SIGN_BOTH, NULL,
	    { .cipher = ENCRYPT_AES128_CBC, .digest = ENCRYPT_SHA1 } },
	{ "encrypted with GCM, signed inside", SIGN_ASSERTION, NULL,
	    { .transport = ENCRYPT_OAEP,
		.digest = ENCRYPT_SHA256,
		.mgf = ENCRYPT_MGF_SHA256 } },
	{ "encrypted, the key beside, the Response signed", SIGN_RESPONSE, NULL,
	    { .beside = 1, .retrieval = 1 } },
	{ "encrypted and not signed", SIGN_NOTHING, "signature_missing",
	    { 0 } },
};

static void
write_encrypted(struct attacks *attacks, const struct shape *shape)
{
	size_t i;

	for (i = 0; i < COUNT(encryptions); i++) {
		char *name =
		    fixture_text("%s: %s", shape->name, encryptions[i].name);
		struct envelope envelope = {
			.attack = { .name = name,
			    .expected = encryptions[i].expected,
			    .message = shape->message,
			    .templates = { shape->response_signature,
				shape->assertion_signature },
			    .sign = encryptions[i].sign,
			    .form = FORM_BASE64 },
			.options = encryptions[i].options,
			.element = shape->element,
		};

		envelope_table(attacks, &envelope, 1);
		free(name);
	}
}

void
attack_vendors(struct attacks *attacks)
{
	struct shape shape;
	size_t i;

	for (i = 0; i < COUNT(vendors); i++) {
		load(attacks, &vendors[i], &shape);
		write_signed(attacks, &shape);
		write_encrypted(attacks, &shape);
		clear(&shape);
	}
}
