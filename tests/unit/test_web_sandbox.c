/* SPDX-License-Identifier: GPL-3.0-or-later */
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/secret.h"
#include "web/sandbox.h"

#define LEFT_OVER 9 /* exit status of a child that came to the end */

/* The wait status of a child that does act where gatehouse-web serves. */
static int
run_in_sandbox(void (*act)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (web_sandbox_drop(64) != 0 || web_sandbox_enter() != 0)
			_exit(1);
		act();
		_exit(LEFT_OVER);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* --- what kills --- */

/* None of it would do anything if it were let: then the child goes on. */

static void
do_execve(void)
{
	char *const argv[] = { NULL };

	execve("/nowhere", argv, argv);
}

static void
do_execveat(void)
{
	char *const argv[] = { NULL };

	syscall(SYS_execveat, AT_FDCWD, "/nowhere", argv, argv, 0);
}

static void
do_fork(void)
{
	syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void
do_clone3(void)
{
	syscall(SYS_clone3, NULL, 0);
}

static void
do_creat(void)
{
	syscall(SYS_creat, "/tmp/gatehouse-web-was-here", 0600);
}

static void
do_openat2(void)
{
	syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0);
}

static void
do_unlink(void)
{
	unlink("/tmp/gatehouse-web-was-here");
}

static void
do_rename(void)
{
	syscall(SYS_rename, "/tmp/a-gatehouse", "/tmp/b-gatehouse");
}

static void
do_chmod(void)
{
	syscall(SYS_chmod, "/tmp/a-gatehouse", 0777);
}

static void
do_mkdir(void)
{
	syscall(SYS_mkdir, "/tmp/a-gatehouse", 0700);
}

static void
do_network(void)
{
	(void)socket(AF_INET, SOCK_STREAM, 0);
}

static void
do_network_6(void)
{
	(void)socket(AF_INET6, SOCK_DGRAM, 0);
}

static void
do_netlink(void)
{
	(void)socket(AF_NETLINK, SOCK_RAW, 0);
}

static void
do_bind(void)
{
	struct sockaddr_un nowhere = { .sun_family = AF_UNIX };

	(void)bind(0, (const struct sockaddr *)&nowhere, sizeof(nowhere));
}

/* Descriptors of others come by it. */
static void
do_recvmsg(void)
{
	struct msghdr none = { 0 };

	(void)recvmsg(0, &none, 0);
}

static void
do_kill(void)
{
	kill(getppid(), 0);
}

static void
do_ptrace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void
do_read_another(void)
{
	syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

static void
do_ring(void)
{
	syscall(SYS_io_uring_setup, 1, NULL);
}

static void
do_bpf(void)
{
	syscall(SYS_bpf, 0, NULL, 0);
}

static void
do_setuid(void)
{
	syscall(SYS_setuid, 0);
}

static void
do_unshare(void)
{
	syscall(SYS_unshare, 0);
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
do_map_file(void)
{
	(void)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0);
}

static void
do_raise_limit(void)
{
	const struct rlimit more = { 640, 640 };

	setrlimit(RLIMIT_NOFILE, &more);
}

static const struct {
	const char *name;
	void (*act)(void);
} forbidden[] = {
	{ "execve", do_execve },
	{ "execveat", do_execveat },
	{ "fork", do_fork },
	{ "clone3", do_clone3 },
	{ "creat", do_creat },
	{ "openat2", do_openat2 },
	{ "unlink", do_unlink },
	{ "rename", do_rename },
	{ "chmod", do_chmod },
	{ "mkdir", do_mkdir },
	{ "a socket of IPv4", do_network },
	{ "a socket of IPv6", do_network_6 },
	{ "a socket of the kernel's", do_netlink },
	{ "bind", do_bind },
	{ "recvmsg", do_recvmsg },
	{ "kill", do_kill },
	{ "ptrace", do_ptrace },
	{ "process_vm_readv", do_read_another },
	{ "io_uring", do_ring },
	{ "bpf", do_bpf },
	{ "setuid", do_setuid },
	{ "unshare", do_unshare },
	{ "mmap executable", do_map_code },
	{ "mprotect executable", do_make_code },
	{ "mmap a file", do_map_file },
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

/* --- what fails --- */

static void
do_open(void)
{
	if (open("/dev/null", O_RDONLY) >= 0)
		_exit(2);
	if (syscall(SYS_open, "/etc/passwd", O_RDONLY) >= 0)
		_exit(3);
	if (open("/tmp", O_RDWR | O_TMPFILE, 0600) >= 0)
		_exit(4);
	if (openat(AT_FDCWD, "/tmp/gatehouse-web-was-here", O_WRONLY | O_CREAT,
		0600) >= 0)
		_exit(5);
}

static void
opens_no_file(void **state)
{
	int status;

	(void)state;
	status = run_in_sandbox(do_open);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), LEFT_OVER);
}

/* --- what is its work --- */

static int pair[2];

static void
do_work(void)
{
	struct timespec now;
	uint8_t random[16];
	void *memory = secret_alloc(1u << 20);
	char byte = 0;

	if (memory == NULL)
		_exit(2);
	secret_free(memory, 1u << 20);
	if (secret_random(random, sizeof(random)) != 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &now) != 0)
		_exit(3);
	if (send(pair[0], "x", 1, MSG_NOSIGNAL) != 1 ||
	    recv(pair[1], &byte, 1, MSG_DONTWAIT) != 1 || byte != 'x')
		_exit(4);
	if (socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0)
		_exit(5);
}

static void
lets_it_serve(void **state)
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kills_what_is_forbidden),
		cmocka_unit_test(opens_no_file),
		cmocka_unit_test(lets_it_serve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
