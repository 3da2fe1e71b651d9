/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/export.h"

#include <string.h>

#include "lib/error.h"

int
export_rules(FILE *to, struct source *const *sources, size_t count)
{
	const struct source_set *sets;
	const char *note;
	size_t i, j, n;
	uint32_t rule;

	for (i = 0; i < count; i++) {
		n = source_sets(sources[i], &sets);
		for (j = 0; j < n; j++)
			fprintf(to, "set %.*s =%s%.*s\n",
			    (int)sets[j].name.length, sets[j].name.at,
			    sets[j].items.length > 0 &&
				    sets[j].items.at[0] == ' '
				? ""
				: " ",
			    (int)sets[j].items.length, sets[j].items.at);
	}
	for (i = 0; i < count; i++)
		for (rule = 0; rule < source_count(sources[i]); rule++) {
			note = source_note(sources[i], rule);
			fprintf(to, "%s%s%s\n", source_text(sources[i], rule),
			    note[0] != '\0' ? " # " : "", note);
		}
	return ferror(to) ? GATE_EIO : 0;
}

static void
write_cell(FILE *to, const char *text, size_t length, char end)
{
	size_t i;

	fputc('"', to);
	if (length > 0 && strchr("=+-@\t", text[0]) != NULL)
		fputc('\'', to);
	for (i = 0; i < length; i++) {
		if (text[i] == '"')
			fputc('"', to);
		fputc(text[i], to);
	}
	fputc('"', to);
	fputc(end, to);
}

/* Where the words of a rule behind its target begin. */
static const char *
behind_target(const char *what)
{
	const char *end = what + strcspn(what, " \t");

	if (end - what == 7 && strncmp(what, "country", 7) == 0) {
		end += strspn(end, " \t");
		end += strcspn(end, " \t");
	}
	return end;
}

int
export_csv(FILE *to, struct source *const *sources, size_t count)
{
	const char *text, *what, *rest, *note;
	char line[16];
	size_t i;
	uint32_t rule;

	fputs("action,what,conditions,note,file,line\r\n", to);
	for (i = 0; i < count; i++)
		for (rule = 0; rule < source_count(sources[i]); rule++) {
			text = source_text(sources[i], rule);
			what = text + strcspn(text, " \t");
			write_cell(to, text, (size_t)(what - text), ',');
			what += strspn(what, " \t");
			rest = behind_target(what);
			write_cell(to, what, (size_t)(rest - what), ',');
			rest += strspn(rest, " \t");
			write_cell(to, rest, strlen(rest), ',');
			note = source_note(sources[i], rule);
			write_cell(to, note, strlen(note), ',');
			write_cell(to, source_name(sources[i]),
			    strlen(source_name(sources[i])), ',');
			snprintf(line, sizeof(line), "%d",
			    source_line(sources[i], rule));
			fprintf(to, "%s\r\n", line);
		}
	return ferror(to) ? GATE_EIO : 0;
}
