/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/request.h"
#include "gatehoused/rows.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "password/policy.h"
#include "password/verifier.h"
#include "twofactor/totp.h"

static int
add(struct store_tx *tx, void *data)
{
	return store_user_add(tx, data);
}

int
user_add(struct request *request)
{
	const char *name = wire_str(request->in, TAG_USER);
	const char *password = wire_str(request->in, TAG_TEXT);
	const struct password_policy policy = {
		.min_length =
		    (size_t)request->policy->config->password_min_length
	};
	struct store_user user = { .changed = clock_wall() };
	struct refusal weak = { .reason = REASON_PASSWORD_WEAK };
	int r;

	if (name == NULL || !login_name_is_sound(name) || password == NULL)
		return GATE_EINVAL;
	if (password_policy_check(
		&policy, name, password, weak.detail, sizeof(weak.detail)) != 0)
		return request_refused(request, "user_add", name, &weak);
	snprintf(user.name, sizeof(user.name), "%s", name);
	r = verifier_make(password, user.verifier);
	if (r == 0)
		r = store_write(gate_store(request->gate), add, &user);
	explicit_bzero(user.verifier, sizeof(user.verifier));
	if (r == 0) {
		request_record(request, "user_add", name);
		request_done(request);
	}
	return r;
}

static int
drop(struct store_tx *tx, void *data)
{
	return store_user_remove(tx, data);
}

int
user_remove(struct request *request)
{
	char name[STORE_USER_MAX];
	const char *given = wire_str(request->in, TAG_USER);
	int r;

	if (given == NULL ||
	    (size_t)snprintf(name, sizeof(name), "%s", given) >= sizeof(name))
		return GATE_EINVAL;
	r = store_write(gate_store(request->gate), drop, name);
	if (r == 0) {
		request_record(request, "user_remove", name);
		request_done(request);
	}
	return r;
}

/* What is told of a user; never a verifier or a seed. */
struct user_row {
	char name[STORE_USER_MAX];
	int64_t changed;
	int disabled;
	int otp;
};

static int
collect(const struct store_user *user, void *data)
{
	struct user_row *row = rows_add(data);

	if (row == NULL)
		return GATE_ENOMEM;
	memcpy(row->name, user->name, sizeof(row->name));
	row->changed = user->changed;
	row->disabled = user->disabled;
	row->otp = user->seed_size > 0;
	return 0;
}

static int
look(struct store_tx *tx, void *data)
{
	return store_user_list(tx, collect, data);
}

int
user_list(struct request *request)
{
	struct rows rows = { .size = sizeof(struct user_row) };
	const struct user_row *row;
	size_t i;
	int r = store_read(gate_store(request->gate), look, &rows);

	for (i = 0; i < rows.count && r == 0; i++) {
		row = rows_at(&rows, i);
		wire_begin(request->out, VERB_ROW);
		wire_put_str(request->out, TAG_USER, row->name);
		wire_put_num(request->out, TAG_CHANGED, row->changed);
		wire_put_num(request->out, TAG_OTP, row->otp);
		wire_put_str(request->out, TAG_STATE,
		    row->disabled ? "disabled" : "enabled");
		r = request_send(request);
	}
	rows_clear(&rows);
	if (r == 0)
		request_done(request);
	return r;
}

struct seed {
	const char *name;
	uint8_t sealed[TOTP_SEED_SIZE + SEAL_OVERHEAD];
};

static int
put_seed(struct store_tx *tx, void *data)
{
	struct seed *seed = data;

	return store_user_seed(
	    tx, seed->name, seed->sealed, sizeof(seed->sealed));
}

int
otp_enroll(struct request *request)
{
	struct seed seed = { .name = wire_str(request->in, TAG_USER) };
	uint8_t plain[TOTP_SEED_SIZE];
	char uri[2048] = "";
	int r;

	if (seed.name == NULL)
		return GATE_EINVAL;
	r = secret_random(plain, sizeof(plain));
	if (r == 0)
		r = seal_close(gate_key(request->gate), seed.name, plain,
		    sizeof(plain), seed.sealed);
	if (r == 0)
		r = totp_uri(plain, sizeof(plain),
		    request->policy->config->otp_issuer, seed.name, uri,
		    sizeof(uri));
	if (r == 0)
		r = store_write(gate_store(request->gate), put_seed, &seed);
	if (r == 0) {
		request_record(request, "otp_enroll", seed.name);
		request_done(request);
		wire_put_str(request->out, TAG_TEXT, uri);
	}
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(uri, sizeof(uri));
	return r;
}
