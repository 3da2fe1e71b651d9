/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "web/escape.h"
#include "web/gate.h"
#include "web/login_cookie.h"
#include "web/memo.h"
#include "web/prompts.h"
#include "web/routes.h"
#include "web/signin.h"
#include "web/sso.h"

/* How people may sign in: by one of the IdPs, or by the fallback. */

/* More than this nobody reads; where there are more, portals lead to
 * login?idp=... themselves. */
#define IDPS_MAX 200

/* So long the list is kept, in milliseconds. */
#define IDPS_KEEP 30000

/* --- the IdPs: a line each, of an entityID, a blank and a name --- */

static void
add_idp(struct buffer *list, const struct wire_msg *row)
{
	const char *id = wire_str(row, TAG_ENTITY_ID);
	const char *name = wire_str(row, TAG_DISPLAY_NAME);

	/* neither could be told from the next */
	if (id == NULL || strpbrk(id, " \n") != NULL)
		return;
	if (name == NULL || name[0] == '\0' || strchr(name, '\n') != NULL)
		name = id;
	buffer_add_text(list, id);
	buffer_add_text(list, " ");
	buffer_add_text(list, name);
	buffer_add_text(list, "\n");
}

static int
ask_idps(struct exchange *x, struct buffer *list)
{
	const struct wire_msg *msg;
	size_t count = 0;
	int r = gate_ask(
	    x->site->gate, VERB_IDP_LIST, NULL, NULL, GATE_ASK_MS, &msg);

	for (; r == 0 && wire_verb(msg) == VERB_ROW;
	     r = gate_next(x->site->gate, &msg))
		if (count++ < IDPS_MAX)
			add_idp(list, msg);
	/* without SSO there are none */
	if (r == 0 && gate_outcome(msg) == OUTCOME_UNAVAILABLE)
		r = GATE_EIO;
	return r == 0 ? list->error : r;
}

static int
find_idps(struct exchange *x, struct buffer *list)
{
	int64_t now = clock_mono_ms();
	int r;

	if (x->site->config->idp_metadata[0] == '\0')
		return 0;
	r = memo_get(x->site->idps, now, list);
	if (r != GATE_ENOTFOUND)
		return r;
	r = ask_idps(x, list);
	if (r == 0)
		memo_put(x->site->idps, list->text != NULL ? list->text : "",
		    now + IDPS_KEEP);
	return r;
}

/* --- the page --- */

struct provider {
	struct template_field fields[3];
	char path[SIGNIN_PATH_SIZE];
};

static void
add_provider(
    struct exchange *x, struct provider *p, char *line, const char *return_url)
{
	struct buffer text = { 0 };
	char *name = strchr(line, ' ');

	*name++ = '\0';
	signin_path(x, NULL, return_url, p->path);
	buffer_add_text(&text, p->path);
	buffer_add_text(&text, "&idp=");
	escape_component(&text, line);
	if (text.error == 0 && text.used < sizeof(p->path))
		memcpy(p->path, text.text, text.used + 1);
	buffer_clear(&text);
	p->fields[0] =
	    (struct template_field){ .name = "href", .text = p->path };
	p->fields[1] = (struct template_field){ .name = "name", .text = name };
}

static size_t
count_lines(const char *text)
{
	size_t count = 0;

	for (; text != NULL && (text = strchr(text, '\n')) != NULL; text++)
		count++;
	return count;
}

static void
answer_choice(
    struct exchange *x, char *list, size_t count, const char *return_url)
{
	struct provider *providers = calloc(count + 1, sizeof(*providers));
	const struct template_field **rows = calloc(count + 1, sizeof(*rows));
	char fallback[SIGNIN_PATH_SIZE], *rest = NULL, *line;
	const struct template_field fields[] = {
		{ .name = "providers", .rows = rows },
		{ .name = "fallback",
		    .text = x->site->config->fallback ? fallback : NULL },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_CHOOSE, .fields = fields };
	size_t i = 0;

	signin_path(x, "password", return_url, fallback);
	if (providers != NULL && rows != NULL) {
		for (line = strtok_r(list, "\n", &rest);
		     line != NULL && i < count;
		     line = strtok_r(NULL, "\n", &rest), i++) {
			add_provider(x, &providers[i], line, return_url);
			rows[i] = providers[i].fields;
		}
		exchange_page(x, 200, &page, NULL);
	} else
		exchange_fail(x, 503, NULL, "%s", gate_strerror(GATE_ENOMEM));
	free(rows);
	free(providers);
}

static void
choose(struct exchange *x, const char *return_url)
{
	struct buffer list = { 0 };
	int r = find_idps(x, &list);
	size_t count = count_lines(list.text);
	int fallback = (int)x->site->config->fallback;

	/* a gate without its IdPs still has the fallback */
	if (r != 0 && !fallback)
		exchange_fail(
		    x, 503, NULL, "the list of IdPs: %s", gate_strerror(r));
	else if (count == 0 && !fallback)
		exchange_fail(x, 503, NULL,
		    "there is no way to sign in: neither an IdP nor "
		    "[password] fallback");
	else if (count == 0)
		signin_form(x, 200, NULL, return_url, NULL, NULL);
	else if (count == 1 && !fallback)
		sso_begin(x, NULL, return_url);
	else
		answer_choice(x, list.text, count, return_url);
	buffer_clear(&list);
}

/* --- GET --- */

static void
show(struct exchange *x, const char *way)
{
	const char *idp = exchange_argument(x, "idp");
	char return_url[RETURN_URL_SIZE];

	signin_return(x, return_url);
	if (idp != NULL && idp[0] != '\0') {
		sso_begin(x, idp, return_url);
		return;
	}
	if (way != NULL && strcmp(way, "cancel") == 0)
		prompts_cancel(x);
	if (way != NULL && strcmp(way, "password") == 0 &&
	    x->site->config->fallback)
		signin_form(x, 200, NULL, return_url, NULL, NULL);
	else
		choose(x, return_url);
}

/* --- POST --- */

/* From our own form, in the browser that was given it. */
static int
check_form(struct exchange *x)
{
	char handle[BROWSER_HANDLE_SIZE] = "";
	int r = login_cookie_get(x, handle);

	if (r == 0)
		r = csrf_check(x->site->csrf, handle, SIGNIN_FORM,
		    prompts_now(), exchange_argument(x, "csrf"));
	explicit_bzero(handle, sizeof(handle));
	return r;
}

static void
begin(struct exchange *x)
{
	char return_url[RETURN_URL_SIZE], reference[EXCHANGE_REFERENCE_SIZE];
	const struct signin signin = {
		.user = exchange_argument(x, "user"),
		.password = exchange_argument(x, "password"),
		.return_url = return_url,
	};
	int r = check_form(x);

	signin_return(x, return_url);
	if (r != 0) {
		/* it may just have lain there for too long */
		exchange_blame(x, 403, reference,
		    "a form without a token of ours, or with another's: %s",
		    gate_strerror(r));
		signin_form(x, 403, signin.user, return_url,
		    catalogue_get(x->catalogue,
			"That form was not good any more. Try again."),
		    reference);
	} else if (!x->site->config->fallback)
		exchange_fail(x, 403, NULL, "[password] fallback is off");
	else if (signin.user == NULL || signin.user[0] == '\0' ||
	    signin.password == NULL)
		signin_form(x, 200, signin.user, return_url, NULL, NULL);
	else if (signin_count(x, x->site->rate) == 0)
		signin_begin(x, &signin);
}

void
login_handle(struct exchange *x)
{
	const char *way = form_get(x->arguments, "way");

	exchange_speak(x);
	if (x->method == METHOD_GET)
		show(x, way);
	else if (way != NULL && strcmp(way, "answer") == 0)
		prompts_answer(x);
	else
		begin(x);
}
