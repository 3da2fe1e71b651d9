/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_PARSE_H
#define SAML_PARSE_H

#include <stddef.h>

#include <libxml/tree.h>

#include "lib/reason.h"

/* How many of these elements a whole message has, wherever they stand. */
struct saml_census {
	size_t assertions, encrypted, signatures;
};

/*
 * Parses a text that saml_scan has let by, once. The tree has elements,
 * attributes and text only; every attribute's value and every run of text is
 * one node. IDs (ID and Id, in no namespace) are NCNames, unique, and known to
 * xmlGetID; there is no xml:id. 0 and *doc; GATE_EREFUSED (bad_xml,
 * xml_forbidden, bad_id), GATE_ENOMEM. xmlFreeDoc is for the caller.
 */
int saml_parse(const char *text, size_t size, xmlDoc **doc,
    struct saml_census *census, struct refusal *refusal);

#endif
