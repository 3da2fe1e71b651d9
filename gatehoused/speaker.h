/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SPEAKER_H
#define GATEHOUSED_SPEAKER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/config.h"
#include "lib/reason.h"
#include "lib/wire.h"
#include "saml/composer.h"

/*
 * One gatehouse-compose process, which writes what we send to IdPs. It is
 * asked one thing at a time, which takes about a millisecond, and replaced
 * when it fails. Threads may share it.
 */
struct speaker;

/*
 * Reads who we are ([saml]) and starts the process: 0, or an error of
 * saml_speaker_load with why. A program that cannot be started is no error,
 * since Responses are taken without it: it is logged, and tried again for
 * each message.
 */
int speaker_new(struct speaker **speaker, const struct config *config,
    char *why, size_t why_size);
void speaker_free(struct speaker **speaker);

/* For gatehousectl status: "runs", "busy", or what is wrong with it. */
void speaker_status(struct speaker *speaker, char *text, size_t size);

/*
 * Have a message written, see saml/composer.h; a caller waits for others at
 * most patience milliseconds. 0 and *outgoing, to be cleared; or GATE_EREFUSED
 * and *refusal (composer_failed, overload).
 */
int speaker_authn_request(struct speaker *speaker,
    const struct saml_authn_request *request, int64_t patience,
    struct saml_outgoing *outgoing, struct refusal *refusal);
int speaker_logout_request(struct speaker *speaker,
    const struct saml_logout_request *request, int64_t patience,
    struct saml_outgoing *outgoing, struct refusal *refusal);
int speaker_logout_response(struct speaker *speaker,
    const struct saml_logout_response *response, int64_t patience,
    struct saml_outgoing *outgoing, struct refusal *refusal);

/* Our metadata likewise: as outgoing's message. */
int speaker_metadata(struct speaker *speaker, int is_signed, int64_t patience,
    struct saml_outgoing *outgoing, struct refusal *refusal);

/* Puts a message into an answer: the OUTGOING of protocol.h. */
void speaker_put(const struct saml_outgoing *outgoing, struct wire_msg *msg);

#endif
