/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "saml/base64.h"
#include "saml/cipher.h"
#include "saml/element.h"
#include "saml/encryption.h"
#include "saml/parse.h"
#include "saml/scan.h"
#include "saml/surroundings.h"

/* One text to decrypt, and what has come of it so far. */
struct decryption {
	const struct saml_encryption *encryption;
	struct element_slot wanted;
	struct saml_base64 data;
	char *text; /* start tag, plaintext, end tag */
	size_t start, size;
	xmlDoc *doc;
	struct saml_census census;
};

/* The text in which plaintexts are parsed, empty but for its start tag. */
static int
prepare_text(struct decryption *d)
{
	xmlBuffer *tag = saml_surroundings(d->encryption->node);

	if (tag == NULL)
		return GATE_ENOMEM;
	d->start = (size_t)xmlBufferLength(tag);
	d->size = d->start + d->data.size + sizeof(SURROUNDINGS_END);
	if ((d->text = malloc(d->size)) != NULL)
		memcpy(d->text, xmlBufferContent(tag), d->start);
	xmlBufferFree(tag);
	return d->text != NULL ? 0 : GATE_ENOMEM;
}

static int
prepare(struct decryption *d, struct refusal *refusal)
{
	int r;

	r = saml_base64_decode_xml(&d->data, d->encryption->value, refusal);
	return r == 0 ? prepare_text(d) : r;
}

/*
 * Parses the plaintext where it stands. The scan is of the plaintext alone: it
 * knows of no tag that is open, and so refuses one that would close the
 * stand-in.
 */
static int
parse_plaintext(struct decryption *d, size_t size, xmlDoc **doc,
    struct saml_census *census, struct refusal *refusal)
{
	static const char end[] = SURROUNDINGS_END;
	char *plaintext = d->text + d->start;
	xmlNode *found[1];
	int r;

	memcpy(plaintext + size, end, sizeof(end));
	r = saml_scan(plaintext, size, refusal);
	if (r == 0)
		r = saml_parse(d->text, d->start + size + sizeof(end) - 1, doc,
		    census, refusal);
	if (r == 0)
		r = element_children(xmlDocGetRootElement(*doc), &d->wanted, 1,
		    found, REASON_DECRYPTION_FAILED, refusal);
	return r;
}

/* What has a use is kept, the first of them; nobody is told of the others. */
static int
try_session_key(
    struct decryption *d, const unsigned char *key, struct refusal *refusal)
{
	struct saml_census census;
	xmlDoc *doc = NULL;
	size_t size;
	int r, good;

	r = saml_cipher_decipher(d->encryption->cipher, key, d->data.bytes,
	    d->data.size, (unsigned char *)d->text + d->start, &size, &good);
	if (r != 0)
		return r;
	r = parse_plaintext(d, size, &doc, &census, refusal);
	if (r == 0 && good && d->doc == NULL) {
		d->doc = doc;
		d->census = census;
		doc = NULL;
	}
	if (doc != NULL)
		xmlFreeDoc(doc);
	return r == GATE_EREFUSED ? 0 : r;
}

static int
try_keys(struct decryption *d, const struct saml_wrapped_key *wrapped,
    const struct saml_decryption_keys *keys, struct refusal *refusal)
{
	unsigned char key[SAML_CIPHER_KEY_MAX];
	size_t i, size = saml_cipher_key_size(d->encryption->cipher);
	int r = 0;

	for (i = 0; r == 0 && i < saml_decryption_keys_count(keys); i++) {
		r = saml_key_unwrap(
		    wrapped, saml_decryption_keys_get(keys, i), key, size);
		if (r == 0)
			r = try_session_key(d, key, refusal);
	}
	explicit_bzero(key, sizeof(key));
	return r;
}

/* The i-th EncryptedKey; one that is no base64 is of no use, which no secret
 * has a part in. */
static int
try_wrapped(struct decryption *d, size_t i,
    const struct saml_decryption_keys *keys, struct refusal *refusal)
{
	const struct saml_key_transport *transport =
	    &d->encryption->keys[i].transport;
	struct saml_base64 value = { NULL, 0, 0 }, label = { NULL, 0, 0 };
	struct saml_wrapped_key wrapped = { .transport = transport };
	int r;

	r = saml_base64_decode_xml(
	    &value, d->encryption->keys[i].value, refusal);
	if (r == 0 && transport->label != NULL)
		r = saml_base64_decode_xml(&label, transport->label, refusal);
	wrapped.bytes = value.bytes;
	wrapped.size = value.size;
	wrapped.label = label.bytes;
	wrapped.label_size = label.size;
	if (r == 0)
		r = try_keys(d, &wrapped, keys, refusal);
	free(value.bytes);
	free(label.bytes);
	return r == GATE_EREFUSED ? 0 : r;
}

int
saml_decrypt(const struct saml_encryption *encryption,
    const struct saml_decryption_keys *keys, const char *ns, const char *name,
    xmlDoc **doc, struct saml_census *census, struct refusal *refusal)
{
	struct decryption d = { .encryption = encryption,
		.wanted = { ns, { name }, 1, 0 } };
	struct refusal untold;
	size_t i;
	int r;

	*doc = NULL;
	r = prepare(&d, &untold);
	for (i = 0; r == 0 && i < encryption->key_count; i++)
		r = try_wrapped(&d, i, keys, &untold);
	if (r == GATE_EREFUSED || (r == 0 && d.doc == NULL))
		r = refuse(refusal, REASON_DECRYPTION_FAILED, NULL);
	if (r == 0) {
		*doc = d.doc;
		*census = d.census;
	} else if (d.doc != NULL) {
		xmlFreeDoc(d.doc);
	}
	if (d.text != NULL)
		explicit_bzero(d.text, d.size);
	free(d.text);
	free(d.data.bytes);
	return r;
}
