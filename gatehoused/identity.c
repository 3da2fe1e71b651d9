/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is behind a session, whole, for the headers that tell a portal: asked for
 * once and kept by the front door for a while, so that it may cost a look at
 * the store and at the system's groups.
 */
#include <stdlib.h>
#include <string.h>

#include "gatehoused/bearer.h"
#include "gatehoused/groups.h"
#include "gatehoused/sessions.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "lib/words.h"
#include "session/session.h"
#include "web/identity_token.h"

struct profile {
	const struct config *config;
	struct session_whole whole;
	struct group_list groups;
	struct attributes told; /* those that portals are told */
	char *token;
	int64_t expires; /* the token, epoch seconds */
};

static int
copy_values(struct attributes *to, const struct attribute *from)
{
	int r = attributes_add(to, from->name);
	size_t i;

	for (i = 0; i < from->value_count && r == 0; i++)
		r = attributes_add_value(to, from->values[i]);
	return r;
}

static int
choose_attributes(struct profile *p)
{
	const struct attributes *all = &p->whole.attributes;
	size_t i;
	int r = 0;

	for (i = 0; i < all->count && r == 0; i++)
		if (words_have(p->config->web_attributes, all->items[i].name))
			r = copy_values(&p->told, &all->items[i]);
	return r;
}

/* Once each, however often the IdP says it; an empty one is none. */
static int
add_group(struct group_list *groups, const char *name)
{
	char **names;
	size_t i;

	if (name[0] == '\0')
		return 0;
	for (i = 0; i < groups->count; i++)
		if (strcmp(groups->names[i], name) == 0)
			return 0;
	names = reallocarray(groups->names, groups->count + 1, sizeof(*names));
	if (names == NULL)
		return GATE_ENOMEM;
	groups->names = names;
	if ((names[groups->count] = strdup(name)) == NULL)
		return GATE_ENOMEM;
	groups->count++;
	return 0;
}

static int
groups_said(struct profile *p)
{
	const struct attributes *all = &p->whole.attributes;
	const struct attribute *a;
	size_t i, j;
	int r = 0;

	for (i = 0; i < all->count; i++) {
		a = &all->items[i];
		if (strcmp(a->name, p->config->web_groups) != 0)
			continue;
		for (j = 0; j < a->value_count && r == 0; j++)
			r = add_group(&p->groups, a->values[j]);
	}
	return r;
}

/* A token is good for no longer than the session is, if nobody does anything:
 * whoever has it cannot hear of the end. */
static int64_t
lifetime(const struct config *config, const struct live_view *view)
{
	int64_t seconds = config->web_identity_lifetime;

	if (view->idle_left / 1000 < seconds)
		seconds = view->idle_left / 1000;
	if (view->age_left / 1000 < seconds)
		seconds = view->age_left / 1000;
	return seconds > 0 ? seconds : 1;
}

static int
sign(const struct request *request, struct profile *p)
{
	const struct store_session *s = &p->whole.one.session;
	const struct identity who = { .user = s->user,
		.groups = (const char *const *)p->groups.names,
		.group_count = p->groups.count,
		.session = s->id,
		.method = s->method[0] != '\0' ? s->method : NULL,
		.attributes = &p->told };
	const struct identity_claims claims = { .issuer =
						    p->config->web_base_url,
		.audience = p->config->web_identity_audience,
		.identity = &who,
		.now = clock_wall(),
		.lifetime = lifetime(p->config, request->bearer) };
	int r;

	if (request->policy->identity_key == NULL)
		return 0;
	p->expires = claims.now + claims.lifetime;
	r = identity_token_sign(
	    request->policy->identity_key, &claims, &p->token);
	if (r != 0)
		log_error("no identity token for \"%s\": %s%s", s->user,
		    gate_strerror(r),
		    r == GATE_ETOOBIG
			? "; tell portals less: [web] groups, attributes"
			: "");
	return r;
}

static int
describe(struct request *request, struct profile *p)
{
	const struct store_session *s = &p->whole.one.session;
	int r = session_whole_read(request, 0, &p->whole);

	if (r == 0 && s->state != SESSION_OPEN)
		r = GATE_ENOTFOUND;
	if (r == 0)
		r = p->config->web_groups[0] != '\0'
		    ? groups_said(p)
		    : groups_of(s->user, &p->groups);
	if (r == 0)
		r = choose_attributes(p);
	if (r == 0)
		r = sign(request, p);
	return r;
}

/* A text of the record; "" is none. */
static void
put_text(struct wire_msg *out, uint16_t tag, const char *text)
{
	if (text[0] != '\0')
		wire_put_str(out, tag, text);
}

static void
answer(struct request *request, const struct profile *p)
{
	const struct store_session *s = &p->whole.one.session;
	struct wire_msg *out = request->out;
	size_t i;

	request_done(request);
	wire_put_str(out, TAG_SESSION, s->id);
	wire_put_str(out, TAG_USER, s->user);
	wire_put_str(out, TAG_SERVICE, s->service);
	wire_put_str(out, TAG_METHOD, s->method);
	put_text(out, TAG_ADDRESS, s->address);
	put_text(out, TAG_PREVIOUS, s->previous);
	for (i = 0; i < p->groups.count; i++)
		wire_put_str(out, TAG_GROUP, p->groups.names[i]);
	session_put_attributes(out, &p->told);
	if (p->token == NULL)
		return;
	wire_put_str(out, TAG_IDENTITY, p->token);
	wire_put_num(out, TAG_EXPIRES, p->expires);
}

int
session_identity(struct request *request)
{
	struct profile p = { .config = request->policy->config };
	int r = GATE_EPROTO;

	if (request->bearer != NULL)
		r = describe(request, &p);
	if (r == 0)
		answer(request, &p);
	else if (r == GATE_ENOTFOUND) /* it has ended in between */
		r = bearer_denied(request, REASON_NO_SESSION, 1);
	free(p.token);
	attributes_clear(&p.told);
	groups_clear(&p.groups);
	session_whole_clear(&p.whole);
	return r;
}

int
identity_keys(struct request *request)
{
	struct identity_key *key = request->policy->identity_key;
	char *text = NULL;
	int r = identity_keys_text(&key, key != NULL, &text);

	if (r == 0) {
		request_done(request);
		wire_put_str(request->out, TAG_TEXT, text);
	}
	free(text);
	return r;
}
