/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/idp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>

#include "lib/error.h"
#include "saml/element.h"
#include "saml/identity.h"
#include "saml/idp_role.h"
#include "saml/key.h"
#include "saml/time.h"

static void
free_texts(char **texts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

static void
free_keys(struct saml_idp *idp)
{
	size_t i;

	for (i = 0; i < idp->key_count; i++)
		xmlSecKeyDestroy(idp->keys[i]);
	free(idp->keys);
	idp->keys = NULL;
	idp->key_count = 0;
}

void
saml_idp_free(struct saml_idp **idp)
{
	struct saml_idp *self = *idp;
	size_t i;

	if (self == NULL)
		return;
	for (i = 0; i < SAML_ENDPOINT_COUNT; i++) {
		free(self->endpoints[i].location);
		free(self->endpoints[i].response);
	}
	free_texts(self->scopes, self->scope_count);
	free_texts(self->certificates, self->certificate_count);
	free_keys(self);
	free(self->display_name);
	free(self->entity_id);
	free(self);
	*idp = NULL;
}

int
saml_idp_decode(struct saml_idp *idp)
{
	struct _xmlSecKey *key;
	const char *why;
	size_t i;
	int r = 0;

	if (idp->decoded)
		return 0;
	idp->keys =
	    calloc(idp->certificate_count + 1, sizeof(struct _xmlSecKey *));
	if (idp->keys == NULL)
		return GATE_ENOMEM;
	for (i = 0; i < idp->certificate_count; i++) {
		r = saml_key_from_certificate(&key, idp->certificates[i], &why);
		if (r == 0)
			idp->keys[idp->key_count++] = key;
		else if (r != GATE_ENOTFOUND)
			goto out;
	}
	idp->decoded = 1;
	r = 0;
out:
	if (r != 0)
		free_keys(idp);
	return r;
}

int64_t
saml_idp_earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

int
saml_idp_valid_until(
    const char *text, int64_t *until, char *why, size_t why_size)
{
	int64_t epoch;

	if (text == NULL)
		return 0;
	if (saml_time_parse(text, &epoch) != 0) {
		snprintf(why, why_size,
		    "validUntil \"%.40s\" is not a time in UTC", text);
		return GATE_ECONFIG;
	}
	/* What ended before 1970 must not look like what has no end. */
	*until = saml_idp_earlier(*until, epoch > 0 ? epoch : 1);
	return 0;
}

static int
new_idp(struct saml_idp **idp, const char *entity_id, int64_t until)
{
	struct saml_idp *new = calloc(1, sizeof(*new));

	if (new == NULL)
		return GATE_ENOMEM;
	new->valid_until = until;
	new->entity_id = strdup(entity_id);
	if (new->entity_id == NULL)
		saml_idp_free(&new);
	*idp = new;
	return new != NULL ? 0 : GATE_ENOMEM;
}

/* The roles, and what is said of the entity as a whole. */
static int
read_children(
    struct saml_idp *idp, const xmlNode *entity, char *why, size_t why_size)
{
	const xmlNode *node;
	int r = 0;

	for (node = entity->children; r == 0 && node != NULL;
	     node = node->next) {
		if (!saml_idp_is_role(node))
			continue;
		r = saml_idp_valid_until(element_attribute(node, "validUntil"),
		    &idp->valid_until, why, why_size);
		if (r == 0)
			r = saml_idp_read_role(idp, node);
	}
	return r == 0 ? saml_idp_read_rest(idp, entity) : r;
}

static int
is_idp(const xmlNode *entity)
{
	const xmlNode *node = entity->children;

	while (node != NULL && !saml_idp_is_role(node))
		node = node->next;
	return node != NULL;
}

int
saml_idp_read(struct saml_idp **idp, const xmlNode *entity, int64_t until,
    char *why, size_t why_size)
{
	const char *id = element_attribute(entity, "entityID");
	int r;

	*idp = NULL;
	if (id == NULL || id[0] == '\0' || strlen(id) > SAML_URI_MAX) {
		snprintf(why, why_size,
		    "an EntityDescriptor without an entityID, or with one of "
		    "more than %d bytes",
		    SAML_URI_MAX);
		return GATE_ECONFIG;
	}
	r = saml_idp_valid_until(
	    element_attribute(entity, "validUntil"), &until, why, why_size);
	if (r != 0 || !is_idp(entity))
		return r;
	r = new_idp(idp, id, until);
	if (r == 0)
		r = read_children(*idp, entity, why, why_size);
	if (r != 0)
		saml_idp_free(idp);
	return r;
}
