/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/policy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/error.h"
#include "password/verifier.h"

/* Characters of UTF-8: every byte that does not continue another. */
static size_t
characters(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

int
password_policy_check(const struct password_policy *policy, const char *user,
    const char *password, char *text, size_t text_size)
{
	size_t length = characters(password);
	size_t used = 0;

	text[0] = '\0';
	if (length < policy->min_length)
		used += (size_t)snprintf(text + used, text_size - used,
		    "It has %zu characters, and must have %zu or more. ",
		    length, policy->min_length);
	if (strlen(password) > PASSWORD_MAX && used < text_size)
		used += (size_t)snprintf(text + used, text_size - used,
		    "It must have %d bytes or fewer. ", PASSWORD_MAX);
	if (user[0] != '\0' && strcasestr(password, user) != NULL &&
	    used < text_size)
		used += (size_t)snprintf(text + used, text_size - used,
		    "It must not hold the user name. ");
	if (used > 0 && used < text_size)
		text[used - 1] = '\0';
	return used > 0 ? GATE_EREFUSED : 0;
}
