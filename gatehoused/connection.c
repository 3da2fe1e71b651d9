/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/connection.h"

#include <stdlib.h>
#include <unistd.h>

#include "gatehoused/request.h"
#include "lib/clock.h"
#include "lib/error.h"

/* A message that has grown over this is not kept for the next one. */
#define KEEP_ROOM (64u << 10)

int
connection_new(struct connection **connection, int fd)
{
	struct connection *c = calloc(1, sizeof(*c));
	int r = GATE_ENOMEM;

	if (c != NULL) {
		c->fd = fd;
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

int
connection_gather(struct connection *c)
{
	int r;

	if (c->in == NULL) {
		r = wire_msg_new(&c->in, WIRE_BODY_LOGIN);
		if (r != 0)
			return r;
	}
	return wire_recv_more(c->fd, c->in);
}

int
connection_answer(struct connection *c, struct gate *gate, struct wire_msg *out)
{
	struct request request = { .gate = gate,
		.policy = gate_policy(gate),
		.peer = &c->peer,
		.in = c->in,
		.out = out,
		.fd = c->fd,
		.dialogue = &c->dialogue };
	int64_t timeout = request.policy->config->request_timeout * 1000;
	int r;

	request_dispatch(&request);
	r = wire_send(c->fd, out, clock_mono_ms() + timeout);
	wire_begin(out, 0); /* it may hold a ticket or a seed */
	if (wire_msg_room(c->in) > KEEP_ROOM)
		wire_msg_free(&c->in);
	else
		wire_recv_begin(c->in);
	/* while a person thinks, time runs by another measure */
	if (c->dialogue != NULL)
		timeout = request.policy->config->answer_timeout * 1000;
	c->deadline = clock_mono_ms() + timeout;
	policy_unref(&request.policy);
	return r;
}
