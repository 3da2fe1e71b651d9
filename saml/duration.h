/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_DURATION_H
#define SAML_DURATION_H

#include <stdint.h>

/* What is longer counts as this: ten years. */
#define SAML_DURATION_MAX ((int64_t)3650 * 86400)

/*
 * Reads an xs:duration (XML Schema part 2, 3.2.6), as "P1DT12H", in seconds: a
 * year has 365 days and a month 30. Fractions of a second are cut off. 0 and
 * *seconds, at most SAML_DURATION_MAX; GATE_EINVAL, also for a negative one.
 */
int saml_duration_parse(const char *text, int64_t *seconds);

#endif
