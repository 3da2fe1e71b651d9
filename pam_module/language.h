/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_LANGUAGE_H
#define GATE_LANGUAGE_H

#include <security/pam_modules.h>

/* "de_AT" and the like; what is longer is no language. */
#define LANGUAGE_SIZE 16

/*
 * The language that the application speaks with the person: LANGUAGE, LC_ALL,
 * LC_MESSAGES or LANG of the PAM environment, or the locale that it has set
 * itself. The process's environment is not looked at: behind a setuid program
 * it is the caller's. Letters, "-" and "_" only, without the character set. 0,
 * or -1 where nothing is said of a language, which "C" and "POSIX" do not.
 */
int language_read(pam_handle_t *pamh, char language[LANGUAGE_SIZE]);

#endif
