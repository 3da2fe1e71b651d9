/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/wire.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/secret.h"

struct frame_header {
	uint32_t magic;
	uint16_t version;
	uint16_t verb;
	uint32_t size;
};

struct field_header {
	uint16_t tag;
	uint16_t zero;
	uint32_t size;
};

#define FRAME_FIRST 4096 /* one page holds all but what carries a Response */

/* How often who expects an answer soon looks before it sleeps: 0.1 ms. */
#define LOOKS 250

struct wire_msg {
	uint8_t *bytes; /* a frame header and the body */
	size_t room;    /* of bytes */
	size_t max;     /* of the body */
	size_t size;    /* of the body */
	size_t have;    /* bytes of a frame received so far */
	int error;      /* of the wire_put calls, kept for wire_send */
};

static struct frame_header
frame_header(const struct wire_msg *msg)
{
	struct frame_header header;

	memcpy(&header, msg->bytes, sizeof(header));
	return header;
}

static const uint8_t *
body(const struct wire_msg *msg)
{
	return msg->bytes + sizeof(struct frame_header);
}

int
wire_msg_new(struct wire_msg **msg, size_t max)
{
	struct wire_msg *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return GATE_ENOMEM;
	m->max = max < WIRE_BODY_MAX ? max : WIRE_BODY_MAX;
	m->room = FRAME_FIRST;
	m->bytes = secret_alloc(m->room);
	if (m->bytes == NULL) {
		free(m);
		return GATE_ENOMEM;
	}
	wire_begin(m, 0);
	*msg = m;
	return 0;
}

void
wire_msg_free(struct wire_msg **msg)
{
	struct wire_msg *m = *msg;

	if (m == NULL)
		return;
	secret_free(m->bytes, m->room);
	free(m);
	*msg = NULL;
}

/* Makes room for a body of size bytes. */
static int
reserve(struct wire_msg *msg, size_t size)
{
	size_t need = sizeof(struct frame_header) + size;
	size_t room = msg->room;
	uint8_t *larger;

	if (size > msg->max)
		return GATE_ETOOBIG;
	if (need <= room)
		return 0;
	while (room < need)
		room *= 2;
	larger = secret_grow(msg->bytes, msg->room, room);
	if (larger == NULL)
		return GATE_ENOMEM;
	msg->bytes = larger;
	msg->room = room;
	return 0;
}

/* Only what was used can hold anything. */
static void
wipe(struct wire_msg *msg)
{
	size_t used = sizeof(struct frame_header) + msg->size;

	explicit_bzero(msg->bytes, used > msg->have ? used : msg->have);
	msg->size = 0;
	msg->have = 0;
	msg->error = 0;
}

void
wire_begin(struct wire_msg *msg, uint16_t verb)
{
	struct frame_header header = {
		.magic = WIRE_MAGIC, .version = WIRE_VERSION, .verb = verb
	};

	wipe(msg);
	memcpy(msg->bytes, &header, sizeof(header));
}

void
wire_put_bytes(
    struct wire_msg *msg, uint16_t tag, const void *bytes, size_t size)
{
	struct field_header header = { .tag = tag, .size = (uint32_t)size };
	uint8_t *at;
	int r;

	if (msg->error != 0)
		return;
	r = size > msg->max
	    ? GATE_ETOOBIG
	    : reserve(msg, msg->size + sizeof(header) + size + 1);
	if (r != 0) {
		msg->error = r;
		return;
	}
	at = msg->bytes + sizeof(struct frame_header) + msg->size;
	memcpy(at, &header, sizeof(header));
	if (size > 0)
		memcpy(at + sizeof(header), bytes, size);
	at[sizeof(header) + size] = '\0';
	msg->size += sizeof(header) + size + 1;
}

void
wire_put_str(struct wire_msg *msg, uint16_t tag, const char *text)
{
	if (text != NULL)
		wire_put_bytes(msg, tag, text, strlen(text));
}

void
wire_put_num(struct wire_msg *msg, uint16_t tag, int64_t number)
{
	wire_put_bytes(msg, tag, &number, sizeof(number));
}

uint16_t
wire_verb(const struct wire_msg *msg)
{
	return frame_header(msg).verb;
}

/*
 * Reads the field at *cursor and steps over it: 1, or 0 at the end, or -1
 * where the body is no row of fields.
 */
static int
step(const struct wire_msg *msg, size_t *cursor, struct wire_field *field)
{
	size_t left = msg->size - *cursor;
	const uint8_t *at = body(msg) + *cursor;
	struct field_header header;

	if (left == 0)
		return 0;
	if (left < sizeof(header) + 1)
		return -1;
	memcpy(&header, at, sizeof(header));
	if (header.zero != 0 || header.size > left - sizeof(header) - 1 ||
	    at[sizeof(header) + header.size] != '\0')
		return -1;
	field->tag = header.tag;
	field->bytes = (const char *)at + sizeof(header);
	field->size = header.size;
	*cursor += sizeof(header) + header.size + 1;
	return 1;
}

int
wire_next(const struct wire_msg *msg, size_t *cursor, struct wire_field *field)
{
	return step(msg, cursor, field) == 1;
}

const void *
wire_bytes(const struct wire_msg *msg, uint16_t tag, size_t *size)
{
	struct wire_field field;
	size_t cursor = 0;

	while (wire_next(msg, &cursor, &field))
		if (field.tag == tag) {
			*size = field.size;
			return field.bytes;
		}
	return NULL;
}

const char *
wire_str(const struct wire_msg *msg, uint16_t tag)
{
	size_t size;
	const char *text = wire_bytes(msg, tag, &size);

	return text != NULL && strlen(text) == size ? text : NULL;
}

int64_t
wire_field_num(const struct wire_field *field, int64_t fallback)
{
	int64_t number;

	if (field->size != sizeof(number))
		return fallback;
	memcpy(&number, field->bytes, sizeof(number));
	return number;
}

int
wire_copy(const struct wire_msg *msg, uint16_t tag, char *text, size_t size)
{
	size_t length;
	const char *bytes = wire_bytes(msg, tag, &length);

	if (bytes == NULL)
		return 0;
	if (length >= size || strlen(bytes) != length)
		return GATE_EPROTO;
	memcpy(text, bytes, length + 1);
	return 0;
}

int64_t
wire_num(const struct wire_msg *msg, uint16_t tag, int64_t fallback)
{
	struct wire_field field = { .tag = tag };

	field.bytes = wire_bytes(msg, tag, &field.size);
	return field.bytes != NULL ? wire_field_num(&field, fallback)
				   : fallback;
}

/* Waits until fd is ready for events, or the deadline has passed. */
static int
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	int left, n;

	do {
		left = clock_left_ms(deadline);
		if (left == 0)
			return GATE_ETIMEOUT;
		n = poll(&p, 1, left);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return GATE_EIO;
	return n == 0 ? GATE_ETIMEOUT : 0;
}

int
wire_send(int fd, struct wire_msg *msg, int64_t deadline)
{
	struct frame_header header = frame_header(msg);
	size_t size = sizeof(header) + msg->size;
	size_t sent = 0;
	ssize_t n;
	int r;

	if (msg->error != 0)
		return msg->error;
	header.size = (uint32_t)msg->size;
	memcpy(msg->bytes, &header, sizeof(header));
	while (sent < size) {
		n = send(fd, msg->bytes + sent, size - sent,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			sent += (size_t)n;
			continue;
		}
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return GATE_ECLOSED;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return GATE_EIO;
		r = wait_for(fd, POLLOUT, deadline);
		if (r != 0)
			return r;
	}
	return 0;
}

/* The size of the body that a frame announces, if it may be believed. */
static int
announced(const struct wire_msg *msg, size_t *size)
{
	struct frame_header header = frame_header(msg);

	if (header.magic != WIRE_MAGIC || header.version != WIRE_VERSION)
		return GATE_EPROTO;
	if (header.size > msg->max)
		return GATE_ETOOBIG;
	*size = header.size;
	return 0;
}

/* Is the body a row of fields, to the last byte? */
static int
check_body(const struct wire_msg *msg)
{
	struct wire_field field;
	size_t cursor = 0;
	int r;

	do
		r = step(msg, &cursor, &field);
	while (r == 1);
	return r == 0 ? 0 : GATE_EPROTO;
}

void
wire_recv_begin(struct wire_msg *msg)
{
	wipe(msg);
}

int
wire_recv_begun(const struct wire_msg *msg)
{
	return msg->have > 0;
}

size_t
wire_msg_room(const struct wire_msg *msg)
{
	return msg->room;
}

/*
 * How long the frame is, as far as is known yet: its header, and once that is
 * here, the body that it announces.
 */
static int
frame_size(const struct wire_msg *msg, size_t *size)
{
	size_t body_size = 0;
	int r = 0;

	if (msg->have >= sizeof(struct frame_header))
		r = announced(msg, &body_size);
	*size = sizeof(struct frame_header) + body_size;
	return r;
}

/*
 * Room for more of the frame. It grows with what has come, not with what was
 * announced: an announcement costs the peer nothing.
 */
static int
make_room(struct wire_msg *msg, size_t want)
{
	size_t room = msg->have * 2;

	if (msg->have < msg->room)
		return 0;
	return reserve(
	    msg, (room < want ? room : want) - sizeof(struct frame_header));
}

/*
 * As wire_recv_more. Alone: no other frame may follow before this one has been
 * answered, so that all there is can be taken at once.
 */
static int
take(int fd, struct wire_msg *msg, int alone)
{
	size_t want, room;
	ssize_t n;
	int r;

	for (;;) {
		r = frame_size(msg, &want);
		if (r == 0)
			r = make_room(msg, want);
		if (r != 0)
			return r;
		if (msg->have >= want)
			break;
		room = alone || want > msg->room ? msg->room : want;
		n = recv(
		    fd, msg->bytes + msg->have, room - msg->have, MSG_DONTWAIT);
		if (n > 0)
			msg->have += (size_t)n;
		else if (n == 0 || errno == ECONNRESET)
			return msg->have > 0 ? GATE_EPROTO : GATE_ECLOSED;
		else if (errno == EAGAIN)
			return 1;
		else if (errno != EINTR)
			return GATE_EIO;
	}
	if (msg->have > want)
		return GATE_EPROTO;
	/* a bare header has been received when no body was announced */
	msg->size = want - sizeof(struct frame_header);
	return check_body(msg);
}

int
wire_recv_more(int fd, struct wire_msg *msg)
{
	return take(fd, msg, 1);
}

/* Until it is whole, or the deadline has passed. */
static int
wait_whole(int fd, struct wire_msg *msg, int64_t deadline, int alone)
{
	int r;

	while ((r = take(fd, msg, alone)) == 1) {
		r = wait_for(fd, POLLIN, deadline);
		if (r != 0)
			break;
	}
	return r;
}

int
wire_recv(int fd, struct wire_msg *msg, int64_t deadline)
{
	wire_recv_begin(msg);
	return wait_whole(fd, msg, deadline, 0);
}

int
wire_recv_soon(int fd, struct wire_msg *msg, int64_t deadline)
{
	int looks = LOOKS;
	int r;

	wire_recv_begin(msg);
	while ((r = take(fd, msg, 1)) == 1 && --looks > 0)
		(void)sched_yield();
	return r == 1 ? wait_whole(fd, msg, deadline, 1) : r;
}

int
wire_decode(struct wire_msg *msg, const void *frame, size_t size)
{
	size_t announced_size;
	int r;

	wipe(msg);
	if (size < sizeof(struct frame_header))
		return GATE_EPROTO;
	memcpy(msg->bytes, frame, sizeof(struct frame_header));
	r = announced(msg, &announced_size);
	if (r != 0)
		return r;
	if (size - sizeof(struct frame_header) != announced_size)
		return GATE_EPROTO;
	r = reserve(msg, announced_size);
	if (r != 0)
		return r;
	msg->size = announced_size;
	memcpy(msg->bytes, frame, size);
	return check_body(msg);
}
