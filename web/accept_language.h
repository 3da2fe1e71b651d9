/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_ACCEPT_LANGUAGE_H
#define WEB_ACCEPT_LANGUAGE_H

/* More ranges of a header than this are not looked at. */
#define ACCEPT_LANGUAGE_MAX 32

/*
 * Which of the languages that we speak ("en", "de"; a list that NULL ends, and
 * that is not empty) a person would like best, by Accept-Language (RFC 9110,
 * 12.5.4; NULL: absent): that of the highest weight, and of two the one that is
 * named first; de-AT stands for de (RFC 4647, 3.4). A range that breaks the
 * grammar is passed over. The first that we speak where none is liked.
 */
const char *accept_language(const char *header, const char *const *spoken);

#endif
