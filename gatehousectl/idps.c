/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/record.h"
#include "lib/protocol.h"

static const struct record_field fields[] = {
	{ TAG_ENTITY_ID, RECORD_TEXT, "entity_id", "ENTITY ID" },
	{ TAG_DISPLAY_NAME, RECORD_TEXT, "display_name", "NAME" },
};

int
idp_list(const struct options *options)
{
	const struct record_view view = { fields,
		sizeof(fields) / sizeof(fields[0]), options->json };
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_IDP_LIST);

	if (r == CTL_DONE)
		r = record_list_ask(ask, &view);
	ask_free(&ask);
	return r;
}
