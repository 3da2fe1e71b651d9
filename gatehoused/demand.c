/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/demand.h"

#include <stdio.h>
#include <string.h>

#include "gatehoused/devices.h"
#include "gatehoused/groups.h"
#include "gatehoused/stages.h"
#include "gatehoused/tries.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "twofactor/demand.h"

/* What looking up takes at most, where the system's database is a file. */
#define PACE_MS 3

/* In a group, or nobody can tell: a slip in its name must not be a way in. */
static int
in_group(const char *group, void *data)
{
	const struct login *l = data;

	return groups_have(group, l->user) != 0;
}

/* Where from, if that is known. */
static const struct address *
read_address(const struct login *l, struct address *address)
{
	return address_parse(login_from(l), address) == 0 ? address : NULL;
}

struct look {
	struct login *login;
	struct device_binding binding;
	int remembered;
};

/* A device is worth something only to who has a factor that it stands for. */
static int
look_at(struct store_tx *tx, void *data)
{
	struct look *look = data;
	struct store_user user;
	int has_factor = 0;
	int r = store_user_get(tx, look->login->user, &user);

	if (r == 0)
		r = login_has_factor(tx, &user, &has_factor);
	if (r == 0 && has_factor)
		r = devices_find(tx, &look->binding, &look->remembered);
	explicit_bzero(&user, sizeof(user));
	return r == GATE_ENOTFOUND ? 0 : r;
}

static int
is_remembered(struct login *l, const struct address *address, int *remembered)
{
	struct look look = { .login = l,
		.binding = { .user = l->user,
		    .service = l->service,
		    .address = address } };
	int r = 0;

	if (l->policy->config->otp_remember > 0 && address != NULL)
		r = store_read(gate_store(l->gate), look_at, &look);
	*remembered = look.remembered;
	return r;
}

/*
 * By the network first, for everybody alike; then by what depends on the user,
 * which is looked up whether the password was right or not: else the time to
 * the question would tell.
 */
static int
decide(struct login *l, enum demand *demand, const char **by)
{
	struct demand_login login = { .user = l->user,
		.service = l->service,
		.in_group = in_group,
		.data = l };
	struct address address;
	int r;

	login.address = read_address(l, &address);
	r = is_remembered(l, login.address, &login.remembered);
	*demand = demand_decide(l->policy->demand, &login, by);
	return r;
}

/* Whether decide has looked anything up. */
static int
has_looked(const struct config *config)
{
	return config->otp_remember > 0 || config->otp_required_for[0] != '\0';
}

static const char *const words[] = {
	[DEMAND_SKIPPED] = "[2fa] skip_from",
	[DEMAND_NOT_REQUIRED] = "[2fa] required_for names others",
	[DEMAND_REMEMBERED] = "[2fa] remember",
};

int
demand_is_clean(const struct login *l)
{
	return l->verdict.reason == REASON_NONE && !l->charge.blocked;
}

int
demand_waive(struct login *l, const char *why, const char *by)
{
	l->waived = 1;
	if (l->method == NULL)
		l->method = "password"; /* others have seen it */
	snprintf(l->remark, sizeof(l->remark), "no code was asked for: %s%s%s",
	    why, by[0] != '\0' ? " " : "", by);
	l->refusal = l->verdict;
	return tries_verdict(
	    l, l->refusal.reason != REASON_NONE ? GATE_EREFUSED : LOGIN_NEXT);
}

/*
 * Without a code only after a right password, but for a network from which
 * nobody is asked: or the missing question would tell whose name, or whose
 * password, is right. The question itself comes on the tick of a clock.
 */
int
demand(struct login *l)
{
	const int64_t begun = clock_mono_ms();
	enum demand demand;
	const char *by;
	int r;

	if (l->method != NULL && strcmp(l->method, "password") != 0)
		return LOGIN_NEXT; /* another proof, that is all there is */
	r = decide(l, &demand, &by);
	if (r == 0 && demand != DEMAND_CODE)
		r = tries_charge_line(l);
	if (r != 0)
		return r;
	if (demand == DEMAND_SKIPPED ||
	    (demand != DEMAND_CODE && demand_is_clean(l)))
		return demand_waive(l, words[demand], by);
	if (has_looked(l->policy->config))
		clock_sleep_until(begun + PACE_MS);
	return LOGIN_NEXT;
}

int
demand_remember(struct store_tx *tx, const struct login *l)
{
	struct device_binding binding = { .user = l->user,
		.service = l->service };
	struct address address;

	binding.address = read_address(l, &address);
	if (l->code != CODE_FACTOR || l->policy->config->otp_remember == 0 ||
	    binding.address == NULL)
		return 0;
	return devices_put(tx, &binding, l->policy->config->otp_remember);
}

int
demand_is_always(struct login *l)
{
	const struct demand_login login = { .user = l->user,
		.service = l->service,
		.in_group = in_group,
		.data = l };

	return l->policy->config->otp_remember == 0 &&
	    demand_is_general(l->policy->demand, &login);
}
