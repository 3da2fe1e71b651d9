/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/worker_ask.h"

static int
take_info(const struct wire_msg *answer, void *data)
{
	size_t size;

	if (wire_bytes(answer, TAG_ENTITY_ID, &size) == NULL)
		return GATE_ENOTFOUND;
	return saml_idp_info_get(data, answer);
}

int
saml_worker_idp(struct saml_worker *worker, const char *entity_id,
    int64_t deadline, struct saml_idp_info *info, struct refusal *refusal)
{
	struct wire_msg *msg = saml_worker_question(worker, VERB_SAML_IDP);

	memset(info, 0, sizeof(*info));
	wire_put_str(msg, TAG_ENTITY_ID, entity_id);
	return saml_worker_ask(worker, msg, deadline, take_info, info, refusal);
}

/* The one who is told of each IdP, and what he says. */
struct audience {
	saml_worker_idp_each *each;
	void *data;
	int result;
};

/* Each entityID begins an IdP; its texts are only pointed at. */
static int
take_list(const struct wire_msg *answer, void *data)
{
	struct audience *audience = data;
	struct saml_idp_info info = { 0 };
	struct wire_field field;
	size_t cursor = 0;

	while (audience->result == 0 && wire_next(answer, &cursor, &field)) {
		char *text = (char *)(uintptr_t)field.bytes;

		if (field.tag == TAG_OUTCOME)
			continue;
		if (strlen(text) != field.size)
			return GATE_EPROTO;
		if (field.tag == TAG_ENTITY_ID) {
			if (info.entity_id != NULL)
				audience->result =
				    audience->each(&info, audience->data);
			info = (struct saml_idp_info){ .entity_id = text };
		} else if (field.tag == TAG_DISPLAY_NAME &&
		    info.entity_id != NULL) {
			info.display_name = text;
		} else {
			return GATE_EPROTO;
		}
	}
	if (audience->result == 0 && info.entity_id != NULL)
		audience->result = audience->each(&info, audience->data);
	return 0;
}

int
saml_worker_idps(struct saml_worker *worker, const char *after, int64_t limit,
    int64_t deadline, saml_worker_idp_each *each, void *data,
    struct refusal *refusal)
{
	struct audience audience = { each, data, 0 };
	struct wire_msg *msg = saml_worker_question(worker, VERB_SAML_IDP_LIST);
	int r;

	wire_put_str(msg, TAG_ENTITY_ID, after);
	wire_put_num(msg, TAG_LIMIT, limit);
	r = saml_worker_ask(
	    worker, msg, deadline, take_list, &audience, refusal);
	return r != 0 ? r : audience.result;
}
