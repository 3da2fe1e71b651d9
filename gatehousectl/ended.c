/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/ended.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "lib/protocol.h"

static int
show_json(int64_t count, const char *state)
{
	json_t *object = json_object();

	json_put(object, "ended", json_integer(count));
	json_put_text(object, "state", state);
	return json_show(object);
}

/* Ended on record is not all of it: a process may go on. */
static int
complain_partial(enum ended_way way)
{
	if (way == ENDED_ONE)
		complain(
		    "it has ended, but the process that holds it was not "
		    "ended: it holds other sessions too, or see the log of "
		    "gatehoused");
	else
		complain("not every process that holds one of them was ended: "
			 "see the log of gatehoused");
	return CTL_NO;
}

int
ended_show(const struct options *options, const struct wire_msg *result,
    enum ended_way way)
{
	const char *state = wire_str(result, TAG_STATE);
	int64_t count = wire_num(result, TAG_COUNT, 0);
	const char *plural = count == 1 ? "" : "s";
	int r = CTL_DONE;

	if (options->json)
		r = show_json(count, state);
	else if (way == ENDED_MANY)
		printf("%" PRId64 " session%s ended\n", count, plural);
	else if (way == ENDED_BESIDES && count > 0)
		note("%" PRId64 " session%s ended", count, plural);
	if (r == CTL_DONE && (state == NULL || strcmp(state, "complete") != 0))
		r = complain_partial(way);
	return r;
}
