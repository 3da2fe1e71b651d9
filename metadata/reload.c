/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metadata/reload.h"

#include <errno.h>
#include <string.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"

/* It starts its workers anew before it answers. */
#define RELOAD_MS 120000

static int
ask(struct client *client, int64_t deadline)
{
	struct wire_msg *msg = client_msg(client);
	int r;

	wire_begin(msg, VERB_RELOAD);
	r = client_ask(client, deadline);
	if (r != 0) {
		log_error("gatehoused did not answer: %s", gate_strerror(r));
		return r;
	}
	if (wire_num(msg, TAG_OUTCOME, -1) == OUTCOME_GRANTED) {
		log_info("gatehoused has read it");
		return 0;
	}
	log_error("gatehoused did not take it: %s; its log says more",
	    gate_strerror((int)wire_num(msg, TAG_ERROR, GATE_EPROTO)));
	return GATE_EREFUSED;
}

int
reload_ask(const char *socket)
{
	struct client *client = NULL;
	int64_t deadline = clock_mono_ms() + RELOAD_MS;
	int r = client_new(&client, socket, deadline);

	if (r == GATE_EIO && (errno == ENOENT || errno == ECONNREFUSED)) {
		log_info("gatehoused does not run: it reads it when it starts");
		return 0;
	}
	if (r != 0)
		log_error("%s: %s", socket,
		    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	else
		r = ask(client, deadline);
	client_free(&client);
	return r;
}
