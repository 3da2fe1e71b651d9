/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "saml/base64.h"

/* A digit's value is below 64; the others have the bit that no value has. */
#define OTHER   0x40
#define BLANK   0x41 /* passed over */
#define PADDING 0x42

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

/* Moves *text past blanks; nonzero if there is padding then. */
static int
at_padding(const unsigned char *table, const char **text, const char *end)
{
	while (*text < end && table[(unsigned char)**text] == BLANK)
		(*text)++;
	return *text < end && **text == '=';
}

/*
 * The last group: count digits in bits, then padding or the end. Padding that
 * is missing is told apart from padding that is wrong: that is how a Response
 * looks which was cut on its way.
 */
static int
finish(struct saml_base64 *out, const unsigned char *table, const char *text,
    const char *start, const char *end, uint32_t bits, unsigned int count,
    struct refusal *refusal)
{
	unsigned int padding = 0;

	for (; at_padding(table, &text, end); text++)
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

/* Passes over these blanks, wherever they stand. */
static int
decode(struct saml_base64 *out, const char *text, size_t size,
    const char *blanks, struct refusal *refusal)
{
	const char *start = text, *end = text + size;
	unsigned char table[256], value;
	uint32_t bits = 0;
	unsigned int count = 0;
	int c;

	for (c = 0; c < 256; c++)
		table[c] = digit((char)c);
	for (; *blanks != '\0'; blanks++)
		table[(unsigned char)*blanks] = BLANK;
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
		if (value == BLANK)
			continue;
		bits = bits << 6 | value;
		if (++count < 4)
			continue;
		out->bytes[out->size++] = (unsigned char)(bits >> 16);
		out->bytes[out->size++] = (unsigned char)(bits >> 8);
		out->bytes[out->size++] = (unsigned char)bits;
		bits = count = 0;
	}
	return finish(out, table, text, start, end, bits, count, refusal);
}

int
saml_base64_decode(struct saml_base64 *out, const char *text, size_t size,
    struct refusal *refusal)
{
	return decode(out, text, size, "\r\n", refusal);
}

int
saml_base64_decode_xml(
    struct saml_base64 *out, const char *text, struct refusal *refusal)
{
	int r = decode(out, text, strlen(text), " \t\r\n", refusal);

	if (r == 0 && out->ragged)
		r = refuse(
		    refusal, REASON_BAD_BASE64, "the padding is missing");
	return r;
}
