/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "saml/cipher.h"
#include "saml/element.h"
#include "saml/encryption.h"

#define TYPE_ELEMENT NS_XENC "Element"
#define TYPE_KEY     NS_XENC "EncryptedKey"

/* The longest base64 of a wrapped key: RSA with 8192 bits, and blanks. */
#define WRAPPED_MAX  4096

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What an EncryptedData and an EncryptedKey have in common, and what only the
 * latter does. */
enum {
	METHOD,
	KEY_INFO,
	DATA,
	PROPERTIES,
	DATA_PARTS,
	REFERENCES = DATA_PARTS,
	CARRIED_NAME,
	KEY_PARTS
};
static const struct element_slot slots[KEY_PARTS] = {
	[METHOD] = { NS_XENC, { "EncryptionMethod" }, 1, 0 },
	[KEY_INFO] = { NS_DSIG, { "KeyInfo" }, 0, 0 },
	[DATA] = { NS_XENC, { "CipherData" }, 1, 0 },
	[PROPERTIES] = { NS_XENC, { "EncryptionProperties" }, 0, 0 },
	[REFERENCES] = { NS_XENC, { "ReferenceList" }, 0, 0 },
	[CARRIED_NAME] = { NS_XENC, { "CarriedKeyName" }, 0, 0 },
};

static int
is_or_none(const char *text, const char *wanted)
{
	return text == NULL || strcmp(text, wanted) == 0;
}

/* The one CipherValue of a CipherData; a CipherReference is another element. */
static int
read_value(const char **value, const xmlNode *data, struct refusal *refusal)
{
	static const struct element_slot inline_value[] = {
		{ NS_XENC, { "CipherValue" }, 1, 0 },
	};
	xmlNode *found[COUNT(inline_value)];
	int r;

	r = element_children(data, inline_value, COUNT(inline_value), found,
	    REASON_ENCRYPTION_SHAPE, refusal);
	if (r != 0)
		return r;
	*value = element_text(found[0]);
	if (*value == NULL || **value == '\0')
		return refuse(refusal, REASON_ENCRYPTION_SHAPE,
		    "a CipherValue is empty, or holds elements");
	return 0;
}

static const xmlNode *
find_child(const xmlNode *parent, const char *ns, const char *name)
{
	const xmlNode *child = parent != NULL ? parent->children : NULL;

	while (child != NULL && !element_is(child, ns, name))
		child = child->next;
	return child;
}

static int
add_key(struct saml_encryption *encryption, const xmlNode *node,
    struct refusal *refusal)
{
	size_t i = encryption->key_count;
	xmlNode *found[KEY_PARTS];
	int r;

	if (i == SAML_ENCRYPTED_KEYS_MAX)
		return refuse(refusal, REASON_ENCRYPTION_SHAPE,
		    "more than %d EncryptedKeys", SAML_ENCRYPTED_KEYS_MAX);
	r = element_children(
	    node, slots, KEY_PARTS, found, REASON_ENCRYPTION_SHAPE, refusal);
	if (r != 0)
		return r;
	if (find_child(found[KEY_INFO], NS_XENC, "EncryptedKey") != NULL)
		return refuse(refusal, REASON_ENCRYPTION_SHAPE,
		    "an EncryptedKey within an EncryptedKey");
	r = saml_key_transport_read(
	    &encryption->keys[i].transport, found[METHOD], refusal);
	if (r == 0)
		r = read_value(
		    &encryption->keys[i].value, found[DATA], refusal);
	if (r != 0)
		return r;
	if (strlen(encryption->keys[i].value) > WRAPPED_MAX)
		return refuse(refusal, REASON_ENCRYPTION_SHAPE,
		    "an EncryptedKey of more than %d characters", WRAPPED_MAX);
	encryption->keys[i].node = node;
	encryption->key_count++;
	return 0;
}

/* All EncryptedKeys among the children of a node, which may be NULL. */
static int
add_keys(struct saml_encryption *encryption, const xmlNode *parent,
    struct refusal *refusal)
{
	const xmlNode *node = parent != NULL ? parent->children : NULL;
	int r;

	for (; node != NULL; node = node->next) {
		if (!element_is(node, NS_XENC, "EncryptedKey"))
			continue;
		if ((r = add_key(encryption, node, refusal)) != 0)
			return r;
	}
	return 0;
}

static int
is_key(const struct saml_encryption *encryption, const char *uri)
{
	const char *id;
	size_t i;

	for (i = 0; i < encryption->key_count; i++) {
		id = element_attribute(encryption->keys[i].node, "Id");
		if (uri[0] == '#' && id != NULL && strcmp(uri + 1, id) == 0)
			return 1;
	}
	return 0;
}

/*
 * All keys are tried anyway; that a RetrievalMethod leads to one of them is
 * required so that none leads anywhere else.
 */
static int
check_retrieval(const struct saml_encryption *encryption, const xmlNode *node,
    struct refusal *refusal)
{
	const char *uri = element_attribute(node, "URI");
	xmlNode *none[1];

	if (uri == NULL || !is_key(encryption, uri) ||
	    !is_or_none(element_attribute(node, "Type"), TYPE_KEY))
		return refuse(refusal, REASON_ENCRYPTION_SHAPE,
		    "a RetrievalMethod to \"%.80s\", which is no EncryptedKey "
		    "of this element",
		    uri != NULL ? uri : "");
	return element_children(
	    node, NULL, 0, none, REASON_ENCRYPTION_SHAPE, refusal);
}

static int
check_retrievals(const struct saml_encryption *encryption,
    const xmlNode *key_info, struct refusal *refusal)
{
	const xmlNode *node = key_info != NULL ? key_info->children : NULL;
	int r;

	for (; node != NULL; node = node->next) {
		if (!element_is(node, NS_DSIG, "RetrievalMethod"))
			continue;
		if ((r = check_retrieval(encryption, node, refusal)) != 0)
			return r;
	}
	return 0;
}

/* The EncryptionMethod of an EncryptedData; its KeySize says nothing new. */
static int
read_cipher(const struct saml_cipher **cipher, const xmlNode *method,
    struct refusal *refusal)
{
	static const struct element_slot size[] = {
		{ NS_XENC, { "KeySize" }, 0, 0 },
	};
	const char *uri = element_attribute(method, "Algorithm");
	xmlNode *found[COUNT(size)];

	*cipher = uri != NULL ? saml_cipher_find(uri) : NULL;
	if (*cipher == NULL)
		return refuse(refusal, REASON_ENCRYPTION_ALGORITHM,
		    "EncryptionMethod \"%.100s\": the IdP must encrypt with "
		    "AES in GCM (or CBC) mode",
		    uri != NULL ? uri : "");
	return element_children(
	    method, size, COUNT(size), found, REASON_ENCRYPTION_SHAPE, refusal);
}

static int
read_data(struct saml_encryption *encryption, const xmlNode *data,
    struct refusal *refusal)
{
	xmlNode *found[DATA_PARTS];
	const char *type = element_attribute(data, "Type");
	int r;

	if (!is_or_none(type, TYPE_ELEMENT))
		return refuse(refusal, REASON_ENCRYPTION_SHAPE,
		    "an EncryptedData of Type \"%.80s\"", type);
	r = element_children(
	    data, slots, DATA_PARTS, found, REASON_ENCRYPTION_SHAPE, refusal);
	if (r == 0)
		r = read_cipher(&encryption->cipher, found[METHOD], refusal);
	if (r == 0)
		r = read_value(&encryption->value, found[DATA], refusal);
	if (r == 0)
		r = add_keys(encryption, found[KEY_INFO], refusal);
	if (r == 0)
		r = add_keys(encryption, encryption->node, refusal);
	if (r == 0)
		r = check_retrievals(encryption, found[KEY_INFO], refusal);
	return r;
}

int
saml_encryption_read(struct saml_encryption *encryption, const xmlNode *node,
    struct refusal *refusal)
{
	static const struct element_slot outer[] = {
		{ NS_XENC, { "EncryptedData" }, 1, 0 },
		{ NS_XENC, { "EncryptedKey" }, 0, 1 },
	};
	xmlNode *found[COUNT(outer)];
	int r;

	memset(encryption, 0, sizeof(*encryption));
	encryption->node = node;
	r = element_children(
	    node, outer, COUNT(outer), found, REASON_ENCRYPTION_SHAPE, refusal);
	if (r == 0)
		r = read_data(encryption, found[0], refusal);
	if (r == 0 && encryption->key_count == 0)
		r = refuse(refusal, REASON_ENCRYPTION_SHAPE,
		    "there is no EncryptedKey in it, nor beside it");
	return r;
}

int
saml_encryption_is_cbc(const struct saml_encryption *encryption)
{
	return saml_cipher_is_cbc(encryption->cipher);
}
