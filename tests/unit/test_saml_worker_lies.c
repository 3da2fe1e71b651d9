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

/* What a LogoutRequest is said to hold, in seconds from now, by the name of the
 * message that asks for it. */
static const struct logout_lie {
	const char *name;
	int64_t issued;
	int64_t replay_until;
	int expected;
} logout_lies[] = {
	{ "logout", 0, 60, 0 },
	{ "by a clock that is fast", 299, 999, 0 },
	{ "of the future", 3600, 9999, GATE_EPROTO },
	{ "no mark", 0, -60, GATE_EPROTO },
};

#define LOGOUT_LIES (sizeof(logout_lies) / sizeof(logout_lies[0]))

static void
lie_of_logout(struct wire_msg *msg, const char *name)
{
	static char text[] = "text";
	struct saml_logout logout = {
		.issuer = text, .id = text, .name_id = text
	};
	size_t i;

	for (i = 0; i < LOGOUT_LIES; i++) {
		if (strcmp(logout_lies[i].name, name) != 0)
			continue;
		logout.issued = clock_wall() + logout_lies[i].issued;
		logout.replay_until =
		    clock_wall() + logout_lies[i].replay_until;
		wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
		saml_logout_put(&logout, msg);
	}
}

/* What the settings' answer warns of, by the name of their entityID. */
static const struct warning_lie {
	const char *name;
	size_t count; /* of warnings */
	size_t size;  /* of each */
	int expected;
} warning_lies[] = {
	{ "text", 0, 0, 0 },
	{ "the most", SAML_WARNINGS_MAX, 4, 0 },
	{ "too many", SAML_WARNINGS_MAX + 1, 4, GATE_EPROTO },
	{ "a NUL", 1, 5, GATE_EPROTO },
};

#define WARNING_LIES (sizeof(warning_lies) / sizeof(warning_lies[0]))

static void
warn(struct wire_msg *msg, const char *name)
{
	size_t i, j;

	for (i = 0; i < WARNING_LIES; i++)
		for (j = 0; strcmp(warning_lies[i].name, name) == 0 &&
		     j < warning_lies[i].count;
		     j++)
			wire_put_bytes(
			    msg, TAG_DETAIL, "text\0", warning_lies[i].size);
}

/* This program as a worker: takes any settings, and lies as it is told. */
static int
lie(void)
{
	struct saml_settings *settings = NULL;
	struct wire_msg *msg = NULL;
	const char *name;
	char wanted[64];
	size_t i;

	if (wire_msg_new(&msg, WIRE_BODY_MAX) != 0 ||
	    wire_recv(SAML_PROCESS_FD, msg, TEN_SECONDS) != 0)
		return 1;
	if (saml_settings_get(&settings, msg) != 0)
		return 1;
	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
	wire_put_num(msg, TAG_IDP_COUNT, 1);
	warn(msg, settings->entity_id);
	saml_settings_free(&settings);
	if (wire_send(SAML_PROCESS_FD, msg, TEN_SECONDS) != 0 ||
	    wire_recv(SAML_PROCESS_FD, msg, TEN_SECONDS) != 0)
		return 1;
	if ((name = wire_str(msg, TAG_RESPONSE)) == NULL)
		name = wire_str(msg, TAG_TEXT);
	snprintf(wanted, sizeof(wanted), "%s", name);
	wire_begin(msg, VERB_RESULT);
	for (i = 0; i < LIES; i++)
		if (strcmp(lies[i].name, wanted) == 0)
			lies[i].answer(msg);
	lie_of_logout(msg, wanted);
	if (wire_send(SAML_PROCESS_FD, msg, TEN_SECONDS) != 0)
		return 1;
	/* the other end hangs up first: nothing here depends on who is faster
	 */
	(void)wire_recv(SAML_PROCESS_FD, msg, TEN_SECONDS);
	wire_msg_free(&msg);
	return 0;
}

static int
start_by(struct saml_worker **worker, const char *entity_id)
{
	static char text[] = "text";
	const struct saml_settings settings = {
		.entity_id = (char *)(uintptr_t)entity_id,
		.acs_url = text,
		.user_from = text,
		.max_response = 1 << 20,
	};
	char why[512], self[4096] = "";

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	return saml_worker_new(
	    worker, self, &settings, TEN_SECONDS, why, sizeof(why));
}

static struct saml_worker *
start(void)
{
	struct saml_worker *worker = NULL;

	assert_int_equal(start_by(&worker, "text"), 0);
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

static void
believes_no_lie_of_a_logout(void **state)
{
	struct saml_logout_input input = { .binding = SAML_BINDING_POST };
	struct saml_logout logout;
	struct saml_worker *worker;
	struct refusal refusal;
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < LOGOUT_LIES; i++) {
		worker = start();
		input.text = logout_lies[i].name;
		input.size = strlen(input.text);
		input.now = clock_wall();
		memset(&logout, 0, sizeof(logout));
		r = saml_worker_logout(
		    worker, &input, TEN_SECONDS, &logout, &refusal);
		if (r != logout_lies[i].expected)
			fail_msg("%s: %s", input.text, gate_strerror(r));
		assert_true((r == 0) == (logout.issuer != NULL));
		saml_logout_clear(&logout);
		saml_worker_free(&worker);
	}
}

static void
believes_no_false_warning(void **state)
{
	struct saml_worker *worker = NULL;
	const struct warning_lie *lie_of;
	size_t i, n;
	int r;

	(void)state;
	for (i = 0; i < WARNING_LIES; i++) {
		lie_of = &warning_lies[i];
		r = start_by(&worker, lie_of->name);
		if (r != lie_of->expected)
			fail_msg("%s: %s", lie_of->name, gate_strerror(r));
		for (n = 0; r == 0 && saml_worker_warning(worker, n) != NULL;
		     n++)
			assert_string_equal(
			    saml_worker_warning(worker, n), "text");
		if (r == 0)
			assert_int_equal(n, lie_of->count);
		saml_worker_free(&worker);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_no_lie),
		cmocka_unit_test(believes_no_lie_of_a_logout),
		cmocka_unit_test(believes_no_false_warning),
	};

	(void)argc;
	(void)argv;
	if (environ[0] == NULL) /* as a worker is started, and no test */
		return lie();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
