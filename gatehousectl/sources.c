/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/sources.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "lib/error.h"
#include "lib/file.h"
#include "saml/settings.h"

#define CERTIFICATE_MAX (256u << 10)

/* Why a text is no certificate in PEM; NULL: it is one. */
static const char *
flaw_of(const char *text, size_t size)
{
	BIO *bio = BIO_new_mem_buf(text, (int)size);
	X509 *certificate = NULL;

	if (bio == NULL)
		return gate_strerror(GATE_ENOMEM);
	certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (certificate == NULL)
		return "this is no certificate in PEM";
	X509_free(certificate);
	return NULL;
}

static void
check_certificate(const char *file, const struct config_source *source,
    struct findings *findings)
{
	char phrase[256] = "", text[1024];
	const char *flaw = phrase;
	char *pem = NULL;
	size_t size;
	int r;

	if (source->certificate[0] == '\0')
		return;
	r = file_read(source->certificate, FILE_TRUSTED, CERTIFICATE_MAX, &pem,
	    &size, phrase, sizeof(phrase));
	if (r == 0)
		flaw = flaw_of(pem, size);
	else if (phrase[0] == '\0')
		flaw = gate_strerror(r);
	free(pem);
	if (flaw == NULL)
		return;
	snprintf(text, sizeof(text),
	    "[metadata %.200s] certificate: %.300s: %s", source->name,
	    source->certificate, flaw);
	findings_add(file, source->line, text, findings);
}

static void
check_file(const char *file, const struct config *config,
    const struct config_source *source, struct findings *findings)
{
	char text[1024];

	if (saml_settings_takes(config, source->file))
		return;
	snprintf(text, sizeof(text),
	    "[metadata %.200s] file: [saml] idp_metadata does not take %.300s "
	    "in: gatehoused does not read it",
	    source->name, source->file);
	findings_warn(file, source->line, text, findings);
}

void
sources_check(
    const char *file, const struct config *config, struct findings *findings)
{
	const struct config_source *source = config->sources;

	for (; source < config->sources + config->source_count; source++) {
		check_certificate(file, source, findings);
		check_file(file, config, source, findings);
	}
}
