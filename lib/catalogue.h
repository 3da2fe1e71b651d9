/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CATALOGUE_H
#define GATE_CATALOGUE_H

#include <stddef.h>

/*
 * The sentences that people are told, in one language other than English: a
 * catalogue that msgfmt(1) made of po/LANGUAGE.po.
 *
 * Why not gettext(3) itself: it speaks the one language of the process, takes
 * none but those whose locales are installed, and reads the environment. A
 * daemon answers several people at once, each in their own language, on a
 * machine that may have no locale at all. The files are gettext's, so that
 * translators have their tools; reading them takes no more than a search in a
 * sorted table.
 *
 * A catalogue is never changed once open: threads may share it.
 */
struct catalogue;

/* "de_AT" and the like. */
#define CATALOGUE_LANGUAGE_SIZE 16

/*
 * The name of a language as in LANG or in RFC 5646: "de_AT" of
 * "de-at.UTF-8@euro", "" of English, "C" and "POSIX". What it gives can be the
 * name of a folder. 0, or GATE_ENOTFOUND for what is no such name.
 */
int catalogue_language(
    char name[CATALOGUE_LANGUAGE_SIZE], const char *language);

/*
 * Opens DIRECTORY/LANGUAGE/LC_MESSAGES/gatehouse.mo: of de_AT and de the first
 * is taken that is there. 0; and for NULL and what catalogue_language takes for
 * English, *catalogue is NULL, which is English. GATE_ENOTFOUND where we do not
 * speak it; GATE_EUNSAFE, GATE_EPROTO (no catalogue in UTF-8), GATE_EIO,
 * GATE_ENOMEM.
 */
int catalogue_open(
    struct catalogue **catalogue, const char *directory, const char *language);
void catalogue_free(struct catalogue **catalogue);

/* What an English message is in this language; itself where it has none. */
const char *catalogue_get(
    const struct catalogue *catalogue, const char *message);

/* What stands for "{name}" in a message. */
struct catalogue_field {
	const char *name; /* NULL: the last */
	const char *text;
};

/*
 * Writes the message in this language with its fields filled in; what is in
 * braces but no field stays as it is. Cut at the end of a character where
 * there is no room, always ended; returns the length that it has.
 */
size_t catalogue_fill(const struct catalogue *catalogue, const char *message,
    const struct catalogue_field *fields, char *text, size_t size);

#endif
