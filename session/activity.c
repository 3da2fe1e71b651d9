/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/activity.h"

#include <string.h>

static int
is_any(const struct activity_request *request)
{
	(void)request;
	return 1;
}

static int
is_none(const struct activity_request *request)
{
	(void)request;
	return 0;
}

static int
is_navigation(const struct activity_request *request)
{
	return request->fetch_user != NULL &&
	    strcmp(request->fetch_user, "?1") == 0 && request->purpose == NULL;
}

int
activity_of_request(
    enum activity_mode mode, const struct activity_request *request)
{
	static int (*const counts[])(const struct activity_request *) = {
		[ACTIVITY_INPUT] = is_none,
		[ACTIVITY_NAVIGATION] = is_navigation,
		[ACTIVITY_REQUEST] = is_any,
	};

	if ((unsigned)mode >= sizeof(counts) / sizeof(counts[0]))
		return 0;
	return counts[mode](request);
}

/* Digits alone, or -1. */
static int64_t
read_age(const char *text)
{
	int64_t age = 0;

	if (text == NULL || *text == '\0')
		return -1;
	for (; *text != '\0'; text++)
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(age, 10, &age) ||
		    __builtin_add_overflow(age, *text - '0', &age))
			return -1;
	return age;
}

int64_t
activity_of_report(const char *age, int64_t last, int64_t now)
{
	int64_t before = read_age(age);

	if (before < 0 || last >= now || before >= now - last)
		return ACTIVITY_NONE;
	return now - before;
}

int64_t
activity_of_look(
    const struct activity_look *before, const struct activity_look *now)
{
	int64_t age;

	if (before->at == 0 || now->atime == before->atime ||
	    now->at < before->at)
		return ACTIVITY_NONE;
	if (__builtin_sub_overflow(now->wall, now->atime, &age) || age < 0 ||
	    age > now->at - before->at)
		return before->at;
	return now->at - age;
}

int64_t
activity_of_hint(
    const struct activity_hint *before, const struct activity_hint *now)
{
	int64_t when;

	if (now->since <= 0 || now->at < before->at)
		return ACTIVITY_NONE;
	if (!now->is_idle)
		return now->at;
	/* the second also of one that began to while it was asked */
	if (now->since <= before->mono || now->since == before->since)
		return ACTIVITY_NONE;
	if (__builtin_add_overflow(
		before->at, now->since - before->mono, &when) ||
	    when > now->at)
		return now->at;
	return when;
}
