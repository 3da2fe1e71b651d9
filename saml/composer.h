/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_COMPOSER_H
#define SAML_COMPOSER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/config.h"
#include "saml/logout.h"

/*
 * The caller's end of gatehouse-compose, the process that writes what the SP
 * sends, with lasso: AuthnRequests, logout messages, our metadata. It reads no
 * message of anybody else's; it holds our signing key, so that the process that
 * does read them (worker.h) need not. Started and shut in like a worker. One
 * thread at a time.
 */
struct saml_composer;

/*
 * Who we are: [saml] of the configuration, its files read, keys FILE_SECRET.
 * 0; GATE_ENOTFOUND where SSO is not configured; GATE_ENOMEM; an error of
 * file_read. why gets a sentence, and names the file.
 */
struct saml_speaker;
int saml_speaker_load(struct saml_speaker **speaker,
    const struct config *config, char *why, size_t why_size);
void saml_speaker_free(struct saml_speaker **speaker);

/*
 * As saml_worker_new. GATE_ECONFIG where a key cannot be used (RSA of 2048 to
 * 8192 bits, EC P-256, P-384 or P-521), or its certificate is not its own.
 */
int saml_composer_new(struct saml_composer **composer, const char *program,
    const struct saml_speaker *speaker, int64_t deadline, char *why,
    size_t why_size);
void saml_composer_free(struct saml_composer **composer);

/* As saml_worker_ready, saml_worker_pid. */
int saml_composer_ready(const struct saml_composer *composer);
pid_t saml_composer_pid(const struct saml_composer *composer);

/* A message on its way to a browser: go to url, or post fields to it. */
struct saml_outgoing {
	int64_t binding;   /* enum saml_binding */
	char *url;         /* with the whole query for a redirect */
	char *field;       /* POST: "SAMLRequest" or "SAMLResponse" ... */
	char *message;     /* ... and its value, base64 */
	char *relay_state; /* POST: the other field; NULL: none */
};
void saml_outgoing_clear(struct saml_outgoing *outgoing);

/* Appends it to an answer, as lib/protocol.h has an OUTGOING. */
void saml_outgoing_put(
    const struct saml_outgoing *outgoing, struct wire_msg *msg);

/*
 * What is to be written. All three begin alike; saml/order.h relies on it.
 * Texts may be NULL or empty where not said otherwise.
 */

/* An AuthnRequest (core 3.4.1). */
struct saml_authn_request {
	const char *id;          /* required: an NCName */
	const char *destination; /* required: an http(s) URL, no fragment */
	const char *relay_state;
	int64_t now;     /* IssueInstant */
	int64_t binding; /* enum saml_binding */
	int64_t force_authn, is_passive;
	const char *name_id_format;
	const char *authn_contexts; /* blank-separated */
	int64_t minimum;            /* Comparison; else exact */
};

/* A LogoutRequest (core 3.7.1). */
struct saml_logout_request {
	const char *id, *destination, *relay_state;
	int64_t now, binding;
	const char *name_id; /* required */
	const char *name_id_format, *name_qualifier, *sp_name_qualifier;
	const char *session_index;
	const char *reason; /* urn:oasis:names:tc:SAML:2.0:logout:user */
};

/* A LogoutResponse (core 3.7.2). */
struct saml_logout_response {
	const char *id, *destination, *relay_state;
	int64_t now, binding;
	const char *in_response_to;
	const char *status; /* required */
	const char *status_second, *status_message;
};

/*
 * Have a message written, and signed where we have a key (logout messages must
 * be: GATE_ECONFIG without one): by the query (bindings 3.4.4.1) or enveloped;
 * RSA-SHA256, or ECDSA with the SHA-2 of its curve. 0; GATE_EINVAL for what no
 * message can be made of; any other error means that this composer is of no
 * more use. why gets a sentence.
 */
int saml_compose_authn_request(struct saml_composer *composer,
    const struct saml_authn_request *request, int64_t deadline,
    struct saml_outgoing *outgoing, char *why, size_t why_size);
int saml_compose_logout_request(struct saml_composer *composer,
    const struct saml_logout_request *request, int64_t deadline,
    struct saml_outgoing *outgoing, char *why, size_t why_size);
int saml_compose_logout_response(struct saml_composer *composer,
    const struct saml_logout_response *response, int64_t deadline,
    struct saml_outgoing *outgoing, char *why, size_t why_size);

/*
 * Our metadata (metadata 2.4.4): keys, ACS, SLO, NameID formats, requested
 * attributes, contact; signed if asked for. *xml is freed by the caller.
 */
int saml_compose_metadata(struct saml_composer *composer, int is_signed,
    int64_t deadline, char **xml, char *why, size_t why_size);

#endif
