/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "saml/decode.h"

/* A digit's value is below 64; the others have the bit that no value has. */
#define OTHER   0x40
#define BREAK   0x41 /* CR, LF */
#define PADDING 0x42

/* What was decoded, and how it ended. */
struct base64 {
	unsigned char *bytes;
	size_t size;
	int ragged; /* the last group of four is not whole */
};

static unsigned char
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned char)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned char)(c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (unsigned char)(c - '0' + 52);
	switch (c) {
	case '+':
		return 62;
	case '/':
		return 63;
	case '=':
		return PADDING;
	case '\r':
	case '\n':
		return BREAK;
	default:
		return OTHER;
	}
}

static int
refuse_character(struct refusal *refusal, char c, size_t offset)
{
	return refuse(refusal, REASON_BAD_BASE64,
	    "character 0x%02x at offset %zu is not base64: only A-Z a-z 0-9 + "
	    "/, = at the end, and line breaks may stand there",
	    (unsigned char)c, offset);
}

/* Moves *text past line breaks; nonzero if there is padding then. */
static int
at_padding(const char **text, const char *end)
{
	while (*text < end && digit(**text) == BREAK)
		(*text)++;
	return *text < end && **text == '=';
}

/*
 * The last group: count digits in bits, then padding or the end. Padding that
 * is missing is told apart from padding that is wrong: that is how a Response
 * looks which was cut on its way.
 */
static int
finish(struct base64 *out, const char *text, const char *start, const char *end,
    uint32_t bits, unsigned int count, struct refusal *refusal)
{
	unsigned int padding = 0;

	for (; at_padding(&text, end); text++)
		padding++;
	if (text < end)
		return refuse_character(refusal, *text, (size_t)(text - start));
	if (padding > 2 || (padding > 0 && count + padding != 4))
		return refuse(refusal, REASON_BAD_BASE64, "wrong padding");
	bits <<= 6 * (4 - count);
	if (padding > 0 && (bits & (padding == 1 ? 0xffu : 0xffffu)) != 0)
		return refuse(refusal, REASON_BAD_BASE64,
		    "bits that belong to no byte are set before the padding");
	out->ragged = count != 0 && padding == 0;
	if (count > 1)
		out->bytes[out->size++] = (unsigned char)(bits >> 16);
	if (count > 2)
		out->bytes[out->size++] = (unsigned char)(bits >> 8);
	return 0;
}

static int
decode_base64(
    struct base64 *out, const char *text, size_t size, struct refusal *refusal)
{
	const char *start = text, *end = text + size;
	unsigned char table[256], value;
	uint32_t bits = 0;
	unsigned int count = 0;
	int c;

	for (c = 0; c < 256; c++)
		table[c] = digit((char)c);
	if ((out->bytes = malloc(size / 4 * 3 + 3)) == NULL)
		return GATE_ENOMEM;
	while (text < end) {
		value = table[(unsigned char)*text];
		if (value == PADDING)
			break;
		if (value == OTHER)
			return refuse_character(
			    refusal, *text, (size_t)(text - start));
		text++;
		if (value == BREAK)
			continue;
		bits = bits << 6 | value;
		if (++count < 4)
			continue;
		out->bytes[out->size++] = (unsigned char)(bits >> 16);
		out->bytes[out->size++] = (unsigned char)(bits >> 8);
		out->bytes[out->size++] = (unsigned char)bits;
		bits = count = 0;
	}
	return finish(out, text, start, end, bits, count, refusal);
}

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
inflate_input(struct saml_input *input, const struct base64 *packed, size_t max,
    struct refusal *refusal)
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

static int
unpack(struct saml_input *input, struct base64 *packed, size_t max,
    struct refusal *refusal)
{
	input->ragged = packed->ragged;
	if (!looks_like_xml(packed->bytes, packed->size))
		return inflate_input(input, packed, max, refusal);
	input->text = input->owned = (char *)packed->bytes;
	input->size = packed->size;
	packed->bytes = NULL;
	return input->size > max ? refuse_large(refusal, max) : 0;
}

/* XML may have line breaks and blanks before it where a person pasted it. */
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

int
saml_decode(struct saml_input *input, const char *response, size_t size,
    size_t max, struct refusal *refusal)
{
	struct base64 packed = { NULL, 0, 0 };
	size_t blanks = skip_blanks(response, size);
	int r;

	memset(input, 0, sizeof(*input));
	if (blanks == size)
		return refuse(refusal, REASON_RESPONSE_EMPTY, NULL);
	if (looks_like_xml(
		(const unsigned char *)response + blanks, size - blanks)) {
		input->text = response + blanks;
		input->size = size - blanks;
		return input->size > max ? refuse_large(refusal, max) : 0;
	}
	/* Base64 takes 4 characters for 3 bytes, and line breaks. */
	if (size / 2 > max)
		return refuse_large(refusal, max);
	r = decode_base64(&packed, response, size, refusal);
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
