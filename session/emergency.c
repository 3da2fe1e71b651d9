/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/emergency.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/utf8.h"

/* A line that somebody will read later: something in it, and no more than fits,
 * so that the record says what was said. */
static int
copy_line(const char *line, char *out, size_t size)
{
	const char *p;

	if (strlen(line) >= size)
		return GATE_ETOOBIG;
	if (line[strspn(line, " ")] == '\0' ||
	    utf8_check(line, strlen(line)) != 0)
		return GATE_EINVAL;
	for (p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return GATE_EINVAL;
	memcpy(out, line, strlen(line) + 1);
	return 0;
}

int
emergency_issue(const struct emergency_order *order, int64_t now,
    struct store_pass *pass, char token[EMERGENCY_SIZE])
{
	int r;

	memset(pass, 0, sizeof(*pass));
	if (order->lifetime < EMERGENCY_LIFETIME_MIN ||
	    order->lifetime > EMERGENCY_LIFETIME_MAX || now <= 0)
		return GATE_EINVAL;
	pass->issued = now;
	pass->expires = now + order->lifetime;
	r = copy_line(order->user, pass->user, sizeof(pass->user));
	if (r == 0)
		r = copy_line(
		    order->reason, pass->reason, sizeof(pass->reason));
	if (r == 0)
		r = copy_line(
		    order->issued_by, pass->issued_by, sizeof(pass->issued_by));
	if (r == 0)
		r = handle_mint(EMERGENCY_PREFIX, token);
	if (r == 0)
		r = emergency_hash(token, pass->hash);
	return r;
}

int
emergency_hash(const char *token, uint8_t hash[STORE_HASH_SIZE])
{
	_Static_assert(STORE_HASH_SIZE == HANDLE_HASH_SIZE, "one hash");

	return handle_hash(EMERGENCY_PREFIX, token, hash);
}

int
emergency_judge(const struct store_pass *pass, const char *user, int64_t now,
    struct refusal *refusal)
{
	char at[CLOCK_TEXT_SIZE];

	if (strcmp(pass->user, user) != 0)
		return refuse(refusal, REASON_EMERGENCY_UNKNOWN,
		    "the pass is %s's, not %s's", pass->user, user);
	if (pass->used != 0) {
		clock_text(pass->used, at);
		return refuse(refusal, REASON_EMERGENCY_USED,
		    "the pass was used at %s", at);
	}
	/* a clock behind the pass's own beginning cannot tell its end */
	if (now >= pass->expires || now < pass->issued) {
		clock_text(
		    now < pass->issued ? pass->issued : pass->expires, at);
		return refuse(refusal, REASON_EMERGENCY_EXPIRED,
		    now < pass->issued ? "the pass is good from %s on"
				       : "the pass was good until %s",
		    at);
	}
	return 0;
}
