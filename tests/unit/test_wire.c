/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/wire.h"

/* Far away, for what must not take time, and near, for what must time out. */
#define FAR   (clock_mono_ms() + 20000)
#define NEAR  (clock_mono_ms() + 50)

#define HEAD  12 /* of a frame: magic, version, verb, size */
#define FIELD 9  /* what a field costs beside its bytes */
#define VERB  0x1234
#define SEED  20261122

/* Two ends of a stream, and a message for each. */
struct link {
	int here, there;
	struct wire_msg *out, *in;
};

static void
join(struct link *link)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	link->here = fds[0];
	link->there = fds[1];
}

static int
setup(void **state)
{
	struct link *link = calloc(1, sizeof(*link));

	assert_non_null(link);
	join(link);
	assert_int_equal(wire_msg_new(&link->out, WIRE_BODY_LOGIN), 0);
	assert_int_equal(wire_msg_new(&link->in, WIRE_BODY_LOGIN), 0);
	*state = link;
	return 0;
}

static void
hang_up(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int
teardown(void **state)
{
	struct link *link = *state;

	hang_up(&link->here);
	hang_up(&link->there);
	wire_msg_free(&link->out);
	wire_msg_free(&link->in);
	free(link);
	return 0;
}

/* Fills in a message with every kind of field. */
static void
compose(struct wire_msg *msg)
{
	wire_begin(msg, VERB);
	wire_put_str(msg, 1, "alice");
	wire_put_str(msg, 2, "");
	wire_put_str(msg, 3, NULL);
	wire_put_num(msg, 4, INT64_MIN);
	wire_put_num(msg, 5, INT64_MAX);
	wire_put_bytes(msg, 6, "\0a\0", 3);
	wire_put_bytes(msg, 7, NULL, 0);
	wire_put_num(msg, 1, 42); /* a second one of the same tag */
}

static void
assert_composed(const struct wire_msg *msg)
{
	static const uint16_t tags[] = { 1, 2, 4, 5, 6, 7, 1 };
	struct wire_field field;
	size_t cursor = 0, size = 99, i;

	assert_int_equal(wire_verb(msg), VERB);
	assert_string_equal(wire_str(msg, 1), "alice");
	assert_string_equal(wire_str(msg, 2), "");
	assert_null(wire_str(msg, 3));
	assert_null(wire_bytes(msg, 3, &size));
	assert_true(wire_num(msg, 4, 7) == INT64_MIN);
	assert_true(wire_num(msg, 5, 7) == INT64_MAX);
	assert_memory_equal(wire_bytes(msg, 6, &size), "\0a\0", 4);
	assert_int_equal(size, 3);
	assert_non_null(wire_bytes(msg, 7, &size));
	assert_int_equal(size, 0);
	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		assert_int_equal(wire_next(msg, &cursor, &field), 1);
		assert_int_equal(field.tag, tags[i]);
		assert_int_equal(field.bytes[field.size], '\0');
	}
	assert_int_equal(wire_field_num(&field, 7), 42);
	assert_int_equal(wire_next(msg, &cursor, &field), 0);
	assert_int_equal(wire_next(msg, &cursor, &field), 0);
}

/* The frame that msg makes, as it goes over a socket. */
static size_t
frame_of(struct link *link, struct wire_msg *msg, uint8_t *frame, size_t room)
{
	ssize_t n;

	assert_int_equal(wire_send(link->here, msg, FAR), 0);
	n = recv(link->there, frame, room, MSG_DONTWAIT);
	assert_true(n >= HEAD && (size_t)n < room);
	return (size_t)n;
}

static void
carries_every_kind_of_field(void **state)
{
	struct link *link = *state;

	compose(link->out);
	assert_composed(link->out); /* can be read before it is sent */
	assert_int_equal(wire_send(link->here, link->out, FAR), 0);
	assert_composed(link->out); /* and sent again */
	assert_int_equal(wire_send(link->here, link->out, FAR), 0);
	assert_int_equal(wire_recv(link->there, link->in, FAR), 0);
	assert_composed(link->in);
	assert_int_equal(wire_recv(link->there, link->in, FAR), 0);
	assert_composed(link->in);
}

static void
carries_nothing_but_a_verb(void **state)
{
	struct link *link = *state;
	size_t cursor = 0, size;
	struct wire_field field;

	wire_begin(link->out, 0xffff);
	assert_int_equal(wire_send(link->here, link->out, FAR), 0);
	assert_int_equal(wire_recv(link->there, link->in, FAR), 0);
	assert_int_equal(wire_verb(link->in), 0xffff);
	assert_int_equal(wire_next(link->in, &cursor, &field), 0);
	assert_null(wire_bytes(link->in, 1, &size));
}

/* What is of the wrong kind is as good as not there. */
static void
reads_no_field_as_another_kind(void **state)
{
	struct link *link = *state;
	struct wire_msg *msg = link->out;
	struct wire_field field;
	size_t cursor = 0, size;

	wire_begin(msg, VERB);
	wire_put_bytes(msg, 1, "al\0ice", 6);
	wire_put_bytes(msg, 2, "1234567", 7);
	wire_put_bytes(msg, 3, "123456789", 9);
	wire_put_bytes(msg, 4, "alice\0", 6);
	assert_null(wire_str(msg, 1));
	assert_non_null(wire_bytes(msg, 1, &size));
	assert_int_equal(size, 6);
	assert_null(wire_str(msg, 4));
	assert_int_equal(wire_num(msg, 1, -3), -3);
	assert_int_equal(wire_num(msg, 2, -3), -3);
	assert_int_equal(wire_num(msg, 3, -3), -3);
	assert_int_equal(wire_num(msg, 9, -3), -3);
	while (wire_next(msg, &cursor, &field))
		assert_int_equal(wire_field_num(&field, -4), -4);
}

static void
copies_what_fits(void **state)
{
	struct link *link = *state;
	struct wire_msg *msg = link->out;
	char text[6] = "as is";

	wire_begin(msg, VERB);
	wire_put_str(msg, 1, "alice");
	wire_put_str(msg, 2, "");
	wire_put_str(msg, 3, "alice1");
	wire_put_bytes(msg, 4, "a\0b", 3);
	assert_int_equal(wire_copy(msg, 9, text, sizeof(text)), 0);
	assert_string_equal(text, "as is");
	assert_int_equal(wire_copy(msg, 1, text, sizeof(text)), 0);
	assert_string_equal(text, "alice");
	assert_int_equal(wire_copy(msg, 3, text, sizeof(text)), GATE_EPROTO);
	assert_int_equal(wire_copy(msg, 4, text, sizeof(text)), GATE_EPROTO);
	assert_string_equal(text, "alice");
	assert_int_equal(wire_copy(msg, 2, text, sizeof(text)), 0);
	assert_string_equal(text, "");
}

static void
keeps_an_error_for_the_sending(void **state)
{
	struct link *link = *state;
	struct wire_msg *small = NULL;
	char text[101 - FIELD] = { 0 };

	/* 100 bytes of body: a field of 91 fills it, one of 92 is too much */
	assert_int_equal(wire_msg_new(&small, 100), 0);
	wire_begin(small, VERB);
	wire_put_bytes(small, 1, text, 100 - FIELD);
	assert_int_equal(wire_send(link->here, small, FAR), 0);
	assert_int_equal(wire_recv(link->there, link->in, FAR), 0);
	wire_put_bytes(small, 2, "", 0);
	assert_int_equal(wire_send(link->here, small, FAR), GATE_ETOOBIG);

	wire_begin(small, VERB);
	wire_put_bytes(small, 1, text, 101 - FIELD);
	wire_put_str(small, 2, "this would fit");
	assert_null(wire_str(small, 2));
	assert_int_equal(wire_send(link->here, small, FAR), GATE_ETOOBIG);
	assert_int_equal(wire_send(link->here, small, FAR), GATE_ETOOBIG);
	wire_begin(small, VERB);
	wire_put_bytes(small, 1, text, SIZE_MAX - 4);
	assert_int_equal(wire_send(link->here, small, FAR), GATE_ETOOBIG);
	/* nothing of it has been sent */
	assert_int_equal(
	    recv(link->there, text, sizeof(text), MSG_DONTWAIT), -1);

	wire_begin(small, VERB);
	wire_put_str(small, 1, "a new start");
	assert_int_equal(wire_send(link->here, small, FAR), 0);
	wire_msg_free(&small);
	assert_null(small);
	wire_msg_free(&small);
}

static void
receives_up_to_its_own_cap(void **state)
{
	struct link *link = *state;
	struct wire_msg *small = NULL;
	char text[101 - FIELD] = { 0 };
	size_t size;

	assert_int_equal(wire_msg_new(&small, 100), 0);
	for (size = 100 - FIELD; size <= 101 - FIELD; size++) {
		wire_begin(link->out, VERB);
		wire_put_bytes(link->out, 1, text, size);
		assert_int_equal(wire_send(link->here, link->out, FAR), 0);
		assert_int_equal(wire_recv(link->there, small, FAR),
		    size + FIELD <= 100 ? 0 : GATE_ETOOBIG);
	}
	wire_msg_free(&small);
}

/* Larger than the socket's buffer: each end takes its turn. */
static void
carries_as_much_as_is_allowed(void **state)
{
	struct link *link = *state;
	size_t size = WIRE_BODY_LOGIN - FIELD, got;
	char *text = malloc(size + 1);
	int status;
	pid_t pid;

	assert_non_null(text);
	memset(text, 'x', size);
	text[size] = '\0';
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		wire_begin(link->out, VERB);
		wire_put_str(link->out, 1, text);
		_exit(wire_send(link->here, link->out, FAR) == 0 ? 0 : 1);
	}
	assert_int_equal(wire_recv(link->there, link->in, FAR), 0);
	assert_non_null(wire_bytes(link->in, 1, &got));
	assert_int_equal(got, size);
	assert_memory_equal(wire_str(link->in, 1), text, size);
	free(text);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);

	/* what was there is gone, the memory is not asked for again */
	assert_in_range(wire_msg_room(link->in), size, 2 * WIRE_BODY_LOGIN);
	wire_recv_begin(link->in);
	assert_null(wire_bytes(link->in, 1, &got));
}

static void
refuses_garbage(void **state)
{
	struct link *link = *state;
	uint8_t frame[64];
	size_t size, i;

	wire_begin(link->out, VERB);
	wire_put_str(link->out, 1, "alice");
	size = frame_of(link, link->out, frame, sizeof(frame));
	assert_int_equal(size, HEAD + 5 + FIELD);
	/* every byte of magic and version counts */
	for (i = 0; i < 6; i++) {
		frame[i] ^= 0x20;
		assert_int_equal(
		    wire_decode(link->in, frame, size), GATE_EPROTO);
		assert_int_equal(
		    send(link->here, frame, size, 0), (ssize_t)size);
		assert_int_equal(
		    wire_recv(link->there, link->in, FAR), GATE_EPROTO);
		/* the first bytes were judged before the rest was read */
		(void)recv(link->there, frame + HEAD, 5 + FIELD, 0);
		frame[i] ^= 0x20;
	}
	assert_int_equal(wire_decode(link->in, frame, size), 0);
	/* the zero of a field, its length, the NUL behind it */
	for (i = HEAD + 2; i < HEAD + 8; i++) {
		frame[i] ^= 0x80;
		assert_int_equal(
		    wire_decode(link->in, frame, size), GATE_EPROTO);
		frame[i] ^= 0x80;
	}
	frame[size - 1] = 'x';
	assert_int_equal(wire_decode(link->in, frame, size), GATE_EPROTO);
	frame[size - 1] = '\0';
	assert_int_equal(wire_decode(link->in, frame, size), 0);
	assert_int_equal(wire_decode(link->in, frame, 0), GATE_EPROTO);
}

/* What is announced and what is there must agree to the byte. */
static void
refuses_every_truncation(void **state)
{
	struct link *link = *state;
	uint8_t frame[256];
	uint32_t shorter;
	size_t size, cut;

	compose(link->out);
	size = frame_of(link, link->out, frame, sizeof(frame) - 1);
	frame[size] = '\0';
	assert_int_equal(wire_decode(link->in, frame, size + 1), GATE_EPROTO);
	for (cut = 0; cut < size; cut++)
		assert_int_equal(
		    wire_decode(link->in, frame, cut), GATE_EPROTO);
	/* also where the announcement is cut with it, unless between fields */
	for (cut = HEAD; cut < size; cut++) {
		struct wire_field field;
		size_t cursor = 0, whole = HEAD;

		assert_int_equal(wire_decode(link->in, frame, size), 0);
		while (whole < cut && wire_next(link->in, &cursor, &field))
			whole = HEAD + cursor;
		shorter = (uint32_t)(cut - HEAD);
		memcpy(frame + 8, &shorter, sizeof(shorter));
		assert_int_equal(wire_decode(link->in, frame, cut),
		    cut == whole ? 0 : GATE_EPROTO);
		shorter = (uint32_t)(size - HEAD);
		memcpy(frame + 8, &shorter, sizeof(shorter));
	}
	assert_int_equal(wire_decode(link->in, frame, size), 0);
	assert_composed(link->in);
}

/* Any bytes behind a good header: whatever is taken can be walked through. */
static void
survives_random_bodies(void **state)
{
	struct link *link = *state;
	uint8_t frame[96], head[HEAD];
	struct wire_field field;
	uint32_t size;
	int i, taken = 0;

	srandom(SEED);
	wire_begin(link->out, VERB);
	assert_int_equal(
	    frame_of(link, link->out, head, sizeof(head) + 1), HEAD);
	for (i = 0; i < 200000; i++) {
		size_t cursor = 0, at;

		size = (uint32_t)(random() % (sizeof(frame) - HEAD));
		memcpy(frame, head, HEAD);
		memcpy(frame + 8, &size, sizeof(size));
		/* mostly zeros, so that some are right by chance */
		for (at = HEAD; at < HEAD + size; at++)
			frame[at] = random() % 8 ? 0 : (uint8_t)random() % 32;
		if (wire_decode(link->in, frame, HEAD + size) != 0)
			continue;
		taken++;
		while (wire_next(link->in, &cursor, &field))
			assert_int_equal(field.bytes[field.size], '\0');
		assert_int_equal(cursor, size);
	}
	assert_true(taken > 1000 && taken < i);
}

static void
gathers_byte_by_byte(void **state)
{
	struct link *link = *state;
	uint8_t frame[256];
	size_t size, i;

	compose(link->out);
	size = frame_of(link, link->out, frame, sizeof(frame));
	wire_recv_begin(link->in);
	assert_int_equal(wire_recv_more(link->there, link->in), 1);
	assert_false(wire_recv_begun(link->in));
	for (i = 0; i < size; i++) {
		assert_int_equal(send(link->here, frame + i, 1, 0), 1);
		assert_int_equal(wire_recv_more(link->there, link->in),
		    i + 1 < size ? 1 : 0);
		assert_true(wire_recv_begun(link->in));
	}
	assert_composed(link->in);
	wire_recv_begin(link->in);
	assert_false(wire_recv_begun(link->in));
}

static void
parts_frames_back_to_back(void **state)
{
	struct link *link = *state;
	int64_t i;

	for (i = 0; i < 100; i++) {
		wire_begin(link->out, (uint16_t)i);
		wire_put_num(link->out, 1, i);
		wire_put_bytes(link->out, 2, "0123456789", (size_t)i % 10);
		assert_int_equal(wire_send(link->here, link->out, FAR), 0);
	}
	for (i = 0; i < 100; i++) {
		size_t size;

		assert_int_equal(wire_recv(link->there, link->in, FAR), 0);
		assert_int_equal(wire_verb(link->in), i);
		assert_int_equal(wire_num(link->in, 1, -1), i);
		assert_non_null(wire_bytes(link->in, 2, &size));
		assert_int_equal(size, i % 10);
	}
	wire_recv_begin(link->in);
	assert_int_equal(wire_recv_more(link->there, link->in), 1);
	assert_false(wire_recv_begun(link->in));
}

/* Who has asked once is answered once: whatever follows is no answer. */
static void
takes_one_alone(void **state)
{
	struct link *link = *state;
	int i;

	compose(link->out);
	assert_int_equal(wire_send(link->here, link->out, FAR), 0);
	assert_int_equal(wire_recv_soon(link->there, link->in, FAR), 0);
	assert_composed(link->in);
	for (i = 0; i < 2; i++)
		assert_int_equal(wire_send(link->here, link->out, FAR), 0);
	assert_int_equal(
	    wire_recv_soon(link->there, link->in, FAR), GATE_EPROTO);
	for (i = 0; i < 2; i++)
		assert_int_equal(wire_send(link->here, link->out, FAR), 0);
	wire_recv_begin(link->in);
	assert_int_equal(wire_recv_more(link->there, link->in), GATE_EPROTO);
	wire_recv_begin(link->in);
	assert_int_equal(wire_recv_more(link->there, link->in), 1);
	assert_false(wire_recv_begun(link->in));
	assert_int_equal(
	    wire_recv_soon(link->there, link->in, NEAR), GATE_ETIMEOUT);
	hang_up(&link->here);
	assert_int_equal(
	    wire_recv_soon(link->there, link->in, FAR), GATE_ECLOSED);
}

static void
tells_where_the_peer_hung_up(void **state)
{
	struct link *link = *state;
	uint8_t frame[256];
	size_t size, sent;

	compose(link->out);
	size = frame_of(link, link->out, frame, sizeof(frame));
	for (sent = 0; sent <= size; sent++) {
		assert_int_equal(
		    send(link->here, frame, sent, 0), (ssize_t)sent);
		hang_up(&link->here);
		assert_int_equal(wire_recv(link->there, link->in, FAR),
		    sent == 0         ? GATE_ECLOSED
			: sent < size ? GATE_EPROTO
				      : 0);
		hang_up(&link->there);
		join(link);
	}
	/* SIGPIPE, which would end the test, is not raised */
	hang_up(&link->there);
	assert_int_equal(wire_send(link->here, link->out, FAR), GATE_ECLOSED);
	hang_up(&link->here);
	assert_int_equal(wire_send(link->here, link->out, FAR), GATE_EIO);
	assert_int_equal(wire_recv(link->here, link->in, FAR), GATE_EIO);
}

static void
keeps_to_the_deadline(void **state)
{
	struct link *link = *state;
	char *text = calloc(1, 1 << 20);
	int64_t start = clock_mono_ms();

	assert_non_null(text);
	assert_int_equal(
	    wire_recv(link->there, link->in, start + 50), GATE_ETIMEOUT);
	assert_in_range(clock_mono_ms() - start, 50, 5000);
	/* half a frame changes nothing */
	assert_int_equal(send(link->here, "ETAG", 4, 0), 4);
	assert_int_equal(wire_recv(link->there, link->in, NEAR), GATE_ETIMEOUT);
	assert_int_equal(wire_recv(link->there, link->in, 0), GATE_ETIMEOUT);

	/* a deadline that has passed does not hide what is there already */
	wire_begin(link->out, VERB);
	assert_int_equal(wire_send(link->here, link->out, 0), 0);
	assert_int_equal(wire_recv(link->there, link->in, 0), 0);

	/* a peer that does not read: the buffer of the socket is full */
	wire_begin(link->out, VERB);
	wire_put_bytes(link->out, 1, text, 1 << 20);
	start = clock_mono_ms();
	assert_int_equal(
	    wire_send(link->here, link->out, start + 50), GATE_ETIMEOUT);
	assert_in_range(clock_mono_ms() - start, 50, 5000);
	free(text);
}

/* An announcement is only a word: memory follows what has really come. */
static void
believes_in_bytes_not_in_announcements(void **state)
{
	struct link *link = *state;
	uint8_t head[HEAD + 1], *bytes = calloc(1, 1 << 16);
	uint32_t size = WIRE_BODY_LOGIN;
	size_t before = wire_msg_room(link->in);

	assert_non_null(bytes);
	wire_begin(link->out, VERB);
	(void)frame_of(link, link->out, head, sizeof(head));
	memcpy(head + 8, &size, sizeof(size));
	assert_int_equal(send(link->here, head, HEAD, 0), HEAD);
	wire_recv_begin(link->in);
	assert_int_equal(wire_recv_more(link->there, link->in), 1);
	assert_int_equal(wire_msg_room(link->in), before);
	assert_int_equal(send(link->here, bytes, 1 << 16, 0), 1 << 16);
	assert_int_equal(wire_recv_more(link->there, link->in), 1);
	assert_in_range(wire_msg_room(link->in), 1 << 16, 4 << 16);

	/* one byte more than may be is refused by its announcement alone */
	size++;
	memcpy(head + 8, &size, sizeof(size));
	wire_recv_begin(link->in);
	assert_int_equal(send(link->here, head, HEAD, 0), HEAD);
	assert_int_equal(wire_recv_more(link->there, link->in), GATE_ETOOBIG);
	size = UINT32_MAX;
	memcpy(head + 8, &size, sizeof(size));
	assert_int_equal(wire_decode(link->in, head, HEAD), GATE_ETOOBIG);
	free(bytes);
}

/* A password must not lie in the memory of the next message. */
static void
wipes_what_was_said(void **state)
{
	struct link *link = *state;
	const char *secret, *frame;
	size_t size;

	wire_begin(link->out, VERB);
	wire_put_str(link->out, 1, "a password");
	secret = wire_bytes(link->out, 1, &size);
	assert_int_equal(wire_send(link->here, link->out, FAR), 0);
	wire_begin(link->out, VERB);
	assert_int_equal(secret[0], '\0');
	assert_int_equal(secret[size - 1], '\0');

	assert_int_equal(wire_recv(link->there, link->in, FAR), 0);
	secret = wire_bytes(link->in, 1, &size);
	assert_memory_equal(secret, "a password", size);
	wire_recv_begin(link->in);
	assert_int_equal(secret[0], '\0');
	assert_int_equal(secret[size - 1], '\0');

	/* also of a frame that never became whole */
	frame = secret - (FIELD - 1) - HEAD;
	assert_int_equal(send(link->here, "ETAG", 4, 0), 4);
	assert_int_equal(wire_recv_more(link->there, link->in), 1);
	assert_memory_equal(frame, "ETAG", 4);
	wire_recv_begin(link->in);
	assert_memory_equal(frame, "\0\0\0\0", 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(carries_every_kind_of_field),
		TEST(carries_nothing_but_a_verb),
		TEST(reads_no_field_as_another_kind),
		TEST(copies_what_fits),
		TEST(keeps_an_error_for_the_sending),
		TEST(receives_up_to_its_own_cap),
		TEST(carries_as_much_as_is_allowed),
		TEST(refuses_garbage),
		TEST(refuses_every_truncation),
		TEST(survives_random_bodies),
		TEST(gathers_byte_by_byte),
		TEST(parts_frames_back_to_back),
		TEST(takes_one_alone),
		TEST(tells_where_the_peer_hung_up),
		TEST(keeps_to_the_deadline),
		TEST(believes_in_bytes_not_in_announcements),
		TEST(wipes_what_was_said),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
