/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "saml/base64.h"
#include "saml/decode.h"

static int
refuse_large(struct refusal *refusal, size_t max)
{
	return refuse(refusal, REASON_RESPONSE_TOO_LARGE,
	    "over the %zu bytes that [saml] max_response allows", max);
}

/* Room for the next piece of output; at most one byte more than max. */
static int
grow(struct saml_input *input, size_t *room, size_t max)
{
	size_t wanted = *room == 0 ? 16384 : *room * 2;
	char *larger;

	if (wanted > max + 1)
		wanted = max + 1;
	if ((larger = realloc(input->owned, wanted)) == NULL)
		return GATE_ENOMEM;
	input->text = input->owned = larger;
	*room = wanted;
	return 0;
}

static int
inflate_all(struct saml_input *input, z_stream *stream, size_t max,
    struct refusal *refusal)
{
	size_t room = 0;
	int r, z = Z_OK;

	while (z == Z_OK) {
		if (input->size > max)
			return refuse_large(refusal, max);
		if (input->size == room && (r = grow(input, &room, max)) != 0)
			return r;
		stream->next_out = (Bytef *)input->owned + input->size;
		stream->avail_out = (uInt)(room - input->size);
		z = inflate(stream, Z_NO_FLUSH);
		input->size = room - stream->avail_out;
	}
	if (z == Z_MEM_ERROR)
		return GATE_ENOMEM;
	if (z == Z_BUF_ERROR)
		return refuse(refusal, REASON_RESPONSE_CUT, NULL);
	if (z != Z_STREAM_END)
		return refuse(refusal, REASON_BAD_DEFLATE,
		    "base64 of neither XML nor a deflate stream (RFC 1951, "
		    "without zlib's or gzip's header)");
	if (stream->avail_in != 0)
		return refuse(refusal, REASON_BAD_DEFLATE,
		    "bytes follow the end of the deflate stream");
	if (input->size > max)
		return refuse_large(refusal, max);
	return 0;
}

static int
inflate_input(struct saml_input *input, const struct saml_base64 *packed,
    size_t max, struct refusal *refusal)
{
	z_stream stream = { .next_in = packed->bytes,
		.avail_in = (uInt)packed->size };
	int r;

	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return GATE_ENOMEM;
	r = inflate_all(input, &stream, max, refusal);
	inflateEnd(&stream);
	return r;
}

/* A '<', perhaps after a byte order mark. */
static int
begins_xml(const unsigned char *bytes, size_t size)
{
	if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		return size > 3 && bytes[3] == '<';
	return size > 0 && bytes[0] == '<';
}

/* The same, rather than a deflate stream that begins with these bits. */
static int
looks_like_xml(const unsigned char *bytes, size_t size)
{
	size_t i;

	for (i = 1; i < size && i < 4 && bytes[0] == '<'; i++) {
		if (bytes[i] < '\t' || bytes[i] > '~')
			return 0;
	}
	return begins_xml(bytes, size);
}

/* XML may have line breaks and blanks before it, where a person pasted it or a
 * template began with them. */
static size_t
skip_blanks(const char *text, size_t size)
{
	size_t i = 0;

	while (i < size &&
	    (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' ||
		text[i] == '\n'))
		i++;
	return i;
}

static int
unpack(struct saml_input *input, struct saml_base64 *packed, size_t max,
    struct refusal *refusal)
{
	size_t blanks = skip_blanks((char *)packed->bytes, packed->size);

	input->ragged = packed->ragged;
	input->form = "deflated base64";
	if (!looks_like_xml(packed->bytes + blanks, packed->size - blanks))
		return inflate_input(input, packed, max, refusal);
	input->form = "base64";
	input->text = input->owned = (char *)packed->bytes;
	input->size = packed->size;
	packed->bytes = NULL;
	return input->size > max ? refuse_large(refusal, max) : 0;
}

int
saml_decode(struct saml_input *input, const char *response, size_t size,
    size_t max, struct refusal *refusal)
{
	struct saml_base64 packed = { NULL, 0, 0 };
	size_t blanks = skip_blanks(response, size);
	int r;

	memset(input, 0, sizeof(*input));
	if (blanks == size)
		return refuse(refusal, REASON_RESPONSE_EMPTY, NULL);
	if (looks_like_xml(
		(const unsigned char *)response + blanks, size - blanks)) {
		input->form = "XML";
		input->text = response + blanks;
		input->size = size - blanks;
		return input->size > max ? refuse_large(refusal, max) : 0;
	}
	/* Base64 takes 4 characters for 3 bytes, and line breaks. */
	if (size / 2 > max)
		return refuse_large(refusal, max);
	r = saml_base64_decode(&packed, response, size, refusal);
	if (r == 0)
		r = unpack(input, &packed, max, refusal);
	free(packed.bytes);
	return r;
}

void
saml_input_clear(struct saml_input *input)
{
	free(input->owned);
	memset(input, 0, sizeof(*input));
}
