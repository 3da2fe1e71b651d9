/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/status.h"

#include "saml/element.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

int
saml_status_read(
    struct saml_status *status, const xmlNode *node, struct refusal *refusal)
{
	enum {
		CODE,
		MESSAGE,
		DETAIL
	};
	static const struct element_slot slots[] = {
		[CODE] = { NS_PROTOCOL, { "StatusCode" }, 1, 0 },
		[MESSAGE] = { NS_PROTOCOL, { "StatusMessage" }, 0, 0 },
		[DETAIL] = { NS_PROTOCOL, { "StatusDetail" }, 0, 0 },
	};
	static const struct element_slot below[] = {
		{ NS_PROTOCOL, { "StatusCode" }, 0, 0 },
	};
	xmlNode *found[COUNT(slots)], *second[COUNT(below)];
	int r;

	r = element_children(
	    node, slots, COUNT(slots), found, REASON_BAD_STRUCTURE, refusal);
	if (r == 0)
		r = element_children(found[CODE], below, COUNT(below), second,
		    REASON_BAD_STRUCTURE, refusal);
	if (r != 0)
		return r;
	status->code = element_attribute(found[CODE], "Value");
	if (status->code == NULL)
		status->code = "";
	status->second =
	    second[0] != NULL ? element_attribute(second[0], "Value") : NULL;
	status->message =
	    found[MESSAGE] != NULL ? element_text(found[MESSAGE]) : NULL;
	return 0;
}
