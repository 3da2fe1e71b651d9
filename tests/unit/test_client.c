/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

/* Far away, for what must not take time, and near, for what must time out. */
#define FAR       (clock_mono_ms() + 20000)
#define NEAR      (clock_mono_ms() + 100)

#define OWNER_UID 54320
#define OTHER_UID 54321

/* Who getsockopt says is behind the socket: the truth, unless set. */
static uid_t peer_uid;
static int peer_uid_set;

/* Takes the place of libc's, for peers that only root could make real. */
int
getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	int r;

	r = (int)syscall(SYS_getsockopt, fd, level, name, value, size);
	if (r == 0 && peer_uid_set && level == SOL_SOCKET &&
	    name == SO_PEERCRED)
		((struct ucred *)value)->uid = peer_uid;
	return r;
}

/* A directory of its own with a listening socket in it. */
struct place {
	char directory[64];
	char link[80];
	char socket[96];
	int listener;
};

static int
listen_at(const char *path, int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	assert_int_not_equal(fd, -1);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->directory, "/tmp/test_client.XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->link, sizeof(place->link), "%s.link", place->directory);
	snprintf(place->socket, sizeof(place->socket), "%s/gate.sock",
	    place->directory);
	place->listener = listen_at(place->socket, 4);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;

	peer_uid_set = 0;
	close(place->listener);
	unlink(place->socket);
	unlink(place->link);
	rmdir(place->directory);
	free(place);
	return 0;
}

static int
accept_one(const struct place *place)
{
	int fd = accept4(place->listener, NULL, NULL, SOCK_CLOEXEC);

	assert_int_not_equal(fd, -1);
	return fd;
}

/* A connected client and the daemon's end of it. */
static struct client *
connected(const struct place *place, int *daemon)
{
	struct client *client = NULL;

	assert_int_equal(client_new(&client, place->socket, FAR), 0);
	*daemon = accept_one(place);
	return client;
}

/* What is sent waits in the socket: the daemon may answer ahead. */
static void
answer_ahead(int fd, uint16_t verb, int64_t number)
{
	struct wire_msg *msg = NULL;

	assert_int_equal(wire_msg_new(&msg, WIRE_BODY_LOGIN), 0);
	wire_begin(msg, verb);
	wire_put_num(msg, TAG_OUTCOME, number);
	assert_int_equal(wire_send(fd, msg, FAR), 0);
	wire_msg_free(&msg);
}

static void
asks_and_reads_answers(void **state)
{
	struct wire_msg *heard = NULL;
	struct client *client;
	int daemon;

	client = connected(*state, &daemon);
	answer_ahead(daemon, VERB_ROW, 7);
	answer_ahead(daemon, VERB_RESULT, OUTCOME_DENIED);
	wire_begin(client_msg(client), VERB_LOGIN);
	wire_put_str(client_msg(client), TAG_USER, "alice");
	assert_int_equal(client_ask(client, FAR), 0);
	assert_int_equal(wire_verb(client_msg(client)), VERB_ROW);
	assert_int_equal(wire_num(client_msg(client), TAG_OUTCOME, -1), 7);
	assert_int_equal(client_next(client, FAR), 0);
	assert_int_equal(wire_verb(client_msg(client)), VERB_RESULT);

	assert_int_equal(wire_msg_new(&heard, WIRE_BODY_LOGIN), 0);
	assert_int_equal(wire_recv(daemon, heard, FAR), 0);
	assert_int_equal(wire_verb(heard), VERB_LOGIN);
	assert_string_equal(wire_str(heard, TAG_USER), "alice");

	client_free(&client);
	assert_null(client);
	assert_int_equal(wire_recv(daemon, heard, FAR), GATE_ECLOSED);
	wire_msg_free(&heard);
	close(daemon);
}

static void
free_takes_nothing(void **state)
{
	struct client *client = NULL;

	(void)state;
	client_free(&client);
	client_free(NULL);
}

static void
refuses_bad_paths(void **state)
{
	static const char *const paths[] = { "", "gate.sock", "./gate.sock" };
	struct client *client = (void *)-1;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(
		    client_new(&client, paths[i], FAR), GATE_EINVAL);
	/* One byte more than fits with its NUL. */
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(client_new(&client, path, FAR), GATE_EINVAL);
	assert_null(client);
	/* The longest that fits is tried. */
	path[sizeof(path) - 2] = '\0';
	assert_int_equal(client_new(&client, path, FAR), GATE_EIO);
	assert_int_equal(errno, ENOENT);
}

static void
tells_that_nobody_listens(void **state)
{
	struct place *place = *state;
	struct client *client;

	close(place->listener);
	errno = 0;
	assert_int_equal(client_new(&client, place->socket, FAR), GATE_EIO);
	assert_int_equal(errno, ECONNREFUSED);
	unlink(place->socket);
	assert_int_equal(client_new(&client, place->socket, FAR), GATE_EIO);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(
	    client_new(&client, "/nonexistent/gate.sock", FAR), GATE_EIO);
	assert_int_equal(errno, ENOENT);
	place->listener = listen_at(place->socket, 4);
}

static void
refuses_directories_of_others(void **state)
{
	static const mode_t modes[] = { 0777, 01777, 0770, 0720, 0702 };
	struct place *place = *state;
	struct client *client;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(place->directory, modes[i]), 0);
		assert_int_equal(
		    client_new(&client, place->socket, FAR), GATE_EPEER);
		assert_null(client);
	}
	assert_int_equal(chmod(place->directory, 0755), 0);
	assert_int_equal(client_new(&client, place->socket, FAR), 0);
	client_free(&client);
}

/* Whoever made the link could lead it to a directory of their own. */
static void
refuses_a_linked_directory(void **state)
{
	struct place *place = *state;
	struct client *client;
	char path[128];

	assert_int_equal(symlink(place->directory, place->link), 0);
	snprintf(path, sizeof(path), "%s/gate.sock", place->link);
	assert_int_equal(client_new(&client, path, FAR), GATE_EPEER);
}

static void
refuses_other_peers(void **state)
{
	struct place *place = *state;
	struct client *client;
	struct stat st;

	/* Root's own directory could not tell owner and root apart. */
	if (geteuid() == 0)
		assert_int_equal(chown(place->directory, OWNER_UID, 0), 0);
	assert_int_equal(stat(place->directory, &st), 0);
	assert_int_not_equal(st.st_uid, OTHER_UID);
	peer_uid_set = 1;
	peer_uid = OTHER_UID;
	assert_int_equal(client_new(&client, place->socket, FAR), GATE_EPEER);
	assert_null(client);
	peer_uid = st.st_uid;
	assert_int_equal(client_new(&client, place->socket, FAR), 0);
	client_free(&client);
	peer_uid = 0;
	assert_int_equal(client_new(&client, place->socket, FAR), 0);
	client_free(&client);
}

/* Fills the listener's queue; gives how many sockets that took. */
static size_t
fill_queue(const struct place *place, int *fds, size_t max)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t count = 0;
	int r;

	strcpy(address.sun_path, place->socket);
	do {
		assert_true(count < max);
		fds[count] = socket(
		    AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		assert_int_not_equal(fds[count], -1);
		r = connect(
		    fds[count++], (struct sockaddr *)&address, sizeof(address));
	} while (r == 0);
	assert_int_equal(errno, EAGAIN);
	return count;
}

static void
gives_up_on_a_full_queue(void **state)
{
	struct place *place = *state;
	struct client *client;
	int fds[16];
	int64_t start;
	size_t count;

	count = fill_queue(place, fds, 16);
	start = clock_mono_ms();
	assert_int_equal(
	    client_new(&client, place->socket, start + 100), GATE_ETIMEOUT);
	assert_in_range(clock_mono_ms() - start, 100, 5000);
	assert_null(client);

	close(accept_one(place));
	assert_int_equal(client_new(&client, place->socket, FAR), 0);
	client_free(&client);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

static void
gives_up_on_a_silent_daemon(void **state)
{
	struct client *client;
	int64_t start;
	int daemon;

	client = connected(*state, &daemon);
	start = clock_mono_ms();
	wire_begin(client_msg(client), VERB_LOGIN);
	assert_int_equal(client_ask(client, start + 100), GATE_ETIMEOUT);
	assert_in_range(clock_mono_ms() - start, 100, 5000);
	assert_int_equal(client_next(client, NEAR), GATE_ETIMEOUT);
	client_free(&client);
	close(daemon);
}

/* Also: SIGPIPE, which would kill the test, is not raised. */
static void
tells_that_the_daemon_hung_up(void **state)
{
	struct client *client;
	int daemon;

	client = connected(*state, &daemon);
	close(daemon);
	wire_begin(client_msg(client), VERB_LOGIN);
	assert_int_equal(client_ask(client, FAR), GATE_ECLOSED);
	assert_int_equal(client_next(client, FAR), GATE_ECLOSED);
	client_free(&client);
}

static void
reads_the_last_word_of_a_daemon(void **state)
{
	struct client *client;
	int daemon;

	client = connected(*state, &daemon);
	answer_ahead(daemon, VERB_RESULT, OUTCOME_UNAVAILABLE);
	close(daemon);
	wire_begin(client_msg(client), VERB_LOGIN);
	assert_int_equal(client_ask(client, FAR), 0);
	assert_int_equal(wire_verb(client_msg(client)), VERB_RESULT);
	client_free(&client);
}

static void
refuses_garbage(void **state)
{
	struct client *client;
	int daemon;

	client = connected(*state, &daemon);
	assert_int_equal(write(daemon, "HTTP/1.1 200 OK\r\n\r\n", 19), 19);
	wire_begin(client_msg(client), VERB_LOGIN);
	assert_int_equal(client_ask(client, FAR), GATE_EPROTO);
	client_free(&client);
	close(daemon);

	client = connected(*state, &daemon);
	assert_int_equal(write(daemon, "ETAG", 4), 4);
	close(daemon);
	wire_begin(client_msg(client), VERB_LOGIN);
	assert_int_equal(client_ask(client, FAR), GATE_EPROTO);
	client_free(&client);
}

static void
refuses_to_send_too_much(void **state)
{
	char *text = calloc(1, WIRE_BODY_LOGIN + 1);
	struct client *client;
	int daemon;

	assert_non_null(text);
	memset(text, 'x', WIRE_BODY_LOGIN);
	client = connected(*state, &daemon);
	wire_begin(client_msg(client), VERB_LOGIN);
	wire_put_str(client_msg(client), TAG_TEXT, text);
	assert_int_equal(client_ask(client, FAR), GATE_ETOOBIG);
	client_free(&client);
	close(daemon);
	free(text);
}

/* A descriptor lost, or left to the shell that sshd starts, would show. */
static void
leaves_no_descriptor_behind(void **state)
{
	struct place *place = *state;
	struct client *client;
	int before, daemon, fd;

	before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(before);
	peer_uid_set = 1;
	peer_uid = OTHER_UID;
	assert_int_equal(client_new(&client, place->socket, FAR), GATE_EPEER);
	assert_int_equal(
	    client_new(&client, "/nonexistent/gate.sock", FAR), GATE_EIO);
	peer_uid_set = 0;
	close(accept_one(place));
	client = connected(place, &daemon);
	/* The lowest that was free is the client's. */
	assert_int_equal(fcntl(before, F_GETFD), FD_CLOEXEC);
	close(daemon);
	client_free(&client);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fd, before);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_and_reads_answers),
		TEST(free_takes_nothing),
		TEST(refuses_bad_paths),
		TEST(tells_that_nobody_listens),
		TEST(refuses_directories_of_others),
		TEST(refuses_a_linked_directory),
		TEST(refuses_other_peers),
		TEST(gives_up_on_a_full_queue),
		TEST(gives_up_on_a_silent_daemon),
		TEST(tells_that_the_daemon_hung_up),
		TEST(reads_the_last_word_of_a_daemon),
		TEST(refuses_garbage),
		TEST(refuses_to_send_too_much),
		TEST(leaves_no_descriptor_behind),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
