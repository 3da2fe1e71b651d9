/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "lib/error.h"
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
	struct record_list *list = NULL;
	struct ask *ask = NULL;
	int r = CTL_FAILED;

	if (record_list_new(&list, &view) != 0)
		complain("%s", gate_strerror(GATE_ENOMEM));
	else
		r = ask_new(&ask, options, VERB_IDP_LIST);
	if (r == CTL_DONE)
		r = ask_done(ask, record_list_add, list);
	if (r == CTL_DONE)
		r = record_list_show(list);
	ask_free(&ask);
	record_list_free(&list);
	return r;
}
