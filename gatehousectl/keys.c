/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "lib/protocol.h"

/* A row is news that it goes on; a number with each would only scroll. */
static int
hear(const struct wire_msg *row, void *data)
{
	(void)data;
	note("%" PRId64 " secrets sealed anew", wire_num(row, TAG_COUNT, 0));
	return CTL_DONE;
}

static int
show(const struct options *options, int64_t count)
{
	json_t *object;

	if (options->json) {
		object = json_object();
		json_put(object, "sealed_anew", json_integer(count));
		return json_show(object);
	}
	printf("%" PRId64 " secrets sealed anew\n", count);
	note("copies of the key before open backups of the store from before: "
	     "keep them together, and a copy of the new key");
	return CTL_DONE;
}

int
key_rotate(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_KEY_ROTATE);

	if (r == CTL_DONE)
		r = ask_done(ask, hear, NULL);
	if (r == CTL_DONE)
		r = show(options, wire_num(ask_msg(ask), TAG_COUNT, 0));
	ask_free(&ask);
	return r;
}
