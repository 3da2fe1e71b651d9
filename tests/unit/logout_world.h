/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEST_LOGOUT_WORLD_H
#define TEST_LOGOUT_WORLD_H

/*
 * Logout messages of an IdP of the fixture, by redirect, and what comes of
 * showing them to an SP that trusts it: the tests are tables of edits and
 * reasons.
 */
#include <zlib.h>

#include <openssl/ec.h>

#include "lib/config.h"
#include "lib/protocol.h"
#include "saml/logout_verify.h"
#include "saml/query.h"
#include "saml_world.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define SLO          "https://sp.example/slo"
#define MORE7        "http://www.w3.org/2007/05/xmldsig-more#"

#define PLAIN_NAME                                                             \
	"<saml:NameID xmlns:saml=\"" SAML "assertion\" Format=\"" SAML         \
	"nameid-format:persistent\" NameQualifier=\"" IDP                      \
	"\" SPNameQualifier=\"" SP "\">alice</saml:NameID>"
#define INDEX "<samlp:SessionIndex>_session1</samlp:SessionIndex>"

#define HEAD(name, more)                                                       \
	"<samlp:" name " xmlns:samlp=\"" SAML "protocol\" ID=\"_logout1\""     \
	" Version=\"2.0\" IssueInstant=\"2026-11-22T03:25:41Z\""               \
	" Destination=\"" SLO "\"" more "><saml:Issuer xmlns:saml=\"" SAML     \
	"assertion\">" IDP "</saml:Issuer>" HOLE_RESPONSE

#define LOGOUT_REQUEST                                                         \
	HEAD("LogoutRequest", " NotOnOrAfter=\"2026-11-22T03:30:43Z\"")        \
	PLAIN_NAME INDEX "</samlp:LogoutRequest>"

#define LOGOUT_RESPONSE                                                        \
	HEAD("LogoutResponse", " InResponseTo=\"" REQUEST_ID "\"")             \
	STATUS "</samlp:LogoutResponse>"

/* How the values of a query are encoded: all of it is right. */
enum escapes {
	UPPER,  /* %2B */
	LOWER,  /* %2b */
	EAGER,  /* every character */
	SPARING /* only what must be */
};

/*
 * A message by redirect. layout says which parameters stand in the query, in
 * which order, by the letters of put().
 */
struct redirect_case {
	const char *name;
	enum reason expected;
	int is_response;
	const char *layout;    /* NULL: "mras" */
	struct edit xml[4];    /* before it is packed */
	struct edit query[4];  /* after it is signed */
	const char *algorithm; /* NULL: rsa-sha256 */
	EVP_PKEY **key;        /* NULL: the IdP's RSA key */
	enum escapes escapes;
	int der; /* an ECDSA value as OpenSSL makes it */
	int64_t later;
	int64_t clock_skew; /* 0: 60; -1: none */
	int64_t max_validity;
};

static inline char *
escape(const char *text, enum escapes escapes)
{
	static const char *const plain[] = {
		[UPPER] = "-._~",
		[LOWER] = "-._~",
		[EAGER] = "",
		[SPARING] = "-._~/=:;@?",
	};
	char *out = malloc(strlen(text) * 3 + 1), *p = out;

	for (; *text != '\0'; text++) {
		int word = (*text >= 'a' && *text <= 'z') ||
		    (*text >= 'A' && *text <= 'Z') ||
		    (*text >= '0' && *text <= '9');

		if ((word && escapes != EAGER) ||
		    strchr(plain[escapes], *text) != NULL)
			*p++ = *text;
		else
			p += escapes == LOWER
			    ? sprintf(p, "%%%02x", (unsigned char)*text)
			    : sprintf(p, "%%%02X", (unsigned char)*text);
	}
	*p = '\0';
	return out;
}

/* Raw deflate and base64 (bindings 3.4.4.1). */
static inline char *
pack(const char *xml)
{
	z_stream stream = { .next_in = (Bytef *)xml,
		.avail_in = (uInt)strlen(xml) };
	unsigned char bytes[65536];

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	stream.next_out = bytes;
	stream.avail_out = sizeof(bytes);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return fixture_base64(bytes, stream.total_out);
}

static inline const EVP_MD *
digest_of(const char *algorithm)
{
	if (strstr(algorithm, "sha512") != NULL)
		return EVP_sha512();
	if (strstr(algorithm, "sha384") != NULL)
		return EVP_sha384();
	return strstr(algorithm, "sha1") != NULL ? EVP_sha1() : EVP_sha256();
}

/* r and s one after the other, in place; its new size. */
static inline size_t
to_pair(unsigned char *value, size_t size, EVP_PKEY *key)
{
	const unsigned char *p = value;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)size);
	int field = (EVP_PKEY_get_bits(key) + 7) / 8;

	assert_non_null(sig);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), value, field);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), value + field, field);
	ECDSA_SIG_free(sig);
	return 2 * (size_t)field;
}

static inline char *
sign_octets(
    const char *octets, const struct redirect_case *c, const char *algorithm)
{
	EVP_PKEY *key = c->key != NULL ? *c->key : world.rsa;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx;
	unsigned char value[1024];
	size_t size = sizeof(value);

	assert_int_equal(
	    EVP_DigestSignInit(ctx, &key_ctx, digest_of(algorithm), NULL, key),
	    1);
	if (strstr(algorithm, "MGF1") != NULL) {
		EVP_PKEY_CTX_set_rsa_padding(key_ctx, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(
		    key_ctx, RSA_PSS_SALTLEN_DIGEST);
	}
	assert_int_equal(EVP_DigestSign(ctx, value, &size,
			     (const unsigned char *)octets, strlen(octets)),
	    1);
	EVP_MD_CTX_free(ctx);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && !c->der)
		size = to_pair(value, size, key);
	return fixture_base64(value, size);
}

/* The parts of a query, each NAME=VALUE. */
struct parts {
	char *message, *relay_state, *algorithm, *signature;
};

static const char *
put(const struct parts *parts, char letter)
{
	switch (letter) {
	case 'm':
		return parts->message;
	case 'r':
		return parts->relay_state;
	case 'a':
		return parts->algorithm;
	case 's':
		return parts->signature;
	case 'o':
		return "lang=de";
	case 'e':
		return "SAMLEncoding=urn%3Aoasis%3Anames%3Atc%3ASAML%3A2.0%3A"
		       "bindings%3AURL-Encoding%3ADEFLATE";
	case 'E':
		return "SAMLEncoding=urn%3Ax";
	case 'P':
		return "SAMLResponse=AAAA";
	case 'Q':
		return "SAMLRequest=AAAA";
	case 'R':
		return "RelayState=evil";
	default:
		return ""; /* two & in a row */
	}
}

static inline char *
lay_out(const struct parts *parts, const char *layout)
{
	char *text = strdup("");

	for (; *layout != '\0'; layout++) {
		char *longer = fixture_text("%s%s%s", text,
		    text[0] != '\0' ? "&" : "", put(parts, *layout));

		free(text);
		text = longer;
	}
	return text;
}

static inline char *
pair(const char *name, const char *value, enum escapes escapes)
{
	char *escaped = escape(value, escapes);
	char *text = fixture_text("%s=%s", name, escaped);

	free(escaped);
	return text;
}

/* The order of what is signed is the standard's, whatever the URL's. */
static inline char *
make_query(const struct redirect_case *c)
{
	const char *layout = c->layout != NULL ? c->layout : "mras";
	const char *algorithm =
	    c->algorithm != NULL ? c->algorithm : MORE "rsa-sha256";
	char *xml = strdup(c->is_response ? LOGOUT_RESPONSE : LOGOUT_REQUEST);
	char *packed, *octets, *value, *query;
	struct parts parts = { 0 };

	xml = fixture_replace(xml, HOLE_RESPONSE, "");
	xml = fixture_edit(xml, c->xml, COUNT(c->xml));
	packed = pack(xml);
	parts.message = pair(c->is_response ? "SAMLResponse" : "SAMLRequest",
	    packed, c->escapes);
	parts.relay_state = pair("RelayState", "state&more=1", c->escapes);
	parts.algorithm = pair("SigAlg", algorithm, c->escapes);
	octets = lay_out(&parts, strchr(layout, 'r') != NULL ? "mra" : "ma");
	value = sign_octets(octets, c, algorithm);
	parts.signature = pair("Signature", value, c->escapes);
	query = lay_out(&parts, layout);
	query = fixture_edit(query, c->query, COUNT(c->query));
	free(parts.message);
	free(parts.relay_state);
	free(parts.algorithm);
	free(parts.signature);
	free(octets);
	free(packed);
	free(value);
	free(xml);
	return query;
}

/* What decrypts names, NULL: nothing does; and what is thought of CBC. */
static const struct saml_decryption_keys *logout_keys;
static enum config_cbc logout_cbc;

static inline int
look(const struct saml_logout_input *input, const struct redirect_case *c,
    struct saml_logout *logout, struct refusal *refusal)
{
	const struct message_case usual = { .clock_skew = c->clock_skew,
		.max_validity = c->max_validity };
	struct saml_settings *settings = world_settings(&usual);

	settings->slo_url = (char *)SLO;
	settings->cbc_encryption = logout_cbc;
	memset(refusal, 0, sizeof(*refusal));
	return saml_logout_verify(
	    settings, world.idps, logout_keys, input, logout, refusal);
}

static inline void
expect(const char *name, enum reason expected, int r,
    const struct refusal *refusal)
{
	if (expected == REASON_NONE && r != 0)
		fail_msg("%s: refused (%d): %s: %s", name, r,
		    reason_word(refusal->reason), refusal->detail);
	if (expected != REASON_NONE && r != GATE_EREFUSED)
		fail_msg("%s: accepted (%d)", name, r);
	if (expected != refusal->reason)
		fail_msg("%s: %s instead of %s: %s", name,
		    reason_word(refusal->reason), reason_word(expected),
		    refusal->detail);
}

static inline void
run_redirect(const struct redirect_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		char *query = make_query(&cases[i]);
		struct saml_logout_input input = { .binding =
						       SAML_BINDING_REDIRECT,
			.text = query,
			.size = strlen(query),
			.now = NOW + cases[i].later };
		struct saml_logout logout;
		struct refusal refusal;
		int r = look(&input, &cases[i], &logout, &refusal);

		expect(cases[i].name, cases[i].expected, r, &refusal);
		if (r == 0) {
			assert_int_equal(
			    logout.is_response, cases[i].is_response);
			assert_string_equal(logout.id, "_logout1");
			saml_logout_clear(&logout);
		}
		assert_null(logout.issuer);
		free(query);
	}
}

#endif
