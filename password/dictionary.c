/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/dictionary.h"

#include <stddef.h>

#include <crack.h>
#include <link.h>
#include <pthread.h>
#include <pwquality.h>
#include <stdint.h>
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

/* What cracklib has among its own variables of those that begin as zeros. */
static struct {
	uint8_t *at;
	size_t size;
} variables;

static int
has(const struct dl_phdr_info *object, uintptr_t address)
{
	const ElfW(Phdr) *part = object->dlpi_phdr;
	size_t i;

	for (i = 0; i < object->dlpi_phnum; i++)
		if (part[i].p_type == PT_LOAD &&
		    address - (object->dlpi_addr + part[i].p_vaddr) <
			part[i].p_memsz)
			return 1;
	return 0;
}

/* But not where cracklib is a part of the program: all of ours are with them.
 */
static int
take_variables(struct dl_phdr_info *object, size_t size, void *data)
{
	const ElfW(Phdr) *part = object->dlpi_phdr;
	size_t i;

	(void)size;
	(void)data;
	if (!has(object, (uintptr_t)FascistCheckUser) ||
	    has(object, (uintptr_t)take_variables))
		return 0;
	for (i = 0; i < object->dlpi_phnum; i++)
		if (part[i].p_type == PT_LOAD && (part[i].p_flags & PF_W)) {
			variables.at = (uint8_t *)(object->dlpi_addr +
			    part[i].p_vaddr + part[i].p_filesz);
			variables.size = part[i].p_memsz - part[i].p_filesz;
		}
	return 1;
}

static void
find_variables(void)
{
	(void)dl_iterate_phdr(take_variables, NULL);
}

/*
 * cracklib tries all spellings of a password in static buffers, and has no call
 * that clears them. Between two checks its variables hold nothing that it would
 * miss: they become what they were when it was loaded.
 */
static void
wipe_variables(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find_variables);
	if (variables.size > 0)
		explicit_bzero(variables.at, variables.size);
}

static int
read_verdict(const char *says, enum dictionary_verdict *verdict)
{
	size_t i;

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
dictionary_check(const char *password, enum dictionary_verdict *verdict)
{
	int r;

	if (dictionary_find() != 0)
		return GATE_EIO;
	pthread_mutex_lock(&lock);
	/* The user is not left out: it would take who we run as. */
	r = read_verdict(FascistCheckUser(password, NULL, "", ""), verdict);
	wipe_variables();
	pthread_mutex_unlock(&lock);
	return r;
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
