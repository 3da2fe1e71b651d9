/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMPOSE_MESSAGE_H
#define COMPOSE_MESSAGE_H

#include <lasso/lasso.h>

#include "saml/order.h"
#include "saml/speaker.h"

/*
 * Builds the node of lasso's that says what is ordered; freed with
 * g_object_unref. GLib ends the process where it gets no memory.
 */
typedef LassoNode *message_build(
    const struct saml_speaker *speaker, const union saml_order *order);

message_build authn_request_build;   /* authn_request.c */
message_build logout_request_build;  /* logout_request.c */
message_build logout_response_build; /* logout_response.c */

/* A copy for a member of a node, NULL for a text that was not given. */
char *message_text(const char *text);

/* A time for a member of a node. */
char *message_time(int64_t epoch);

/* The Issuer of all that we send. */
LassoSaml2NameID *message_issuer(const struct saml_speaker *speaker);

#endif
