/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/helper.h"
#include "saml/service.h"

int
serve_metadata(struct service *service)
{
	struct saml_metadata_facts facts = { 0 };
	const char *certificate, *text;
	char why[512] = "";
	size_t size;
	int64_t now = wire_num(service->msg, TAG_NOW, 0);
	int r = service_text(service, TAG_CERTIFICATE, &certificate);

	text = wire_bytes(service->msg, TAG_METADATA, &size);
	if (r != 0 || text == NULL || now <= 0)
		return GATE_EPROTO;
	r = saml_metadata_verify(
	    text, size, certificate, now, &facts, why, sizeof(why));
	if (r != 0 && r != GATE_ECONFIG)
		return r;
	/* it was judged in either case: with what is wrong, or the facts */
	helper_granted(service->msg);
	if (r == GATE_ECONFIG) {
		wire_put_str(service->msg, TAG_DETAIL, why);
		return 0;
	}
	wire_put_num(service->msg, TAG_IDP_COUNT, (int64_t)facts.idps);
	wire_put_num(service->msg, TAG_VALID_UNTIL, facts.valid_until);
	wire_put_num(service->msg, TAG_CACHE_DURATION, facts.cache_duration);
	return 0;
}
