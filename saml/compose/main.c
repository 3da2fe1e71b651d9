/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatehouse-compose: the process that writes what the SP sends, and holds the
 * key that signs it. It is started by gatehoused and by gatehousectl with a
 * socket as descriptor 3, and fills one order after another until the other
 * end hangs up.
 */
#include <stdlib.h>
#include <string.h>

#include <lasso/lasso.h>
#include <libxml/parser.h>
#include <openssl/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmlsec.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/compose/scribe.h"
#include "saml/helper.h"
#include "saml/memory.h"
#include "saml/order.h"
#include "saml/private_key.h"

static const struct {
	uint16_t verb;
	scribe_order *fill;
} orders[] = {
	{ VERB_COMPOSE_AUTHN_REQUEST, scribe_message },
	{ VERB_COMPOSE_LOGOUT_REQUEST, scribe_message },
	{ VERB_COMPOSE_LOGOUT_RESPONSE, scribe_message },
	{ VERB_COMPOSE_METADATA, scribe_metadata },
};

/* The keys, and that each has its own certificate. */
static int
read_keys(struct scribe *scribe, char *why, size_t why_size)
{
	struct saml_speaker *speaker = scribe->speaker;
	int r = 0;

	if (speaker->key.pem != NULL)
		r = key_pair_new(&scribe->pair, &speaker->key,
		    speaker->certificate, "key", "certificate", why, why_size);
	if (r == 0 && speaker->rollover_key.pem != NULL)
		r = key_pair_new(&scribe->rollover, &speaker->rollover_key,
		    speaker->rollover_certificate, "rollover_key",
		    "rollover_certificate", why, why_size);
	saml_private_key_clear(&speaker->key);
	saml_private_key_clear(&speaker->rollover_key);
	return r;
}

/* Learns who we are, which comes first, and answers for it. */
static int
setup(struct scribe *scribe)
{
	char why[256] = "";
	int r, sent;

	r = wire_msg_new(&scribe->msg, WIRE_BODY_LOGIN);
	if (r == 0)
		r = helper_receive(scribe->msg);
	if (r == 0 && wire_verb(scribe->msg) != VERB_COMPOSE_SETUP)
		r = GATE_EPROTO;
	if (r == 0)
		r = saml_speaker_get(&scribe->speaker, scribe->msg);
	if (r == 0)
		r = memory_limit(scribe->speaker->memory_limit);
	if (r != 0)
		return r;
	r = read_keys(scribe, why, sizeof(why));
	if (r == GATE_ENOMEM)
		return r; /* which the exit status tells */
	if (r == 0)
		helper_granted(scribe->msg);
	else
		helper_failed(scribe->msg, r, why);
	sent = helper_reply(scribe->msg);
	return r != 0 ? r : sent;
}

/* Fills the order in the message; GATE_EPROTO if it is none. */
static int
fill(struct scribe *scribe)
{
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (orders[i].verb == wire_verb(scribe->msg))
			return orders[i].fill(scribe);
	return GATE_EPROTO;
}

/* Reads one order and answers it; not 0 when there is no going on. */
static int
answer(struct scribe *scribe)
{
	int r, sent;

	r = helper_receive(scribe->msg);
	if (r == 0)
		r = fill(scribe);
	else
		return r;
	if (r == GATE_EPROTO || r == GATE_ENOMEM)
		return r;
	if (r != 0)
		helper_failed(scribe->msg, r, NULL);
	sent = helper_reply(scribe->msg);
	return r != 0 ? r : sent;
}

static int
serve(void)
{
	struct scribe scribe = { 0 };
	int r;

	r = setup(&scribe);
	while (r == 0)
		r = answer(&scribe);
	key_pair_free(&scribe.pair);
	key_pair_free(&scribe.rollover);
	saml_speaker_free(&scribe.speaker);
	wire_msg_free(&scribe.msg);
	return r;
}

/* Libraries have words for what goes wrong, and quote from messages. */
static void
no_log(const gchar *domain, GLogLevelFlags level, const gchar *text, void *data)
{
	(void)domain;
	(void)level;
	(void)text;
	(void)data;
}

static void __attribute__((format(printf, 2, 3)))
no_xml_error(void *data, const char *format, ...)
{
	(void)data;
	(void)format;
}

static void
no_xmlsec_error(const char *file, int line, const char *function,
    const char *object, const char *subject, int reason, const char *message)
{
	(void)file;
	(void)line;
	(void)function;
	(void)object;
	(void)subject;
	(void)reason;
	(void)message;
}

/* An order of each kind, as those that will come. */
static void
put_sample(uint16_t verb, struct wire_msg *msg)
{
	static const struct saml_authn_request request = { .id = "_1",
		.destination = "https://idp.example/",
		.authn_contexts = "urn:example" };
	static const struct saml_logout_request logout = { .id = "_1",
		.destination = "https://idp.example/",
		.name_id = "name" };
	static const struct saml_logout_response response = { .id = "_1",
		.destination = "https://idp.example/",
		.status = "urn:example" };

	wire_begin(msg, verb);
	if (verb == VERB_COMPOSE_AUTHN_REQUEST)
		saml_fields_put(&saml_authn_request_fields, &request, msg);
	else if (verb == VERB_COMPOSE_LOGOUT_REQUEST)
		saml_fields_put(&saml_logout_request_fields, &logout, msg);
	else if (verb == VERB_COMPOSE_LOGOUT_RESPONSE)
		saml_fields_put(&saml_logout_response_fields, &response, msg);
}

/*
 * Fills one order of each kind for nobody: GLib registers types, and libraries
 * build their tables, when they are first needed, which may be too late once
 * the system is out of reach.
 */
static int
rehearse(void)
{
	char entity_id[] = "https://sp.example/", name[] = "name", empty[] = "";
	struct saml_speaker speaker = { .entity_id = entity_id,
		.acs_url = entity_id,
		.slo_url = empty,
		.name_id_format = empty,
		.requested_attributes = name,
		.display_name = name,
		.contact = empty };
	struct scribe scribe = { .speaker = &speaker };
	size_t i;
	int r;

	r = wire_msg_new(&scribe.msg, WIRE_BODY_LOGIN);
	for (i = 0; r == 0 && i < sizeof(orders) / sizeof(orders[0]); i++) {
		put_sample(orders[i].verb, scribe.msg);
		r = fill(&scribe);
	}
	wire_msg_free(&scribe.msg);
	return r;
}

static int
prepare(void)
{
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return GATE_ECRYPTO;
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, no_xml_error);
	g_log_set_default_handler(no_log, NULL);
	if (lasso_init() != 0) /* xmlsec1 too */
		return GATE_ECRYPTO;
	xmlSecErrorsSetCallback(no_xmlsec_error);
	return rehearse();
}

int
main(int argc, char **argv)
{
	static const struct helper helper = {
		.name = "gatehouse-compose",
		.help = "gatehouse-compose writes SAML messages and metadata "
			"for gatehoused. It is\n"
			"started by gatehoused and by \"gatehousectl sp "
			"metadata\", and by nobody\n"
			"else: it expects a socket as file descriptor 3. See "
			"gatehoused(8).\n",
		.prepare = prepare,
		.serve = serve,
	};

	return helper_main(&helper, argc, argv);
}
