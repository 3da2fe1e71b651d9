/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/input.h"
#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "gatehousectl/table.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "twofactor/import.h"
#include "twofactor/otpauth.h"

/* What becomes of the factors of a file. */
struct importing {
	const struct options *options;
	struct table *table; /* either this */
	json_t *array;       /* or that */
	int status;          /* the worst that came of one */
};

static void
tell_note(int line, const char *text, void *data)
{
	const struct importing *importing = data;

	complain_file(importing->options->argument, line, text, NULL);
}

/* One factor to gatehoused, as a URI and what no URI says. */
static int
hand_over(const struct options *options, const struct import_entry *entry)
{
	struct options about = *options;
	struct ask *ask = NULL;
	char *uri = secret_alloc(OTPAUTH_SIZE);
	size_t i;
	int r = CTL_FAILED;

	about.argument = entry->user;
	if (uri == NULL ||
	    otpauth_write(&entry->factor, &entry->seed, "", entry->user, uri,
		OTPAUTH_SIZE) != 0)
		complain("%s: %s", entry->user, gate_strerror(GATE_ENOMEM));
	else
		r = ask_new(&ask, &about, VERB_OTP_IMPORT);
	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, entry->user);
		wire_put_str(ask_msg(ask), TAG_TEXT, uri);
		wire_put_num(ask_msg(ask), TAG_LAST, entry->factor.last);
		wire_put_num(ask_msg(ask), TAG_DRIFT, entry->factor.drift);
		wire_put_num(ask_msg(ask), TAG_FORCE,
		    (options->given & OPTION_FORCE) != 0);
		for (i = 0; i < entry->scratch_count; i++)
			wire_put_str(
			    ask_msg(ask), TAG_VALUE, entry->scratch[i]);
		r = ask_done(ask, NULL, NULL);
	}
	ask_free(&ask);
	secret_free(uri, OTPAUTH_SIZE);
	return r;
}

static const char *
outcome(const struct options *options, int status)
{
	if (options->given & OPTION_DRY_RUN)
		return "could be taken";
	return status == CTL_DONE ? "taken" : "not taken";
}

static void
add_row(struct importing *importing, const struct import_entry *entry,
    const char *what)
{
	char digits[16], codes[24];
	json_t *row;

	if (importing->array != NULL) {
		row = json_object();
		json_put_text(row, "user", entry->user);
		json_put(row, "line", json_integer(entry->line));
		json_put_text(row, "kind", factor_kinds[entry->factor.kind]);
		json_put(row, "digits", json_integer(entry->factor.digits));
		json_put(row, "scratch_codes",
		    json_integer((json_int_t)entry->scratch_count));
		json_put_text(row, "outcome", what);
		json_add(importing->array, row);
		return;
	}
	snprintf(digits, sizeof(digits), "%d", entry->factor.digits);
	snprintf(codes, sizeof(codes), "%zu", entry->scratch_count);
	table_cell(importing->table, entry->user);
	table_cell(importing->table, factor_kinds[entry->factor.kind]);
	table_cell(importing->table, digits);
	table_cell(importing->table, codes);
	table_cell(importing->table, what);
}

/* One that is not taken does not keep the others out; a daemon that cannot be
 * reached does. */
static int
take(const struct import_entry *entry, void *data)
{
	struct importing *importing = data;
	int status = CTL_DONE;

	if (!(importing->options->given & OPTION_DRY_RUN))
		status = hand_over(importing->options, entry);
	add_row(importing, entry, outcome(importing->options, status));
	if (status > importing->status)
		importing->status = status;
	return status > CTL_NO ? GATE_ECLOSED : 0;
}

static int
begin(struct importing *importing)
{
	static const char *const headings[] = { "USER", "KIND", "DIGITS",
		"SCRATCH CODES", "OUTCOME" };
	size_t i;

	if (importing->options->json) {
		importing->array = json_array();
		return importing->array != NULL ? 0 : GATE_ENOMEM;
	}
	if (table_new(
		&importing->table, sizeof(headings) / sizeof(headings[0])) != 0)
		return GATE_ENOMEM;
	for (i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		table_cell(importing->table, headings[i]);
	return 0;
}

static int
show(struct importing *importing)
{
	if (importing->table != NULL)
		return table_print(importing->table) == 0 ? CTL_DONE
							  : CTL_FAILED;
	return json_show(json_incref(importing->array));
}

/* All of the file: the status of the worst. */
static int
import_all(struct importing *importing, const struct input *file)
{
	const struct import import = { .user = importing->options->user,
		.now = clock_wall(),
		.each = take,
		.note = tell_note,
		.data = importing };
	int r = import_read(&import, file->bytes, file->size);

	if (r == GATE_EINVAL && importing->status == CTL_DONE)
		importing->status = CTL_NO; /* the notes say why */
	else if (r != 0 && r != GATE_EINVAL && importing->status <= CTL_NO) {
		complain(
		    "%s: %s", importing->options->argument, gate_strerror(r));
		importing->status = CTL_FAILED;
	}
	r = show(importing);
	return r > importing->status ? r : importing->status;
}

int
otp_import(const struct options *options)
{
	struct importing importing = { .options = options };
	struct input file = { 0 };
	int r = input_read(&file, options->argument, IMPORT_SIZE_MAX);
	int status = CTL_FAILED;

	if (r != 0)
		complain("%s: %s", options->argument,
		    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	else if (begin(&importing) != 0)
		complain("%s", gate_strerror(GATE_ENOMEM));
	else
		status = import_all(&importing, &file);
	table_free(&importing.table);
	json_decref(importing.array);
	input_free(&file);
	return status;
}
