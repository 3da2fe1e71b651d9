/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_LANGUAGES_H
#define GATE_LANGUAGES_H

#include "lib/catalogue.h"

/*
 * The languages in which people can be told something, all of them open at
 * once: each person hears theirs. Never changed once open: threads may share
 * it.
 */
struct languages;

/* Those that we speak, "en" among them; NULL ends them. */
extern const char *const language_words[];

/* Whether a word is one of them. */
int language_is_spoken(const char *word);

/* Hears of a catalogue that could not be opened, for one of language_words. */
typedef void languages_complaint(const char *language, int error, void *data);

/*
 * Opens the catalogues that are in this folder. One that is not there, or is
 * damaged, is complained of and left out: a language that we do not speak is no
 * reason to let nobody in. 0, or GATE_ENOMEM.
 */
int languages_open(struct languages **languages, const char *directory,
    languages_complaint *complaint, void *data);
void languages_free(struct languages **languages);

/*
 * The catalogue of a language, whose name is as catalogue_language takes it; of
 * de_AT that of de. 0, and *catalogue is NULL for English; GATE_ENOTFOUND, with
 * *catalogue as it was, where it is not spoken.
 */
int languages_find(const struct languages *languages, const char *language,
    const struct catalogue **catalogue);

#endif
