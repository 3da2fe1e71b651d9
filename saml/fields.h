/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_FIELDS_H
#define SAML_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"

/*
 * The plain members of a struct to and from wire fields, told by a table, so
 * that both directions are one and the same list.
 */
enum saml_field_kind {
	SAML_FIELD_TEXT,     /* char *; NULL is not sent */
	SAML_FIELD_REQUIRED, /* char *; never NULL, never empty */
	SAML_FIELD_NUMBER,   /* int64_t; always sent, never negative */
};

struct saml_field {
	uint16_t tag;
	enum saml_field_kind kind;
	size_t offset;
	size_t max; /* the longest text, in bytes */
};

/* At most 32 rows, so that a word holds which of them were seen. */
struct saml_fields {
	const struct saml_field *rows;
	size_t count;
};

/* Appends all members of object to msg. */
void saml_fields_put(
    const struct saml_fields *fields, const void *object, struct wire_msg *msg);

/*
 * Takes one field over into object (texts are copied) and marks it in *seen,
 * which starts as 0. GATE_ENOTFOUND if its tag is none of the table's;
 * GATE_EPROTO if it came before, or is not what the table says; GATE_ENOMEM.
 */
int saml_fields_take(const struct saml_fields *fields, void *object,
    uint32_t *seen, const struct wire_field *field);

/* 0 if nothing that must be there is missing from seen, else GATE_EPROTO. */
int saml_fields_complete(const struct saml_fields *fields, uint32_t seen);

/* Frees the texts of object. */
void saml_fields_free(const struct saml_fields *fields, void *object);

#endif
