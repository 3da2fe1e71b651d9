/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/compose/redirect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "saml/compose/base64.h"
#include "saml/compose/scribe.h"

/* What stands for itself in a query (RFC 3986, 2.3). */
static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz"
				 "0123456789-._~";

/* name=value, the value encoded for a query. */
static void
put_parameter(FILE *to, const char *name, const char *value)
{
	fputs(name, to);
	putc('=', to);
	for (; *value != '\0'; value++)
		if (strchr(unreserved, *value) != NULL)
			putc(*value, to);
		else
			fprintf(to, "%%%02X", (unsigned char)*value);
}

/* Compressed as RFC 1951 has it, without a zlib header, and base64. */
static int
deflate_text(const char *xml, char **text)
{
	z_stream stream = { 0 };
	unsigned char *bytes = NULL;
	int r = GATE_ENOMEM;

	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS,
		MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return r;
	stream.next_in = (const unsigned char *)xml;
	stream.avail_in = (uInt)strlen(xml);
	stream.avail_out = (uInt)deflateBound(&stream, stream.avail_in);
	bytes = malloc(stream.avail_out);
	stream.next_out = bytes;
	if (bytes != NULL && deflate(&stream, Z_FINISH) == Z_STREAM_END)
		*text = base64_encode(bytes, stream.total_out);
	if (*text != NULL)
		r = 0;
	free(bytes);
	deflateEnd(&stream);
	return r;
}

/* The parameters, up to what is signed and with it. */
static int
put_query(FILE *to, const struct key_pair *pair, const char *field,
    const char *message, const char *relay_state)
{
	put_parameter(to, field, message);
	if (is_set(relay_state)) {
		putc('&', to);
		put_parameter(to, "RelayState", relay_state);
	}
	if (pair != NULL) {
		putc('&', to);
		put_parameter(to, "SigAlg", key_pair_algorithm(pair));
	}
	return ferror(to) ? GATE_ENOMEM : 0;
}

/* Signs the query as it stands in the stream, from start, and appends that. */
static int
put_signature(FILE *to, const struct key_pair *pair, char *const *text,
    const size_t *size, size_t start)
{
	char *signature = NULL;
	int r;

	if (fflush(to) != 0)
		return GATE_ENOMEM;
	r = key_pair_sign(pair, *text + start, *size - start, &signature);
	if (r == 0) {
		putc('&', to);
		put_parameter(to, "Signature", signature);
	}
	free(signature);
	return r;
}

int
redirect_write(const struct key_pair *pair, const char *destination,
    const char *field, const char *xml, const char *relay_state, char **url)
{
	char *message = NULL, *text = NULL;
	size_t size = 0, start;
	FILE *to = NULL;
	int r = deflate_text(xml, &message);

	if (r != 0)
		return r;
	to = open_memstream(&text, &size);
	if (to == NULL) {
		r = GATE_ENOMEM;
		goto out;
	}
	/* a Location may have a query of its own */
	fprintf(to, "%s%c", destination,
	    strchr(destination, '?') != NULL ? '&' : '?');
	start = strlen(destination) + 1;
	r = put_query(to, pair, field, message, relay_state);
	if (r == 0 && pair != NULL)
		r = put_signature(to, pair, &text, &size, start);
	if (fclose(to) != 0 && r == 0)
		r = GATE_ENOMEM;
	if (r == 0) {
		*url = text;
		text = NULL;
	}
out:
	free(message);
	secret_str_free(&text);
	return r;
}
