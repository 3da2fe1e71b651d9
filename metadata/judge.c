/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metadata/judge.h"

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "saml/settings.h"
#include "saml/worker.h"

/* For the largest document there may be, on a slow machine. */
#define JUDGE_MS 120000

int
judge_document(const struct judge_case *judged,
    struct saml_metadata_facts *facts, char *why, size_t why_size)
{
	struct saml_worker *worker = NULL;
	int64_t deadline = clock_mono_ms() + JUDGE_MS;
	int r;

	r = saml_worker_new_judge(
	    &worker, judged->config->worker_program, deadline, why, why_size);
	if (r == 0)
		r = saml_worker_metadata(worker, judged->text, judged->size,
		    judged->certificate, judged->now, deadline, facts, why,
		    why_size);
	saml_worker_free(&worker);
	return r;
}

int
judge_together(const struct judge_case *judged, char *why, size_t why_size)
{
	struct saml_settings *settings = NULL;
	struct saml_worker *worker = NULL;
	int r;

	if (!saml_settings_takes(judged->config, judged->source->file)) {
		log_warn("%s: [saml] idp_metadata does not take %s in: "
			 "gatehoused does not read it",
		    judged->source->name, judged->source->file);
		return 0;
	}
	r = saml_settings_load_others(&settings, judged->config, why, why_size);
	if (r == 0)
		r = saml_settings_replace(settings, judged->source->file,
		    judged->text, judged->size, judged->now);
	if (r == 0)
		r = saml_worker_new(&worker, judged->config->worker_program,
		    settings, clock_mono_ms() + JUDGE_MS, why, why_size);
	saml_worker_free(&worker);
	saml_settings_free(&settings);
	return r;
}
