/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_metadata PROGRAM METADATA RESPONSE SP ACS: what a federation costs a
 * worker. Start and memory with 10,000 IdPs, against one; and a verification
 * with 500 IdPs, against one. Whole workers, over their sockets.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "saml/worker.h"
#include "tests/bench/bench.h"

#define MD         "urn:oasis:names:tc:SAML:2.0:metadata"
#define PROTOCOL   "urn:oasis:names:tc:SAML:2.0:protocol"
#define BINDINGS   "urn:oasis:names:tc:SAML:2.0:bindings:"

#define LOADS      5
#define VERIFIES   401
#define FEDERATION 10000
#define SOME       499 /* and the one that answers */

struct subject {
	const char *program;
	char *own; /* metadata of the IdP that answers */
	size_t own_size;
	struct saml_settings settings;
	struct saml_request request;
};

/* An IdP as federations have them, with a certificate of a usual size. */
static void
write_entity(FILE *out, int number)
{
	int line;

	fprintf(out,
	    "<md:EntityDescriptor"
	    " entityID=\"https://idp%d.university.example/idp/shibboleth\">"
	    "<md:IDPSSODescriptor protocolSupportEnumeration=\"" PROTOCOL "\">"
	    "<md:Extensions><shibmd:Scope regexp=\"false\">"
	    "university%d.example</shibmd:Scope><mdui:UIInfo>"
	    "<mdui:DisplayName xml:lang=\"en\">University %d"
	    "</mdui:DisplayName><mdui:DisplayName xml:lang=\"de\">"
	    "Universität %d</mdui:DisplayName><mdui:Logo height=\"16\""
	    " width=\"16\">https://university%d.example/logo.png</mdui:Logo>"
	    "</mdui:UIInfo></md:Extensions><md:KeyDescriptor use=\"signing\">"
	    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n",
	    number, number, number, number, number);
	for (line = 0; line < 23; line++)
		fprintf(out,
		    "MIID%08dQIUWoFQbJ0tVFBn8K2l0nN6bR1nqjUwDQYJKoZIhvcNAQELBQAw\n",
		    number);
	fprintf(out,
	    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
	    "</md:KeyDescriptor><md:SingleLogoutService"
	    " Binding=\"" BINDINGS "HTTP-Redirect\""
	    " Location=\"https://idp%d.university.example/idp/SAML2/SLO\"/>"
	    "<md:SingleSignOnService Binding=\"" BINDINGS "HTTP-POST\""
	    " Location=\"https://idp%d.university.example/idp/SAML2/POST\"/>"
	    "<md:SingleSignOnService Binding=\"" BINDINGS "HTTP-Redirect\""
	    " Location=\"https://idp%d.university.example/idp/SAML2/SSO\"/>"
	    "</md:IDPSSODescriptor></md:EntityDescriptor>\n",
	    number, number, number);
}

static char *
federation(int count, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);
	int i;

	if (out == NULL)
		err(1, "memory");
	fprintf(out,
	    "<md:EntitiesDescriptor xmlns:md=\"" MD "\""
	    " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\""
	    " xmlns:shibmd=\"urn:mace:shibboleth:metadata:1.0\""
	    " xmlns:mdui=\"urn:oasis:names:tc:SAML:metadata:ui\">\n");
	for (i = 0; i < count; i++)
		write_entity(out, i);
	fprintf(out, "</md:EntitiesDescriptor>\n");
	if (fclose(out) != 0)
		err(1, "memory");
	return text;
}

/* A worker that knows the IdP that answers and, unless 0, so many others. */
static struct saml_worker *
start(const struct subject *s, char *others, size_t size)
{
	static char own[] = "own.xml", more[] = "federation.xml";
	struct saml_document documents[] = {
		{ .name = own, .text = s->own, .size = s->own_size },
		{ .name = more, .text = others, .size = size },
	};
	struct saml_settings settings = s->settings;
	struct saml_worker *worker = NULL;
	char why[512];

	settings.documents = documents;
	settings.document_count = others != NULL ? 2 : 1;
	if (saml_worker_new(&worker, s->program, &settings,
		clock_mono_ms() + 60000, why, sizeof(why)) != 0)
		errx(1, "%s: %s", s->program, why);
	return worker;
}

/* The most memory that a process has had, in MB. */
static double
peak(pid_t pid)
{
	char path[64], line[256];
	double kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	if (file == NULL)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "VmHWM: %lf kB", &kib) == 1)
			break;
	fclose(file);
	return kib * 1024 / 1e6;
}

static double
load(const struct subject *s, char *others, size_t size, double *memory)
{
	double begun = bench_wall_us();
	struct saml_worker *worker = start(s, others, size);
	double ms = (bench_wall_us() - begun) / 1e3;

	*memory = peak(saml_worker_pid(worker));
	saml_worker_free(&worker);
	return ms;
}

static void
bench_load(const struct subject *s)
{
	double all[LOADS], one[LOADS], all_memory = 0, one_memory = 0;
	size_t size;
	char *others = federation(FEDERATION, &size);
	int i;

	for (i = 0; i < LOADS; i++) {
		all[i] = load(s, others, size, &all_memory);
		one[i] = load(s, NULL, 0, &one_memory);
	}
	free(others);
	bench_row("metadata_load_10k", "ms", bench_median(all, LOADS),
	    bench_median(one, LOADS), "<= 1000 ms");
	bench_row(
	    "metadata_memory_10k", "MB", all_memory, one_memory, "<= 100 MB");
}

static double
verify(struct saml_worker *worker, const struct saml_request *request)
{
	struct saml_identity *identity = NULL;
	struct refusal refusal;
	double begun = bench_wall_us();

	if (saml_worker_verify(worker, request, clock_mono_ms() + 10000,
		&identity, &refusal) != 0)
		errx(1, "refused: %s", refusal.detail);
	saml_identity_free(&identity);
	return bench_wall_us() - begun;
}

static void
bench_verify(const struct subject *s)
{
	static double many[VERIFIES], one[VERIFIES];
	size_t size;
	char *others = federation(SOME, &size);
	struct saml_worker *with_many = start(s, others, size);
	struct saml_worker *with_one = start(s, NULL, 0);
	int i;

	(void)verify(with_many, &s->request); /* decodes the key */
	(void)verify(with_one, &s->request);
	for (i = 0; i < VERIFIES; i++) {
		many[i] = verify(with_many, &s->request);
		one[i] = verify(with_one, &s->request);
	}
	bench_row("saml_verify_500_idps", "us", bench_median(many, VERIFIES),
	    bench_median(one, VERIFIES), "ratio <= 1.05");
	saml_worker_free(&with_many);
	saml_worker_free(&with_one);
	free(others);
}

int
main(int argc, char **argv)
{
	static char name_id[] = "name_id";
	struct subject s = { .settings = { .user_from = name_id,
				 .clock_skew = 60,
				 .max_response = 1 << 20,
				 .max_validity = 3600,
				 .memory_limit = 256 << 20,
				 .allow_unsolicited = 1 } };

	if (argc != 6)
		errx(2, "PROGRAM METADATA RESPONSE SP ACS");
	s.program = argv[1];
	s.own = bench_read(argv[2], &s.own_size);
	s.request.response = bench_read(argv[3], &s.request.response_size);
	s.request.now = clock_wall();
	s.settings.entity_id = argv[4];
	s.settings.acs_url = argv[5];
	bench_load(&s);
	bench_verify(&s);
	return 0;
}
