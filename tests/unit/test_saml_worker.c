/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both ends of the real gatehouse-saml: GATEHOUSE_SAML, or the first argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/process.h"
#include "saml/worker.h"
#include "tests/unit/worker_under_test.h"

static struct saml_worker *
start(const char *path)
{
	const struct saml_settings s = settings();
	struct saml_worker *worker = NULL;
	char why[512];
	int r;

	r = saml_worker_new(&worker, path, &s, TEN_SECONDS, why, sizeof(why));
	if (r != 0)
		fail_msg("%s: %s", gate_strerror(r), why);
	return worker;
}

/* Verifies a text; the identity is freed, the user's name compared. */
static int
verify(struct saml_worker *worker, const char *response, const char *reply_to,
    struct refusal *refusal)
{
	struct saml_request request = {
		.response = response,
		.response_size = strlen(response),
		.in_response_to = reply_to,
		.now = clock_wall(),
	};
	struct saml_identity *identity = NULL;
	int r;

	memset(refusal, 0, sizeof(*refusal));
	r = saml_worker_verify(
	    worker, &request, TEN_SECONDS, &identity, refusal);
	assert_true((r == 0) == (identity != NULL));
	if (r == 0)
		assert_string_equal(identity->user, "ada");
	else
		assert_true(refusal->detail[0] != '\0');
	saml_identity_free(&identity);
	return r;
}

static void
is_gone(pid_t pid)
{
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

/* --- a worker that works --- */

static void
verifies(void **state)
{
	struct saml_worker *worker = start(program);
	char *response = idp_response(key, "ada", "_q1", time(NULL));
	struct saml_request request = {
		.response = response,
		.response_size = strlen(response),
		.in_response_to = "_q1",
		.now = clock_wall(),
	};
	struct saml_identity *identity = NULL;
	struct refusal refusal;

	(void)state;
	assert_int_equal(saml_worker_idp_count(worker), 1);
	assert_int_equal(saml_worker_verify(worker, &request, TEN_SECONDS,
			     &identity, &refusal),
	    0);
	assert_string_equal(identity->user, "ada");
	assert_string_equal(identity->issuer, IDP_ENTITY_ID);
	assert_string_equal(identity->assertion_id, "_a1");
	assert_string_equal(identity->in_response_to, "_q1");
	assert_string_equal(identity->session_index, "_s1");
	assert_int_equal(identity->attributes.count, 1);
	assert_string_equal(identity->attributes.items[0].name, "mail");
	assert_int_equal(identity->attributes.items[0].value_count, 2);
	assert_string_equal(
	    identity->attributes.items[0].values[1], "two@example.org");
	assert_true(identity->replay_until >= request.now + 299);
	saml_identity_free(&identity);
	saml_worker_free(&worker);
	assert_null(worker);
	free(response);
}

/* What the steps are called, one after the other. */
static void
steps_of(const struct saml_trace *trace, char *text, size_t size)
{
	size_t i, used = 0;

	text[0] = '\0';
	for (i = 0; i < saml_trace_count(trace) && used < size; i++) {
		const char *line = saml_trace_line(trace, i);

		used += (size_t)snprintf(text + used, size - used, "%.*s ",
		    (int)strcspn(line, ":"), line);
	}
}

/* Granted or refused, what is asked about a Response gets to the worker, and
 * the steps come back. */
static void
explains(void **state)
{
	struct saml_worker *worker = start(program);
	char *response = idp_response(key, "ada", "_q1", time(NULL));
	struct saml_request request = {
		.response = response,
		.response_size = strlen(response),
		.any_request = 1,
		.idp = IDP_ENTITY_ID,
		.address = "192.0.2.1",
		.now = clock_wall(),
	};
	struct saml_identity *identity = NULL;
	struct refusal refusal;
	char text[512];

	(void)state;
	assert_int_equal(saml_trace_new(&request.trace), 0);
	assert_int_equal(saml_worker_verify(worker, &request, TEN_SECONDS,
			     &identity, &refusal),
	    0);
	assert_string_equal(identity->in_response_to, "_q1");
	steps_of(request.trace, text, sizeof(text));
	assert_string_equal(text,
	    "encoding structure issuer signature response conditions "
	    "confirmation subject authentication attributes user ");
	saml_identity_free(&identity);
	saml_trace_free(&request.trace);

	request.authn_after = request.now + 3600;
	assert_int_equal(saml_trace_new(&request.trace), 0);
	assert_int_equal(saml_worker_verify(worker, &request, TEN_SECONDS,
			     &identity, &refusal),
	    GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_AUTHN_TOO_OLD);
	steps_of(request.trace, text, sizeof(text));
	assert_string_equal(text,
	    "encoding structure issuer signature response conditions "
	    "confirmation subject ");
	saml_trace_free(&request.trace);

	request.authn_after = 0;
	request.idp = "https://other.example";
	assert_int_equal(saml_worker_verify(worker, &request, TEN_SECONDS,
			     &identity, &refusal),
	    GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_ISSUER_MISMATCH);
	free(response);
	saml_worker_free(&worker);
}

static void
refuses_for_a_reason(void **state)
{
	struct saml_worker *worker = start(program);
	char *response = idp_response(key, "adb", NULL, time(NULL));
	struct refusal refusal;

	(void)state;
	strstr(response, "adb")[2] = 'a';
	assert_int_equal(
	    verify(worker, response, NULL, &refusal), GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_SIGNATURE_INVALID);
	assert_int_equal(verify(worker, "", NULL, &refusal), GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_RESPONSE_EMPTY);
	free(response);
	response = idp_response(key, "ada", "_q1", time(NULL));
	assert_int_equal(
	    verify(worker, response, "_q2", &refusal), GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_IN_RESPONSE_TO);
	free(response);
	/* telling the time is more to a sandbox than it seems */
	response = idp_response(key, "ada", NULL, time(NULL) + 86400);
	assert_int_equal(
	    verify(worker, response, NULL, &refusal), GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_ISSUE_INSTANT);
	free(response);
	saml_worker_free(&worker);
}

static void
verifies_many_in_a_row(void **state)
{
	struct saml_worker *worker = start(program);
	char *good = idp_response(key, "ada", NULL, time(NULL));
	char *bad = idp_response(key, "eve", "_q1", time(NULL));
	pid_t pid = saml_worker_pid(worker);
	struct refusal refusal;
	int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		assert_int_equal(verify(worker, good, NULL, &refusal), 0);
		assert_int_equal(
		    verify(worker, bad, NULL, &refusal), GATE_EREFUSED);
	}
	assert_int_equal(saml_worker_pid(worker), pid);
	free(good);
	free(bad);
	saml_worker_free(&worker);
}

/* Neither a Response of the largest size nor one above it ends a worker. */
static void
outlives_large_responses(void **state)
{
	const size_t limit = (size_t)settings().max_response;
	struct saml_worker *worker = start(program);
	char *good = idp_response(key, "ada", NULL, time(NULL));
	char *large = malloc(limit * 2 + 1);
	struct refusal refusal;
	size_t size;

	(void)state;
	assert_non_null(large);
	memset(large, 'A', limit * 2);
	for (size = limit * 2; size >= limit; size -= limit / 4) {
		large[size] = '\0';
		assert_int_equal(
		    verify(worker, large, NULL, &refusal), GATE_EREFUSED);
	}
	assert_int_equal(verify(worker, good, NULL, &refusal), 0);
	free(large);
	free(good);
	saml_worker_free(&worker);
}

/* ASan's allocator and shadow know no limit of memory. */
#ifdef __SANITIZE_ADDRESS__
#define SKIP_UNDER_ASAN() skip()
#else
#define SKIP_UNDER_ASAN() (void)0
#endif

static void
dies_without_memory(void **state)
{
	struct saml_settings s = settings();
	struct saml_worker *worker = NULL;
	char *large;
	struct refusal refusal;
	char why[512];

	(void)state;
	SKIP_UNDER_ASAN();
	large = malloc(1 << 20);
	assert_non_null(large);
	memset(large, 'x', 1 << 20);
	memcpy(large, "<x>", 3);
	memcpy(large + (1 << 20) - 5, "</x>", 5);
	s.memory_limit = 2 << 20;
	assert_int_equal(saml_worker_new(&worker, program, &s, TEN_SECONDS, why,
			     sizeof(why)),
	    0);
	assert_int_equal(verify(worker, large, NULL, &refusal), GATE_ENOMEM);
	assert_int_equal(refusal.reason, REASON_WORKER_FAILED);
	assert_non_null(strstr(refusal.detail, "worker_memory"));
	saml_worker_free(&worker);
	free(large);
}

/* --- settings that are refused --- */

static int
start_with(const struct saml_settings *s, char why[512])
{
	struct saml_worker *worker = NULL;
	int r;

	r = saml_worker_new(&worker, program, s, TEN_SECONDS, why, 512);
	assert_true((r == 0) == (worker != NULL));
	saml_worker_free(&worker);
	return r;
}

static void
refuses_bad_metadata(void **state)
{
	struct saml_settings s = settings();
	char why[512];

	(void)state;
	document.text[document.size - 1] = '!';
	assert_int_equal(start_with(&s, why), GATE_ECONFIG);
	document.text[document.size - 1] = '>';
	assert_non_null(strstr(why, document_name));
	assert_true(strlen(why) > strlen(document_name) + 2);
	s.document_count = 0; /* one that is to judge metadata has none */
	assert_int_equal(start_with(&s, why), 0);
}

static void
refuses_what_does_not_fit(void **state)
{
	struct saml_settings s = settings();
	char why[512];

	(void)state;
	SKIP_UNDER_ASAN();
	s.memory_limit = 4 << 10;
	assert_int_equal(start_with(&s, why), GATE_ENOMEM);
	assert_non_null(strstr(why, "worker_memory"));
}

static void
names_a_program_that_is_none(void **state)
{
	const struct saml_settings s = settings();
	struct saml_worker *worker = NULL;
	char why[512];

	(void)state;
	assert_int_equal(saml_worker_new(&worker, "/nonexistent/saml", &s,
			     TEN_SECONDS, why, sizeof(why)),
	    GATE_EIO);
	assert_non_null(strstr(why, "/nonexistent/saml: No such file"));
	assert_int_equal(saml_worker_new(&worker, "/bin/true", &s, TEN_SECONDS,
			     why, sizeof(why)),
	    GATE_ECLOSED);
	assert_non_null(strstr(why, "/bin/true hung up"));
	assert_int_equal(saml_worker_new(&worker, "/bin/false", &s, TEN_SECONDS,
			     why, sizeof(why)),
	    GATE_ECLOSED);
	assert_non_null(strstr(why, "status 1"));
	assert_null(worker);
}

/* --- a worker that fails --- */

static void
keeps_the_deadline(void **state)
{
	struct saml_worker *worker = start(program);
	pid_t pid = saml_worker_pid(worker);
	struct saml_request request = {
		.response = "x", .response_size = 1, .now = clock_wall()
	};
	struct saml_identity *identity = NULL;
	struct refusal refusal;
	int64_t begun;
	int status;

	(void)state;
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	begun = clock_mono_ms();
	assert_int_equal(saml_worker_verify(worker, &request, begun + 200,
			     &identity, &refusal),
	    GATE_ETIMEOUT);
	assert_in_range(clock_mono_ms() - begun, 190, 2000);
	assert_int_equal(refusal.reason, REASON_WORKER_TIMEOUT);
	assert_int_equal(saml_worker_pid(worker), -1);
	is_gone(pid);
	saml_worker_free(&worker);
}

static void
survives_its_death(void **state)
{
	struct saml_worker *worker = start(program);
	struct refusal refusal;
	pid_t pid = saml_worker_pid(worker);

	(void)state;
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(verify(worker, "x", NULL, &refusal), GATE_ECLOSED);
	assert_int_equal(refusal.reason, REASON_WORKER_FAILED);
	assert_string_equal(
	    refusal.detail, "the SAML worker was killed by SIGKILL");
	is_gone(pid);
	assert_int_equal(verify(worker, "x", NULL, &refusal), GATE_ECLOSED);
	saml_worker_free(&worker);
}

static void
leaves_no_zombie(void **state)
{
	struct saml_worker *worker = NULL;
	pid_t pid;

	(void)state;
	saml_worker_free(&worker);
	worker = start(program);
	pid = saml_worker_pid(worker);
	assert_int_equal(kill(pid, 0), 0);
	saml_worker_free(&worker);
	is_gone(pid);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* --- shut in --- */

/* All of a file under /proc/PID; its size, or -1 where it may not be read. */
static ssize_t
read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

static void
has_no_way_out(void **state)
{
	struct saml_worker *worker = start(program);
	char text[8192];

	(void)state;
	assert_true(read_proc(saml_worker_pid(worker), "status", text,
			sizeof(text)) > 0);
	assert_non_null(strstr(text, "\nSeccomp:\t2\n"));
	assert_non_null(strstr(text, "\nNoNewPrivs:\t1\n"));
	assert_non_null(strstr(text, "\nCapPrm:\t0000000000000000\n"));
	assert_non_null(strstr(text, "\nCapEff:\t0000000000000000\n"));
	assert_non_null(strstr(text, "\nCapInh:\t0000000000000000\n"));
	assert_non_null(strstr(text, "\nCapAmb:\t0000000000000000\n"));
	assert_non_null(strstr(text, "\nSigBlk:\t0000000000000000\n"));
	saml_worker_free(&worker);
}

static int
count_files(pid_t pid)
{
	char path[64];
	struct dirent *entry;
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* Does a process with this status file ignore a signal? */
static int
ignores(const char *status, int signal_number)
{
	const char *line = strstr(status, "\nSigIgn:\t");

	assert_non_null(line);
	return strtoull(line + strlen("\nSigIgn:\t"), NULL, 16) >>
	    (signal_number - 1) &
	    1;
}

/* Nothing of the caller's comes along, not even what it forgot to guard. */
static void
inherits_nothing(void **state)
{
	struct saml_worker *worker;
	char text[8192];
	int careless;
	pid_t pid;

	(void)state;
	careless = fcntl(STDIN_FILENO, F_DUPFD, 10); /* no F_DUPFD_CLOEXEC */
	assert_true(careless > SAML_PROCESS_FD);
	assert_int_equal(setenv("LASSO_FLAG", "no-verify-signature", 1), 0);
	signal(SIGPIPE, SIG_IGN);
	worker = start(program);
	pid = saml_worker_pid(worker);
	if (geteuid() == 0) {
		assert_int_equal(count_files(pid), SAML_PROCESS_FD + 1);
		assert_int_equal(
		    read_proc(pid, "environ", text, sizeof(text)), 0);
	} else { /* it cannot be looked into: what it is to be */
		assert_int_equal(count_files(pid), -1);
		assert_int_equal(
		    read_proc(pid, "environ", text, sizeof(text)), -1);
	}
	assert_true(read_proc(pid, "status", text, sizeof(text)) > 0);
	assert_false(ignores(text, SIGPIPE));
	signal(SIGPIPE, SIG_DFL);
	close(careless);
	saml_worker_free(&worker);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies),
		cmocka_unit_test(explains),
		cmocka_unit_test(refuses_for_a_reason),
		cmocka_unit_test(verifies_many_in_a_row),
		cmocka_unit_test(outlives_large_responses),
		cmocka_unit_test(refuses_bad_metadata),
		cmocka_unit_test(dies_without_memory),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(names_a_program_that_is_none),
		cmocka_unit_test(keeps_the_deadline),
		cmocka_unit_test(survives_its_death),
		cmocka_unit_test(leaves_no_zombie),
		cmocka_unit_test(has_no_way_out),
		cmocka_unit_test(inherits_nothing),
	};
	int failed;

	if (under_test_begin(argc, argv) != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	under_test_end();
	return failed;
}
