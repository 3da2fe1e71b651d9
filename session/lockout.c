/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/lockout.h"

#include <stdio.h>
#include <string.h>

#include "lib/address.h"
#include "lib/network.h"

#define MINUTE    60
#define V6_SUFFIX "/64" /* of network_home */

enum message {
	WAIT,
	RELEASE
};

const char *const lockout_messages[] = {
	[WAIT] = "Too many sign-ins have failed; minutes to wait before you "
		 "can sign in with a password: {minutes}.",
	[RELEASE] = "Too many sign-ins have failed; you cannot sign in with a "
		    "password until the administrator allows it again.",
	NULL,
};

void
lockout_policy(const struct config *config, struct lockout_policy *policy)
{
	*policy = (struct lockout_policy){
		.tries = config->lockout_tries,
		.window = config->lockout_window,
		.duration = config->lockout_duration,
		.address_tries = config->lockout_address_tries,
		.spray_tries = config->lockout_spray_tries,
		.address_block = config->lockout_address_block,
		.address_block_max = config->lockout_address_block_max,
		.delay = config->fail_delay,
		.delay_max = config->lockout_delay_max * 1000,
	};
}

/* What stands for an address in a row's key; 0, or -1 if it is no literal. */
static int
home_of(const char *text, char home[STORE_ADDRESS_MAX])
{
	struct address address, network;

	_Static_assert(STORE_ADDRESS_MAX == ADDRESS_TEXT_SIZE, "one size");
	if (address_parse(text, &address) != 0)
		return -1;
	network_home(&address, &network);
	address_text(&network, home);
	if (!address_is_v4(&network))
		strncat(home, V6_SUFFIX, STORE_ADDRESS_MAX - strlen(home) - 1);
	return 0;
}

static void
key(struct store_tries *row, const char *user, const char *address)
{
	memset(row, 0, sizeof(*row));
	snprintf(row->user, sizeof(row->user), "%s", user);
	snprintf(row->address, sizeof(row->address), "%s", address);
}

static int
has_key(const struct store_tries *row)
{
	return row->user[0] != '\0' || row->address[0] != '\0';
}

void
lockout_keys(const char *user, const char *address,
    struct store_tries rows[LOCKOUT_COUNTS])
{
	char home[STORE_ADDRESS_MAX];
	int located = home_of(address, home) == 0;

	key(&rows[LOCKOUT_ADDRESS], "", located ? home : "");
	key(&rows[LOCKOUT_PAIR], located ? user : "", located ? home : "");
	key(&rows[LOCKOUT_USER], user, "");
}

/* Strictly less than a user has, or whoever guesses locks him out. */
static int64_t
pair_limit(const struct lockout_policy *policy)
{
	if (policy->tries > 0 && policy->address_tries >= policy->tries)
		return policy->tries - 1;
	return policy->address_tries;
}

static int64_t
limit_of(const struct lockout_policy *policy, enum lockout_count count)
{
	const int64_t limits[LOCKOUT_COUNTS] = {
		[LOCKOUT_ADDRESS] = policy->spray_tries,
		[LOCKOUT_PAIR] = pair_limit(policy),
		[LOCKOUT_USER] = policy->tries,
	};

	return limits[count];
}

/* first, doubled n times, but no more than most, or than first itself. */
static int64_t
doubled(int64_t first, int64_t n, int64_t most)
{
	while (n-- > 0 && first > 0 && first < most)
		first = first > most / 2 ? most : first * 2;
	return first;
}

static int
is_full(const struct lockout_policy *policy, enum lockout_count count,
    const struct store_tries *row)
{
	int64_t limit = limit_of(policy, count);

	return limit > 0 && row->tries >= limit;
}

/* When the block of a row that is full ends. */
static int64_t
block_end(const struct lockout_policy *policy, enum lockout_count count,
    const struct store_tries *row)
{
	if (count != LOCKOUT_USER)
		return row->last +
		    doubled(policy->address_block, row->blocks,
			policy->address_block_max);
	if (policy->duration == 0)
		return LOCKOUT_NEVER;
	return row->last + policy->duration;
}

/* When a series that did not come to a block ends. */
static int64_t
series_end(const struct lockout_policy *policy, enum lockout_count count,
    const struct store_tries *row)
{
	return policy->window +
	    (count == LOCKOUT_ADDRESS ? row->series : row->last);
}

/* From when on the row says nothing any more. */
static int64_t
worthless(const struct lockout_policy *policy, enum lockout_count count,
    const struct store_tries *row)
{
	int64_t end;

	if (!is_full(policy, count, row))
		return series_end(policy, count, row);
	end = block_end(policy, count, row);
	return end == LOCKOUT_NEVER ? end : end + policy->window;
}

static void
begin_series(struct store_tries *row, int64_t now, int64_t blocks)
{
	row->tries = row->tells = 0;
	row->blocks = blocks;
	/* a receipt must not fit a series that began in the same second */
	row->series = now > row->series ? now : row->series + 1;
	row->last = now;
}

/* Lets what is over be over; nonzero if the row is blocked, *until when. */
static int
settle(const struct lockout_policy *policy, int64_t now,
    enum lockout_count count, struct store_tries *row, int64_t *until)
{
	if (is_full(policy, count, row)) {
		*until = block_end(policy, count, row);
		if (now < *until)
			return 1;
		begin_series(row, now,
		    now - *until < policy->window ? row->blocks + 1 : 0);
	} else if (row->series == 0 || now >= series_end(policy, count, row)) {
		begin_series(row, now, 0);
	}
	return 0;
}

/* May the right person be told? If so it is used up. */
static int
use_tell(const struct lockout_policy *policy, int64_t now, int known,
    struct store_tries *user)
{
	int64_t until;

	(void)settle(policy, now, LOCKOUT_USER, user, &until);
	if (user->tells >= LOCKOUT_TELLS)
		return 0;
	user->tells++;
	user->known = known;
	user->expires = worthless(policy, LOCKOUT_USER, user);
	return 1;
}

/* Grows with the tries of who is waiting, and tells nothing of the others. */
static int64_t
delay_for(const struct lockout_policy *policy, const struct store_tries *rows)
{
	const struct store_tries *row = has_key(&rows[LOCKOUT_PAIR])
	    ? &rows[LOCKOUT_PAIR]
	    : &rows[LOCKOUT_USER];

	return doubled(policy->delay, row->tries - 1, policy->delay_max);
}

void
lockout_charge(const struct lockout_policy *policy, int64_t now, int known,
    struct store_tries rows[LOCKOUT_COUNTS], struct lockout_verdict *verdict)
{
	struct store_tries settled[LOCKOUT_COUNTS];
	struct store_tries *row;
	enum lockout_count count;

	memset(verdict, 0, sizeof(*verdict));
	verdict->at = now;
	memcpy(settled, rows, sizeof(settled));
	for (count = 0; count < LOCKOUT_COUNTS && !verdict->blocked; count++) {
		row = &settled[count];
		verdict->blocked = has_key(row) &&
		    settle(policy, now, count, row, &verdict->until);
		verdict->by = count;
	}
	if (verdict->blocked) {
		verdict->delay = delay_for(policy, rows);
		verdict->tell = verdict->by != LOCKOUT_ADDRESS &&
		    use_tell(policy, now, known, &rows[LOCKOUT_USER]);
		return;
	}
	for (count = 0; count < LOCKOUT_COUNTS; count++) {
		row = &settled[count];
		if (!has_key(row))
			continue;
		row->tries++;
		row->last = now > row->last ? now : row->last;
		row->known = known && count == LOCKOUT_USER;
		row->expires = worthless(policy, count, row);
		verdict->series[count] = row->series;
		rows[count] = *row;
	}
	verdict->until = 0;
	verdict->fills = is_full(policy, LOCKOUT_USER, &rows[LOCKOUT_USER]);
	verdict->delay = delay_for(policy, rows);
}

void
lockout_refund(const struct lockout_policy *policy,
    const struct lockout_verdict *verdict,
    struct store_tries rows[LOCKOUT_COUNTS])
{
	struct store_tries *row;
	enum lockout_count count;

	for (count = 0; count < LOCKOUT_COUNTS; count++) {
		row = &rows[count];
		if (!has_key(row) || row->tries == 0 ||
		    row->series != verdict->series[count])
			continue;
		row->tries--;
		row->expires = worthless(policy, count, row);
	}
}

void
lockout_forgive(const struct lockout_policy *policy, int64_t now,
    const struct lockout_verdict *verdict,
    struct store_tries rows[LOCKOUT_COUNTS])
{
	static const enum lockout_count own[] = { LOCKOUT_PAIR, LOCKOUT_USER };
	struct store_tries *row;
	size_t i;

	lockout_refund(policy, verdict, rows);
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		row = &rows[own[i]];
		if (verdict->blocked || row->series == 0)
			continue;
		begin_series(row, now, 0);
		row->expires = worthless(policy, own[i], row);
	}
}

void
lockout_text(const struct lockout_verdict *verdict,
    const struct catalogue *catalogue, char *text, size_t size)
{
	char minutes[24];
	const struct catalogue_field fields[] = { { "minutes", minutes },
		{ NULL, NULL } };
	int never = verdict->until == LOCKOUT_NEVER;

	snprintf(minutes, sizeof(minutes), "%lld",
	    never ? 0LL
		  : (long long)(verdict->until - verdict->at + MINUTE - 1) /
		    MINUTE);
	catalogue_fill(catalogue, lockout_messages[never ? RELEASE : WAIT],
	    fields, text, size);
}

void
lockout_state(const struct lockout_policy *policy, int64_t now,
    const struct store_tries *row, struct lockout_state *state)
{
	struct store_tries settled = *row;

	memset(state, 0, sizeof(*state));
	state->count = row->user[0] == '\0' ? LOCKOUT_ADDRESS
	    : row->address[0] == '\0'       ? LOCKOUT_USER
					    : LOCKOUT_PAIR;
	state->blocked =
	    settle(policy, now, state->count, &settled, &state->until);
	if (!state->blocked)
		state->until = 0;
	state->tries = settled.tries;
	state->limit = limit_of(policy, state->count);
}
