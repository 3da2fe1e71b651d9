/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDP_RESPONSE_H
#define IDP_RESPONSE_H

#include <libxml/tree.h>

#include "tests/idp/keys.h"
#include "tests/idp/options.h"

/*
 * A Response as the options want it, from which any number of them can be
 * issued: they differ in their IDs and, with --count, in the name.
 */
struct response;

/*
 * Takes doc, an unsigned Response with one assertion, over in every case, and
 * changes it as the options say. keys and options must outlive it. 0,
 * GATE_EINVAL where doc lacks an element, GATE_ENOMEM, or what signing gives.
 */
int response_new(struct response **response, xmlDoc *doc,
    const struct keys *keys, const struct options *options);
void response_free(struct response **response);

/*
 * Gives *xml, *size bytes: number is what %d in the name stands for. The
 * caller frees it with xmlFree. 0 or an error as above, GATE_ECRYPTO.
 */
int response_issue(
    struct response *response, int64_t number, xmlChar **xml, int *size);

#endif
