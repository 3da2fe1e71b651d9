/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/json.h"
#include "gatehousectl/outgoing.h"
#include "gatehousectl/say.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

static int
show_json(const struct wire_msg *result)
{
	json_t *object = json_object();

	outgoing_put(object, result);
	json_put_text(object, "request_id", wire_str(result, TAG_REQUEST_ID));
	json_put_text(object, "idp", wire_str(result, TAG_ENTITY_ID));
	json_put_time(object, "expires", wire_num(result, TAG_EXPIRES, 0));
	return json_show(object);
}

static int
show(const struct wire_msg *result)
{
	char until[CLOCK_TEXT_SIZE];

	if (outgoing_is(result) != 1 ||
	    wire_str(result, TAG_RELAY_STATE) == NULL) {
		complain("%s", gate_strerror(GATE_EPROTO));
		return CTL_FAILED;
	}
	outgoing_print(result);
	clock_text(wire_num(result, TAG_EXPIRES, 0), until);
	note("to be answered once, until %s", until);
	return CTL_DONE;
}

int
sso_start(const struct options *options)
{
	struct ask *ask = NULL;
	struct wire_msg *msg;
	int r = ask_new(&ask, options, VERB_SSO_BEGIN);

	if (r != CTL_DONE)
		return r;
	msg = ask_msg(ask);
	wire_put_str(msg, TAG_SERVICE, options->service);
	wire_put_str(msg, TAG_ENTITY_ID, options->idp);
	wire_put_num(msg, TAG_FORCE, (options->given & OPTION_FORCE) != 0);
	wire_put_num(msg, TAG_PASSIVE, (options->given & OPTION_PASSIVE) != 0);
	if (options->given & OPTION_POST)
		wire_put_num(msg, TAG_BINDING, 1);
	r = ask_done(ask, NULL, NULL);
	if (r == CTL_DONE)
		r = options->json ? show_json(msg) : show(msg);
	ask_free(&ask);
	return r;
}
