/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gatehousectl/input.h"
#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "gatehousectl/command.h"
#include "lib/config.h"
#include "lib/error.h"
#include "password/rules.h"

/* Host names are shorter: RFC 1035, 2.3.4. */
#define HOST_SIZE 256

#define TEXT_SIZE 1024

/* The language of who asks, as the environment has it, or the configured. */
static const char *
language(const struct config *config)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			return value;
	}
	return config->language;
}

/* One sentence a line, behind its word: people and scripts can read it. */
static void
show_text(const struct password_judgement *judgement,
    const struct catalogue *catalogue)
{
	char text[TEXT_SIZE];
	size_t i;

	for (i = 0; i < judgement->count; i++) {
		fault_text(
		    &judgement->faults[i], catalogue, text, sizeof(text));
		printf("%s: %s\n", fault_word(judgement->faults[i].id), text);
	}
	if (judgement->count == 0) {
		password_strength_text(
		    judgement, catalogue, text, sizeof(text));
		puts(text);
	}
}

static int
show_json(const struct password_judgement *judgement,
    const struct catalogue *catalogue)
{
	json_t *object = json_object(), *faults = json_array(), *row;
	const struct password_fault *fault;
	char text[TEXT_SIZE];
	size_t i;

	for (i = 0; i < judgement->count; i++) {
		fault = &judgement->faults[i];
		fault_text(fault, catalogue, text, sizeof(text));
		row = json_object();
		json_put_text(row, "fault", fault_word(fault->id));
		json_put(row, "has", json_integer((json_int_t)fault->has));
		json_put(row, "needs", json_integer((json_int_t)fault->needs));
		json_put_text(row, "word", fault->word);
		json_put_text(row, "text", text);
		json_add(faults, row);
	}
	json_put(object, "good", json_boolean(judgement->count == 0));
	json_put(object, "strength",
	    judgement->count == 0 ? json_integer(judgement->strength)
				  : json_null());
	json_put(object, "faults", faults);
	return json_show(object);
}

/* Judges what is asked for, and tells it. */
static int
judge(const struct options *options, const struct config *config,
    const struct password_rules *rules, const char *password)
{
	struct password_judgement judgement;
	struct password_person person = { .user = options->user,
		.service = options->service };
	struct catalogue *catalogue = NULL;
	const struct passwd *pw = NULL;
	char host[HOST_SIZE] = "";
	int r;

	if (options->user != NULL)
		pw = getpwnam(options->user);
	if (pw != NULL)
		person.real_name = pw->pw_gecos;
	if (gethostname(host, sizeof(host) - 1) == 0)
		person.host = host;
	r = password_judge(&rules->policy, &person, password, &judgement);
	if (r != 0 && r != GATE_EREFUSED) {
		complain("%s", gate_strerror(r));
		return CTL_FAILED;
	}
	/* a language that we do not speak is no reason to say nothing */
	(void)catalogue_open(&catalogue, config->catalogues, language(config));
	if (!options->json)
		show_text(&judgement, catalogue);
	else if (show_json(&judgement, catalogue) != CTL_DONE)
		r = GATE_ENOMEM;
	catalogue_free(&catalogue);
	return r == 0 ? CTL_DONE : r == GATE_EREFUSED ? CTL_NO : CTL_FAILED;
}

/* Why there is no password to be tried. */
static int
no_password(int error)
{
	if (error == GATE_EINVAL) {
		complain("a password is one line, and not empty");
		return CTL_USAGE;
	}
	complain("the password: %s",
	    error == GATE_EIO ? strerror(errno) : gate_strerror(error));
	return error == GATE_ECLOSED ? CTL_NO : CTL_FAILED;
}

int
password_check(const struct options *options)
{
	const char *file = options_config(options);
	struct password_rules *rules = NULL;
	struct config *config = NULL;
	struct input password = { 0 };
	char why[600];
	int r = CTL_FAILED, error;

	if (config_load(&config, file, complain_file, NULL) != 0)
		goto out;
	if (password_rules_load(&rules, config, why, sizeof(why)) != 0) {
		complain("%s: %s", file, why);
		goto out;
	}
	error = input_password_once(&password);
	r = error == 0 ? judge(options, config, rules, password.bytes)
		       : no_password(error);
out:
	input_free(&password);
	password_rules_free(&rules);
	config_free(&config);
	return r;
}
