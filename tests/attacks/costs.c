/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * attack-costs DIR: shows each case of the corpus in DIR to saml_verify, in
 * this process, and holds what it takes against what is promised: no message
 * takes over 50 ms for each 100 kB, or over 64 MiB. The verdicts are looked at
 * as well, as the same code runs here under a sanitizer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/config.h"
#include "lib/file.h"
#include "saml/verify.h"

/* Sanitizers take their time. */
#ifdef __SANITIZE_ADDRESS__
#define TIMES 10
__attribute__((visibility("default"))) const char *__asan_default_options(void);

/* What was freed is soon used again, so that the peak tells something. */
const char *
__asan_default_options(void)
{
	return "quarantine_size_mb=1";
}
#else
#define TIMES 1
#endif

#define MS_MIN        (50 * TIMES) /* also for a message of a few bytes */
#define MS_100KB      (50 * TIMES)
#define KIB_MAX       65536
#define TRIES         3 /* of one that is over: this machine has others to run */

#define CONFIGS       32
#define FIELDS        8
#define CASE_MAX      (4 << 20)
#define MANIFEST_LINE (1 << 19)

/* A line of the manifest, in its order. */
enum field {
	FILE_NAME,
	CLASS,
	NAME,
	CVE,
	CONFIG,
	OPTIONS,
	VERDICT,
	WHAT
};

/* A worker's state, without the worker. */
static struct place {
	char name[64];
	struct saml_settings *settings;
	struct saml_idps *idps;
	struct saml_decryption_keys *keys;
} places[CONFIGS];

static const char *dir;
static char path[4096];

/* What the worst of all took. */
static struct worst {
	double ms;
	long kib;
	char slow[512], large[512];
} worst;

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "attack-costs: %s: %s\n", what, why);
	exit(2);
}

static void
complain(const char *file, int line, const char *text, void *data)
{
	(void)data;
	fprintf(stderr, "%s:%d: %s\n", file, line, text);
}

static void
load_keys(struct place *place, char *why, size_t size)
{
	struct saml_settings *settings = place->settings;
	size_t i;

	if (saml_decryption_keys_new(&place->keys) != 0)
		fail(place->name, "no memory");
	for (i = 0; i < settings->key_count; i++)
		if (saml_decryption_keys_add(place->keys, settings->keys[i].pem,
			settings->keys[i].size, why, size) != 0)
			fail(place->name, why);
}

static struct place *
load(struct place *place, const char *name)
{
	struct config *config;
	char why[512] = "no memory";
	size_t i;

	snprintf(place->name, sizeof(place->name), "%s", name);
	snprintf(path, sizeof(path), "%s/%s.conf", dir, name);
	if (config_load(&config, path, complain, NULL) != 0)
		fail(path, "cannot be loaded");
	if (saml_settings_load(&place->settings, config, why, sizeof(why)) != 0)
		fail(path, why);
	config_free(&config);
	load_keys(place, why, sizeof(why));
	if (saml_idps_new(&place->idps) != 0)
		fail(path, why);
	for (i = 0; i < place->settings->document_count; i++) {
		const struct saml_document *d = &place->settings->documents[i];

		if (saml_idps_add(place->idps, d->text, d->size, d->fetched,
			why, sizeof(why)) != 0)
			fail(d->name, why);
	}
	return place;
}

static struct place *
find_place(const char *name)
{
	size_t i;

	for (i = 0; i < CONFIGS && places[i].settings != NULL; i++)
		if (strcmp(places[i].name, name) == 0)
			return &places[i];
	if (i == CONFIGS)
		fail(name, "too many configurations");
	return load(&places[i], name);
}

/* The options that gatehousectl sso check takes. */
static void
take_options(struct saml_request *request, char *options)
{
	char *save, *word = strtok_r(options, " ", &save), *value;

	for (; word != NULL; word = strtok_r(NULL, " ", &save)) {
		if ((value = strtok_r(NULL, " ", &save)) == NULL)
			fail(word, "has no value");
		if (strcmp(word, "--now") == 0)
			request->now = strtoll(value, NULL, 10);
		else if (strcmp(word, "--in-response-to") == 0)
			request->in_response_to = value;
		else if (strcmp(word, "--idp") == 0)
			request->idp = value;
		else if (strcmp(word, "--address") == 0)
			request->address = value;
		else
			fail(word, "is not known here");
	}
}

/* A figure of this process, in KiB: "VmRSS:", "VmHWM:". */
static long
memory(const char *key)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	long kib = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			kib = strtol(line + strlen(key), NULL, 10);
	if (file == NULL || kib == 0)
		fail("/proc/self/status", "says nothing of memory");
	fclose(file);
	return kib;
}

static void
forget_peak(void)
{
	FILE *file = fopen("/proc/self/clear_refs", "we");

	if (file == NULL || fputs("5", file) < 0 || fclose(file) != 0)
		fail("/proc/self/clear_refs", "cannot be written");
}

static double
cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

struct outcome {
	int r;
	char what[512]; /* the user, or the reason's word */
	double ms;
	long kib;
};

static void
verify(const struct place *place, const struct saml_request *request,
    struct outcome *outcome)
{
	struct saml_identity *identity = NULL;
	struct refusal refusal = { 0 };
	double begin;
	long before;

	forget_peak();
	before = memory("VmRSS:");
	begin = cpu_ms();
	outcome->r = saml_verify(place->settings, place->idps, place->keys,
	    request, &identity, &refusal);
	outcome->ms = cpu_ms() - begin;
	outcome->kib = memory("VmHWM:") - before;
	snprintf(outcome->what, sizeof(outcome->what), "%s",
	    identity != NULL ? identity->user : reason_word(refusal.reason));
	saml_identity_free(&identity);
}

/* Whether a word stands in a list with blanks between. */
static int
has_word(const char *list, const char *word)
{
	size_t size = strlen(word);

	for (; (list = strstr(list, word)) != NULL; list += size)
		if (list[size] == ' ' || list[size] == '\0')
			return 1;
	return 0;
}

static int
is_right(char *const fields[FIELDS], const struct outcome *outcome)
{
	if (strcmp(fields[VERDICT], "accept") == 0)
		return outcome->r == 0 &&
		    strcmp(outcome->what, fields[WHAT]) == 0;
	return outcome->r == GATE_EREFUSED &&
	    has_word(fields[WHAT], outcome->what);
}

static void
note_worst(char *const fields[FIELDS], const struct outcome *outcome)
{
	if (outcome->ms > worst.ms) {
		worst.ms = outcome->ms;
		snprintf(worst.slow, sizeof(worst.slow), "%s: %s",
		    fields[CLASS], fields[NAME]);
	}
	if (outcome->kib > worst.kib) {
		worst.kib = outcome->kib;
		snprintf(worst.large, sizeof(worst.large), "%s: %s",
		    fields[CLASS], fields[NAME]);
	}
}

/* 0 if verdict, time and memory are as they must be. */
static int
judge(char *const fields[FIELDS], char *bytes)
{
	struct saml_request request = { 0 };
	struct place *place = find_place(fields[CONFIG]);
	char *options = strdup(fields[OPTIONS]);
	struct outcome outcome;
	double allowed;
	FILE *file;
	int tries = 0;

	take_options(&request, options);
	snprintf(path, sizeof(path), "%s/%s", dir, fields[FILE_NAME]);
	if ((file = fopen(path, "re")) == NULL)
		fail(path, "cannot be read");
	request.response = bytes;
	request.response_size = fread(bytes, 1, CASE_MAX, file);
	fclose(file);
	allowed = MS_100KB * (double)request.response_size / 1e5;
	allowed = allowed < MS_MIN ? MS_MIN : allowed;
	do
		verify(place, &request, &outcome);
	while (++tries < TRIES && outcome.ms > allowed);
	free(options);
	note_worst(fields, &outcome);
	if (is_right(fields, &outcome) && outcome.ms <= allowed &&
	    outcome.kib <= KIB_MAX)
		return 0;
	printf("%s %s: %s: %d %s, %.1f ms of %.1f, %ld KiB\n",
	    fields[FILE_NAME], fields[CLASS], fields[NAME], outcome.r,
	    outcome.what, outcome.ms, allowed, outcome.kib);
	return -1;
}

static void
free_places(void)
{
	size_t i;

	for (i = 0; i < CONFIGS && places[i].settings != NULL; i++) {
		saml_idps_free(&places[i].idps);
		saml_decryption_keys_free(&places[i].keys);
		saml_settings_free(&places[i].settings);
	}
}

static size_t
judge_all(FILE *manifest, char *bytes, size_t *count)
{
	static char line[MANIFEST_LINE];
	char *fields[FIELDS], *rest;
	size_t wrong = 0;
	int i;

	while (fgets(line, sizeof(line), manifest) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		for (rest = line, i = 0; i < FIELDS; i++)
			if ((fields[i] = strsep(&rest, "\t")) == NULL)
				fail("manifest", "a line lacks a field");
		/* what is set up at the first use is no message's cost */
		if ((*count)++ == 0) {
			(void)judge(fields, bytes);
			memset(&worst, 0, sizeof(worst));
		}
		wrong += judge(fields, bytes) != 0;
	}
	return wrong;
}

int
main(int argc, char **argv)
{
	char *bytes = malloc(CASE_MAX);
	size_t wrong, count = 0;
	FILE *manifest;

	if (argc != 2 || bytes == NULL) {
		fprintf(stderr, "usage: attack-costs DIR\n");
		return 2;
	}
	dir = argv[1];
	snprintf(path, sizeof(path), "%s/manifest", dir);
	if ((manifest = fopen(path, "re")) == NULL)
		fail(path, "cannot be read");
	if (saml_verify_init() != 0)
		fail("saml_verify_init", "failed");
	wrong = judge_all(manifest, bytes, &count);
	fclose(manifest);
	free_places();
	free(bytes);
	printf("%zu cases, %zu wrong; at most %.1f ms (%s), %ld KiB (%s)\n",
	    count, wrong, worst.ms, worst.slow, worst.kib, worst.large);
	return wrong > 0 || count == 0;
}
