/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/policy.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/log.h"
#include "twofactor/enrolment.h"

/* The uids of a blank-separated list of user names. */
static int
resolve(const char *key, const char *names, uid_t **uids, size_t *count)
{
	char buffer[4096];
	struct passwd entry, *found;
	char *copy, *name, *rest;
	int r = 0;

	copy = strdup(names);
	*uids = calloc(strlen(names) + 1, sizeof(uid_t));
	if (copy == NULL || *uids == NULL) {
		free(copy);
		return GATE_ENOMEM;
	}
	for (name = strtok_r(copy, " ,\t", &rest); name != NULL && r == 0;
	     name = strtok_r(NULL, " ,\t", &rest)) {
		if (getpwnam_r(name, &entry, buffer, sizeof(buffer), &found) !=
			0 ||
		    found == NULL) {
			log_error(
			    "[peers] %s: there is no user \"%s\"", key, name);
			r = GATE_ECONFIG;
		} else
			(*uids)[(*count)++] = entry.pw_uid;
	}
	free(copy);
	return r;
}

static int
load_sso(struct policy *p)
{
	struct workers_options options = { .program = p->config->worker_program,
		.count = (size_t)p->config->workers,
		.timeout = p->config->worker_timeout * 1000 };
	struct saml_settings *settings = NULL;
	char why[512] = "";
	int r;

	r = saml_settings_load(&settings, p->config, why, sizeof(why));
	if (r == GATE_ENOTFOUND)
		return 0; /* SSO is not configured: the fallback remains */
	if (r == 0)
		r = workers_new(
		    &p->workers, &options, settings, why, sizeof(why));
	if (r == 0)
		r = speaker_new(&p->speaker, p->config, why, sizeof(why));
	if (r != 0)
		log_error("[saml]: %s%s%s", gate_strerror(r),
		    why[0] != '\0' ? ": " : "", why);
	return r;
}

/* What rules look at has to be kept from the ticket to the sign-in. */
static int
name_attributes(struct policy *p)
{
	const char *kept = p->config->attributes;
	int r;

	if (strcmp(kept, "*") == 0)
		r = asprintf(&p->attribute_names, "*");
	else
		r = asprintf(&p->attribute_names, "%s %s %s", kept,
		    access_rules_names(p->access), idle_rules_names(p->idle));
	return r < 0 ? GATE_ENOMEM
		     : attribute_names(p->attribute_names, p->kept_names);
}

/* What nobody has asked for need not be there; what is there must be sound. */
static void
complain_of_language(const char *language, int error, void *data)
{
	const struct config *config = data;

	if (strcmp(language, config->language) == 0)
		log_warn("[gate] language = %s: %s; people are told in English",
		    language, gate_strerror(error));
	else if (error != GATE_ENOTFOUND)
		log_warn("[gate] catalogues = %s: %s: %s; nobody is told in "
			 "this language",
		    config->catalogues, language, gate_strerror(error));
}

static int
load_languages(struct policy *p)
{
	int r = languages_open(&p->languages, p->config->catalogues,
	    complain_of_language, p->config);

	if (r == 0)
		(void)languages_find(
		    p->languages, p->config->language, &p->catalogue);
	return r;
}

static int
load_passwords(struct policy *p, const char *path)
{
	char why[600];
	int r = password_rules_load(&p->passwords, p->config, why, sizeof(why));

	if (r != 0)
		log_error("%s: %s", path, why);
	return r;
}

static int
load_second_factor(struct policy *p, const char *path)
{
	const struct config *config = p->config;
	char why[512] = "";
	int r;

	if (enrolment_date(config->otp_enroll_by, &p->enroll_by) != 0) {
		log_error("%s: [2fa] enroll_by: " ENROLMENT_DATE_FORM, path);
		return GATE_ECONFIG;
	}
	r = demand_rules_new(&p->demand, config->otp_skip_from,
	    config->otp_required_for, why, sizeof(why));
	if (r != 0)
		log_error("%s: %s", path, why);
	return r;
}

#define KEY_MAX (16u << 10)

/* What is told of it never quotes it. */
static int
load_identity_key(struct policy *p, const char *path)
{
	const char *file = p->config->web_identity_key;
	char *pem = NULL, why[256] = "";
	size_t size = 0;
	int r;

	if (file[0] == '\0')
		return 0;
	r = file_read(
	    file, FILE_SECRET, KEY_MAX, &pem, &size, why, sizeof(why));
	if (r == 0)
		r = identity_key_new(&p->identity_key, pem, size);
	if (r == GATE_EINVAL)
		snprintf(why, sizeof(why),
		    "no private key in PEM, without a passphrase, on P-256: "
		    "openssl ecparam -genkey -noout -name prime256v1");
	if (r != 0)
		log_error("%s: [web] identity_key: %s: %s", path, file,
		    why[0] != '\0' ? why : gate_strerror(r));
	if (pem != NULL)
		explicit_bzero(pem, size);
	free(pem);
	return r;
}

int
policy_load(struct policy **policy, const char *path)
{
	struct policy *p = calloc(1, sizeof(*p));
	int r = GATE_ENOMEM;

	if (p == NULL)
		return r;
	p->references = 1;
	p->path = strdup(path);
	if (p->path != NULL)
		r = config_load(&p->config, path, log_complaint, NULL);
	if (r == 0)
		r = resolve("login", p->config->peers_login, &p->login_uids,
		    &p->login_count);
	if (r == 0)
		r = resolve("admin", p->config->peers_admin, &p->admin_uids,
		    &p->admin_count);
	if (r == 0)
		r = resolve("hold", p->config->peers_hold, &p->hold_uids,
		    &p->hold_count);
	if (r == 0)
		r = resolve(
		    "web", p->config->peers_web, &p->web_uids, &p->web_count);
	if (r == 0)
		r = allowlist_load(&p->allowlist, p->config->allowlist_file,
		    log_complaint, NULL);
	if (r == 0)
		r = access_rules_load(
		    &p->access, p->config, path, log_complaint, NULL);
	if (r == 0)
		r = idle_rules_load(
		    &p->idle, p->config, path, log_complaint, NULL);
	if (r == 0)
		r = name_attributes(p);
	if (r == 0)
		r = load_languages(p);
	if (r == 0)
		r = load_passwords(p, path);
	if (r == 0)
		r = load_second_factor(p, path);
	if (r == 0)
		r = load_identity_key(p, path);
	if (r == 0)
		r = load_sso(p);
	if (r == 0 && allowlist_count(p->allowlist) == 0)
		log_warn("%s has no rule: nobody gets in",
		    p->config->allowlist_file);
	if (r == 0)
		*policy = p;
	else
		policy_unref(&p);
	return r;
}

struct policy *
policy_ref(struct policy *policy)
{
	__atomic_add_fetch(&policy->references, 1, __ATOMIC_RELAXED);
	return policy;
}

void
policy_unref(struct policy **policy)
{
	struct policy *p = *policy;

	if (p == NULL)
		return;
	*policy = NULL;
	if (__atomic_sub_fetch(&p->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	workers_free(&p->workers);
	speaker_free(&p->speaker);
	languages_free(&p->languages);
	demand_rules_free(&p->demand);
	password_rules_free(&p->passwords);
	access_rules_free(&p->access);
	allowlist_free(&p->allowlist);
	config_free(&p->config);
	free(p->login_uids);
	free(p->admin_uids);
	free(p->hold_uids);
	free(p->web_uids);
	identity_key_free(&p->identity_key);
	idle_rules_free(&p->idle);
	free(p->attribute_names);
	free(p->path);
	free(p);
}
