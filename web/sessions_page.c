/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "web/gate.h"
#include "web/own_session.h"
#include "web/routes.h"

/* Where a person is signed in, and the end of what he knows nothing of. */

#define FORM "sessions"

/* gatehoused lists no more of them for who has no rights. */
#define SESSIONS_MAX 100

struct line {
	char id[64], service[256], address[64];
	char started[CLOCK_TEXT_SIZE], used[CLOCK_TEXT_SIZE];
	struct template_field fields[7];
};

struct list {
	const struct own_session *own;
	struct line lines[SESSIONS_MAX];
	const struct template_field *rows[SESSIONS_MAX + 1];
	size_t count;
	int others;
};

/* --- the list --- */

static int
is_open(const struct wire_msg *row)
{
	const char *state = wire_str(row, TAG_STATE);

	return state != NULL && strcmp(state, "open") == 0;
}

static void
add(struct list *list, const struct wire_msg *row)
{
	struct line *l = &list->lines[list->count];
	int64_t idle = wire_num(row, TAG_IDLE, 0) / 1000;
	size_t i = 0;
	int is_own;

	if (list->count == SESSIONS_MAX || !is_open(row) ||
	    wire_copy(row, TAG_SESSION, l->id, sizeof(l->id)) != 0 ||
	    wire_copy(row, TAG_SERVICE, l->service, sizeof(l->service)) != 0 ||
	    wire_copy(row, TAG_ADDRESS, l->address, sizeof(l->address)) != 0)
		return;
	clock_text(wire_num(row, TAG_OPENED, 0), l->started);
	clock_text(clock_wall() - idle, l->used);
	is_own = strcmp(l->id, list->own->id) == 0;
	list->others |= !is_own;
	const struct template_field fields[] = {
		{ .name = "id", .text = l->id },
		{ .name = "service", .text = l->service },
		{ .name = "address", .text = l->address },
		{ .name = "started", .text = l->started },
		{ .name = "used", .text = l->used },
		{ .name = "this", .text = is_own ? "1" : NULL },
		{ .name = NULL },
	};
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		l->fields[i] = fields[i];
	list->rows[list->count++] = l->fields;
}

static int
read_list(struct exchange *x, struct own_session *own, struct list *list)
{
	const struct wire_msg *msg;
	int r = gate_ask(x->site->gate, VERB_SESSION_LIST, own_session_put, own,
	    GATE_ASK_MS, &msg);

	for (; r == 0 && wire_verb(msg) == VERB_ROW;
	     r = gate_next(x->site->gate, &msg))
		add(list, msg);
	if (r == 0 && gate_outcome(msg) != OUTCOME_GRANTED)
		r = GATE_EREFUSED;
	return r;
}

static void
show_list(struct exchange *x, const struct list *list)
{
	char csrf[CSRF_TOKEN_SIZE], action[512];
	const struct template_field fields[] = {
		{ .name = "action", .text = action },
		{ .name = "csrf", .text = csrf },
		{ .name = "user", .text = list->own->user },
		{ .name = "sessions", .rows = list->rows },
		{ .name = "others", .text = list->others ? "1" : NULL },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_SESSIONS, .fields = fields };

	exchange_path(x, "sessions", action, sizeof(action));
	if (own_session_form(x, list->own, FORM, csrf) == 0)
		exchange_page(x, 200, &page, NULL);
}

static void
show(struct exchange *x, struct own_session *own)
{
	struct list *list = calloc(1, sizeof(*list));
	int r = GATE_ENOMEM;

	if (list != NULL) {
		list->own = own;
		r = read_list(x, own, list);
	}
	if (r == 0)
		show_list(x, list);
	else
		exchange_fail(
		    x, 503, NULL, "the list of sessions: %s", gate_strerror(r));
	free(list);
}

/* --- an end --- */

struct end {
	struct own_session *own;
	const char *id; /* NULL: all others */
};

static void
fill(struct wire_msg *msg, void *data)
{
	const struct end *end = data;

	own_session_put(msg, end->own);
	if (end->id != NULL)
		wire_put_str(msg, TAG_SESSION, end->id);
	else
		wire_put_num(msg, TAG_ALL, 1);
}

static void
end(struct exchange *x, struct own_session *own)
{
	struct end end = { own, form_get(x->form, "session") };
	const struct wire_msg *msg;
	char path[512];
	int r;

	if (own_session_check(x, own, FORM) != 0)
		return;
	if (end.id == NULL && form_get(x->form, "others") == NULL) {
		exchange_fail(x, 400, NULL, "sessions: which of them?");
		return;
	}
	r = gate_ask(
	    x->site->gate, VERB_SESSION_END, fill, &end, GATE_ASK_MS, &msg);
	while (r == 0 && wire_verb(msg) == VERB_ROW)
		r = gate_next(x->site->gate, &msg);
	/* one that has ended meanwhile is no longer in the list */
	if (r != 0 || gate_outcome(msg) == OUTCOME_UNAVAILABLE) {
		exchange_fail(x, 503, NULL, "the end of a session: %s",
		    r != 0 ? gate_strerror(r) : "refused");
		return;
	}
	exchange_path(x, "sessions", path, sizeof(path));
	exchange_redirect(x, path);
}

void
sessions_handle(struct exchange *x)
{
	struct own_session own;

	if (own_session_of_page(x, &own) == 0) {
		if (x->method == METHOD_POST)
			end(x, &own);
		else
			show(x, &own);
	}
	own_session_clear(&own);
}
