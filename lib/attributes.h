/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_ATTRIBUTES_H
#define GATE_ATTRIBUTES_H

#include <stddef.h>
#include <stdint.h>

/*
 * What is said of a person: names, each with its values, in the order in which
 * they came (SAML core 2.7.3.1). A struct of zeros is an empty list. Texts are
 * copies. One name may stand several times.
 */
struct attribute {
	char *name;
	char **values;
	size_t value_count;
};

struct attributes {
	struct attribute *items;
	size_t count;
};

/*
 * Appends a name, and a value to the name appended last. 0 or GATE_ENOMEM;
 * GATE_EINVAL for a value without a name.
 */
int attributes_add(struct attributes *list, const char *name);
int attributes_add_value(struct attributes *list, const char *value);

/* Empties it. */
void attributes_clear(struct attributes *list);

/*
 * Nonzero if some attribute of this name has this value, compared byte by
 * byte; a NULL value asks for any but an empty one.
 */
int attributes_have(
    const struct attributes *list, const char *name, const char *value);

/* The largest form that attributes_encode makes, in bytes. */
#define ATTRIBUTES_ENCODED_MAX (64u << 10)

/*
 * To bytes that can be kept in the store, and back. encode takes only the
 * attributes whose names are in the blank-separated list wanted ("*": all of
 * them), *bytes is freed by the caller and NULL for an empty list; 0,
 * GATE_ENOMEM, GATE_ETOOBIG. decode appends to a list of zeros, none where
 * size is 0: 0; or GATE_ENOMEM, or GATE_EPROTO for bytes that encode never
 * makes, and then the list is left empty.
 */
int attributes_encode(const struct attributes *list, const char *wanted,
    uint8_t **bytes, size_t *size);
int attributes_decode(
    struct attributes *list, const uint8_t *bytes, size_t size);

#endif
