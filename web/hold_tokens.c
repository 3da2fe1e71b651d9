/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/hold_tokens.h"

#include <ctype.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/words.h"

#define FILE_MAX (256u << 10)

#define NAME     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

struct one {
	char name[HOLD_TOKEN_NAME_SIZE];
	char hash[DIGEST_TEXT_SIZE]; /* in hexadecimal, small letters */
};

struct hold_tokens {
	struct one *all;
	size_t count;
};

static int
complain(const char *path, size_t line, const char *why)
{
	log_error("%s:%zu: %s", path, line, why);
	return GATE_ECONFIG;
}

static int
take_line(
    struct hold_tokens *tokens, const char *path, size_t number, char *line)
{
	struct one *more, *one;
	const char *list = line, *name, *hash;
	size_t name_length, hash_length = 0, i;

	line[strcspn(line, "#")] = '\0';
	name = words_next(&list, &name_length);
	if (name == NULL)
		return 0;
	hash = words_next(&list, &hash_length);
	if (name_length >= HOLD_TOKEN_NAME_SIZE ||
	    strspn(name, NAME) < name_length)
		return complain(path, number, "that is no name");
	if (hash == NULL || hash_length != DIGEST_TEXT_SIZE - 1 ||
	    strspn(hash, "0123456789abcdefABCDEF") < hash_length ||
	    words_next(&list, &name_length) != NULL)
		return complain(path, number, "not a name and a SHA-256");
	more = reallocarray(tokens->all, tokens->count + 1, sizeof(*more));
	if (more == NULL)
		return GATE_ENOMEM;
	tokens->all = more;
	one = &more[tokens->count++];
	memset(one, 0, sizeof(*one));
	memcpy(one->name, name, strcspn(name, " \t"));
	for (i = 0; i < hash_length; i++)
		one->hash[i] = (char)tolower((unsigned char)hash[i]);
	return 0;
}

static int
read_all(struct hold_tokens *tokens, const char *path)
{
	char why[256] = "", *text = NULL, *line, *rest = NULL;
	size_t size, number = 0;
	int r = file_read(
	    path, FILE_TRUSTED, FILE_MAX, &text, &size, why, sizeof(why));

	if (r != 0) {
		log_error("[web] hold_tokens: %s: %s", path,
		    why[0] != '\0' ? why : gate_strerror(r));
		return r;
	}
	for (rest = text; r == 0 && (line = strsep(&rest, "\n")) != NULL;)
		r = take_line(tokens, path, ++number, line);
	free(text);
	return r;
}

int
hold_tokens_new(struct hold_tokens **tokens, const char *path)
{
	struct hold_tokens *t = calloc(1, sizeof(*t));
	int r = t != NULL ? 0 : GATE_ENOMEM;

	if (r == 0 && path[0] != '\0')
		r = read_all(t, path);
	if (r != 0)
		hold_tokens_free(&t);
	*tokens = t;
	return r;
}

void
hold_tokens_free(struct hold_tokens **tokens)
{
	struct hold_tokens *t = *tokens;

	if (t == NULL)
		return;
	free(t->all);
	free(t);
	*tokens = NULL;
}

const char *
hold_tokens_find(const struct hold_tokens *tokens, const char *token)
{
	uint8_t digest[DIGEST_SIZE];
	char hash[DIGEST_TEXT_SIZE];
	const char *name = NULL;
	size_t i;

	/* as sha256sum has it */
	SHA256((const unsigned char *)token, strlen(token), digest);
	digest_text(digest, hash);
	for (i = 0; i < tokens->count; i++)
		if (secret_equal(tokens->all[i].hash, DIGEST_TEXT_SIZE - 1,
			hash, DIGEST_TEXT_SIZE - 1))
			name = tokens->all[i].name;
	return name;
}
