/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/encrypted.h"

#include <string.h>

#include "lib/config.h"
#include "saml/element.h"
#include "saml/encryption.h"

static int
check_cbc(const struct saml_check *check, const xmlNode *node, int covered)
{
	int64_t allowed = check->settings->cbc_encryption;

	if (allowed == CBC_ACCEPT ||
	    (allowed == CBC_SIGNED_RESPONSE && covered))
		return 0;
	return refuse(check->refusal, REASON_CBC_REFUSED,
	    "the %.40s is encrypted with AES-CBC%s: have the IdP use AES-GCM, "
	    "or see [saml] cbc_encryption",
	    (const char *)node->name,
	    covered ? "" : ", and no signature covers it");
}

/* Of an EncryptedData or EncryptedKey, without what all URIs begin with. */
static const char *
algorithm_of(const xmlNode *node)
{
	const xmlNode *method = element_at(node, 0);
	const char *uri = element_attribute(method, "Algorithm");
	const char *name = strrchr(uri, '#');

	return name != NULL ? name + 1 : uri;
}

static void
trace_decryption(
    const struct saml_check *check, const struct saml_encryption *encryption)
{
	if (check->trace == NULL)
		return;
	saml_trace_add(check->trace,
	    "encryption: the %.40s is decrypted, %.40s with a key under %.40s",
	    (const char *)encryption->node->name,
	    algorithm_of(element_at(encryption->node, 0)),
	    algorithm_of(encryption->keys[0].node));
}

int
saml_encrypted_open(const struct saml_check *check, const xmlNode *node,
    const char *name, int covered, xmlDoc **doc, xmlNode **element,
    struct saml_census *census)
{
	struct saml_encryption encryption;
	int r;

	if (check->keys == NULL || saml_decryption_keys_count(check->keys) == 0)
		return refuse(check->refusal, REASON_ENCRYPTED,
		    "the message has an %.40s, and no RSA key of [saml] key or "
		    "rollover_key is there to decrypt it",
		    (const char *)node->name);
	r = saml_encryption_read(&encryption, node, check->refusal);
	if (r == 0 && saml_encryption_is_cbc(&encryption))
		r = check_cbc(check, node, covered);
	if (r == 0)
		r = saml_decrypt(&encryption, check->keys, NS_ASSERTION, name,
		    doc, census, check->refusal);
	if (r != 0)
		return r;
	*element = xmlFirstElementChild(xmlDocGetRootElement(*doc));
	trace_decryption(check, &encryption);
	return 0;
}
