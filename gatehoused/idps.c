/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/request.h"
#include "gatehoused/rows.h"
#include "lib/error.h"
#include "lib/protocol.h"

/* So many are asked for at once: a worker is not held for long. */
#define PAGE 500

/* People read it; what an IdP says beyond this is left out. */
#define DISPLAY_NAME_MAX 256

struct idp_row {
	char entity_id[STORE_ID_MAX];
	char display_name[DISPLAY_NAME_MAX];
};

static int
collect(const struct saml_idp_info *info, void *data)
{
	struct idp_row *row = rows_add(data);

	if (row == NULL)
		return GATE_ENOMEM;
	if ((size_t)snprintf(row->entity_id, sizeof(row->entity_id), "%s",
		info->entity_id) >= sizeof(row->entity_id))
		return GATE_ETOOBIG;
	row->display_name[0] = '\0';
	if (info->display_name != NULL &&
	    strlen(info->display_name) < DISPLAY_NAME_MAX)
		memcpy(row->display_name, info->display_name,
		    strlen(info->display_name) + 1);
	return 0;
}

static int
send_page(struct request *request, const struct rows *page)
{
	const struct idp_row *row;
	size_t i;
	int r = 0;

	for (i = 0; i < page->count && r == 0; i++) {
		row = rows_at(page, i);
		wire_begin(request->out, VERB_ROW);
		wire_put_str(request->out, TAG_ENTITY_ID, row->entity_id);
		wire_put_str(request->out, TAG_DISPLAY_NAME, row->display_name);
		r = request_send(request);
	}
	return r;
}

/* Sends the IdPs behind after, page by page, which it moves along. */
static int
send_all(
    struct request *request, char after[STORE_ID_MAX], struct refusal *refusal)
{
	struct rows page = { .size = sizeof(struct idp_row) };
	const struct idp_row *last;
	size_t count;
	int r;

	do {
		r = workers_idps(request->policy->workers,
		    after[0] != '\0' ? after : NULL, PAGE,
		    peer_patience_for_worker(request->rights, request->policy),
		    collect, &page, refusal);
		if (r == 0)
			r = send_page(request, &page);
		count = page.count;
		if (r == 0 && count > 0) {
			last = rows_at(&page, count - 1);
			memcpy(after, last->entity_id, STORE_ID_MAX);
		}
		rows_clear(&page);
	} while (r == 0 && count == PAGE);
	return r;
}

int
idp_list(struct request *request)
{
	char after[STORE_ID_MAX] = "";
	struct refusal refusal;
	int r = 0;

	if (wire_copy(request->in, TAG_ENTITY_ID, after, sizeof(after)) != 0)
		return GATE_EPROTO;
	if (request->policy->workers != NULL)
		r = send_all(request, after, &refusal);
	if (r == GATE_EREFUSED)
		return request_refused(request, "idp_list", NULL, &refusal);
	if (r == 0)
		request_done(request);
	return r;
}
