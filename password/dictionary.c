/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/dictionary.h"

#include <stddef.h>

#include <crack.h>
#include <pthread.h>
#include <pwquality.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/error.h"

/* The length that libpwquality weighs others against. */
#define USUAL_LENGTH 8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* What cracklib says, in the locale "C"; anything else is a word to us. */
static const struct {
	const char *says;
	enum dictionary_verdict verdict;
} verdicts[] = {
	{ "it does not contain enough DIFFERENT characters",
	    DICTIONARY_FEW_DIFFERENT },
	{ "it is all whitespace", DICTIONARY_FEW_DIFFERENT },
	{ "it is too simplistic/systematic", DICTIONARY_SYSTEMATIC },
};

int
dictionary_find(void)
{
	static const char *const ends[] = { ".pwd", ".pwd.gz" };
	char path[4096];
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", GetDefaultCracklibDict(),
		    ends[i]);
		if (access(path, R_OK) == 0)
			return 0;
	}
	return GATE_EIO;
}

int
dictionary_check(const char *password, enum dictionary_verdict *verdict)
{
	const char *says;
	size_t i;

	if (dictionary_find() != 0)
		return GATE_EIO;
	/* The user is not left out: it would take who we run as. */
	pthread_mutex_lock(&lock);
	says = FascistCheckUser(password, NULL, "", "");
	pthread_mutex_unlock(&lock);
	*verdict = DICTIONARY_FINE;
	if (says == NULL)
		return 0;
	if (strcmp(says, "error loading dictionary") == 0)
		return GATE_EIO;
	*verdict = DICTIONARY_WORD;
	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (strcmp(says, verdicts[i].says) == 0)
			*verdict = verdicts[i].verdict;
	return 0;
}

int
dictionary_strength(const char *password)
{
	pwquality_settings_t *settings = pwquality_default_settings();
	int score = 0;

	if (settings == NULL)
		return 0;
	if (pwquality_set_int_value(
		settings, PWQ_SETTING_MIN_LENGTH, USUAL_LENGTH) == 0 &&
	    pwquality_set_int_value(settings, PWQ_SETTING_DICT_CHECK, 0) == 0)
		score = pwquality_check(settings, password, NULL, NULL, NULL);
	pwquality_free_settings(settings);
	return score < 0 ? 0 : score;
}
