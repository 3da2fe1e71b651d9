/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/enrolment.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/error.h"

#define DAY 86400

enum enrolment
enrolment_due(const struct factor *factor, int64_t enroll_by, int64_t now)
{
	if (factor != NULL && factor->confirmed)
		return ENROLMENT_DONE;
	return now < enroll_by ? ENROLMENT_OFFER : ENROLMENT_MUST;
}

int64_t
enrolment_deadline(int64_t enroll_by, int64_t created, int64_t within)
{
	/* no time to enrol is no deadline in the past, but none at all */
	return within > 0 && created + within > enroll_by ? created + within
							  : enroll_by;
}

int64_t
enrolment_days(int64_t enroll_by, int64_t now)
{
	return now < enroll_by ? (enroll_by - now - 1) / DAY + 1 : 0;
}

/* As many digits as there are nines in the form. */
static int
has_form(const char *text, const char *form)
{
	for (; *form != '\0'; form++, text++)
		if (*form == '9' ? *text < '0' || *text > '9' : *text != *form)
			return 0;
	return *text == '\0';
}

int
enrolment_date(const char *text, int64_t *enroll_by)
{
	struct tm given = { 0 }, found;

	*enroll_by = 0;
	if (*text == '\0')
		return 0;
	if (!has_form(text, "9999-99-99"))
		return GATE_EINVAL;
	given.tm_year = atoi(text) - 1900;
	given.tm_mon = atoi(text + 5) - 1;
	given.tm_mday = atoi(text + 8);
	/* timegm takes the 31st of April for one of May: refuse it */
	found = given;
	*enroll_by = (int64_t)timegm(&found) + DAY;
	if (found.tm_mon == given.tm_mon && given.tm_year >= 70)
		return 0;
	*enroll_by = 0;
	return GATE_EINVAL;
}
