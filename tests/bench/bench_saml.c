/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_saml NAME TARGET METADATA RESPONSE SP ACS: CPU time of one
 * verification as the worker does it, from the decoding to the identity,
 * against the floor: libxml2's parse and xmlSecDSigCtxVerify alone, with a
 * bare public key, on the same document. Interleaved; medians.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "saml/decode.h"
#include "saml/verify.h"
#include "tests/bench/bench.h"
#include "tests/bench/floor.h"

#define ROUNDS 41
#define BATCH  20

struct subject {
	struct saml_settings settings;
	struct saml_idps *idps;
	struct saml_request request;
	const struct saml_idp *idp;
	struct saml_input input; /* the Response, decoded */
};

static void
verify_ours(const struct subject *s)
{
	struct saml_identity *identity = NULL;
	struct refusal refusal;

	if (saml_verify(&s->settings, s->idps, NULL, &s->request, &identity,
		&refusal) != 0)
		errx(1, "refused: %s: %s", reason_word(refusal.reason),
		    refusal.detail);
	saml_identity_free(&identity);
}

/* What must be done at the very least. */
static void
verify_floor(const struct subject *s)
{
	xmlDoc *doc = floor_parse(s->input.text, s->input.size);

	floor_verify(doc, s->idp->keys[0]);
	xmlFreeDoc(doc);
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
				 .clock_skew = 60,
				 .max_response = 1 << 20,
				 .max_validity = 3600,
				 .allow_unsolicited = 1 } };
	double ours[ROUNDS], floor_[ROUNDS];
	char why[256], *metadata;
	size_t size;
	struct refusal refusal;
	int i;

	if (argc != 7)
		errx(2, "NAME TARGET METADATA RESPONSE SP ACS");
	if (saml_verify_init() != 0 || saml_idps_new(&s.idps) != 0)
		errx(1, "libraries");
	metadata = bench_read(argv[3], &size);
	if (saml_idps_add(s.idps, metadata, size, 0, why, sizeof(why)) != 0)
		errx(1, "%s: %s", argv[3], why);
	s.request.response = bench_read(argv[4], &s.request.response_size);
	s.request.now = clock_wall();
	s.settings.entity_id = argv[5];
	s.settings.acs_url = argv[6];
	s.idp = saml_idps_find(s.idps, "https://idp.example/metadata");
	if (s.idp == NULL ||
	    saml_decode(&s.input, s.request.response, s.request.response_size,
		1 << 20, &refusal) != 0)
		errx(1, "the Response does not decode");

	verify_ours(&s);
	verify_floor(&s);
	for (i = 0; i < ROUNDS; i++) {
		ours[i] = time_batch(verify_ours, &s);
		floor_[i] = time_batch(verify_floor, &s);
	}
	bench_row(argv[1], "us CPU", bench_median(ours, ROUNDS),
	    bench_median(floor_, ROUNDS), argv[2]);
	saml_idps_free(&s.idps);
	saml_input_clear(&s.input);
	return 0;
}
