/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SPEAKER_H
#define SAML_SPEAKER_H

#include "lib/wire.h"
#include "saml/composer.h"
#include "saml/settings.h"

/*
 * Who we are in what we send: all that a composer knows of the world. An empty
 * text is one that is not set.
 */
struct saml_speaker {
	char *entity_id;
	char *acs_url;
	char *slo_url;
	char *name_id_format;
	char *requested_attributes; /* blank-separated */
	char *display_name;
	char *contact;
	char *certificate; /* PEM, of key */
	char *rollover_certificate;
	int64_t memory_limit;        /* bytes a composer may grow to */
	struct saml_private_key key; /* which signs; none: nothing is signed */
	struct saml_private_key rollover_key;
};

/* To and from the body of VERB_COMPOSE_SETUP; get gives GATE_EPROTO, ENOMEM. */
void saml_speaker_put(const struct saml_speaker *speaker, struct wire_msg *msg);
int saml_speaker_get(struct saml_speaker **speaker, const struct wire_msg *msg);

#endif
