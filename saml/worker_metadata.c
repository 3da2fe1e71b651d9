/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/metadata.h"
#include "saml/worker_ask.h"

/* A tree takes about ten times what its text does. */
#define JUDGE_MEMORY ((int64_t)1 << 30)

/* Where the judgement goes. */
struct judgement {
	struct saml_metadata_facts *facts;
	char *why;
	size_t why_size;
};

static int
take_facts(const struct wire_msg *answer, void *data)
{
	const struct judgement *judgement = data;
	struct saml_metadata_facts *facts = judgement->facts;
	const char *detail = wire_str(answer, TAG_DETAIL);
	int64_t idps = wire_num(answer, TAG_IDP_COUNT, 0);

	if (detail != NULL) {
		snprintf(judgement->why, judgement->why_size, "%s", detail);
		return GATE_ECONFIG;
	}
	facts->valid_until = wire_num(answer, TAG_VALID_UNTIL, -1);
	facts->cache_duration = wire_num(answer, TAG_CACHE_DURATION, -1);
	if (idps <= 0 || facts->valid_until < 0 || facts->cache_duration < 0)
		return GATE_EPROTO;
	facts->idps = (size_t)idps;
	return 0;
}

int
saml_worker_new_judge(struct saml_worker **worker, const char *program,
    int64_t deadline, char *why, size_t why_size)
{
	/* required of settings, and of no meaning without documents */
	static char entity_id[] = "none", url[] = "none", user[] = "name_id";
	const struct saml_settings settings = { .entity_id = entity_id,
		.acs_url = url,
		.user_from = user,
		.memory_limit = JUDGE_MEMORY };

	return saml_worker_new(
	    worker, program, &settings, deadline, why, why_size);
}

int
saml_worker_metadata(struct saml_worker *worker, const char *text, size_t size,
    const char *certificate, int64_t now, int64_t deadline,
    struct saml_metadata_facts *facts, char *why, size_t why_size)
{
	struct wire_msg *msg = saml_worker_question(worker, VERB_SAML_METADATA);
	struct judgement judgement = { facts, why, why_size };
	struct refusal refusal = { 0 };
	int r;

	wire_put_bytes(msg, TAG_METADATA, text, size);
	wire_put_str(msg, TAG_CERTIFICATE, certificate);
	wire_put_num(msg, TAG_NOW, now);
	r = saml_worker_ask(
	    worker, msg, deadline, take_facts, &judgement, &refusal);
	if (r != 0 && r != GATE_ECONFIG)
		snprintf(why, why_size, "%s", refusal.detail);
	return r;
}
