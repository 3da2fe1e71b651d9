/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "saml/element.h"
#include "saml/subject.h"
#include "saml/text.h"
#include "saml/time.h"

#define BEARER       "urn:oasis:names:tc:SAML:2.0:cm:bearer"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int
take_name_id(const struct saml_check *check, const xmlNode *node,
    struct saml_identity *identity)
{
	const char *format, *text, *flaw;
	int r;

	if (element_is(node, NS_ASSERTION, "EncryptedID"))
		return refuse(check->refusal, REASON_ENCRYPTED,
		    "the NameID is encrypted, and this SP takes none");
	if (!element_is(node, NS_ASSERTION, "NameID"))
		return refuse(check->refusal, REASON_NAME_ID,
		    "a %.40s in place of the NameID", (const char *)node->name);
	if ((text = element_text(node)) == NULL)
		return refuse(check->refusal, REASON_NAME_ID,
		    "the NameID holds elements");
	if ((flaw = saml_text_flaw(text, SAML_IDENTITY_TEXT_MAX)) != NULL)
		return refuse(
		    check->refusal, REASON_NAME_ID, "the NameID %s", flaw);
	format = element_attribute(node, "Format");
	if (format != NULL &&
	    (flaw = saml_text_flaw(format, SAML_URI_MAX)) != NULL)
		return refuse(check->refusal, REASON_NAME_ID,
		    "the Format of the NameID %s", flaw);
	if ((r = saml_copy(&identity->name_id, text)) != 0)
		return r;
	return saml_copy(&identity->name_id_format, format);
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
	    (r = saml_check_in_response_to(check, data)) != 0)
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
	return confirmed ? 0 : GATE_EREFUSED;
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
	return take_name_id(check, found[NAME], identity);
}
