/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/connection.h"

#include <stdlib.h>
#include <unistd.h>

#include "gatehoused/request.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"

/* A message that has grown over this is not kept for the next one. */
#define KEEP_ROOM (64u << 10)

int
connection_memory_new(struct connection_memory *memory)
{
	int r = wire_msg_new(&memory->in, WIRE_BODY_LOGIN);

	if (r == 0)
		r = wire_msg_new(&memory->out, WIRE_BODY_LOGIN);
	if (r != 0)
		connection_memory_free(memory);
	return r;
}

void
connection_memory_free(struct connection_memory *memory)
{
	wire_msg_free(&memory->in);
	wire_msg_free(&memory->out);
}

int
connection_new(struct connection **connection, int fd)
{
	struct connection *c = calloc(1, sizeof(*c));
	int r = GATE_ENOMEM;

	if (c != NULL) {
		c->fd = c->slot.fd = fd;
		c->slot.owner = c;
		r = peer_of(fd, &c->peer);
	}
	if (r == 0) {
		*connection = c;
		return 0;
	}
	close(fd);
	free(c);
	return r;
}

void
connection_free(struct connection **connection)
{
	struct connection *c = *connection;

	if (c == NULL)
		return;
	login_free(&c->dialogue);
	wire_msg_free(&c->in);
	close(c->fd);
	free(c);
	*connection = NULL;
}

/* A message that has grown large is not kept. */
static void
give_back(struct connection *c, struct connection_memory *memory)
{
	if (memory->in == NULL && wire_msg_room(c->in) <= KEEP_ROOM) {
		wire_recv_begin(c->in);
		memory->in = c->in;
		c->in = NULL;
	} else
		wire_msg_free(&c->in);
}

int
connection_gather(struct connection *c, struct connection_memory *memory)
{
	int r;

	if (c->in == NULL) {
		c->in = memory->in;
		memory->in = NULL;
	}
	if (c->in == NULL) {
		r = wire_msg_new(&c->in, WIRE_BODY_LOGIN);
		if (r != 0)
			return r;
	}
	r = wire_recv_more(c->fd, c->in);
	/* nothing of a message yet, or the end: the memory is not needed */
	if (r != 0 && !(r == 1 && wire_recv_begun(c->in)))
		give_back(c, memory);
	return r;
}

/*
 * What a proxy asks with every request of a browser is answered from memory:
 * it uses 21 KiB at most, where the name of a user is looked up, and 3 where a
 * token is shown.
 */
static void
wipe_stack(uint16_t verb)
{
	if (verb == VERB_SESSION_CHECK)
		secret_wipe_stack_shallow();
	else
		secret_wipe_stack();
}

int
connection_answer(
    struct connection *c, struct gate *gate, struct connection_memory *memory)
{
	struct request request = { .gate = gate,
		.policy = gate_policy(gate),
		.peer = &c->peer,
		.in = c->in,
		.out = memory->out,
		.fd = c->fd,
		.dialogue = &c->dialogue,
		.slot = &c->slot };
	int64_t timeout = request.policy->config->request_timeout * 1000;
	int r;

	request.rights = peer_rights(&c->peer, request.policy);
	r = request_dispatch(&request);
	wipe_stack(wire_verb(c->in));
	if (r == SLOTS_WAIT) {
		policy_unref(&request.policy);
		return SLOTS_WAIT;
	}
	r = request_send(&request);
	wire_begin(memory->out, 0); /* it may hold a ticket or a seed */
	give_back(c, memory);
	/* while a person thinks, time runs by another measure */
	if (c->dialogue != NULL)
		timeout = request.policy->config->answer_timeout * 1000;
	c->deadline = clock_mono_ms() + timeout;
	policy_unref(&request.policy);
	return r == 0 && request.last ? GATE_ECLOSED : r;
}
