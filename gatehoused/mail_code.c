/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/mail_code.h"

#include <stdio.h>
#include <string.h>

#include "gatehoused/mail_errand.h"
#include "gatehoused/tries.h"
#include "lib/error.h"
#include "lib/mail_address.h"
#include "session/steady.h"
#include "twofactor/mail_code.h"

int
mail_code_is_for(const struct config *config, const struct store_user *user)
{
	return config->otp_mail && mail_address_is_sound(user->mail);
}

/* What there is for a user at now; row is his, where there is one. */
static int
find(struct store_tx *tx, const struct login *l, const struct store_user *user,
    int has_factor, int64_t now, struct mail_code *mail, struct store_mail *row)
{
	int r;

	memset(mail, 0, sizeof(*mail));
	mail->state = MAIL_CODE_NONE;
	mail->is_for = !has_factor && mail_code_is_for(l->policy->config, user);
	if (!mail->is_for)
		return 0;
	r = store_mail_get(tx, user->name, row);
	if (r != 0)
		return r == GATE_ENOTFOUND ? 0 : r;
	mail->state = (int)mail_code_state(row, now);
	memcpy(mail->hash, row->hash, sizeof(mail->hash));
	return 0;
}

struct look {
	const struct login *login;
	struct mail_code mail;
};

static int
look_at(struct store_tx *tx, void *data)
{
	struct look *look = data;
	struct store_user user;
	struct store_mail row;
	int has_factor = 0;
	int64_t now;
	int r;

	memset(&user, 0, sizeof(user));
	r = steady_look(tx, &now);
	if (r == 0)
		r = store_user_get(tx, look->login->user, &user);
	if (r == 0)
		r = login_has_factor(tx, &user, &has_factor);
	if (r == 0)
		r = find(
		    tx, look->login, &user, has_factor, now, &look->mail, &row);
	explicit_bzero(&user, sizeof(user));
	return r == GATE_ENOTFOUND ? 0 : r;
}

/* Is there one to be sent? To be asked now: when the errand comes to it, the
 * code may be one that was shown meanwhile. */
static int
is_due(const struct login *l, const struct mail_code *mail)
{
	return mail->is_for && mail->state != MAIL_CODE_GOOD &&
	    !l->charge.blocked && l->verdict.reason == REASON_NONE;
}

int
mail_code_offer(struct login *l)
{
	struct look look = { .login = l };
	struct store_user user;
	int r = 0;

	if (!l->policy->config->otp_mail)
		return 0;
	if (!l->charged) {
		r = tries_charge(l, &user);
		explicit_bzero(&user, sizeof(user));
	}
	if (r == 0)
		r = store_read(gate_store(l->gate), look_at, &look);
	if (r == 0)
		mail_errand_send(l, is_due(l, &look.mail));
	return r;
}

int
mail_code_take(struct store_tx *tx, const struct login *l,
    const struct store_user *user, int has_factor, struct mail_code *mail)
{
	struct store_mail row;
	int64_t now;
	int r = steady_mark(tx, &now);

	if (r == 0)
		r = find(tx, l, user, has_factor, now, mail, &row);
	/* without the password nobody wears it out */
	if (r != 0 || mail->state != MAIL_CODE_GOOD ||
	    l->verdict.reason != REASON_NONE)
		return r;
	mail_code_charge(&row);
	return store_mail_put(tx, &row);
}

int
mail_code_judge(struct login *l, const struct mail_code *mail)
{
	static const char *const why[] = {
		[MAIL_CODE_GOOD] = "not the code that was sent by mail",
		[MAIL_CODE_NONE] = "no code is out by mail",
		[MAIL_CODE_EXPIRED] = "the code sent by mail is past its time",
		[MAIL_CODE_WORN] = "the code sent by mail was tried too often",
	};
	int r =
	    mail_code_check(gate_key(l->gate), l->user, mail->hash, l->answer);

	if (r == 0 && mail->is_for && mail->state == MAIL_CODE_GOOD) {
		l->code = CODE_MAIL;
		memcpy(l->mail_hash, mail->hash, sizeof(l->mail_hash));
		snprintf(
		    l->remark, sizeof(l->remark), "by a code sent by mail");
		return 0;
	}
	return r == 0 || r == GATE_EREFUSED
	    ? refuse(&l->refusal, REASON_BAD_CODE, "%s", why[mail->state])
	    : r;
}

int
mail_code_use(struct store_tx *tx, const struct login *l)
{
	struct store_factor factor;
	struct store_mail row;
	int r = store_factor_get(tx, l->user, 1, &factor);

	/* from the moment that there is a factor, it is what counts */
	if (r != GATE_ENOTFOUND)
		return r == 0 ? GATE_ENOTFOUND : r;
	r = store_mail_get(tx, l->user, &row);
	if (r == 0 && memcmp(row.hash, l->mail_hash, sizeof(row.hash)) != 0)
		r = GATE_ENOTFOUND;
	if (r != 0)
		return r;
	mail_code_drop(&row);
	return store_mail_put(tx, &row);
}
