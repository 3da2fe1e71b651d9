/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SERVICE_H
#define SAML_SERVICE_H

#include "lib/wire.h"
#include "saml/encryption.h"
#include "saml/helper.h"
#include "saml/metadata.h"
#include "saml/settings.h"

/*
 * The worker's side of its questions. Each has a file of its own, serve_*.c,
 * and a row in main.c.
 */
struct service {
	struct saml_settings *settings;
	struct saml_idps *idps;
	struct saml_decryption_keys *keys;
	int rollover_idle;    /* the rollover key decrypts nothing */
	struct wire_msg *msg; /* the question, and then the answer */
};

/*
 * Reads the question in service->msg and leaves the answer there, begun with
 * helper_granted, helper_refused or helper_failed. 0; or an error after which
 * there is no going on: GATE_EPROTO, for a question that no caller of ours
 * asks, is not even answered.
 */
typedef int service_question(struct service *service);

service_question serve_verify;   /* VERB_SAML_VERIFY */
service_question serve_idp;      /* VERB_SAML_IDP */
service_question serve_idps;     /* VERB_SAML_IDP_LIST */
service_question serve_logout;   /* VERB_SAML_LOGOUT */
service_question serve_metadata; /* VERB_SAML_METADATA */

/*
 * A text of the question. 0 and *text, NULL where it is not there; GATE_EPROTO
 * for one that is no text: it must not pass for none.
 */
int service_text(
    const struct service *service, uint16_t tag, const char **text);

#endif
