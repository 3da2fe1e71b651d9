/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/outgoing.h"

#include <stdio.h>

#include "gatehousectl/json.h"
#include "lib/protocol.h"

int
outgoing_is(const struct wire_msg *result)
{
	int fields = (wire_str(result, TAG_FIELD) != NULL) +
	    (wire_str(result, TAG_MESSAGE) != NULL);

	if (wire_str(result, TAG_URL) == NULL)
		return fields == 0 ? 0 : -1;
	return fields != 1 ? 1 : -1;
}

void
outgoing_print(const struct wire_msg *result)
{
	const char *field = wire_str(result, TAG_FIELD);
	const char *relay_state = wire_str(result, TAG_RELAY_STATE);

	puts(wire_str(result, TAG_URL));
	if (field != NULL)
		printf("%s %s\n", field, wire_str(result, TAG_MESSAGE));
	if (field != NULL && relay_state != NULL)
		printf("RelayState %s\n", relay_state);
}

void
outgoing_put(json_t *object, const struct wire_msg *result)
{
	json_put_text(object, "url", wire_str(result, TAG_URL));
	json_put_text(object, "field", wire_str(result, TAG_FIELD));
	json_put_text(object, "message", wire_str(result, TAG_MESSAGE));
	json_put_text(object, "relay_state", wire_str(result, TAG_RELAY_STATE));
}
