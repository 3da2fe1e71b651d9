/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_TESTS_WORKER_UNDER_TEST_H
#define GATE_TESTS_WORKER_UNDER_TEST_H

/*
 * The gatehouse-saml that a test program is about: GATEHOUSE_SAML, or the
 * first argument. Without one there is nothing to test, which is a failure.
 */
#include <unistd.h>

#include "lib/clock.h"
#include "saml/settings.h"
#include "tests/unit/signed_response.h"

#define TEN_SECONDS (clock_mono_ms() + 10000)

static const char *program;
static EVP_PKEY *key;
static char *metadata;

static char entity_id[] = SP_ENTITY_ID;
static char acs_url[] = SP_ACS_URL;
static char user_from[] = "name_id";
static char document_name[] = "/etc/gatehouse/idp.xml";

static struct saml_document document;

/* Settings with the one IdP of this test. */
static struct saml_settings
settings(void)
{
	document.name = document_name;
	document.text = metadata;
	document.size = strlen(metadata);
	return (struct saml_settings){
		.entity_id = entity_id,
		.acs_url = acs_url,
		.user_from = user_from,
		.clock_skew = 60,
		.max_response = 1 << 20,
		.max_validity = 3600,
		.memory_limit = 256 << 20,
		.allow_unsolicited = 1,
		.documents = &document,
		.document_count = 1,
	};
}

static int
under_test_begin(int argc, char **argv)
{
	program = argc > 1 ? argv[1] : getenv("GATEHOUSE_SAML");
	if (program == NULL || access(program, X_OK) != 0) {
		fprintf(stderr,
		    "%s: set GATEHOUSE_SAML to the program under test\n",
		    argv[0]);
		return -1;
	}
	key = idp_key();
	metadata = idp_metadata(key);
	return 0;
}

static void
under_test_end(void)
{
	free(metadata);
	EVP_PKEY_free(key);
}

#endif
