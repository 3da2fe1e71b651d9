/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_THEME_H
#define WEB_THEME_H

#include <stddef.h>

/* How the pages look, as the configuration has it. */
struct theme {
	const char *site;         /* the name that people know */
	const char *logo;         /* a path of ours; NULL: the name */
	const char *accent_light; /* "#rrggbb": links and buttons */
	const char *accent_dark;  /* the same on a dark screen */
};

/* What is readable against the pages' backgrounds, for who asks for none. */
#define THEME_ACCENT_LIGHT "#0a5ea8"
#define THEME_ACCENT_DARK  "#7cc0ff"

/*
 * Whether the colours are such, and can be read: a contrast of 4.5 or more to
 * the background (WCAG 2.2, 1.4.3), against which buttons have their text, too.
 * 0; or GATE_ECONFIG, and why says what is wrong.
 */
int theme_check(const struct theme *theme, char *why, size_t why_size);

#endif
