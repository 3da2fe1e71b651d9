/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "access/rules.h"
#include "gatehoused/stages.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/words.h"

/* What the [access] rules say of this sign-in. */
static int
by_rules(struct login *l)
{
	const struct store_ticket *claims = login_claims(l);
	const struct access_subject subject = { .service = l->service,
		.user = l->user,
		.method = l->method,
		.issuer = claims != NULL ? claims->issuer : NULL,
		.authn_context = claims != NULL ? claims->authn_context : NULL,
		.attributes = login_attributes(l) };
	struct access_verdict verdict;

	access_decide(l->policy->access, &subject, &verdict);
	if (verdict.allowed)
		return LOGIN_NEXT;
	if (verdict.line == 0)
		return refuse(&l->refusal, REASON_ACCESS_DENIED,
		    "by no rule, but by the default: %s", verdict.rule);
	return refuse(&l->refusal, REASON_ACCESS_DENIED, "%s:%d: %s",
	    l->policy->path, verdict.line, verdict.rule);
}

/*
 * What this service asks for above others. Who gave a password or a code did
 * so just now; but only an IdP can say of what class a sign-in was.
 */
static int
by_service(struct login *l, const struct config_service *service)
{
	const struct store_ticket *claims = login_claims(l);
	int64_t age;

	if (l->pass != NULL)
		return LOGIN_NEXT; /* the administrator stands for the IdP */
	if (service->authn_context[0] != '\0' &&
	    (claims == NULL ||
		!words_have(service->authn_context, claims->authn_context)))
		return refuse(&l->refusal, REASON_STEP_UP,
		    "[service %s] asks for authn_context %s; this sign-in is "
		    "of %s",
		    service->name, service->authn_context,
		    claims == NULL ? "no IdP" : claims->authn_context);
	if (claims == NULL || service->max_authn_age == 0)
		return LOGIN_NEXT;
	age = clock_wall() - claims->authn_instant;
	if (age > service->max_authn_age + l->policy->config->clock_skew)
		return refuse(&l->refusal, REASON_STEP_UP,
		    "[service %s] has max_authn_age %lld s; the user signed "
		    "in at the IdP %lld s ago",
		    service->name, (long long)service->max_authn_age,
		    (long long)age);
	return LOGIN_NEXT;
}

int
may_enter(struct login *l)
{
	const struct config_service *service =
	    config_find_service(l->policy->config, l->service);
	int r = by_rules(l);

	if (r == LOGIN_NEXT && service != NULL)
		r = by_service(l, service);
	return r;
}
