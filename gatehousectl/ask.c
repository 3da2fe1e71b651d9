/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gatehousectl/say.h"
#include "lib/client.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/error.h"
#include "lib/protocol.h"

struct ask {
	struct client *client;
	uint16_t verb;
	const char *argument; /* what it is about; NULL: nothing named */
	int64_t timeout;      /* milliseconds */
};

/* What an error means for the caller, and what to do about it. */
struct meaning {
	int error;
	uint16_t verb; /* 0: whatever was asked */
	int status;
	const char *text; /* NULL: that of the error */
	const char *hint;
};

/* Of the way to the daemon. */
static const struct meaning reaching[] = {
	{ GATE_EIO, 0, CTL_UNREACHABLE, NULL,
	    "does gatehoused run? see --socket" },
	{ GATE_EPEER, 0, CTL_UNREACHABLE, NULL,
	    "only root, or the owner of the socket's folder, may answer, and "
	    "nobody else may write to that folder" },
	{ GATE_ETIMEOUT, 0, CTL_UNREACHABLE, NULL,
	    "gatehoused is stopped or overloaded; see --timeout" },
	{ GATE_ECLOSED, 0, CTL_UNREACHABLE, NULL,
	    "gatehoused was stopped, or has too many connections; see its "
	    "log" },
	{ GATE_EPROTO, 0, CTL_FAILED, NULL,
	    "is it gatehoused that listens there, and of this version?" },
	{ GATE_EINVAL, 0, CTL_USAGE, NULL, "see --socket" },
};

/* Of what the daemon found itself unable or unwilling to do. */
static const struct meaning answered[] = {
	{ GATE_EPERM, VERB_SSO_BEGIN, CTL_NO, NULL,
	    "run it as root, or see [peers] login" },
	{ GATE_EPERM, VERB_IDP_LIST, CTL_NO, NULL,
	    "run it as root, or see [peers] login" },
	{ GATE_EPERM, VERB_LOGOUT_RECEIVE, CTL_NO, NULL,
	    "run it as root, or see [peers] login" },
	{ GATE_EPERM, VERB_HOLD_TAKE, CTL_NO, NULL,
	    "run it as root, or see [peers] hold" },
	{ GATE_EPERM, VERB_HOLD_RELEASE, CTL_NO, NULL,
	    "run it as root, or see [peers] hold; others' holds are released "
	    "by [peers] admin" },
	{ GATE_EPERM, VERB_HOLD_LIST, CTL_NO, NULL,
	    "run it as root, or see [peers] hold" },
	{ GATE_EPERM, VERB_SESSION_TOKEN, CTL_NO, NULL,
	    "run it as root, or see [peers] login" },
	{ GATE_EPERM, 0, CTL_NO, NULL, "run it as root, or see [peers] admin" },
	{ GATE_ENOTFOUND, VERB_SESSION_SHOW, CTL_NO, "there is no such session",
	    "see gatehousectl session list --all" },
	{ GATE_ENOTFOUND, VERB_SESSION_END, CTL_NO, "there is no such session",
	    "see gatehousectl session list" },
	{ GATE_ENOTFOUND, VERB_SESSION_TOKEN, CTL_NO,
	    "there is no such session", "see gatehousectl session list" },
	{ GATE_ENOTFOUND, VERB_SESSION_CHECK, CTL_NO,
	    "there is no such session", "see gatehousectl session list" },
	{ GATE_ENOTFOUND, VERB_HOLD_TAKE, CTL_NO, "there is no such session",
	    "see gatehousectl session list" },
	{ GATE_ENOTFOUND, VERB_HOLD_RELEASE, CTL_NO, "there is no such session",
	    "see gatehousectl session list" },
	{ GATE_ENOTFOUND, VERB_HOLD_LIST, CTL_NO, "there is no such session",
	    "see gatehousectl session list" },
	{ GATE_ENOTFOUND, VERB_LOGOUT_BEGIN, CTL_NO, "there is no such session",
	    "see gatehousectl session list --all" },
	{ GATE_ENOTFOUND, VERB_OTP_SHOW, CTL_NO,
	    "no such user, or one without a second factor",
	    "see gatehousectl user list" },
	{ GATE_ENOTFOUND, VERB_OTP_REMOVE, CTL_NO,
	    "no such user, or one without a second factor",
	    "see gatehousectl user list" },
	{ GATE_ENOTFOUND, VERB_OTP_RECOVERY, CTL_NO,
	    "no such user, or one without a second factor",
	    "see gatehousectl user list" },
	{ GATE_ENOTFOUND, VERB_OTP_CONFIRM, CTL_NO,
	    "no second factor waits to be confirmed",
	    "see gatehousectl otp enroll" },
	{ GATE_ENOTFOUND, 0, CTL_NO, "there is no such user",
	    "see gatehousectl user list" },
	{ GATE_EEXISTS, VERB_SESSION_END, CTL_NO, "it has ended already",
	    "see gatehousectl session show" },
	{ GATE_EEXISTS, VERB_LOGOUT_BEGIN, CTL_NO, "it has ended already",
	    "see gatehousectl session show" },
	{ GATE_EEXISTS, VERB_OTP_IMPORT, CTL_NO,
	    "there is a second factor already", "see --force" },
	{ GATE_EEXISTS, 0, CTL_NO, NULL, "nothing was changed" },
	{ GATE_EINVAL, VERB_EMERGENCY_ISSUE, CTL_NO,
	    "not acceptable: the name, --reason (one line of UTF-8), or --for "
	    "(at most [emergency] max_lifetime)",
	    "nothing was issued" },
	{ GATE_ETOOBIG, VERB_EMERGENCY_ISSUE, CTL_NO,
	    "the name or the reason is too long", "nothing was issued" },
	{ GATE_EINVAL, VERB_HOLD_TAKE, CTL_NO,
	    "not acceptable: --label or --holder (one line, at most 63 bytes), "
	    "or --lease",
	    "nothing is held" },
	{ GATE_EINVAL, VERB_HOLD_RELEASE, CTL_NO,
	    "not acceptable: --label or --holder (one line, at most 63 bytes)",
	    "nothing was released" },
	{ GATE_EINVAL, VERB_USER_ADD, CTL_NO,
	    "not an acceptable value: the name, --real-name (one line), or "
	    "--mail (one address in ASCII, and nothing else)",
	    "nothing was changed" },
	{ GATE_EINVAL, VERB_USER_SET, CTL_NO,
	    "not an acceptable value: the name, --real-name (one line), or "
	    "--mail (one address in ASCII, and nothing else)",
	    "nothing was changed" },
	{ GATE_EINVAL, 0, CTL_NO, NULL, "nothing was changed" },
	{ GATE_ETOOBIG, 0, CTL_NO, NULL, "nothing was changed" },
	{ GATE_EPROTO, 0, CTL_FAILED, NULL,
	    "are gatehousectl and gatehoused of the same version?" },
	{ GATE_ECRYPTO, 0, CTL_FAILED, NULL,
	    "is [store] master_key that of this store? see the log of "
	    "gatehoused" },
	{ GATE_EFULL, VERB_KEY_ROTATE, CTL_FAILED, NULL,
	    "nothing is lost: make room where [store] path and master_key are, "
	    "and say it again" },
	{ GATE_EFULL, 0, CTL_FAILED, NULL, "make room where [store] path is" },
	{ GATE_ECONFIG, VERB_RELOAD, CTL_FAILED, NULL,
	    "see gatehousectl config check, and the log of gatehoused" },
	{ GATE_EIO, VERB_RELOAD, CTL_FAILED, NULL,
	    "see gatehousectl config check, and the log of gatehoused" },
	{ GATE_EUNSAFE, VERB_RELOAD, CTL_FAILED, NULL,
	    "see gatehousectl config check, and the log of gatehoused" },
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct meaning
meaning_of(const struct meaning *rows, size_t count, int error, uint16_t verb)
{
	struct meaning found = { .status = CTL_FAILED,
		.hint = "see the log of gatehoused" };
	size_t i;

	for (i = 0; i < count; i++)
		if (rows[i].error == error &&
		    (rows[i].verb == 0 || rows[i].verb == verb)) {
			found = rows[i];
			break;
		}
	if (found.text == NULL)
		found.text = gate_strerror(error);
	return found;
}

/* path is NULL where the daemon was reached before. */
static int
unreachable(int error, const char *path)
{
	const char *os = strerror(errno);
	struct meaning m = meaning_of(reaching, COUNT(reaching), error, 0);

	complain("%s: %s; %s", path != NULL ? path : "gatehoused",
	    error == GATE_EIO ? os : m.text, m.hint);
	return m.status;
}

/* What the daemon says is an error of the request. */
static int
failed(const struct ask *ask, int error)
{
	struct meaning m =
	    meaning_of(answered, COUNT(answered), error, ask->verb);

	complain("%s%s%s; %s", ask->argument != NULL ? ask->argument : "",
	    ask->argument != NULL ? ": " : "", m.text, m.hint);
	return m.status;
}

/* Where gatehoused listens: *path is in *config if that is not NULL. */
static int
find_socket(
    const struct options *options, struct config **config, const char **path)
{
	*path = CLIENT_SOCKET;
	if (options->socket != NULL)
		*path = options->socket;
	else if (options->config != NULL) {
		if (config_load(config, options->config, complain_file, NULL) !=
		    0)
			return CTL_FAILED;
		*path = (*config)->socket;
	}
	return CTL_DONE;
}

static int64_t
deadline(const struct ask *ask)
{
	return clock_mono_ms() + ask->timeout;
}

int
ask_new(struct ask **ask, const struct options *options, uint16_t verb)
{
	struct config *config = NULL;
	struct ask *a;
	const char *path;
	int error, r;

	*ask = NULL;
	a = calloc(1, sizeof(*a));
	if (a == NULL) {
		complain("%s", gate_strerror(GATE_ENOMEM));
		return CTL_FAILED;
	}
	a->verb = verb;
	a->argument = options->argument;
	a->timeout = options->timeout * 1000;
	r = find_socket(options, &config, &path);
	if (r != CTL_DONE)
		goto out;
	error = client_new(&a->client, path, deadline(a));
	if (error != 0) {
		r = unreachable(error, path);
		goto out;
	}
	wire_begin(client_msg(a->client), verb);
	*ask = a;
	a = NULL;
out:
	ask_free(&a);
	config_free(&config);
	return r;
}

void
ask_free(struct ask **ask)
{
	if (*ask == NULL)
		return;
	client_free(&(*ask)->client);
	free(*ask);
	*ask = NULL;
}

struct wire_msg *
ask_msg(struct ask *ask)
{
	return client_msg(ask->client);
}

/* What the last message is, if it is what ends the answer. */
static int
conclude(const struct ask *ask, int r)
{
	const struct wire_msg *msg = client_msg(ask->client);

	if (r == 0 && wire_verb(msg) != VERB_RESULT)
		r = GATE_EPROTO;
	if (r != 0)
		return unreachable(r, NULL);
	r = (int)wire_num(msg, TAG_ERROR, 0);
	return r == 0 ? CTL_DONE : failed(ask, r);
}

int
ask_dialogue(struct ask *ask, ask_answer *answer, void *data)
{
	struct wire_msg *msg = client_msg(ask->client);
	int r = client_ask(ask->client, deadline(ask));
	const char *text;

	while (r == 0 && wire_verb(msg) == VERB_PROMPT) {
		text = wire_str(msg, TAG_TEXT);
		text = answer(
		    (enum prompt_style)wire_num(msg, TAG_STYLE, PROMPT_HIDDEN),
		    (enum prompt_kind)wire_num(msg, TAG_KIND, KIND_TEXT),
		    text != NULL ? text : "", data);
		if (text == NULL)
			return CTL_NO;
		wire_begin(msg, VERB_ANSWER);
		wire_put_str(msg, TAG_TEXT, text);
		r = client_ask(ask->client, deadline(ask));
	}
	return conclude(ask, r);
}

int
ask_run(struct ask *ask, ask_row *row, void *data)
{
	const struct wire_msg *msg = client_msg(ask->client);
	int r = client_ask(ask->client, deadline(ask));
	int status;

	while (r == 0 && wire_verb(msg) == VERB_ROW && row != NULL) {
		status = row(msg, data);
		if (status != CTL_DONE)
			return status;
		r = client_next(ask->client, deadline(ask));
	}
	return conclude(ask, r);
}

int
ask_granted(struct ask *ask)
{
	const struct wire_msg *msg = client_msg(ask->client);
	const char *reason = wire_str(msg, TAG_REASON);
	const char *detail = wire_str(msg, TAG_DETAIL);
	int64_t outcome = wire_num(msg, TAG_OUTCOME, OUTCOME_UNAVAILABLE);

	if (outcome == OUTCOME_GRANTED)
		return CTL_DONE;
	if (reason != NULL && detail != NULL)
		complain("refused: %s: %s", reason, detail);
	else
		complain("refused; the reason is in the log of gatehoused");
	return outcome == OUTCOME_DENIED ? CTL_NO : CTL_FAILED;
}

int
ask_done(struct ask *ask, ask_row *row, void *data)
{
	int r = ask_run(ask, row, data);

	return r == CTL_DONE ? ask_granted(ask) : r;
}
