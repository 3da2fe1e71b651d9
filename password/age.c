/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/age.h"

#include <stdio.h>

#define DAY ((int64_t)86400)

enum message {
	EXPIRES_TODAY,
	EXPIRES,
	GRACE,
	EXPIRED,
	FORCED
};

const char *const age_messages[] = {
	[EXPIRES_TODAY] = "Your password expires within a day.",
	[EXPIRES] = "Your password expires soon; days left: {days}.",
	[GRACE] = "Your password has expired; change it now. Sign-ins left "
		  "with the old one: {left}.",
	[EXPIRED] = "Your password has expired and must be changed now.",
	[FORCED] = "You must choose a new password now.",
	NULL,
};

/* The age, or -1 where it cannot be known. */
static int64_t
age_of(const struct age_record *record, int64_t now)
{
	if (record->changed <= 0 || record->changed > now + DAY)
		return -1;
	return record->changed > now ? 0 : now - record->changed;
}

static struct age_verdict
expired(const struct age_policy *policy, const struct age_record *record)
{
	if (record->grace_used < policy->grace)
		return (struct age_verdict){ .state = AGE_GRACE,
			.grace_left = policy->grace - record->grace_used - 1 };
	return (struct age_verdict){ .state = AGE_EXPIRED };
}

struct age_verdict
age_judge(const struct age_policy *policy, const struct age_record *record,
    int64_t now)
{
	int64_t age = age_of(record, now), left;

	if (record->must_change)
		return (
		    struct age_verdict){ .state = AGE_EXPIRED, .is_forced = 1 };
	if (policy->max <= 0)
		return (struct age_verdict){ .state = AGE_FINE };
	if (age < 0 || age >= policy->max)
		return expired(policy, record);
	left = policy->max - age;
	if (left <= policy->warn)
		return (struct age_verdict){ .state = AGE_WARN,
			.days = (left + DAY - 1) / DAY };
	return (struct age_verdict){ .state = AGE_FINE };
}

int64_t
age_wait(const struct age_policy *policy, const struct age_record *record,
    int64_t now)
{
	enum age_state state = age_judge(policy, record, now).state;
	int64_t age = age_of(record, now);

	if (state == AGE_GRACE || state == AGE_EXPIRED || age < 0 ||
	    age >= policy->min)
		return 0;
	return policy->min - age;
}

void
age_text(const struct age_verdict *verdict, const struct catalogue *catalogue,
    char *text, size_t size)
{
	char days[24], left[24];
	const struct catalogue_field fields[] = { { "days", days },
		{ "left", left }, { NULL, NULL } };
	enum message message;

	snprintf(days, sizeof(days), "%lld", (long long)verdict->days);
	snprintf(left, sizeof(left), "%lld", (long long)verdict->grace_left);
	if (size > 0)
		text[0] = '\0';
	switch (verdict->state) {
	case AGE_FINE:
		return;
	case AGE_WARN:
		message = verdict->days > 1 ? EXPIRES : EXPIRES_TODAY;
		break;
	case AGE_GRACE:
		message = GRACE;
		break;
	case AGE_EXPIRED:
	default:
		message = verdict->is_forced ? FORCED : EXPIRED;
		break;
	}
	catalogue_fill(catalogue, age_messages[message], fields, text, size);
}
