/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_HOLD_TOKENS_H
#define WEB_HOLD_TOKENS_H

#include <stddef.h>

/*
 * The tokens of backends that may hold sessions open: of each, its name and the
 * SHA-256 of what it shows are in a file, a line each; "#" begins a comment.
 */
struct hold_tokens;

/* Names are words of letters, digits and ._-; with the NUL. */
#define HOLD_TOKEN_NAME_SIZE 33

/* Reads the file; "" is one without any. 0, or an error that was logged. */
int hold_tokens_new(struct hold_tokens **tokens, const char *path);
void hold_tokens_free(struct hold_tokens **tokens);

/* Whose token this is; NULL: nobody's. */
const char *hold_tokens_find(
    const struct hold_tokens *tokens, const char *token);

#endif
