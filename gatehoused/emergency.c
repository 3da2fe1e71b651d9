/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/emergency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "session/emergency.h"

int
emergency_is(const char *text)
{
	return handle_is(EMERGENCY_PREFIX, text);
}

/* Whom the gate keeps nothing of is not disabled. */
static int
may_still(struct store_tx *tx, struct login *l)
{
	struct store_user user;
	int r = store_user_get(tx, l->pass->user, &user);

	if (r == 0 && user.disabled)
		r = refuse(&l->refusal, REASON_USER_DISABLED, NULL);
	explicit_bzero(&user, sizeof(user));
	return r == GATE_ENOTFOUND ? 0 : r;
}

static int
judge(struct store_tx *tx, void *data)
{
	struct login *l = data;
	struct store_pass *pass = l->pass;
	int r = store_pass_get(tx, pass->hash, pass);

	if (r == GATE_ENOTFOUND)
		return refuse(&l->refusal, REASON_EMERGENCY_UNKNOWN, NULL);
	if (r == 0)
		r = emergency_judge(pass,
		    l->user[0] != '\0' ? l->user : pass->user, clock_wall(),
		    &l->refusal);
	return r == 0 ? may_still(tx, l) : r;
}

int
emergency_pass(struct login *l)
{
	int r;

	l->method = "emergency";
	if (!l->policy->config->emergency_enabled)
		return refuse(&l->refusal, REASON_EMERGENCY_OFF, NULL);
	l->pass = calloc(1, sizeof(*l->pass));
	if (l->pass == NULL)
		return GATE_ENOMEM;
	r = emergency_hash(l->answer, l->pass->hash);
	if (r == 0)
		r = store_read(gate_store(l->gate), judge, l);
	if (r != 0)
		return r;
	snprintf(l->remark, sizeof(l->remark), "by %s, %lld s left: %s",
	    l->pass->issued_by, (long long)(l->pass->expires - clock_wall()),
	    l->pass->reason);
	return login_name(l, l->pass->user);
}

int
emergency_use(struct store_tx *tx, struct login *l)
{
	int r = judge(tx, l);

	return r == 0
	    ? store_pass_use(tx, l->pass->hash, l->address, clock_wall())
	    : r;
}

void
emergency_alarm(const struct login *l)
{
	char remark[sizeof(l->remark)];

	memcpy(remark, l->remark, sizeof(remark));
	reason_plain(remark);
	log_warn("an emergency pass was used: \"%s\" signs in to %s from %s; "
		 "issued %s",
	    l->user, l->service, l->address[0] != '\0' ? l->address : "here",
	    remark);
}

const char *
emergency_state(const struct store_pass *pass, int64_t now)
{
	struct refusal refusal;

	if (emergency_judge(pass, pass->user, now, &refusal) == 0)
		return "open";
	return refusal.reason == REASON_EMERGENCY_USED ? "used" : "expired";
}

struct count {
	int64_t now;
	int64_t open;
};

static int
count_pass(const struct store_pass *pass, void *data)
{
	struct count *count = data;
	struct refusal ignored;

	if (emergency_judge(pass, pass->user, count->now, &ignored) == 0)
		count->open++;
	return 0;
}

static int
count_passes(struct store_tx *tx, void *data)
{
	return store_pass_list(tx, EMERGENCY_ROWS_MOST, count_pass, data);
}

int
emergency_count(struct gate *gate, int64_t *open)
{
	struct count count = { .now = clock_wall() };
	int r = store_read(gate_store(gate), count_passes, &count);

	*open = count.open;
	return r;
}
