/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/theme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

#define CONTRAST_MIN 4.5

/* As style.css has them. */
#define PAPER_LIGHT "#ffffff"
#define PAPER_DARK  "#16181d"

/* One of red, green and blue, made linear (WCAG 2.2, relative luminance). */
static double
linear(unsigned value)
{
	double part = value / 255.0;

	return part <= 0.04045 ? part / 12.92
			       : pow((part + 0.055) / 1.055, 2.4);
}

/* Of "#rrggbb"; negative for anything else. */
static double
luminance(const char *colour)
{
	unsigned long rgb;

	if (colour[0] != '#' || strlen(colour) != 7 ||
	    strspn(colour + 1, "0123456789abcdefABCDEF") != 6)
		return -1;
	rgb = strtoul(colour + 1, NULL, 16);
	return 0.2126 * linear(rgb >> 16 & 0xff) +
	    0.7152 * linear(rgb >> 8 & 0xff) + 0.0722 * linear(rgb & 0xff);
}

static int
check_accent(const char *accent, const char *paper, char *why, size_t why_size)
{
	double a = luminance(accent), b = luminance(paper), contrast;

	if (a < 0) {
		snprintf(why, why_size,
		    "\"%.20s\" is no colour; write it as #0a5ea8", accent);
		return GATE_ECONFIG;
	}
	contrast = (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
	if (contrast >= CONTRAST_MIN)
		return 0;
	snprintf(why, why_size,
	    "%s on %s has a contrast of %.1f, and 4.5 is needed to read it; "
	    "take a %s colour",
	    accent, paper, contrast, b > 0.5 ? "darker" : "lighter");
	return GATE_ECONFIG;
}

int
theme_check(const struct theme *theme, char *why, size_t why_size)
{
	int r;

	r = check_accent(theme->accent_light, PAPER_LIGHT, why, why_size);
	if (r == 0)
		r = check_accent(theme->accent_dark, PAPER_DARK, why, why_size);
	return r;
}
