/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metadata of federations in the real gatehouse-saml: GATEHOUSE_SAML, or the
 * first argument. What the sandbox forbids is found out only there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/error.h"
#include "saml/metadata.h"
#include "saml/worker.h"
#include "tests/unit/worker_under_test.h"

#define ENTITIES 5000

static struct saml_worker *
new_judge(void)
{
	struct saml_worker *worker = NULL;
	char why[512];

	if (saml_worker_new_judge(
		&worker, program, TEN_SECONDS, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	return worker;
}

static int
judge(struct saml_worker *worker, const char *text, const char *certificate,
    struct saml_metadata_facts *facts, char why[512])
{
	memset(facts, 0, sizeof(*facts));
	why[0] = '\0';
	return saml_worker_metadata(worker, text, strlen(text), certificate,
	    1795317943, TEN_SECONDS, facts, why, 512);
}

/* One after the other, good or not. */
static void
judges(void **state)
{
	struct saml_worker *worker = new_judge();
	struct saml_metadata_facts facts;
	char why[512], *dated;

	(void)state;
	assert_int_equal(judge(worker, metadata, NULL, &facts, why), 0);
	assert_int_equal(facts.idps, 1);
	assert_int_equal(facts.valid_until, 0);
	assert_int_equal(facts.cache_duration, 0);
	assert_int_equal(
	    judge(worker, "<html/>", NULL, &facts, why), GATE_ECONFIG);
	assert_non_null(strstr(why, "root"));
	assert_int_equal(
	    judge(worker, metadata, "AAAA", &facts, why), GATE_ECONFIG);
	assert_non_null(strstr(why, "certificate"));
	assert_int_equal(judge(worker, "", NULL, &facts, why), GATE_ECONFIG);
	assert_non_null(strstr(why, "empty"));
	dated = idp_text("<md:EntityDescriptor validUntil="
			 "\"2030-01-01T00:00:00Z\" cacheDuration=\"P1D\" %s",
	    metadata + strlen("<md:EntityDescriptor "));
	assert_int_equal(judge(worker, dated, NULL, &facts, why), 0);
	assert_int_equal(facts.valid_until, 1893456000);
	assert_int_equal(facts.cache_duration, 86400);
	free(dated);
	assert_true(saml_worker_ready(worker));
	saml_worker_free(&worker);
}

/* An aggregate whose entities are in no order, and as many as this. */
static char *
federation(size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);
	int i;

	assert_non_null(out);
	fputs("<md:EntitiesDescriptor xmlns:md=\"" NS_SAML "metadata\">", out);
	for (i = 0; i < ENTITIES; i++)
		fprintf(out,
		    "<md:EntityDescriptor entityID=\"https://%04d.example\">"
		    "<md:IDPSSODescriptor protocolSupportEnumeration=\"" NS_SAML
		    "protocol\"><md:SingleSignOnService Binding=\"" NS_SAML
		    "bindings:HTTP-POST\" Location=\"https://%04d.example/\"/>"
		    "</md:IDPSSODescriptor></md:EntityDescriptor>\n",
		    i * 37 % ENTITIES, i * 37 % ENTITIES);
	fputs("</md:EntitiesDescriptor>", out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static int
count(const struct saml_idp_info *info, void *data)
{
	char wanted[32];
	int *number = data;

	snprintf(wanted, sizeof(wanted), "https://%04d.example", *number);
	assert_string_equal(info->entity_id, wanted);
	++*number;
	return 0;
}

static void
knows_a_federation(void **state)
{
	struct saml_settings s = settings();
	struct saml_worker *worker = NULL;
	struct saml_idp_info info;
	struct refusal refusal;
	char why[512];
	int number = 4990;

	(void)state;
	document.text = federation(&document.size);
	if (saml_worker_new(
		&worker, program, &s, TEN_SECONDS, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	free(document.text);
	assert_int_equal(saml_worker_idp_count(worker), ENTITIES);
	assert_int_equal(saml_worker_idps(worker, "https://4989.example", 100,
			     TEN_SECONDS, count, &number, &refusal),
	    0);
	assert_int_equal(number, ENTITIES);
	assert_int_equal(saml_worker_idp(worker, "https://0003.example",
			     TEN_SECONDS, &info, &refusal),
	    0);
	assert_string_equal(info.sso_post, "https://0003.example/");
	assert_null(info.sso_redirect);
	saml_idp_info_clear(&info);
	assert_int_equal(saml_worker_idp(worker, "https://5000.example",
			     TEN_SECONDS, &info, &refusal),
	    GATE_ENOTFOUND);
	saml_worker_free(&worker);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges),
		cmocka_unit_test(knows_a_federation),
	};
	int r;

	if (under_test_begin(argc, argv) != 0)
		return 1;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	under_test_end();
	return r;
}
