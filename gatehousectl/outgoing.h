/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_OUTGOING_H
#define GATEHOUSECTL_OUTGOING_H

#include <jansson.h>

#include "lib/wire.h"

/*
 * A message that a browser is to carry to an IdP, as it stands in a result: a
 * URL to go to; or one to post to, with the form's fields.
 */

/* Whether there is one, and it is whole: 1, 0 for none, -1 for a part of one.
 */
int outgoing_is(const struct wire_msg *result);

/* Prints the URL, and the fields, NAME VALUE, one a line. */
void outgoing_print(const struct wire_msg *result);

/* Puts url, field, message and relay_state into an object. */
void outgoing_put(json_t *object, const struct wire_msg *result);

#endif
