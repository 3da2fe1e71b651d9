/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_STATUS_H
#define SAML_STATUS_H

#include <libxml/tree.h>

#include "lib/reason.h"

/* What a samlp:Status says (core 3.2.2.1); points into the tree. */
struct saml_status {
	const char *code;    /* the top-level StatusCode, "" without a Value */
	const char *second;  /* the one below it; NULL: none */
	const char *message; /* NULL: none */
};

/* Reads one: 0, or GATE_EREFUSED (bad_structure). */
int saml_status_read(
    struct saml_status *status, const xmlNode *node, struct refusal *refusal);

#endif
