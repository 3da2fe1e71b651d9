/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SCAN_H
#define SAML_SCAN_H

#include <stddef.h>

#include "lib/reason.h"

/* What a message may hold: far above what an IdP sends, far below what costs
 * libxml2 time or memory out of proportion to the message's size. */
#define SCAN_DEPTH_MAX      32
#define SCAN_ELEMENTS_MAX   20000
#define SCAN_ATTRIBUTES_MAX 60000 /* namespace declarations too */
#define SCAN_TAG_MAX        40    /* attributes and declarations of one tag */
#define SCAN_NAMESPACES_MAX 16    /* declarations of one tag */
#define SCAN_SCOPE_MAX      64    /* of a tag and all tags around it */

/*
 * The metadata of a federation has thousands of entities, no deeper than a
 * message, and declares at its root what any of them may need.
 */
#define SCAN_METADATA_TAG_MAX        100
#define SCAN_METADATA_ELEMENTS_MAX   2000000
#define SCAN_METADATA_ATTRIBUTES_MAX 6000000

/*
 * Looks through a text before any parser does, in one pass, and lets only
 * plain XML 1.0 in UTF-8 by: no DTD, no comments, no processing instructions,
 * nothing over the limits above. 0, or GATE_EREFUSED: bad_encoding, bad_xml,
 * xml_forbidden, xml_limit, response_cut.
 */
int saml_scan(const char *text, size_t size, struct refusal *refusal);

/*
 * The same for metadata that was fetched: comments and processing instructions
 * pass, a DTD does not, and there may be more elements.
 */
int saml_scan_metadata(const char *text, size_t size, struct refusal *refusal);

/*
 * The first part of it, for any metadata: all of it is UTF-8, and it says
 * nothing else of itself. libxml2 would open files for another encoding.
 */
int saml_scan_prolog(const char *text, size_t size, struct refusal *refusal);

#endif
