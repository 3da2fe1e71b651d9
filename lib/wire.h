/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_WIRE_H
#define GATE_WIRE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The wire protocol between the processes of the gate: frames of typed
 * fields over a stream socket.
 *
 *	frame:  u32 magic, u16 version, u16 verb, u32 size of the body
 *	body:   fields, each  u16 tag, u16 zero, u32 length, bytes, NUL
 *
 * Host byte order: both ends are on one machine. A frame is checked as a
 * whole before a field of it is read. The verbs and tags are in protocol.h.
 */
#define WIRE_MAGIC   0x47415445u
#define WIRE_VERSION 1

/* The largest body that is ever read or sent: room for metadata. */
#define WIRE_BODY_MAX (64u << 20)

/* What a PAM conversation needs: a 1 MiB Response and its context. */
#define WIRE_BODY_LOGIN (2u << 20)

/*
 * One message, its memory from secret_alloc: it may carry a password. It is
 * meant to be used again and again: wire_begin and wire_recv wipe what was in
 * it.
 */
struct wire_msg;

/* An empty message whose body may grow to max bytes; 0 or GATE_ENOMEM. */
int wire_msg_new(struct wire_msg **msg, size_t max);
void wire_msg_free(struct wire_msg **msg);

/* Starts a message of this verb. */
void wire_begin(struct wire_msg *msg, uint16_t verb);

/*
 * Append one field. Errors are kept and told by wire_send (GATE_ENOMEM,
 * GATE_ETOOBIG). A NULL text appends nothing.
 */
void wire_put_bytes(
    struct wire_msg *msg, uint16_t tag, const void *bytes, size_t size);
void wire_put_str(struct wire_msg *msg, uint16_t tag, const char *text);
void wire_put_num(struct wire_msg *msg, uint16_t tag, int64_t number);

uint16_t wire_verb(const struct wire_msg *msg);

/*
 * The first field with this tag, NULL where there is none; the pointer is
 * into the message and lives as long as its contents. wire_bytes gives the
 * size (the bytes are followed by a NUL). wire_str gives NULL also for a
 * field with a NUL inside.
 */
const void *wire_bytes(const struct wire_msg *msg, uint16_t tag, size_t *size);
const char *wire_str(const struct wire_msg *msg, uint16_t tag);

/*
 * Copies the text of the first field with this tag, none leaves text as it is:
 * 0, or GATE_EPROTO for one that does not fit or has a NUL inside.
 */
int wire_copy(
    const struct wire_msg *msg, uint16_t tag, char *text, size_t size);

/* The number in the first field with this tag, or fallback without one. */
int64_t wire_num(const struct wire_msg *msg, uint16_t tag, int64_t fallback);

/*
 * Walks the fields in their order: start with *cursor = 0; returns 0 after
 * the last one, else 1.
 */
struct wire_field {
	uint16_t tag;
	const char *bytes; /* followed by a NUL */
	size_t size;
};
int wire_next(
    const struct wire_msg *msg, size_t *cursor, struct wire_field *field);

/* The number in a field met by wire_next, or fallback if it is none. */
int64_t wire_field_num(const struct wire_field *field, int64_t fallback);

/*
 * Send or receive one whole frame before the deadline (clock_mono_ms). The
 * socket may be blocking or not. No SIGPIPE. 0, or GATE_ETIMEOUT,
 * GATE_ECLOSED (hung up between frames), GATE_EPROTO (garbage, or hung up
 * within a frame), GATE_ETOOBIG, GATE_ENOMEM, GATE_EIO.
 */
int wire_send(int fd, struct wire_msg *msg, int64_t deadline);
int wire_recv(int fd, struct wire_msg *msg, int64_t deadline);

/*
 * As wire_recv, for an answer that comes sooner than this thread could fall
 * asleep and be woken: it looks for it first, and lets others run meanwhile.
 * And the answer is one frame alone: GATE_EPROTO where more follows at once.
 */
int wire_recv_soon(int fd, struct wire_msg *msg, int64_t deadline);

/*
 * Receives as much of a frame as has come, without waiting, for a caller who
 * watches many sockets: 0 when the frame is whole, 1 when more must come, else
 * an error of wire_recv; GATE_EPROTO also where more follows at once: nobody
 * may ask before he was answered. wire_recv_begin makes msg ready for a new
 * frame.
 */
void wire_recv_begin(struct wire_msg *msg);
int wire_recv_more(int fd, struct wire_msg *msg);

/* Whether a byte of the frame being received has come yet. */
int wire_recv_begun(const struct wire_msg *msg);

/* How many bytes of memory the message holds on to. */
size_t wire_msg_room(const struct wire_msg *msg);

/*
 * Checks a frame that lies in memory and takes it over into msg: what
 * wire_recv does after reading; for tests and fuzzing. 0 or GATE_EPROTO,
 * GATE_ETOOBIG, GATE_ENOMEM.
 */
int wire_decode(struct wire_msg *msg, const void *frame, size_t size);

#endif
