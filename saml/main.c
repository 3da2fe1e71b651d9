/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatehouse-saml: the process that reads XML so that no other has to. It is
 * started by gatehoused and by gatehousectl with a socket as descriptor 3,
 * and answers one question after another until the other end hangs up.
 */
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/memory.h"
#include "saml/service.h"
#include "saml/verify.h"
#include "saml/warning.h"
#include "saml/worker.h"

/* Reads the settings, in a message of its own: metadata may be large. */
static int
receive_settings(struct saml_settings **settings)
{
	struct wire_msg *msg = NULL;
	int r;

	r = wire_msg_new(&msg, WIRE_BODY_MAX);
	if (r == 0)
		r = helper_receive(msg);
	if (r == 0 && wire_verb(msg) != VERB_SAML_SETUP)
		r = GATE_EPROTO;
	if (r == 0)
		r = saml_settings_get(settings, msg);
	wire_msg_free(&msg);
	return r;
}

static int
read_metadata(struct service *service, char *why, size_t why_size)
{
	const struct saml_settings *settings = service->settings;
	const struct saml_document *document;
	char phrase[256] = "";
	size_t i;
	int r;

	r = saml_idps_new(&service->idps);
	for (i = 0; r == 0 && i < settings->document_count; i++) {
		document = &settings->documents[i];
		r = saml_idps_add(service->idps, document->text, document->size,
		    document->fetched, phrase, sizeof(phrase));
		if (r != 0)
			snprintf(
			    why, why_size, "%s: %s", document->name, phrase);
	}
	/* a worker that is to judge documents begins with none */
	if (r == 0 && settings->document_count > 0 &&
	    saml_idps_count(service->idps) == 0) {
		snprintf(why, why_size, "[saml] idp_metadata names no IdP");
		r = GATE_ECONFIG;
	}
	return r;
}

static int
read_keys(struct service *service, char *why, size_t why_size)
{
	struct saml_settings *settings = service->settings;
	char phrase[128] = "";
	size_t i, before;
	int r = saml_decryption_keys_new(&service->keys);

	for (i = 0; r == 0 && i < settings->key_count; i++) {
		before = saml_decryption_keys_count(service->keys);
		r = saml_decryption_keys_add(service->keys,
		    settings->keys[i].pem, settings->keys[i].size, phrase,
		    sizeof(phrase));
		if (r != 0)
			snprintf(why, why_size, "[saml] %s: %s",
			    i == 0 ? "key" : "rollover_key", phrase);
		else
			service->rollover_idle = i > 0 &&
			    saml_decryption_keys_count(service->keys) == before;
	}
	saml_settings_drop_keys(settings);
	return r;
}

/*
 * Takes the settings, which come first, and answers for them. The limit holds
 * while the metadata is read, so that one which is too small is found now and
 * not at somebody's login.
 */
static int
setup(struct service *service)
{
	char why[512] = "";
	int r;

	r = receive_settings(&service->settings);
	if (r == 0)
		r = memory_limit(service->settings->memory_limit);
	if (r == 0)
		r = wire_msg_new(
		    &service->msg, saml_worker_body_max(service->settings));
	if (r != 0)
		return r;
	r = read_keys(service, why, sizeof(why));
	if (r == 0)
		r = read_metadata(service, why, sizeof(why));
	if (r == GATE_ENOMEM)
		return r; /* which the exit status tells */
	if (r != 0) {
		helper_failed(service->msg, r, why);
		(void)helper_reply(service->msg);
		return r;
	}
	saml_settings_drop_documents(service->settings);
	helper_granted(service->msg);
	wire_put_num(service->msg, TAG_IDP_COUNT,
	    (int64_t)saml_idps_count(service->idps));
	saml_warnings_put(service, clock_wall());
	return helper_reply(service->msg);
}

int
service_text(const struct service *service, uint16_t tag, const char **text)
{
	size_t size;

	*text = wire_str(service->msg, tag);
	return *text == NULL && wire_bytes(service->msg, tag, &size) != NULL
	    ? GATE_EPROTO
	    : 0;
}

static const struct {
	uint16_t verb;
	service_question *serve;
} questions[] = {
	{ VERB_SAML_VERIFY, serve_verify },
	{ VERB_SAML_IDP, serve_idp },
	{ VERB_SAML_IDP_LIST, serve_idps },
	{ VERB_SAML_LOGOUT, serve_logout },
	{ VERB_SAML_METADATA, serve_metadata },
};

/* Reads one question and answers it; not 0 when there is no going on. */
static int
answer(struct service *service)
{
	size_t i;
	int r, sent;

	r = helper_receive(service->msg);
	if (r != 0)
		return r;
	r = GATE_EPROTO;
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (questions[i].verb == wire_verb(service->msg))
			r = questions[i].serve(service);
	if (r == GATE_EPROTO)
		return r;
	if (r != 0)
		helper_failed(service->msg, r, NULL);
	sent = helper_reply(service->msg);
	return r != 0 ? r : sent;
}

static int
serve(void)
{
	struct service service = { 0 };
	int r;

	r = setup(&service);
	while (r == 0)
		r = answer(&service);
	saml_idps_free(&service.idps);
	saml_decryption_keys_free(&service.keys);
	saml_settings_free(&service.settings);
	wire_msg_free(&service.msg);
	return r;
}

int
main(int argc, char **argv)
{
	static const struct helper helper = {
		.name = "gatehouse-saml",
		.help = "gatehouse-saml verifies SAML messages for gatehoused. "
			"It is started by\n"
			"gatehoused and by \"gatehousectl sso check\", and by "
			"nobody else: it\n"
			"expects a socket as file descriptor 3. See "
			"gatehoused(8).\n",
		.prepare = saml_verify_init,
		.serve = serve,
	};

	return helper_main(&helper, argc, argv);
}
