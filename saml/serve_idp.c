/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/idp_info.h"
#include "saml/service.h"

/* The most IdPs that one answer holds. */
#define LIST_MAX 1000

/* ResponseLocation is where responses go, where there is one (metadata 2.2.2).
 */
static char *
response_location(const struct saml_endpoint *endpoint)
{
	return endpoint->response != NULL ? endpoint->response
					  : endpoint->location;
}

int
serve_idp(struct service *service)
{
	struct saml_idp_info info = { 0 };
	const struct saml_idp *idp;
	const char *entity_id;
	int r = service_text(service, TAG_ENTITY_ID, &entity_id);

	if (r != 0)
		return r;
	idp = saml_idps_find(service->idps, entity_id);
	helper_granted(service->msg);
	if (idp == NULL)
		return 0;
	/* texts are the IdP's, and not to be cleared here */
	info.entity_id = idp->entity_id;
	info.display_name = idp->display_name;
	info.sso_redirect = idp->endpoints[SAML_SSO_REDIRECT].location;
	info.sso_post = idp->endpoints[SAML_SSO_POST].location;
	info.slo_redirect = idp->endpoints[SAML_SLO_REDIRECT].location;
	info.slo_post = idp->endpoints[SAML_SLO_POST].location;
	info.slo_redirect_response =
	    response_location(&idp->endpoints[SAML_SLO_REDIRECT]);
	info.slo_post_response =
	    response_location(&idp->endpoints[SAML_SLO_POST]);
	info.wants_signed = idp->wants_signed;
	info.valid_until = idp->valid_until;
	saml_idp_info_put(&info, service->msg);
	return 0;
}

struct listing {
	struct wire_msg *msg;
	char *after; /* only those that follow it; NULL: all */
	int64_t left;
};

static int
list_one(const struct saml_idp *idp, void *data)
{
	struct listing *listing = data;

	if (listing->after != NULL &&
	    strcmp(idp->entity_id, listing->after) <= 0)
		return 0;
	if (listing->left-- == 0)
		return 1;
	wire_put_str(listing->msg, TAG_ENTITY_ID, idp->entity_id);
	wire_put_str(listing->msg, TAG_DISPLAY_NAME, idp->display_name);
	return 0;
}

int
serve_idps(struct service *service)
{
	struct listing listing = { .msg = service->msg };
	const char *after;
	int r = service_text(service, TAG_ENTITY_ID, &after);

	if (r != 0)
		return r;
	listing.left = wire_num(service->msg, TAG_LIMIT, LIST_MAX);
	if (listing.left < 0 || listing.left > LIST_MAX)
		listing.left = LIST_MAX;
	/* the question's memory becomes the answer's */
	if (after != NULL && (listing.after = strdup(after)) == NULL)
		return GATE_ENOMEM;
	helper_granted(service->msg);
	(void)saml_idps_list(service->idps, list_one, &listing);
	free(listing.after);
	return 0;
}
