/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <zlib.h>

#include "tests/attacks/attack.h"

#define RSA_SHA256(id) SIGNATURE(MORE "rsa-sha256", ENC "sha256", id)

/* The usual Signature, or the case's own, with its algorithms. */
static char *
template_of(const struct attack *attack, int which, const char *usual)
{
	const char *own = attack->templates[which];
	char *text = strdup(own != NULL ? own : usual);

	if (attack->method != NULL)
		text = fixture_replace(text, MORE "rsa-sha256", attack->method);
	if (attack->digest != NULL)
		text = fixture_replace(text, ENC "sha256", attack->digest);
	return text;
}

char *
attack_text(struct attacks *attacks, const struct attack *attack)
{
	const char *message =
	    attack->message != NULL ? attack->message : RESPONSE;
	char *response = template_of(attack, 0, RSA_SHA256("_response1"));
	char *assertion = template_of(attack, 1, RSA_SHA256("_assertion1"));
	int sign = attack->sign != 0 ? attack->sign : SIGN_ASSERTION;
	char *text;

	text = fixture_sign(message, sign & SIGN_BOTH, response, assertion,
	    attacks->keys[attack->key], attack->before, ATTACK_EDITS);
	text = fixture_edit(text, attack->after, ATTACK_EDITS);
	if (attack->change != NULL)
		text = attack->change(attacks, text);
	free(response);
	free(assertion);
	return text;
}

static char *
deflate_text(const char *text, size_t *size)
{
	uLong room = compressBound((uLong)*size) + 16;
	unsigned char *packed = malloc(room);
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)text,
		.avail_in = (uInt)*size,
		.next_out = packed,
		.avail_out = (uInt)room };
	char *base64;

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	base64 = fixture_base64(packed, stream.total_out);
	deflateEnd(&stream);
	free(packed);
	*size = strlen(base64);
	return base64;
}

char *
attack_pack(enum attack_form form, const char *text, size_t *size)
{
	char *packed;

	if (form == FORM_DEFLATE)
		return deflate_text(text, size);
	if (form == FORM_BASE64) {
		packed = fixture_base64(text, *size);
		*size = strlen(packed);
		return packed;
	}
	packed = malloc(*size + 1);
	assert_non_null(packed);
	memcpy(packed, text, *size);
	return packed;
}

static void
write_file(struct attacks *attacks, const void *bytes, size_t size)
{
	char *path =
	    fixture_text("%s/%04zu.response", attacks->dir, attacks->count);
	FILE *file = fopen(path, "we");

	if (file == NULL || fwrite(bytes, 1, size, file) != size ||
	    fclose(file) != 0)
		fail_msg("%s cannot be written", path);
	free(path);
}

/* One line of the manifest; tests/attacks/attacks.bats reads it. */
static void
write_line(struct attacks *attacks, const struct attack *attack)
{
	const char *request =
	    attack->request != NULL ? attack->request : REQUEST_ID;
	const char *user = attack->user != NULL ? attack->user : "alice";

	fprintf(attacks->manifest,
	    "%04zu.response\t%s\t%s\t%s\t%s\t--now %lld%s%s%s%s\t%s\t%s\n",
	    attacks->count, attacks->class, attack->name,
	    attack->cve != NULL ? attack->cve : "-",
	    attack->config != NULL ? attack->config : "usual",
	    (long long)(NOW + attack->later),
	    request[0] != '\0' ? " --in-response-to " : "", request,
	    attack->options != NULL ? " " : "",
	    attack->options != NULL ? attack->options : "",
	    attack->expected != NULL ? "refuse" : "accept",
	    attack->expected != NULL ? attack->expected : user);
}

void
attack_write_bytes(struct attacks *attacks, const struct attack *attack,
    const void *bytes, size_t size)
{
	attacks->count++;
	write_file(attacks, bytes, size);
	write_line(attacks, attack);
}

void
attack_write(struct attacks *attacks, const struct attack *attack, char *text)
{
	size_t size = strlen(text);
	char *packed = attack_pack(attack->form, text, &size);

	attack_write_bytes(attacks, attack, packed, size);
	free(packed);
	free(text);
}

void
attack_table(struct attacks *attacks, const struct attack *table, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		attack_write(
		    attacks, &table[i], attack_text(attacks, &table[i]));
}

char *
attack_replace_first(char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *result;

	if (at == NULL)
		fail_msg("nothing to edit: \"%s\"", from);
	result = fixture_text(
	    "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	free(text);
	return result;
}

char *
attack_repeat(const char *text, size_t count)
{
	size_t size = strlen(text);
	char *result = malloc(size * count + 1), *out = result;

	assert_non_null(result);
	while (count-- > 0)
		out = mempcpy(out, text, size);
	*out = '\0';
	return result;
}
