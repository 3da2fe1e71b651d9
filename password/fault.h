/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_FAULT_H
#define PASSWORD_FAULT_H

#include <stddef.h>

#include "lib/catalogue.h"

/*
 * All that can be wrong with a new password: its name in the source, its word
 * in logs and JSON, and its sentence, which is the key of the catalogues in
 * po/. The sentences need no plural forms: no noun follows a number that may be
 * one.
 */
#define PASSWORD_FAULTS(X)                                                     \
	X(TOO_SHORT, "too_short",                                              \
	    "It has {has} characters, and must have {needs} or more.")         \
	X(TOO_LONG, "too_long",                                                \
	    "It has {has} characters, and may have {needs} at most.")          \
	X(TOO_MANY_BYTES, "too_many_bytes",                                    \
	    "It must have {needs} bytes or fewer.")                            \
	X(NOT_TEXT, "not_text", "It must be text in UTF-8.")                   \
	X(FEW_LETTERS, "few_letters",                                          \
	    "It must have more letters: at least {needs}.")                    \
	X(FEW_LOWER, "few_lower",                                              \
	    "It must have more small letters: at least {needs}.")              \
	X(FEW_UPPER, "few_upper",                                              \
	    "It must have more capital letters: at least {needs}.")            \
	X(FEW_DIGITS, "few_digits",                                            \
	    "It must have more digits: at least {needs}.")                     \
	X(FEW_OTHERS, "few_others",                                            \
	    "It must have more characters that are neither letters nor "       \
	    "digits: at least {needs}.")                                       \
	X(FEW_KINDS, "few_kinds",                                              \
	    "Of the four kinds of characters (small letters, capital "         \
	    "letters, digits, others) it has {has}, and must have {needs}.")   \
	X(REPEATS, "repeats",                                                  \
	    "It has the same character {has} times in a row; {needs} is the "  \
	    "most.")                                                           \
	X(SEQUENCE, "sequence",                                                \
	    "It has {has} characters in a row that follow each other, such "   \
	    "as \"abc\", \"321\" or \"qwe\"; {needs} is the most.")            \
	X(KIND_RUN, "kind_run",                                                \
	    "It has {has} characters of one kind in a row; {needs} is the "    \
	    "most.")                                                           \
	X(FEW_DIFFERENT, "few_different",                                      \
	    "It has too few different characters.")                            \
	X(SYSTEMATIC, "systematic",                                            \
	    "Its characters follow a pattern that is easy to guess.")          \
	X(PALINDROME, "palindrome", "It reads the same backwards.")            \
	X(HOLDS_USER, "holds_user", "It must not hold the user name.")         \
	X(HOLDS_NAME, "holds_name",                                            \
	    "It must not hold a part of your name: {word}.")                   \
	X(HOLDS_HOST, "holds_host",                                            \
	    "It must not hold the name of the machine: {word}.")               \
	X(HOLDS_SERVICE, "holds_service",                                      \
	    "It must not hold the name of the service: {word}.")               \
	X(HOLDS_WORD, "holds_word",                                            \
	    "It must not hold this word, which attackers try first: {word}.")  \
	X(DICTIONARY, "dictionary",                                            \
	    "It is a word of the dictionary, or made from one.")               \
	X(BLOCKED, "blocked",                                                  \
	    "It is on the list of passwords that are not allowed here.")       \
	X(BREACHED, "breached",                                                \
	    "It is among the stolen passwords that attackers know.")           \
	X(IS_OLD, "is_old", "It is the current password.")                     \
	X(LIKE_OLD, "like_old",                                                \
	    "It is the current password, changed a little.")                   \
	X(NEAR_OLD, "near_old",                                                \
	    "It differs from the current password in too few characters: "     \
	    "{has}, and {needs} are needed.")                                  \
	X(USED_BEFORE, "used_before",                                          \
	    "It was used before: the last {needs} may not come again.")        \
	X(TOO_YOUNG, "too_young",                                              \
	    "The password was changed a short while ago; hours until it may "  \
	    "be changed again: {has}.")

#define PASSWORD_FAULT_NAME(name, word, text) FAULT_##name,
enum password_fault_id {
	PASSWORD_FAULTS(PASSWORD_FAULT_NAME) FAULT_IDS
};

/* Room for the word that a fault names, cut where it is longer. */
#define FAULT_WORD_SIZE 64

/* One fault: its numbers, and the word; never anything of the password. */
struct password_fault {
	enum password_fault_id id;
	size_t has;
	size_t needs;
	char word[FAULT_WORD_SIZE];
};

/* "too_short", ...; the sentence in English, as it is in the catalogues. */
const char *fault_word(enum password_fault_id id);
const char *fault_message(enum password_fault_id id);

/*
 * Writes the sentence in the catalogue's language (NULL: English), cut where
 * there is no room. Returns the length that it has.
 */
size_t fault_text(const struct password_fault *fault,
    const struct catalogue *catalogue, char *text, size_t size);

#endif
