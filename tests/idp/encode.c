/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <stdlib.h>
#include <zlib.h>

#include "lib/error.h"
#include "tests/idp/encode.h"

static int
print_xml(const void *xml, size_t size, FILE *out)
{
	return fwrite(xml, 1, size, out) == size ? 0 : GATE_EIO;
}

static int
print_base64(const void *xml, size_t size, FILE *out)
{
	char *text = g_base64_encode(xml, size);
	int r;

	r = fputs(text, out) >= 0 ? 0 : GATE_EIO;
	g_free(text);
	return r;
}

int
encode_deflate(const void *xml, size_t size, char **text)
{
	z_stream stream = { 0 };
	unsigned char *bytes = NULL;
	int r = GATE_ENOMEM;

	/* Minus: neither zlib header nor checksum, RFC 1951 alone. */
	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS,
		MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return r;
	stream.next_in = (unsigned char *)xml;
	stream.avail_in = size;
	stream.avail_out = deflateBound(&stream, size);
	bytes = malloc(stream.avail_out);
	stream.next_out = bytes;
	if (bytes != NULL && deflate(&stream, Z_FINISH) == Z_STREAM_END) {
		*text = g_base64_encode(bytes, stream.total_out);
		r = 0;
	}
	free(bytes);
	deflateEnd(&stream);
	return r;
}

static int
print_deflate(const void *xml, size_t size, FILE *out)
{
	char *text = NULL;
	int r = encode_deflate(xml, size, &text);

	if (r == 0 && fputs(text, out) < 0)
		r = GATE_EIO;
	g_free(text);
	return r;
}

typedef int print(const void *, size_t, FILE *);

static print *const printers[] = {
	[FORMAT_BASE64] = print_base64,
	[FORMAT_DEFLATE] = print_deflate,
	[FORMAT_XML] = print_xml,
};

int
encode_print(enum format format, const void *xml, size_t size, FILE *out)
{
	int r = printers[format](xml, size, out);

	if (r == 0 && putc('\n', out) == EOF)
		r = GATE_EIO;
	return r;
}
