/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_TIME_H
#define SAML_TIME_H

#include <stdint.h>

/* A time that is not given: before every time that can be written. */
#define SAML_TIME_NONE INT64_MIN

/*
 * Reads an xs:dateTime in UTC, as SAML core 1.3.3 has it: with 'Z', years 0001
 * to 9999, no leap second, no hour 24. A fraction of a second is cut off. 0 and
 * *epoch in seconds, or GATE_EINVAL.
 */
int saml_time_parse(const char *text, int64_t *epoch);

/* Writes one, without a fraction. 0, or GATE_EINVAL outside of those years. */
#define SAML_TIME_SIZE sizeof("9999-12-31T23:59:59Z")
int saml_time_format(int64_t epoch, char text[SAML_TIME_SIZE]);

#endif
