/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The caller's end, held against a worker that has been taken over: this
 * program itself, started in the place of gatehouse-saml.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/process.h"
#include "saml/worker.h"

#define TEN_SECONDS (clock_mono_ms() + 10000)

static void
put_identity_of(struct wire_msg *msg, char *issuer, const char *reply_to,
    int64_t replay_until)
{
	static char user[] = "ada", id[] = "a";
	const struct saml_identity identity = {
		.user = user,
		.issuer = issuer,
		.assertion_id = id,
		.replay_until = replay_until,
	};

	wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
	saml_identity_put(&identity, msg);
	wire_put_str(msg, TAG_IN_RESPONSE_TO, reply_to);
}

static void
put_identity(struct wire_msg *msg, const char *reply_to, int64_t replay_until)
{
	static char issuer[] = "i";

	put_identity_of(msg, issuer, reply_to, replay_until);
}

static void
put_refusal(struct wire_msg *msg, const char *word, const char *detail)
{
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_DENIED);
	wire_put_str(msg, TAG_REASON, word);
	wire_put_str(msg, TAG_DETAIL, detail);
}

static void
lie_good(struct wire_msg *msg)
{
	put_identity(msg, "_q1", INT64_MAX);
}

static void
lie_no_answer(struct wire_msg *msg)
{
	(void)msg;
}

static void
lie_verb(struct wire_msg *msg)
{
	wire_begin(msg, VERB_ROW);
	put_identity(msg, "_q1", INT64_MAX);
}

static void
lie_other_request(struct wire_msg *msg)
{
	put_identity(msg, "_q2", INT64_MAX);
}

static void
lie_unsolicited(struct wire_msg *msg)
{
	put_identity(msg, NULL, INT64_MAX);
}

static void
lie_other_idp(struct wire_msg *msg)
{
	static char issuer[] = "j";

	put_identity_of(msg, issuer, "_q1", INT64_MAX);
}

static void
lie_replay_over(struct wire_msg *msg)
{
	put_identity(msg, "_q1", 1);
}

static void
lie_two_users(struct wire_msg *msg)
{
	put_identity(msg, "_q1", INT64_MAX);
	wire_put_str(msg, TAG_USER, "eve");
}

static void
lie_no_outcome(struct wire_msg *msg)
{
	wire_put_str(msg, TAG_USER, "eve");
}

static void
lie_unknown_reason(struct wire_msg *msg)
{
	put_refusal(msg, "because", "of this");
}

static void
lie_reason_none(struct wire_msg *msg)
{
	put_refusal(msg, "granted", "of this");
}

static void
lie_no_detail(struct wire_msg *msg)
{
	put_refusal(msg, "expired", NULL);
}

static void
lie_error_of_none(struct wire_msg *msg)
{
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_UNAVAILABLE);
	wire_put_num(msg, TAG_ERROR, 0);
}

static void
lie_no_memory(struct wire_msg *msg)
{
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_UNAVAILABLE);
	wire_put_num(msg, TAG_ERROR, GATE_ENOMEM);
}

static const struct lie {
	const char *name; /* the Response that asks for it */
	void (*answer)(struct wire_msg *msg);
	int expected;
} lies[] = {
	{ "good", lie_good, 0 },
	{ "no answer", lie_no_answer, GATE_EPROTO },
	{ "verb", lie_verb, GATE_EPROTO },
	{ "other request", lie_other_request, GATE_EPROTO },
	{ "unsolicited", lie_unsolicited, GATE_EPROTO },
	{ "other idp", lie_other_idp, GATE_EPROTO },
	{ "replay over", lie_replay_over, GATE_EPROTO },
	{ "two users", lie_two_users, GATE_EPROTO },
	{ "no outcome", lie_no_outcome, GATE_EPROTO },
	{ "unknown reason", lie_unknown_reason, GATE_EPROTO },
	{ "reason none", lie_reason_none, GATE_EPROTO },
	{ "no detail", lie_no_detail, GATE_EPROTO },
	{ "error of none", lie_error_of_none, GATE_EPROTO },
	{ "no memory", lie_no_memory, GATE_ENOMEM },
};

#define LIES (sizeof(lies) / sizeof(lies[0]))

/* This program as a worker: takes any settings, and lies as it is told. */
static int
lie(void)
{
	struct wire_msg *msg = NULL;
	const char *name;
	size_t i;

	if (wire_msg_new(&msg, WIRE_BODY_MAX) != 0 ||
	    wire_recv(SAML_PROCESS_FD, msg, TEN_SECONDS) != 0)
		return 1;
	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
	wire_put_num(msg, TAG_IDP_COUNT, 1);
	if (wire_send(SAML_PROCESS_FD, msg, TEN_SECONDS) != 0 ||
	    wire_recv(SAML_PROCESS_FD, msg, TEN_SECONDS) != 0)
		return 1;
	name = wire_str(msg, TAG_RESPONSE);
	for (i = 0; i < LIES && strcmp(lies[i].name, name) != 0; i++)
		;
	wire_begin(msg, VERB_RESULT);
	if (i < LIES)
		lies[i].answer(msg);
	if (wire_send(SAML_PROCESS_FD, msg, TEN_SECONDS) != 0)
		return 1;
	/* the other end hangs up first: nothing here depends on who is faster
	 */
	(void)wire_recv(SAML_PROCESS_FD, msg, TEN_SECONDS);
	wire_msg_free(&msg);
	return 0;
}

static struct saml_worker *
start(void)
{
	static char text[] = "text";
	const struct saml_settings settings = {
		.entity_id = text,
		.acs_url = text,
		.user_from = text,
		.max_response = 1 << 20,
	};
	struct saml_worker *worker = NULL;
	char why[512], self[4096] = "";
	int r;

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	r = saml_worker_new(
	    &worker, self, &settings, TEN_SECONDS, why, sizeof(why));
	if (r != 0)
		fail_msg("%s: %s", gate_strerror(r), why);
	return worker;
}

/* Asks for a lie, as if it were the answer to a request "_q1" to "i". */
static int
verify(struct saml_worker *worker, const char *name, struct refusal *refusal)
{
	const struct saml_request request = {
		.response = name,
		.response_size = strlen(name),
		.in_response_to = "_q1",
		.idp = "i",
		.now = clock_wall(),
	};
	struct saml_identity *identity = NULL;
	int r;

	r = saml_worker_verify(
	    worker, &request, TEN_SECONDS, &identity, refusal);
	assert_true((r == 0) == (identity != NULL));
	saml_identity_free(&identity);
	return r;
}

static void
believes_no_lie(void **state)
{
	struct saml_worker *worker;
	struct refusal refusal;
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < LIES; i++) {
		worker = start();
		r = verify(worker, lies[i].name, &refusal);
		if (r != lies[i].expected)
			fail_msg("%s: %s", lies[i].name, gate_strerror(r));
		if (r != 0)
			assert_int_equal(refusal.reason, REASON_WORKER_FAILED);
		saml_worker_free(&worker);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_no_lie),
	};

	(void)argc;
	(void)argv;
	if (environ[0] == NULL) /* as a worker is started, and no test */
		return lie();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
