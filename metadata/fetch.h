/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef METADATA_FETCH_H
#define METADATA_FETCH_H

#include <stddef.h>
#include <stdint.h>

/* What is to be fetched. Texts may be NULL but the URL. */
struct fetch_request {
	const char *url;           /* as the configuration allows it */
	const char *etag;          /* of the document we have ... */
	const char *last_modified; /* ... NULL both: we have none */
	const char *proxy;
	size_t max;      /* bytes */
	int64_t timeout; /* seconds for all of it */
};

/* What came. */
struct fetch {
	int unchanged; /* the document we have is the newest one (HTTP 304) */
	char *bytes;   /* followed by a NUL */
	size_t size;
	char *etag, *last_modified; /* NULL: the server gave none */
};

/* Once, before all else: 0 or GATE_ECRYPTO. */
int fetch_init(void);

/*
 * Gets a document over https, or over http from this very machine; redirects
 * lead to https only. The environment has no say: no proxy but that of the
 * request, no .netrc. 0 and *fetch, to be cleared; or an error and why, a
 * phrase. GATE_ETOOBIG, GATE_ETIMEOUT, GATE_ENOMEM, GATE_EINVAL (the URL);
 * GATE_EREFUSED for any other answer than the document.
 */
int fetch_run(const struct fetch_request *request, struct fetch *fetch,
    char *why, size_t why_size);
void fetch_clear(struct fetch *fetch);

#endif
