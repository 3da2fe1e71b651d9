/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/logout.h"
#include "lib/clock.h"
#include "lib/error.h"

/* What of an IdP's metadata says where a kind goes by a binding. */
static const char *
place(const struct saml_idp_info *info, enum logout_kind kind,
    enum saml_binding binding)
{
	const char *const places[][2] = {
		[LOGOUT_REQUEST] = { [SAML_BINDING_REDIRECT] =
					 info->slo_redirect,
		    [SAML_BINDING_POST] = info->slo_post },
		[LOGOUT_RESPONSE] = { [SAML_BINDING_REDIRECT] =
					  info->slo_redirect_response,
		    [SAML_BINDING_POST] = info->slo_post_response },
	};

	return places[kind][binding];
}

static enum saml_binding
other(enum saml_binding binding)
{
	return binding == SAML_BINDING_REDIRECT ? SAML_BINDING_POST
						: SAML_BINDING_REDIRECT;
}

/* The metadata is asked again: it may have changed since the sign-in. */
static int
find_idp(struct request *request, const char *entity_id, struct logout_way *way,
    struct refusal *refusal)
{
	int r = workers_idp(request->policy->workers, entity_id,
	    peer_patience_for_worker(request->rights, request->policy),
	    &way->info, refusal);

	if (r == GATE_ENOTFOUND)
		return refuse(refusal, REASON_ISSUER_UNKNOWN,
		    "no metadata has the IdP \"%s\" any more", entity_id);
	if (r == 0 && way->info.valid_until != 0 &&
	    clock_wall() >= way->info.valid_until)
		return refuse(refusal, REASON_IDP_EXPIRED,
		    "the metadata of %s is past its validUntil", entity_id);
	return r;
}

int
logout_way_find(struct request *request, const char *entity_id,
    enum logout_kind kind, enum saml_binding wished, struct logout_way *way,
    struct refusal *refusal)
{
	const struct policy *policy = request->policy;
	int r;

	if (policy->workers == NULL || policy->speaker == NULL)
		return refuse(refusal, REASON_SSO_OFF, NULL);
	if (policy->config->slo_url[0] == '\0')
		return refuse(refusal, REASON_COMPOSER_FAILED,
		    "the answer to a logout message has no place to come to: "
		    "[saml] slo_url is not set");
	if (policy->config->saml_key[0] == '\0')
		return refuse(refusal, REASON_COMPOSER_FAILED,
		    "logout messages have to be signed: set [saml] key and "
		    "certificate");
	r = logout_fault(find_idp(request, entity_id, way, refusal), refusal);
	if (r != 0)
		return r;
	way->binding =
	    place(&way->info, kind, wished) != NULL ? wished : other(wished);
	way->destination = place(&way->info, kind, way->binding);
	if (way->destination != NULL)
		return 0;
	return refuse(refusal, REASON_IDP_NO_ENDPOINT,
	    "%s has no SingleLogoutService for HTTP-Redirect or HTTP-POST",
	    entity_id);
}

void
logout_way_clear(struct logout_way *way)
{
	saml_idp_info_clear(&way->info);
}

int
logout_fault(int error, struct refusal *refusal)
{
	if (error == 0 || error == GATE_EREFUSED)
		return error;
	return refuse(
	    refusal, reason_from_error(error), "%s", gate_strerror(error));
}
