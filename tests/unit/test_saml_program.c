/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatehouse-saml, started by somebody else than its caller's end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/process.h"
#include "saml/worker.h"
#include "tests/unit/worker_under_test.h"

/* The real worker at the other end of a bare socket. */
static pid_t
start_bare(int *fd)
{
	int pair[2];
	pid_t pid;

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (pair[1] == SAML_PROCESS_FD)
			fcntl(pair[1], F_SETFD, 0);
		else
			dup2(pair[1], SAML_PROCESS_FD);
		execl(program, "gatehouse-saml", (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	*fd = pair[0];
	return pid;
}

static int
exit_status(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
begin_settings(struct wire_msg *msg)
{
	const struct saml_settings s = settings();

	wire_begin(msg, VERB_SAML_SETUP);
	saml_settings_put(&s, msg);
}

static void
begin_settings_otherwise(struct wire_msg *msg)
{
	const struct saml_settings s = settings();

	wire_begin(msg, VERB_SAML_VERIFY);
	saml_settings_put(&s, msg);
}

static void
begin_verify(struct wire_msg *msg)
{
	wire_begin(msg, VERB_SAML_VERIFY);
	wire_put_str(msg, TAG_RESPONSE, "x");
	wire_put_num(msg, TAG_NOW, 1);
}

static void
begin_verify_nul(struct wire_msg *msg)
{
	begin_verify(msg);
	wire_put_bytes(msg, TAG_IN_RESPONSE_TO, "\0", 1);
}

static void
begin_verify_empty(struct wire_msg *msg)
{
	wire_begin(msg, VERB_SAML_VERIFY);
}

static void
begin_login(struct wire_msg *msg)
{
	wire_begin(msg, VERB_LOGIN);
	wire_put_str(msg, TAG_RESPONSE, "x");
	wire_put_num(msg, TAG_NOW, 1);
}

/* What may follow the settings, or come in their place. */
static void
hangs_up_on_nonsense(void **state)
{
	static const struct {
		int set_up;
		void (*begin)(struct wire_msg *);
		int status;
	} rows[] = {
		{ 1, NULL, SAML_PROCESS_DONE },
		{ 0, NULL, SAML_PROCESS_DONE },
		{ 1, begin_settings, SAML_PROCESS_PROTO },
		{ 0, begin_settings_otherwise, SAML_PROCESS_PROTO },
		{ 0, begin_verify, SAML_PROCESS_PROTO },
		{ 1, begin_verify_nul, SAML_PROCESS_PROTO },
		{ 1, begin_verify_empty, SAML_PROCESS_PROTO },
		{ 1, begin_login, SAML_PROCESS_PROTO },
	};
	struct wire_msg *msg = NULL;
	size_t i;
	pid_t pid;
	int fd;

	(void)state;
	assert_int_equal(wire_msg_new(&msg, WIRE_BODY_MAX), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pid = start_bare(&fd);
		if (rows[i].set_up) {
			begin_settings(msg);
			assert_int_equal(wire_send(fd, msg, TEN_SECONDS), 0);
			assert_int_equal(wire_recv(fd, msg, TEN_SECONDS), 0);
			assert_int_equal(
			    wire_num(msg, TAG_OUTCOME, -1), OUTCOME_GRANTED);
		}
		if (rows[i].begin != NULL) {
			rows[i].begin(msg);
			assert_int_equal(wire_send(fd, msg, TEN_SECONDS), 0);
			assert_int_equal(
			    wire_recv(fd, msg, TEN_SECONDS), GATE_ECLOSED);
		}
		close(fd);
		assert_int_equal(exit_status(pid), rows[i].status);
	}
	wire_msg_free(&msg);
}

/* The first line that the program writes when run so, and its status. */
static int
run_by_hand(const char *arguments, char *line, size_t size)
{
	char command[512];
	FILE *pipe;

	/* whatever this test inherited as descriptor 3 is none of it */
	snprintf(command, sizeof(command), "%s %s 3>&- 2>&1 </dev/null",
	    program, arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(line, (int)size, pipe));
	while (fgetc(pipe) != EOF)
		;
	return WEXITSTATUS(pclose(pipe));
}

static void
explains_itself(void **state)
{
	char line[256];

	(void)state;
	assert_int_equal(
	    run_by_hand("", line, sizeof(line)), SAML_PROCESS_BY_HAND);
	assert_non_null(strstr(line, "gatehouse-saml verifies"));
	assert_int_equal(run_by_hand("--nonsense", line, sizeof(line)),
	    SAML_PROCESS_BY_HAND);
	assert_int_equal(run_by_hand("--help", line, sizeof(line)), 0);
	assert_non_null(strstr(line, "gatehouse-saml verifies"));
	assert_int_equal(run_by_hand("--version", line, sizeof(line)), 0);
	assert_non_null(strstr(line, "gatehouse-saml "));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hangs_up_on_nonsense),
		cmocka_unit_test(explains_itself),
	};
	int failed;

	if (under_test_begin(argc, argv) != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	under_test_end();
	return failed;
}
