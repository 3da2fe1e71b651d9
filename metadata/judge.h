/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef METADATA_JUDGE_H
#define METADATA_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/config.h"
#include "saml/metadata.h"

/* A document, and what is to become of it. */
struct judge_case {
	const struct config *config;
	const struct config_source *source;
	const char *certificate; /* PEM; NULL: TLS is all there is */
	const char *text;
	size_t size;
	int64_t now;
};

/*
 * Has a document judged by a sandboxed worker of its own, see
 * saml_metadata_verify. 0 and the facts; GATE_ECONFIG for a document that will
 * not do; other errors. why gets a sentence.
 */
int judge_document(const struct judge_case *judged,
    struct saml_metadata_facts *facts, char *why, size_t why_size);

/*
 * Tries whether gatehoused could read all its metadata with this document in
 * its place: an entityID that another file has too would keep it from starting,
 * and so would a key or a file that cannot be read. 0, also for a document that
 * gatehoused does not read; errors as above, and of saml_settings_load.
 */
int judge_together(const struct judge_case *judged, char *why, size_t why_size);

#endif
