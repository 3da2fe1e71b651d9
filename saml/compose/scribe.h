/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMPOSE_SCRIBE_H
#define COMPOSE_SCRIBE_H

#include "lib/wire.h"
#include "saml/compose/key_pair.h"
#include "saml/speaker.h"

/* The composer's side of its orders. */
struct scribe {
	struct saml_speaker *speaker;
	struct key_pair *pair;     /* which signs; NULL: nothing is signed */
	struct key_pair *rollover; /* which metadata names too; or NULL */
	struct wire_msg *msg;      /* the order, and then the answer */
};

/*
 * Reads the order in scribe->msg and leaves the answer there, a VERB_RESULT. 0;
 * or an error after which there is no going on: GATE_EPROTO, for an order that
 * no caller of ours gives, is not even answered.
 */
typedef int scribe_order(struct scribe *scribe);

/* Whether a text was given at all. */
static inline int
is_set(const char *text)
{
	return text != NULL && text[0] != '\0';
}

scribe_order scribe_message;  /* message.c: the three messages */
scribe_order scribe_metadata; /* metadata.c */

#endif
