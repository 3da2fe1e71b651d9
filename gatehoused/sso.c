/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gatehoused/request.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "session/relay.h"

/*
 * How many requests may be on record. Anybody who reaches the login page can
 * make one; 100,000 of them take some 50 MB, for [saml] request_lifetime: no
 * PRUNE_SLACK holds on to them.
 */
#define REQUESTS_MAX 100000

/* An AuthnRequest on its way out. */
struct beginning {
	const struct policy *policy;
	char idp[STORE_ID_MAX]; /* as asked for; "": the only one */
	int force, passive;
	enum saml_binding binding;
	struct saml_idp_info info;
	struct store_request request;
	char relay_state[RELAY_SIZE];
	struct saml_outgoing outgoing;
	struct refusal refusal;
};

static int
read_wishes(struct beginning *b, const struct wire_msg *in)
{
	int64_t binding =
	    wire_num(in, TAG_BINDING, b->policy->config->request_binding);
	int r = wire_copy(in, TAG_ENTITY_ID, b->idp, sizeof(b->idp));

	if (r == 0)
		r = wire_copy(in, TAG_SERVICE, b->request.service,
		    sizeof(b->request.service));
	if (r == 0)
		r = wire_copy(
		    in, TAG_DATA, b->request.data, sizeof(b->request.data));
	if (r == 0 && binding != SAML_BINDING_REDIRECT &&
	    binding != SAML_BINDING_POST)
		r = GATE_EPROTO;
	b->binding = (enum saml_binding)binding;
	b->force = wire_num(in, TAG_FORCE, 0) != 0;
	b->passive = wire_num(in, TAG_PASSIVE, 0) != 0;
	return r;
}

/* Where people are sent: an IdP whose metadata holds, and one of its doors. */
static int
choose_idp(struct beginning *b, int64_t patience)
{
	const struct saml_idp_info *info = &b->info;
	int r = workers_idp(b->policy->workers,
	    b->idp[0] != '\0' ? b->idp : NULL, patience, &b->info, &b->refusal);

	if (r == GATE_ENOTFOUND)
		return b->idp[0] != '\0'
		    ? refuse(&b->refusal, REASON_ISSUER_UNKNOWN,
			  "no metadata has the IdP \"%s\"; see gatehousectl "
			  "idp list",
			  b->idp)
		    : refuse(&b->refusal, REASON_ISSUER_UNKNOWN,
			  "there are several IdPs: name one of gatehousectl idp "
			  "list");
	if (r != 0)
		return r;
	if (info->valid_until != 0 && clock_wall() >= info->valid_until)
		return refuse(&b->refusal, REASON_IDP_EXPIRED,
		    "the metadata of %s is past its validUntil",
		    info->entity_id);
	if (info->sso_redirect == NULL && info->sso_post == NULL)
		return refuse(&b->refusal, REASON_IDP_NO_ENDPOINT,
		    "%s has no SingleSignOnService for HTTP-Redirect or "
		    "HTTP-POST",
		    info->entity_id);
	if (info->sso_redirect == NULL)
		b->binding = SAML_BINDING_POST;
	else if (info->sso_post == NULL)
		b->binding = SAML_BINDING_REDIRECT;
	return 0;
}

/* What goes on record, and by what it is found again. */
static int
describe(struct beginning *b, const struct config_service *service)
{
	struct store_request *q = &b->request;
	const struct config *config = b->policy->config;
	char id[RELAY_ID_SIZE];
	int r = relay_mint(b->relay_state, id);

	if (r != 0)
		return r;
	if (strlen(b->info.entity_id) >= sizeof(q->idp))
		return GATE_ETOOBIG;
	memcpy(q->id, id, sizeof(id));
	memcpy(q->idp, b->info.entity_id, strlen(b->info.entity_id) + 1);
	q->kind = REQUEST_AUTHN;
	/* an IdP that may use its own session would give an old sign-in */
	q->force_authn = b->force || config->force_authn ||
	    (service != NULL && service->max_authn_age > 0);
	q->created = clock_wall();
	q->expires = q->created + config->request_lifetime;
	return 0;
}

static int
compose(
    struct beginning *b, const struct config_service *service, int64_t patience)
{
	const struct config *config = b->policy->config;
	const struct saml_authn_request message = { .id = b->request.id,
		.now = b->request.created,
		.destination = b->binding == SAML_BINDING_POST
		    ? b->info.sso_post
		    : b->info.sso_redirect,
		.binding = b->binding,
		.force_authn = (int)b->request.force_authn,
		.is_passive = b->passive,
		.name_id_format = config->name_id_format[0] != '\0'
		    ? config->name_id_format
		    : NULL,
		.authn_contexts =
		    service != NULL && service->authn_context[0] != '\0'
		    ? service->authn_context
		    : NULL,
		.relay_state = b->relay_state };

	return speaker_authn_request(
	    b->policy->speaker, &message, patience, &b->outgoing, &b->refusal);
}

static int
check_room(struct gate *gate, struct refusal *refusal)
{
	int64_t count;
	int r = gate_count_request(gate, &count);

	if (r != 0 || count < REQUESTS_MAX)
		return r;
	return refuse(refusal, REASON_OVERLOAD,
	    "%lld requests wait for an answer: is somebody flooding the login "
	    "page?",
	    (long long)count);
}

static int
commit(struct store_tx *tx, void *data)
{
	const struct beginning *b = data;

	return store_request_add(tx, &b->request);
}

/* All but the answer. The record comes last: what failed leaves none. */
static int
begin(struct request *request, struct beginning *b)
{
	int64_t patience =
	    peer_patience_for_worker(request->rights, request->policy);
	const struct config_service *service;
	int r = read_wishes(b, request->in);

	if (r == 0 && b->policy->workers == NULL)
		r = refuse(&b->refusal, REASON_SSO_OFF, NULL);
	if (r == 0)
		r = check_room(request->gate, &b->refusal);
	if (r == 0)
		r = choose_idp(b, patience);
	service = config_find_service(b->policy->config, b->request.service);
	if (r == 0)
		r = describe(b, service);
	if (r == 0)
		r = compose(b, service, patience);
	if (r == 0)
		r = store_write(gate_store(request->gate), commit, b);
	return r;
}

static void
answer(struct request *request, const struct beginning *b)
{
	request_done(request);
	speaker_put(&b->outgoing, request->out);
	/* in the URL it is there already, but not for the caller */
	if (b->outgoing.relay_state == NULL)
		wire_put_str(request->out, TAG_RELAY_STATE, b->relay_state);
	wire_put_str(request->out, TAG_REQUEST_ID, b->request.id);
	wire_put_num(request->out, TAG_EXPIRES, b->request.expires);
	wire_put_str(request->out, TAG_ENTITY_ID, b->request.idp);
}

int
sso_begin(struct request *request)
{
	struct beginning b = { .policy = request->policy };
	int r;

	r = begin(request, &b);
	if (r != 0 && r != GATE_EREFUSED && r != GATE_EPROTO)
		r = refuse(
		    &b.refusal, reason_from_error(r), "%s", gate_strerror(r));
	if (r == GATE_EREFUSED)
		r = request_refused(request, "sso_begin", NULL, &b.refusal);
	else if (r == 0)
		answer(request, &b);
	explicit_bzero(b.relay_state, sizeof(b.relay_state));
	saml_outgoing_clear(&b.outgoing);
	saml_idp_info_clear(&b.info);
	return r;
}
