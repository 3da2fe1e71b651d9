/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_TESTS_ENVELOPE_H
#define GATE_TESTS_ENVELOPE_H

#include "tests/attacks/attack.h"
#include "tests/unit/encrypted.h"

/*
 * A message whose assertion is encrypted: the assertion is signed or not,
 * edited (plain), encrypted, edited (sealed), and then the Response is signed
 * or not. attack.before is for the message as it is at first, attack.after for
 * the last text.
 */
#define ENVELOPE_EDITS 2
struct envelope {
	struct attack attack;
	struct encrypt_options options;
	enum attack_key recipient; /* 0: KEY_SP */
	const char *element;       /* of the assertion; NULL: saml:Assertion */
	struct edit plain[ENVELOPE_EDITS], sealed[ENVELOPE_EDITS];
};

/* What is signed. */
#define INSIDE        .sign = SIGN_ASSERTION
#define OUTSIDE       .sign = SIGN_RESPONSE
#define BOTH          .sign = SIGN_BOTH
#define UNSIGNED      .sign = SIGN_NOTHING

#define CBC           .cipher = ENCRYPT_AES256_CBC
#define VALUE         "<xenc:CipherData><xenc:CipherValue>"
#define ASSERTION_END "</saml:Assertion>"

/* The text of it; the caller frees it. */
char *envelope_text(struct attacks *attacks, const struct envelope *envelope);

/* Writes a table of them. */
void envelope_table(
    struct attacks *attacks, const struct envelope *table, size_t count);

#endif
