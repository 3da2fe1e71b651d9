/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SURROUNDINGS_H
#define SAML_SURROUNDINGS_H

#include <libxml/tree.h>

/*
 * The tags of an element that stands in for all that surrounds an encrypted
 * one: it declares the namespaces in scope there, the default one too, and
 * nothing else (XML Encryption 4.3).
 */
#define SURROUNDINGS_END "</surroundings>"

/* The start tag of it, or NULL for want of memory. xmlBufferFree is for the
 * caller. */
xmlBuffer *saml_surroundings(const xmlNode *node);

#endif
