/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/attacks/envelope.h"

/* Where the Response's signature comes, once the assertion's is done. */
#define LATER "{LATER}"

/* The message with its assertion signed, and the Response's hole kept. */
static char *
sign_inside(struct attacks *attacks, const struct attack *attack)
{
	const char *message =
	    attack->message != NULL ? attack->message : RESPONSE;
	struct attack inside = *attack;
	char *kept, *text;

	kept = fixture_replace(
	    strdup(message), HOLE_RESPONSE, LATER HOLE_RESPONSE);
	inside.message = kept;
	inside.sign =
	    attack->sign & SIGN_ASSERTION ? SIGN_ASSERTION : SIGN_NOTHING;
	memset(inside.after, 0, sizeof(inside.after));
	text = attack_text(attacks, &inside);
	free(kept);
	return text;
}

/* text with the assertion in it encrypted; it takes over the text. */
static char *
seal(struct attacks *attacks, const struct envelope *envelope, char *text)
{
	const char *element =
	    envelope->element != NULL ? envelope->element : "saml:Assertion";
	enum attack_key recipient =
	    envelope->recipient != 0 ? envelope->recipient : KEY_SP;
	char *start = fixture_text("<%s ", element);
	char *end = fixture_text("</%s>", element);
	char *assertion = fixture_cut_out(text, start, end);
	char *plain, *sealed;

	plain =
	    fixture_edit(strdup(assertion), envelope->plain, ENVELOPE_EDITS);
	sealed = encrypt_element(
	    &envelope->options, attacks->keys[recipient], plain);
	sealed = fixture_edit(sealed, envelope->sealed, ENVELOPE_EDITS);
	text = fixture_replace(text, assertion, sealed);
	free(start);
	free(end);
	free(assertion);
	free(plain);
	free(sealed);
	return text;
}

char *
envelope_text(struct attacks *attacks, const struct envelope *envelope)
{
	struct attack outside = envelope->attack;
	char *text = sign_inside(attacks, &envelope->attack), *message;

	text = seal(attacks, envelope, text);
	message = fixture_replace(text, LATER, HOLE_RESPONSE HOLE_ASSERTION);
	outside.message = message;
	outside.sign =
	    outside.sign & SIGN_RESPONSE ? SIGN_RESPONSE : SIGN_NOTHING;
	memset(outside.before, 0, sizeof(outside.before));
	text = attack_text(attacks, &outside);
	free(message);
	return text;
}

void
envelope_table(
    struct attacks *attacks, const struct envelope *table, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		attack_write(attacks, &table[i].attack,
		    envelope_text(attacks, &table[i]));
}
