/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/reply.h"

#include <microhttpd.h>

#include "lib/error.h"
#include "lib/log.h"

/* W3C CSP 3, for what is no page. */
#define NOTHING                                                                \
	"default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "        \
	"form-action 'none'"

static struct MHD_Response *
make(struct exchange *x)
{
	const char *bytes = x->fixed != NULL ? x->fixed : x->out.text;
	size_t size = x->fixed != NULL ? x->fixed_size : x->out.used;

	/* it is neither changed nor copied: there may be secrets in it */
	return MHD_create_response_from_buffer(
	    bytes != NULL ? size : 0, (void *)bytes, MHD_RESPMEM_PERSISTENT);
}

/* A header without a value has to be there all the same: header.h. The library
 * takes none but with a blank, which is no part of it (RFC 9110, 5.5). */
static int
put(struct MHD_Response *response, const char *name, const char *value)
{
	return MHD_add_response_header(
		   response, name, value[0] != '\0' ? value : " ") == MHD_YES
	    ? 0
	    : GATE_ENOMEM;
}

static int
put_usual(struct MHD_Response *response, const struct exchange *x)
{
	int r = 0;

	if (x->type != NULL)
		r = put(response, "Content-Type", x->type);
	if (r == 0)
		r = put(response, "Cache-Control",
		    x->is_cached ? "public, max-age=3600" : "no-store");
	if (r == 0)
		r = put(response, "X-Content-Type-Options", "nosniff");
	if (r == 0)
		r = put(response, "Referrer-Policy", "no-referrer");
	if (r == 0)
		r = put(response, "Content-Security-Policy",
		    x->policy != NULL ? x->policy : NOTHING);
	if (r == 0 && x->site->own.https)
		r = put(
		    response, "Strict-Transport-Security", "max-age=31536000");
	if (r == 0 && x->hangs_up)
		r = put(response, "Connection", "close");
	return r;
}

static int
put_all(struct MHD_Response *response, const struct exchange *x)
{
	size_t i;
	int r = put_usual(response, x);

	for (i = 0; r == 0 && i < x->header_count; i++)
		r = put(response, x->headers[i].name, x->headers[i].value);
	return r;
}

int
reply_send(struct exchange *x, struct MHD_Connection *mhd)
{
	struct MHD_Response *response;
	int r = GATE_ENOMEM;

	if (x->is_broken) {
		log_error("%s: a header of the answer cannot be sent", x->path);
		exchange_text(x, 500, "Something went wrong.\n");
		/* those that are there may be half of what was meant */
		exchange_drop_headers(x);
	}
	response = make(x);
	if (response == NULL)
		return r;
	r = put_all(response, x);
	if (r == 0 &&
	    MHD_queue_response(mhd, (unsigned)x->status, response) != MHD_YES)
		r = GATE_EIO;
	MHD_destroy_response(response);
	return r;
}
