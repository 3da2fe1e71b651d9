/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_NAMES_H
#define PASSWORD_NAMES_H

#include <stddef.h>

#include "password/letters.h"

/* How a text is cut into the names that a password may not hold. */
struct names_rule {
	const char *between; /* characters between two names */
	size_t least;        /* shorter ones, in characters, do not count */
};

/* A name of two letters, or the "com" of a host, would be held by chance. */
extern const struct names_rule names_of_user;
extern const struct names_rule names_of_person;
extern const struct names_rule names_of_host;
extern const struct names_rule names_of_service;
extern const struct names_rule names_of_words;

/* Memory for names_held, of the caller's kind. */
struct names_room {
	struct letters name;
};

/*
 * Does the folded password hold a name of the text: in any case, backwards,
 * with digits and signs for letters? If so, word gets that name.
 */
int names_held(struct names_room *room, const struct letters *folded,
    const char *text, const struct names_rule *rule, char *word,
    size_t word_size);

#endif
