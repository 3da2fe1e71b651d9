/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/clock.h"
#include "saml/element.h"
#include "saml/name_id.h"
#include "saml/subject.h"
#include "saml/time.h"

#define BEARER       "urn:oasis:names:tc:SAML:2.0:cm:bearer"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What the NameID says, handed over to the identity. */
static int
take_name(const struct saml_check *check, const xmlNode *node,
    struct saml_identity *identity)
{
	struct saml_name_id name = { NULL, NULL, NULL, NULL };
	int r;

	r = saml_name_id_read(check, node, &name);
	if (r != 0) {
		saml_name_id_clear(&name);
		return r;
	}
	identity->name_id = name.value;
	identity->name_id_format = name.format;
	identity->name_qualifier = name.name_qualifier;
	identity->sp_name_qualifier = name.sp_name_qualifier;
	saml_trace_add(check->trace,
	    "subject: the NameID %.120s, Format %.120s", name.value,
	    name.format != NULL ? name.format : "not given");
	return 0;
}

/* The data of a confirmation, which must be alone in it: an identifier beside
 * it would say that another one than the subject is to confirm. */
static int
find_data(
    const struct saml_check *check, const xmlNode *node, const xmlNode **data)
{
	static const struct element_slot slots[] = {
		{ NS_ASSERTION, { "SubjectConfirmationData" }, 1, 0 },
	};
	xmlNode *found[COUNT(slots)];
	int r;

	r = element_children(node, slots, COUNT(slots), found,
	    REASON_CONFIRMATION, check->refusal);
	*data = found[0];
	return r;
}

static int
check_recipient(const struct saml_check *check, const xmlNode *data)
{
	const char *to = element_attribute(data, "Recipient");
	const char *here = check->settings->acs_url;

	if (to != NULL && strcmp(to, here) == 0)
		return 0;
	return refuse(check->refusal, REASON_RECIPIENT,
	    "the assertion is confirmed for \"%.100s\", [saml] acs_url is "
	    "\"%.100s\"",
	    to != NULL ? to : "", here);
}

/* One bearer confirmation; *end as soon as it is known. */
static int
check_bearer(const struct saml_check *check, const xmlNode *node, int64_t *end)
{
	const xmlNode *data;
	int r;

	*end = SAML_TIME_NONE;
	if ((r = find_data(check, node, &data)) != 0 ||
	    (r = saml_check_time(check, data, "NotOnOrAfter", end)) != 0)
		return r;
	if (*end == SAML_TIME_NONE)
		return refuse(check->refusal, REASON_CONFIRMATION,
		    "a bearer confirmation without NotOnOrAfter");
	if (element_attribute(data, "NotBefore") != NULL)
		return refuse(check->refusal, REASON_CONFIRMATION,
		    "a bearer confirmation with NotBefore");
	if ((r = check_recipient(check, data)) != 0 ||
	    (r = saml_check_in_response_to(check, data)) != 0 ||
	    (r = saml_check_address(check, data)) != 0)
		return r;
	return saml_check_not_over(check, data, *end);
}

static int
is_bearer(const xmlNode *node)
{
	const char *method;

	if (!element_is(node, NS_ASSERTION, "SubjectConfirmation"))
		return 0;
	method = element_attribute(node, "Method");
	return method != NULL && strcmp(method, BEARER) == 0;
}

static void
trace_confirmation(
    const struct saml_check *check, int bearers, int64_t not_on_or_after)
{
	char until[CLOCK_TEXT_SIZE];

	if (check->trace == NULL)
		return;
	clock_text(not_on_or_after, until);
	saml_trace_add(check->trace,
	    "confirmation: bearer, the first of %d that holds, for %.120s until "
	    "%s",
	    bearers, check->settings->acs_url, until);
}

/* One that holds is enough; where none does, the first says why. */
static int
check_confirmations(const struct saml_check *check, const xmlNode *first,
    struct saml_confirmation *confirmation)
{
	struct refusal why;
	struct saml_check one = *check;
	const xmlNode *node;
	int64_t end;
	int confirmed = 0, bearers = 0;

	confirmation->last_end = SAML_TIME_NONE;
	one.refusal = check->refusal;
	for (node = first; node != NULL; node = node->next) {
		if (!is_bearer(node))
			continue;
		if (check_bearer(&one, node, &end) == 0 && !confirmed) {
			confirmed = 1;
			confirmation->not_on_or_after = end;
		}
		if (end > confirmation->last_end)
			confirmation->last_end = end;
		bearers++;
		one.refusal = &why;
	}
	if (bearers == 0)
		return refuse(check->refusal, REASON_CONFIRMATION,
		    "the assertion has no bearer confirmation");
	if (!confirmed)
		return GATE_EREFUSED;
	trace_confirmation(check, bearers, confirmation->not_on_or_after);
	return 0;
}

int
saml_subject_check(const struct saml_check *check, const xmlNode *node,
    struct saml_confirmation *confirmation, struct saml_identity *identity)
{
	enum {
		NAME,
		CONFIRMATION
	};
	static const struct element_slot slots[] = {
		[NAME] = { NS_ASSERTION, { "NameID", "BaseID", "EncryptedID" },
		    0, 0 },
		[CONFIRMATION] = { NS_ASSERTION, { "SubjectConfirmation" }, 0,
		    1 },
	};
	xmlNode *found[COUNT(slots)];
	int r;

	if (node == NULL)
		return refuse(check->refusal, REASON_SUBJECT,
		    "the assertion has no Subject");
	r = element_children(
	    node, slots, COUNT(slots), found, REASON_SUBJECT, check->refusal);
	if (r != 0)
		return r;
	r = check_confirmations(check, found[CONFIRMATION], confirmation);
	if (r != 0 || found[NAME] == NULL)
		return r;
	return take_name(check, found[NAME], identity);
}
