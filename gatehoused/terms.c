/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/terms.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/groups.h"
#include "lib/error.h"
#include "lib/store_live.h"

/* What a number of earlier asks means by these rules. */
struct earlier {
	int64_t number;
	int complete; /* nothing has to be looked at again */
	struct idle_carry carry;
};

static int
add_earlier(int64_t number, const char *text, void *data)
{
	struct terms *terms = data;
	struct earlier *larger, *e;

	larger = reallocarray(
	    terms->earlier, terms->earlier_count + 1, sizeof(*larger));
	if (larger == NULL)
		return GATE_ENOMEM;
	terms->earlier = larger;
	e = &larger[terms->earlier_count++];
	e->number = number;
	e->complete =
	    idle_carry_make(&e->carry, text, terms->policy->idle) == 0;
	return 0;
}

static int
commit_asks(struct store_tx *tx, void *data)
{
	struct terms *terms = data;
	int r = store_asks_put(
	    tx, idle_rules_asks(terms->policy->idle), &terms->asks);

	/* of those who were asked nothing: no text of it is kept */
	if (r == 0)
		r = add_earlier(0, "", terms);
	return r == 0 ? store_asks_list(tx, add_earlier, terms) : r;
}

int
terms_new(struct terms **terms, struct store *store, struct policy *policy,
    uint32_t version)
{
	struct terms *t = calloc(1, sizeof(*t));
	int r;

	if (t == NULL)
		return GATE_ENOMEM;
	t->references = 1;
	t->version = version;
	t->policy = policy_ref(policy);
	r = store_write(store, commit_asks, t);
	if (r == 0)
		*terms = t;
	else
		terms_unref(&t);
	return r;
}

struct terms *
terms_ref(struct terms *terms)
{
	__atomic_add_fetch(&terms->references, 1, __ATOMIC_RELAXED);
	return terms;
}

void
terms_unref(struct terms **terms)
{
	struct terms *t = *terms;

	*terms = NULL;
	if (t == NULL ||
	    __atomic_sub_fetch(&t->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	policy_unref(&t->policy);
	free(t->earlier);
	free(t);
}

static const struct earlier *
find_earlier(const struct terms *terms, int64_t number)
{
	const struct earlier *e = terms->earlier;
	const struct earlier *end = e + terms->earlier_count;

	while (e < end && e->number != number)
		e++;
	return e < end ? e : NULL;
}

int
terms_limits(const struct terms *terms, const struct terms_case *of,
    struct live_limits *limits)
{
	const struct earlier *e = find_earlier(terms, of->asks);
	struct idle_verdict verdict;

	limits->max_age = terms->policy->config->max_age * 1000;
	limits->version = terms->version;
	limits->class = e != NULL ? idle_carry(&e->carry, of->class) : 0;
	limits->idle = of->idle;
	if (e == NULL || !e->complete)
		return 0;
	idle_limit(terms->policy->idle, of->user, of->service, limits->class,
	    &verdict);
	limits->idle = verdict.limit;
	return 1;
}

/* Whether some rule asks for a group: one line of asks is one rule. */
static int
ask_for_groups(const char *asks)
{
	static const char prefix[] = "group:";

	while (asks != NULL && strncmp(asks, prefix, sizeof(prefix) - 1) != 0) {
		asks = strchr(asks, '\n');
		asks = asks != NULL ? asks + 1 : NULL;
	}
	return asks != NULL;
}

int
terms_look(const struct terms *terms, const char *user, const char *service,
    const struct attributes *attributes, idle_class *class)
{
	const struct idle_rules *rules = terms->policy->idle;
	struct idle_subject subject = {
		.user = user, .service = service, .attributes = attributes
	};
	struct group_list groups = { 0 };
	int r = 0;

	if (ask_for_groups(idle_rules_asks(rules)))
		r = groups_of(user, &groups);
	subject.groups = (const char *const *)groups.names;
	subject.group_count = groups.count;
	if (r == 0)
		*class = idle_class_of(rules, &subject);
	groups_clear(&groups);
	return r;
}

int64_t
terms_not_after(int64_t start, int64_t signed_in, int64_t not_after)
{
	int64_t length, end;

	if (not_after <= 0)
		return 0;
	if (__builtin_sub_overflow(not_after, signed_in, &length) ||
	    __builtin_mul_overflow(length, 1000, &length) ||
	    __builtin_add_overflow(start, length, &end))
		return not_after > signed_in ? 0 : 1;
	return end > 0 ? end : 1; /* 0 would be none */
}

int64_t
terms_ends(const struct terms *terms, const struct store_session *session)
{
	return idle_absolute_end(session->start,
	    terms->policy->config->max_age * 1000,
	    terms_not_after(
		session->start, session->signed_in, session->not_after));
}
