/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/sso.h"

#include <stdio.h>
#include <string.h>

#include "lib/digest.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "web/browser_handle.h"
#include "web/gate.h"
#include "web/outgoing.h"
#include "web/signin.h"

/* With a part of the RelayState's hash: each window has its own. */
#define COOKIE     "__Secure-gate-sso-"
#define PART       8
#define LIFETIME   600
#define OUR_PREFIX "gr-"

/* "HASH URL": what is on record with a request, which takes so many bytes. */
#define DATA_MAX         2048

#define COOKIE_NAME_SIZE (sizeof(COOKIE) + PART)

struct beginning {
	struct exchange *x;
	const char *entity_id;
	char cookie[BROWSER_HANDLE_SIZE];
	char data[DIGEST_TEXT_SIZE + RETURN_URL_SIZE];
};

static int
hash(const char *text, char hex[DIGEST_TEXT_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	int r = digest_texts(&text, 1, digest);

	if (r == 0)
		digest_text(digest, hex);
	return r;
}

static int
name_cookie(const char *relay_state, char name[COOKIE_NAME_SIZE])
{
	char hex[DIGEST_TEXT_SIZE];
	int r = hash(relay_state, hex);

	if (r == 0)
		snprintf(name, COOKIE_NAME_SIZE, "%s%.*s", COOKIE, PART, hex);
	return r;
}

static void
set_cookie(
    struct exchange *x, const char *name, const char *value, long max_age)
{
	char path[512];
	const struct cookie cookie = { .name = name,
		.value = value,
		.path = path,
		.max_age = max_age,
		.same_site = COOKIE_NONE };

	exchange_path(x, "acs", path, sizeof(path));
	(void)exchange_set_cookie(x, &cookie);
}

/* --- begin --- */

static int
describe(struct beginning *b, const char *return_url)
{
	char hex[DIGEST_TEXT_SIZE], home[RETURN_URL_SIZE];
	int r = browser_handle_mint(b->cookie);

	if (r == 0)
		r = hash(b->cookie, hex);
	if (r != 0)
		return r;
	/* where it is too long to be kept, the front page will do */
	signin_return_of(b->x, NULL, home);
	if (strlen(hex) + 1 + strlen(return_url) > DATA_MAX)
		return_url = home;
	snprintf(b->data, sizeof(b->data), "%s %s", hex, return_url);
	return 0;
}

static void
fill(struct wire_msg *msg, void *data)
{
	const struct beginning *b = data;

	wire_put_str(msg, TAG_SERVICE, b->x->site->config->web_service);
	wire_put_str(msg, TAG_ENTITY_ID, b->entity_id);
	wire_put_str(msg, TAG_DATA, b->data);
}

static void
answer(struct beginning *b, const struct wire_msg *msg)
{
	const char *relay_state = wire_str(msg, TAG_RELAY_STATE);
	char name[COOKIE_NAME_SIZE];

	if (relay_state == NULL || name_cookie(relay_state, name) != 0) {
		exchange_fail(b->x, 503, NULL, "no RelayState came");
		return;
	}
	set_cookie(b->x, name, b->cookie, LIFETIME);
	outgoing_send(b->x, msg);
}

void
sso_begin(struct exchange *x, const char *entity_id, const char *return_url)
{
	struct beginning b = { .x = x, .entity_id = entity_id };
	const struct wire_msg *msg = NULL;
	const char *reason;
	int r;

	if (signin_count(x, x->site->rate) != 0)
		return;
	r = describe(&b, return_url);
	if (r == 0)
		r = gate_ask(
		    x->site->gate, VERB_SSO_BEGIN, fill, &b, GATE_ASK_MS, &msg);
	if (r == 0 && gate_outcome(msg) == OUTCOME_GRANTED)
		answer(&b, msg);
	else {
		reason = msg != NULL ? wire_str(msg, TAG_REASON) : NULL;
		exchange_fail(x, 503,
		    "That site cannot be reached from here just now. Sign in "
		    "another way, or try again later.",
		    "a request for an IdP: %s",
		    r != 0               ? gate_strerror(r)
			: reason != NULL ? reason
					 : "refused");
	}
	explicit_bzero(&b, sizeof(b));
}

/* --- end --- */

int
sso_is_ours(const char *relay_state)
{
	return relay_state != NULL &&
	    strncmp(relay_state, OUR_PREFIX, strlen(OUR_PREFIX)) == 0;
}

int
sso_check(struct exchange *x, const char *relay_state, const char *data,
    char return_url[RETURN_URL_SIZE])
{
	char name[COOKIE_NAME_SIZE], hex[DIGEST_TEXT_SIZE];
	char cookie[BROWSER_HANDLE_SIZE] = "";
	const size_t length = DIGEST_TEXT_SIZE - 1;
	int r;

	if (relay_state == NULL || name_cookie(relay_state, name) != 0)
		return GATE_EREFUSED;
	r = exchange_cookie(x, name, cookie, sizeof(cookie));
	if (r == 0)
		set_cookie(x, name, "", 0);
	if (r == 0)
		r = hash(cookie, hex);
	explicit_bzero(cookie, sizeof(cookie));
	if (r != 0 || strlen(data) <= length || data[length] != ' ' ||
	    !secret_equal(data, length, hex, length))
		return GATE_EREFUSED;
	signin_return_of(x, data + length + 1, return_url);
	return 0;
}
