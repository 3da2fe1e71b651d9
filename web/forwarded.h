/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_FORWARDED_H
#define WEB_FORWARDED_H

#include <stddef.h>

#include "lib/address.h"
#include "lib/network.h"
#include "web/field.h"

/*
 * Which header the proxies write. The other one is whatever the client has
 * sent, and is not looked at. Where either may be written, both must agree if
 * both came.
 */
enum forwarded_kind {
	FORWARDED_FOR,      /* X-Forwarded-For */
	FORWARDED_STANDARD, /* Forwarded (RFC 7239) */
	FORWARDED_EITHER
};

/* Whom to believe: proxies alone, never networks in which people are. */
struct forwarded_rules {
	enum forwarded_kind kind;
	const struct network *proxies;
	size_t proxy_count;
};

/* What a request came with. */
struct forwarded_request {
	const struct address *peer;  /* NULL: a unix socket, believed */
	struct field_lines x_for;    /* X-Forwarded-For */
	struct field_lines standard; /* Forwarded */
};

/* More stations than this between client and us are not believed. */
#define FORWARDED_NODES_MAX 32
/* Nor a line longer than this, in bytes. */
#define FORWARDED_LINE_MAX 4096

/*
 * The client's address. A peer that is no proxy is the client himself, and its
 * headers are not looked at. Of what a proxy says, the last address is believed
 * that is not itself a proxy's, from the right; where all are proxies', the
 * first. 0; or without an address, and then nobody is to be let in: GATE_
 * ENOTFOUND where a proxy said nothing; GATE_EINVAL for what is no address
 * (names, "unknown", RFC 7239 6.3) on the way, or a header that breaks its
 * grammar or disagrees with the other; GATE_ETOOBIG.
 */
int forwarded_client(const struct forwarded_rules *rules,
    const struct forwarded_request *request, struct address *client);

#endif
