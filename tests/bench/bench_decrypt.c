/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_decrypt NAME TARGET METADATA RESPONSE SP ACS: CPU time of one
 * verification of a Response whose assertion was encrypted for us (RSA-2048
 * with OAEP, AES-256-GCM), less that of a bare RSA private operation, which
 * nobody can spare; against the floor: parse, base64, AES, parse again,
 * xmlSecDSigCtxVerify. Interleaved; medians.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "saml/decode.h"
#include "saml/verify.h"
#include "tests/bench/bench.h"
#include "tests/bench/floor.h"
#include "tests/unit/encrypted.h"

#define ROUNDS 41
#define BATCH  20

#define IV     12
#define TAG    16

struct subject {
	struct saml_settings settings;
	struct saml_idps *idps;
	struct saml_decryption_keys *keys;
	struct saml_request request;
	const struct saml_idp *idp;
	EVP_PKEY *rsa;
	/* for the floor */
	unsigned char wrapped[256];
	unsigned char session[32];
};

static void
verify_ours(const struct subject *s)
{
	struct saml_identity *identity = NULL;
	struct refusal refusal;

	if (saml_verify(&s->settings, s->idps, s->keys, &s->request, &identity,
		&refusal) != 0)
		errx(1, "refused: %s: %s", reason_word(refusal.reason),
		    refusal.detail);
	saml_identity_free(&identity);
}

/* The private operation alone, without a padding. */
static void
rsa_alone(const struct subject *s)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(s->rsa, NULL);
	unsigned char out[256];
	size_t size = sizeof(out);

	if (EVP_PKEY_decrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1 ||
	    EVP_PKEY_decrypt(ctx, out, &size, s->wrapped, sizeof(s->wrapped)) !=
		1)
		errx(1, "RSA");
	EVP_PKEY_CTX_free(ctx);
}

/* The bytes of the CipherValue in the first element of a name. */
static unsigned char *
cipher_value(const xmlDoc *doc, const char *name, size_t *size)
{
	xmlNode *node = floor_find(doc, ENCRYPT_XENC, name);
	xmlNode *data =
	    xmlSecFindChild(node, BAD_CAST "CipherData", BAD_CAST ENCRYPT_XENC);
	xmlChar *text = xmlNodeGetContent(data);
	size_t length = strlen((const char *)text);
	unsigned char *bytes = malloc(length);
	int n = EVP_DecodeBlock(bytes, text, (int)length);

	if (n < 0)
		errx(1, "base64");
	while (length > 0 && text[--length] == '=')
		n--;
	*size = (size_t)n;
	xmlFree(text);
	return bytes;
}

static void
verify_floor(const struct subject *s)
{
	xmlDoc *outer, *doc;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char *bytes, *text;
	size_t size;
	int n, last;

	outer = floor_parse(s->request.response, s->request.response_size);
	bytes = cipher_value(outer, "EncryptedData", &size);
	text = malloc(size);
	if (EVP_DecryptInit_ex2(
		ctx, EVP_aes_256_gcm(), s->session, bytes, NULL) != 1 ||
	    EVP_DecryptUpdate(
		ctx, text, &n, bytes + IV, (int)(size - IV - TAG)) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		ctx, EVP_CTRL_AEAD_SET_TAG, TAG, bytes + size - TAG) != 1 ||
	    EVP_DecryptFinal_ex(ctx, text + n, &last) != 1)
		errx(1, "the floor does not decrypt");
	doc = floor_parse((const char *)text, (size_t)n);
	floor_verify(doc, s->idp->keys[0]);
	EVP_CIPHER_CTX_free(ctx);
	xmlFreeDoc(doc);
	xmlFreeDoc(outer);
	free(bytes);
	free(text);
}

/* Takes our key, and the session key that the floor is told. */
static void
take_keys(struct subject *s)
{
	xmlDoc *doc =
	    floor_parse(s->request.response, s->request.response_size);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(s->rsa, NULL);
	size_t size, session = sizeof(s->wrapped);
	unsigned char *bytes, out[sizeof(s->wrapped)];
	char *pem = encrypt_pem(s->rsa, 0), why[128];

	bytes = cipher_value(doc, "EncryptedKey", &size);
	if (size != sizeof(s->wrapped) || EVP_PKEY_decrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_decrypt(ctx, out, &session, bytes, size) != 1 ||
	    session != sizeof(s->session))
		errx(1, "the session key");
	memcpy(s->wrapped, bytes, sizeof(s->wrapped));
	memcpy(s->session, out, sizeof(s->session));
	if (saml_decryption_keys_new(&s->keys) != 0 ||
	    saml_decryption_keys_add(
		s->keys, pem, strlen(pem), why, sizeof(why)) != 0)
		errx(1, "the private key");
	free(pem);
	EVP_PKEY_CTX_free(ctx);
	xmlFreeDoc(doc);
	free(bytes);
}

/* The Response with its assertion encrypted for us, as XML. */
static void
encrypt_response(struct subject *s, const char *response, size_t size)
{
	static const struct encrypt_options options = { 0 };
	struct saml_input input;
	struct refusal refusal;
	char *text, *start, *end, *plain, *element, *all;

	if (saml_decode(&input, response, size, 1 << 20, &refusal) != 0)
		errx(1, "the Response does not decode");
	text = strndup(input.text, input.size);
	start = strstr(text, "<saml:Assertion");
	end = strstr(text, "</samlp:Response>");
	if (start == NULL || end == NULL)
		errx(1, "the Response is not from the test IdP");
	*end = '\0';
	/* as an IdP does, for which the assertion is a document of its own */
	plain =
	    encrypt_text("<saml:Assertion xmlns:saml=\"" ENCRYPT_SAML "\"%s",
		start + strlen("<saml:Assertion"));
	element = encrypt_element(&options, s->rsa, plain);
	*start = '\0';
	all = encrypt_text("%s%s</samlp:Response>", text, element);
	s->request.response = all;
	s->request.response_size = strlen(all);
	free(plain);
	free(element);
	free(text);
	saml_input_clear(&input);
}

static double
time_batch(void (*run)(const struct subject *), const struct subject *s)
{
	double start = bench_cpu_us();
	int i;

	for (i = 0; i < BATCH; i++)
		run(s);
	return (bench_cpu_us() - start) / BATCH;
}

int
main(int argc, char **argv)
{
	struct subject s = { .settings = { .user_from = (char[]){ "name_id" },
				 .user_scope = (char[]){ "" },
				 .slo_url = (char[]){ "" },
				 .clock_skew = 60,
				 .max_response = 1 << 20,
				 .max_validity = 3600,
				 .allow_unsolicited = 1 } };
	double ours[ROUNDS], floor_[ROUNDS], rsa[ROUNDS];
	char why[256], *metadata, *response;
	size_t size;
	int i;

	if (argc != 7)
		errx(2, "NAME TARGET METADATA RESPONSE SP ACS");
	if (saml_verify_init() != 0 || saml_idps_new(&s.idps) != 0)
		errx(1, "libraries");
	metadata = bench_read(argv[3], &size);
	if (saml_idps_add(s.idps, metadata, size, 0, why, sizeof(why)) != 0)
		errx(1, "%s: %s", argv[3], why);
	s.idp = saml_idps_find(s.idps, NULL);
	s.rsa = EVP_RSA_gen(2048);
	if (s.idp == NULL || s.rsa == NULL)
		errx(1, "no IdP, or no key");
	response = bench_read(argv[4], &size);
	encrypt_response(&s, response, size);
	take_keys(&s);
	s.request.now = clock_wall();
	s.settings.entity_id = argv[5];
	s.settings.acs_url = argv[6];

	verify_ours(&s);
	verify_floor(&s);
	rsa_alone(&s);
	for (i = 0; i < ROUNDS; i++) {
		ours[i] = time_batch(verify_ours, &s);
		floor_[i] = time_batch(verify_floor, &s);
		rsa[i] = time_batch(rsa_alone, &s);
	}
	bench_row(argv[1], "us CPU above RSA",
	    bench_median(ours, ROUNDS) - bench_median(rsa, ROUNDS),
	    bench_median(floor_, ROUNDS), argv[2]);
	saml_decryption_keys_free(&s.keys);
	saml_idps_free(&s.idps);
	EVP_PKEY_free(s.rsa);
	free((char *)s.request.response);
	free(metadata);
	free(response);
	return 0;
}
