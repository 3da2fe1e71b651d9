/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <libxml/xmlmemory.h>
#include <openssl/crypto.h>

#include "lib/secret.h"
#include "saml/memory.h"
#include "saml/sandbox.h"
#include "saml/process.h"
#include "saml/worker.h"

#define LEFT_OVER 9 /* exit status of a child that came to the end */

/* The wait status of a child that does act in the sandbox. */
static int
run_in_sandbox(void (*act)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (sandbox_drop() != 0 || sandbox_enter() != 0)
			_exit(1);
		act();
		_exit(LEFT_OVER);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
do_open(void)
{
	syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);
}

static void
do_socket(void)
{
	(void)socket(AF_UNIX, SOCK_STREAM, 0);
}

static void
do_connect(void)
{
	struct sockaddr nowhere = { .sa_family = AF_UNIX };

	(void)connect(0, &nowhere, sizeof(nowhere));
}

static void
do_sendto_address(void)
{
	struct sockaddr somewhere = { .sa_family = AF_UNIX };

	(void)sendto(0, "x", 1, 0, &somewhere, sizeof(somewhere));
}

static void
do_recvmsg(void)
{
	struct msghdr none = { 0 };

	(void)recvmsg(0, &none, 0);
}

static void
do_execve(void)
{
	char *const argv[] = { NULL };

	execve("/bin/true", argv, argv);
}

static void
do_fork(void)
{
	syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void
do_kill(void)
{
	kill(getppid(), 0);
}

static void
do_signal_another(void)
{
	syscall(SYS_tgkill, 1, 1, 0);
}

static void
do_ptrace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void
do_map_code(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void
do_make_code(void)
{
	static char page[8192];

	mprotect((void *)(((uintptr_t)page + 4095) & ~(uintptr_t)4095), 4096,
	    PROT_READ | PROT_EXEC);
}

static void
do_map_shared(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void
do_map_file(void)
{
	(void)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0);
}

static void
do_write_elsewhere(void)
{
	if (write(STDOUT_FILENO, "", 0) != 0)
		return;
}

static void
do_raise_limit(void)
{
	const struct rlimit more = { 64, 64 };

	setrlimit(RLIMIT_NOFILE, &more);
}

static const struct {
	const char *name;
	void (*act)(void);
} forbidden[] = {
	{ "open", do_open },
	{ "socket", do_socket },
	{ "connect", do_connect },
	{ "sendto an address", do_sendto_address },
	{ "recvmsg", do_recvmsg },
	{ "execve", do_execve },
	{ "fork", do_fork },
	{ "kill", do_kill },
	{ "tgkill another", do_signal_another },
	{ "ptrace", do_ptrace },
	{ "mmap executable", do_map_code },
	{ "mprotect executable", do_make_code },
	{ "mmap shared", do_map_shared },
	{ "mmap a file", do_map_file },
	{ "write to standard output", do_write_elsewhere },
	{ "raise a limit", do_raise_limit },
};

static void
kills_what_is_forbidden(void **state)
{
	size_t i;
	int status;

	(void)state;
	for (i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		status = run_in_sandbox(forbidden[i].act);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: wait status %x", forbidden[i].name,
			    (unsigned)status);
	}
}

static int pair[2];

/* What the worker's loop does, with its kinds of memory. */
static void
do_work(void)
{
	struct timespec now;
	uint8_t random[16];
	void *memory;
	char byte = 0;

	memory = realloc(malloc(100), 10u << 20);
	if (memory == NULL)
		_exit(2);
	free(memory);
	memory = secret_alloc(1u << 20);
	if (memory == NULL)
		_exit(3);
	secret_free(memory, 1u << 20);
	if (secret_random(random, sizeof(random)) != 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &now) != 0)
		_exit(4);
	if (send(pair[0], "x", 1, MSG_NOSIGNAL) != 1 ||
	    recv(pair[1], &byte, 1, MSG_DONTWAIT) != 1 || byte != 'x')
		_exit(5);
}

static void
lets_the_worker_work(void **state)
{
	int status;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	status = run_in_sandbox(do_work);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), LEFT_OVER);
	close(pair[0]);
	close(pair[1]);
}

static void
lets_the_worker_abort(void **state)
{
	int status;

	(void)state;
	status = run_in_sandbox(abort);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_false(WCOREDUMP(status));
}

/* ASan's allocator and shadow cannot live under such a limit. */
#ifdef __SANITIZE_ADDRESS__
#define SKIP_UNDER_ASAN() skip()
#else
#define SKIP_UNDER_ASAN() (void)0
#endif

#define LIMIT (32u << 20)

/* volatile: so that no call to malloc is optimized away */
static void *volatile small, *volatile large;

static void
do_allocate(void)
{
	if (memory_limit(LIMIT) != 0)
		_exit(2);
	small = malloc(LIMIT / 4);
	large = malloc(LIMIT);
	if (small == NULL || large != NULL || secret_alloc(LIMIT) != NULL)
		_exit(3);
	if (memory_limit(2 * LIMIT) == 0)
		_exit(4);
}

static void
bounds_memory(void **state)
{
	int status;

	(void)state;
	SKIP_UNDER_ASAN();
	status = run_in_sandbox(do_allocate);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), LEFT_OVER);
}

#ifdef __SANITIZE_ADDRESS__
const char *__asan_default_options(void);

__attribute__((visibility("default"))) const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}
#endif

static void
do_xml_malloc(void)
{
	(void)xmlMalloc(SIZE_MAX / 2);
}

static void
do_xml_realloc(void)
{
	(void)xmlRealloc(xmlMalloc(1), SIZE_MAX / 2);
}

static void
do_crypto_malloc(void)
{
	(void)OPENSSL_malloc(SIZE_MAX / 2);
}

static void
do_crypto_realloc(void)
{
	(void)OPENSSL_realloc(OPENSSL_malloc(1), SIZE_MAX / 2);
}

static void
do_small(void)
{
	OPENSSL_free(OPENSSL_realloc(OPENSSL_malloc(0), 7));
	xmlFree(xmlRealloc(xmlStrdup((const xmlChar *)"x"), 9));
}

static int
run_strict(void (*act)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (memory_strict() != 0)
			_exit(1);
		act();
		_exit(LEFT_OVER);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
ends_without_memory(void **state)
{
	(void)state;
	assert_int_equal(run_strict(do_small), LEFT_OVER);
	assert_int_equal(run_strict(do_xml_malloc), SAML_PROCESS_MEMORY);
	assert_int_equal(run_strict(do_xml_realloc), SAML_PROCESS_MEMORY);
	assert_int_equal(run_strict(do_crypto_malloc), SAML_PROCESS_MEMORY);
	assert_int_equal(run_strict(do_crypto_realloc), SAML_PROCESS_MEMORY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kills_what_is_forbidden),
		cmocka_unit_test(lets_the_worker_work),
		cmocka_unit_test(lets_the_worker_abort),
		cmocka_unit_test(bounds_memory),
		cmocka_unit_test(ends_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
