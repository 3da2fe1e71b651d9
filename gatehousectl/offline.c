/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/offline.h"

#include "lib/become.h"
#include "lib/clock.h"

int64_t
offline_deadline(const struct config *config)
{
	return clock_mono_ms() + config->worker_timeout * 1000;
}

int
offline_worker(struct saml_worker **worker, const struct config *config,
    char *why, size_t why_size)
{
	struct saml_settings *settings = NULL;
	int r;

	r = become_daemon(config, why, why_size);
	if (r == 0)
		r = saml_settings_load(&settings, config, why, why_size);
	if (r == 0)
		r = saml_worker_new(worker, config->worker_program, settings,
		    offline_deadline(config), why, why_size);
	saml_settings_free(&settings);
	return r;
}

int
offline_composer(struct saml_composer **composer, const struct config *config,
    char *why, size_t why_size)
{
	struct saml_speaker *speaker = NULL;
	int r;

	r = become_daemon(config, why, why_size);
	if (r == 0)
		r = saml_speaker_load(&speaker, config, why, why_size);
	if (r == 0)
		r = saml_composer_new(composer, config->composer_program,
		    speaker, offline_deadline(config), why, why_size);
	saml_speaker_free(&speaker);
	return r;
}
