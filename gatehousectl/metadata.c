/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gatehousectl/command.h"
#include "gatehousectl/input.h"
#include "gatehousectl/json.h"
#include "gatehousectl/offline.h"
#include "gatehousectl/say.h"
#include "gatehousectl/table.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "saml/metadata.h"

#define CERTIFICATE_MAX (256u << 10)

/* It may be a federation's, and the machine slow. */
#define JUDGE_MS 120000

static int
read_file(struct input *input, const char *path, size_t max)
{
	int r = input_read(input, path, max);

	if (r == 0)
		return CTL_DONE;
	complain(
	    "%s: %s", path, r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	return CTL_FAILED;
}

static int
show_json(const struct saml_metadata_facts *facts, int signature)
{
	json_t *object = json_object();

	json_put(object, "idps", json_integer((json_int_t)facts->idps));
	json_put_time(object, "valid_until", facts->valid_until);
	json_put(object, "cache_duration", json_integer(facts->cache_duration));
	json_put(object, "signature_verified", json_boolean(signature));
	return json_show(object);
}

static int
show_table(const struct saml_metadata_facts *facts, int signature)
{
	char number[32], until[CLOCK_TEXT_SIZE], seconds[32];
	struct table *table = NULL;
	int r = table_new(&table, 2);

	snprintf(number, sizeof(number), "%zu", facts->idps);
	clock_text(facts->valid_until, until);
	snprintf(seconds, sizeof(seconds), "%lld s",
	    (long long)facts->cache_duration);
	if (r == 0) {
		table_cell(table, "idps");
		table_cell(table, number);
		table_cell(table, "valid until");
		table_cell(table, until);
		table_cell(table, "cache duration");
		table_cell(table, facts->cache_duration > 0 ? seconds : "-");
		table_cell(table, "signature");
		table_cell(table, signature ? "verified" : "not looked at");
		r = table_print(table);
	}
	table_free(&table);
	if (r != 0)
		complain("%s", gate_strerror(r));
	return r == 0 ? CTL_DONE : CTL_FAILED;
}

/* An exit status; nothing is shown of a document that will not do. */
static int
judge(const struct options *options, const struct config *config,
    const struct input *document, const char *certificate)
{
	int64_t deadline = clock_mono_ms() + JUDGE_MS;
	int64_t now = options->given & OPTION_NOW ? options->now : clock_wall();
	struct saml_metadata_facts facts = { 0 };
	struct saml_worker *worker = NULL;
	char why[512] = "";
	int r;

	r = saml_worker_new_judge(
	    &worker, config->worker_program, deadline, why, sizeof(why));
	if (r == 0)
		r = saml_worker_metadata(worker, document->bytes,
		    document->size, certificate, now, deadline, &facts, why,
		    sizeof(why));
	saml_worker_free(&worker);
	if (r != 0) {
		complain("%s: %s", options->argument, why);
		return r == GATE_ECONFIG ? CTL_NO : CTL_FAILED;
	}
	return options->json ? show_json(&facts, certificate != NULL)
			     : show_table(&facts, certificate != NULL);
}

int
metadata_check(const struct options *options)
{
	struct input document = { 0 }, certificate = { 0 };
	struct config *config = NULL;
	int r = CTL_FAILED;

	if (config_load(
		&config, options_config(options), complain_file, NULL) == 0)
		r = read_file(&document, options->argument, SAML_DOCUMENT_MAX);
	if (r == CTL_DONE && options->certificate != NULL)
		r = read_file(
		    &certificate, options->certificate, CERTIFICATE_MAX);
	if (r == CTL_DONE)
		r = judge(options, config, &document, certificate.bytes);
	input_free(&document);
	input_free(&certificate);
	config_free(&config);
	return r;
}
