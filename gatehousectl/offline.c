/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/offline.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/become.h"
#include "lib/clock.h"

int64_t
offline_deadline(const struct config *config)
{
	return clock_mono_ms() + config->worker_timeout * 1000;
}

/*
 * Root does what gatehoused does as the user whom gatehoused is: keys and
 * fetched metadata are that user's, and files of a stranger's are not believed.
 * It also finds out what that user may not read. Where run_as does not say who
 * it is, the owner of the store's folder is it.
 */
static int
become_daemon(const struct config *config, char *why, size_t why_size)
{
	const char *user = config->run_as;
	char folder[4096];
	struct passwd *owner;
	struct stat st;
	int r;

	if (geteuid() != 0)
		return 0;
	snprintf(folder, sizeof(folder), "%s", config->store_path);
	*strrchr(folder, '/') = '\0';
	if (user[0] == '\0' && stat(folder, &st) == 0 && st.st_uid != 0 &&
	    (owner = getpwuid(st.st_uid)) != NULL)
		user = owner->pw_name;
	r = become(user, -1);
	if (r != 0)
		snprintf(
		    why, why_size, "cannot become gatehoused's user, %s", user);
	return r;
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
