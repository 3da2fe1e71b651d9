/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/sources.h"

#include <stdio.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/source_state.h"

/* What is this much over its time was not looked at: a timer is late a little.
 */
#define LATE 3600

/* One source on its way to whoever asked. */
struct show {
	const char *name;
	sources_show *show;
	void *data;
};

static void
put(const struct show *to, const char *what, const char *text)
{
	char key[512];

	snprintf(key, sizeof(key), "metadata_%s_%s", to->name, what);
	to->show(key, text, to->data);
}

static void
put_time(const struct show *to, const char *what, int64_t epoch)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(epoch, text);
	put(to, what, text);
}

static void
put_number(const struct show *to, const char *what, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	put(to, what, text);
}

/* How it is, in a word or a sentence. */
static void
put_state(const struct show *to, const struct source_state *state, int64_t now)
{
	char text[1024];

	if (state->last_error != NULL)
		snprintf(text, sizeof(text), "failing (%lld): %s",
		    (long long)state->failures, state->last_error);
	else if (state->valid_until != 0 && state->valid_until <= now)
		snprintf(text, sizeof(text), "expired");
	else if (state->next < now - LATE)
		snprintf(text, sizeof(text),
		    "overdue: does gatehouse-metadata still run?");
	else
		snprintf(text, sizeof(text), "good");
	put(to, "state", text);
}

static void
put_source(const struct show *to, const struct source_state *state, int64_t now)
{
	put_state(to, state, now);
	put_number(to, "idps", state->entities);
	put_time(to, "fetched", state->fetched);
	put_number(to, "age", state->fetched > 0 ? now - state->fetched : 0);
	put_time(to, "checked", state->checked);
	put_time(to, "next", state->next);
	put_time(to, "valid_until", state->valid_until);
}

void
sources_status(
    const struct config *config, int64_t now, sources_show *show, void *data)
{
	const struct config_source *source = config->sources;
	struct show to = { .show = show, .data = data };
	struct source_state state;
	int r;

	for (; source < config->sources + config->source_count; source++) {
		to.name = source->name;
		r = source_state_load(&state, source->file);
		if (r == 0)
			put_source(&to, &state, now);
		else
			put(&to, "state",
			    r == GATE_ENOTFOUND
				? "never fetched: run gatehouse-metadata"
				: gate_strerror(r));
		source_state_clear(&state);
	}
}
