/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_ELEMENT_H
#define SAML_ELEMENT_H

#include <stddef.h>

#include <libxml/tree.h>

#include "lib/reason.h"

#define NS_ASSERTION "urn:oasis:names:tc:SAML:2.0:assertion"
#define NS_PROTOCOL  "urn:oasis:names:tc:SAML:2.0:protocol"
#define NS_METADATA  "urn:oasis:names:tc:SAML:2.0:metadata"
#define NS_DSIG      "http://www.w3.org/2000/09/xmldsig#"
#define NS_EXC_C14N  "http://www.w3.org/2001/10/xml-exc-c14n#"
#define NS_XSI       "http://www.w3.org/2001/XMLSchema-instance"
#define NS_XENC      "http://www.w3.org/2001/04/xmlenc#"
#define NS_XENC11    "http://www.w3.org/2009/xmlenc11#"
#define NS_DSIG_MORE "http://www.w3.org/2001/04/xmldsig-more#"

/* Nonzero if node is the element of this name in this namespace. */
int element_is(const xmlNode *node, const char *ns, const char *name);

/*
 * The value of an attribute in no namespace, NULL where there is none. Points
 * into the tree. xmlGetProp would take an attribute of any namespace.
 */
const char *element_attribute(const xmlNode *node, const char *name);

/*
 * The text of an element that holds nothing but text, "" for an empty one;
 * NULL if there are elements in it. Points into the tree.
 */
const char *element_text(const xmlNode *node);

/* The child element at this place, counted from 0; NULL past the last. */
const xmlNode *element_at(const xmlNode *parent, size_t place);

/* One place in a sequence of child elements, as a schema has it. */
#define SLOT_NAMES 4
struct element_slot {
	const char *ns;
	const char *names[SLOT_NAMES]; /* any one of these */
	int required;
	int many;
};

/*
 * Holds the children of an element against the sequence that its schema gives,
 * with nothing but blanks between them. found[i] gets the first child in slot
 * i, or NULL. 0, or GATE_EREFUSED with this reason.
 */
int element_children(const xmlNode *parent, const struct element_slot *slots,
    size_t count, xmlNode **found, enum reason reason, struct refusal *refusal);

#endif
