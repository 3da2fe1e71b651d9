/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gatehousectl/command.h"
#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "gatehousectl/screen.h"
#include "gatehousectl/sessions.h"
#include "gatehousectl/span.h"
#include "gatehousectl/table.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

/* A look takes no more of the time than one part in so many. */
#define SHARE 5

/* As much of each text as is looked at. */
#define TEXT_SIZE 64

/* A session, as it was seen. */
struct seen {
	char id[TEXT_SIZE];
	char user[TEXT_SIZE];
	char service[TEXT_SIZE];
	char address[TEXT_SIZE];
	int64_t idle; /* milliseconds; these two -1: none */
	int64_t left;
	int held;
	int warned;
};

/* All of them, at one time. */
struct look {
	struct seen *all;
	size_t count;
	size_t room;
	size_t held;
	size_t warned;
	int64_t when;
};

static int
no_memory(void)
{
	complain("%s", gate_strerror(GATE_ENOMEM));
	return CTL_FAILED;
}

/* As much as has room. */
static void
copy(char to[TEXT_SIZE], const struct wire_msg *row, uint16_t tag)
{
	const char *text = wire_str(row, tag);

	snprintf(to, TEXT_SIZE, "%s", text != NULL ? text : "");
}

static int64_t
lesser_span(int64_t one, int64_t other)
{
	if (one < 0 || (other >= 0 && other < one))
		return other;
	return one;
}

static int
take(const struct wire_msg *row, void *data)
{
	struct look *look = data;
	struct seen *seen = look->all;

	if (look->count == look->room) {
		look->room = look->room == 0 ? 64 : look->room * 2;
		seen = reallocarray(look->all, look->room, sizeof(*seen));
		if (seen == NULL)
			return no_memory();
		look->all = seen;
	}
	seen += look->count++;
	copy(seen->id, row, TAG_SESSION);
	copy(seen->user, row, TAG_USER);
	copy(seen->service, row, TAG_SERVICE);
	copy(seen->address, row, TAG_ADDRESS);
	seen->idle = wire_num(row, TAG_IDLE, -1);
	seen->left = lesser_span(
	    wire_num(row, TAG_IDLE_LEFT, -1), wire_num(row, TAG_AGE_LEFT, -1));
	seen->held = wire_num(row, TAG_HELD, 0) != 0;
	seen->warned = wire_num(row, TAG_WARN, 0) != 0;
	look->held += (size_t)seen->held;
	look->warned += (size_t)seen->warned;
	return CTL_DONE;
}

static int
order(const void *a, const void *b)
{
	const struct seen *one = a, *other = b;
	uint64_t left = (uint64_t)one->left; /* none: the largest */
	uint64_t right = (uint64_t)other->left;
	int r = (left > right) - (left < right);

	if (r == 0)
		r = strcmp(one->user, other->user);
	return r != 0 ? r : strcmp(one->id, other->id);
}

/* Looks anew; what ends first comes first. */
static int
look_at(const struct options *options, struct look *look)
{
	int r;

	look->count = look->held = look->warned = 0;
	look->when = clock_wall();
	r = sessions_ask(options, take, look);
	if (r == CTL_DONE && look->count > 0)
		qsort(look->all, look->count, sizeof(*look->all), order);
	return r;
}

static void
cell_span(struct table *table, int64_t milliseconds)
{
	char text[SPAN_TEXT_SIZE];

	span_text(milliseconds, text);
	table_cell(table, text);
}

/* The first so many of them, in columns; time: when they were seen, or NULL. */
static int
table_of(const struct look *look, size_t most, const char *time,
    struct table **table)
{
	static const char *const headings[] = { "TIME", "USER", "SERVICE",
		"ADDRESS", "IDLE", "LEFT", "HELD", "ID" };
	const size_t columns = sizeof(headings) / sizeof(headings[0]);
	const struct seen *seen = look->all;
	size_t i;
	int r = table_new(table, columns - (time == NULL));

	for (i = time == NULL; i < columns && r == 0; i++)
		table_cell(*table, headings[i]);
	for (i = 0; i < look->count && i < most && r == 0; i++, seen++) {
		if (time != NULL)
			table_cell(*table, time);
		table_cell(*table, seen->user);
		table_cell(*table, seen->service);
		table_cell(*table, seen->address);
		cell_span(*table, seen->idle);
		cell_span(*table, seen->left);
		table_cell(*table, seen->held ? "yes" : NULL);
		table_cell(*table, seen->id);
	}
	return r;
}

static json_t *
object_of(const struct look *look, const char *time)
{
	json_t *sessions = json_array(), *all = json_object(), *one;
	const struct seen *seen = look->all;

	for (; seen < look->all + look->count; seen++) {
		one = json_object();
		json_put_text(one, "id", seen->id);
		json_put_text(one, "user", seen->user);
		json_put_text(one, "service", seen->service);
		json_put_text(one, "address", seen->address);
		json_put_span(one, "idle", seen->idle);
		json_put_span(one, "left", seen->left);
		json_put(one, "held", json_boolean(seen->held));
		json_add(sessions, one);
	}
	json_put_text(all, "time", time);
	json_put(all, "sessions", sessions);
	return all;
}

/* Not at a terminal: a line for each, or one for all as JSON. */
static int
print_look(const struct options *options, const struct look *look)
{
	struct table *table = NULL;
	char time[CLOCK_TEXT_SIZE];
	int r;

	clock_text(look->when, time);
	if (options->json)
		return json_show_line(object_of(look, time));
	r = table_of(look, SIZE_MAX, time, &table);
	if (r == 0)
		r = table_print(table);
	table_free(&table);
	if (r != 0)
		return no_memory();
	/* nobody reads it: main says so */
	return fflush(stdout) == 0 ? CTL_DONE : CTL_FAILED;
}

/* trouble: why there is nothing new to see, or "". */
static int
draw(struct screen *screen, const struct look *look, const char *trouble)
{
	struct table *table = NULL;
	char time[CLOCK_TEXT_SIZE], head[256], *clean;
	int columns, lines, r;

	screen_size(screen, &columns, &lines);
	clock_text(look->when, time);
	snprintf(head, sizeof(head),
	    "%s  sessions: %zu  held: %zu  end soon: %zu  (q: quit)", time,
	    look->count, look->held, look->warned);
	clean = visible(trouble[0] != '\0' ? trouble : head);
	r = table_of(look, (size_t)lines, NULL, &table);
	if (clean == NULL || r != 0)
		r = no_memory();
	else {
		screen_begin(screen);
		printf("%.*s" SCREEN_LINE SCREEN_LINE, columns, clean);
		if (lines > 3)
			r = table_print_within(
			    table, (size_t)lines - 3, columns, SCREEN_LINE);
		screen_end(screen);
	}
	free(clean);
	table_free(&table);
	return r;
}

/* When to look again, after a look that began then. */
static int64_t
next_look(const struct options *options, int64_t began)
{
	int64_t now = clock_mono_ms();
	int64_t by_interval = began + options->interval * 1000;
	int64_t by_share = now + (now - began) * (SHARE - 1);

	return by_interval > by_share ? by_interval : by_share;
}

/* A daemon that does not answer, as while it is started anew, does not end it.
 */
static int
watch_screen(const struct options *options, struct look *look)
{
	enum screen_event event = SCREEN_TIME;
	struct screen *screen = NULL;
	char trouble[512] = "";
	int64_t began, next = 0;
	int r = screen_new(&screen);

	if (r != 0) {
		complain("the terminal: %s", gate_strerror(r));
		return CTL_FAILED;
	}
	say_into(trouble, sizeof(trouble));
	while (event != SCREEN_QUIT && r == CTL_DONE) {
		if (event == SCREEN_TIME) {
			began = clock_mono_ms();
			trouble[0] = '\0';
			r = look_at(options, look);
			next = next_look(options, began);
		}
		if (r == CTL_DONE || r == CTL_UNREACHABLE)
			r = draw(screen, look, trouble);
		if (r == CTL_DONE)
			event = screen_wait(screen, next);
	}
	screen_free(&screen);
	say_into(NULL, 0);
	if (r != CTL_DONE)
		complain("%s", trouble);
	return r;
}

static int
watch_lines(const struct options *options, struct look *look)
{
	int64_t began;
	int r;

	for (;;) {
		began = clock_mono_ms();
		r = look_at(options, look);
		if (r == CTL_DONE)
			r = print_look(options, look);
		if (r != CTL_DONE || (options->given & OPTION_ONCE))
			return r;
		clock_sleep_until(next_look(options, began));
	}
}

int
session_watch(const struct options *options)
{
	/* who has not opened a session is not there */
	struct options open = *options;
	int is_screen = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	    !options->json && !(options->given & OPTION_ONCE);
	struct look look = { 0 };
	int r;

	open.state = "open";
	r = is_screen ? watch_screen(&open, &look) : watch_lines(&open, &look);

	free(look.all);
	return r;
}
