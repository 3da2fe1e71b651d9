/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <strings.h>

#include "ipwhitelist/foreign_say.h"
#include "lib/error.h"

#define CELL_MAX 256

/* A cell, unquoted and without blanks around. */
struct cell {
	char text[CELL_MAX];
	size_t length;
};

/* What a row comes to. */
struct row {
	struct cell address, note;
	int has_address, denies, cells;
};

/* Takes the next cell of a row: 1; 0 behind the last. */
static int
next_cell(struct piece *rest, char separator, struct cell *cell)
{
	int quoted = 0;

	cell->length = 0;
	if (rest->at == NULL)
		return 0;
	for (; rest->length > 0; rest->at++, rest->length--) {
		if (!quoted && *rest->at == separator)
			break;
		if (*rest->at == '"') {
			/* two of them in quotes are one */
			if (quoted && rest->length > 1 && rest->at[1] == '"') {
				rest->at++;
				rest->length--;
			} else {
				quoted = !quoted;
				continue;
			}
		}
		if (cell->length + 1 < sizeof(cell->text) &&
		    (cell->length > 0 || *rest->at != ' '))
			cell->text[cell->length++] = *rest->at;
	}
	while (cell->length > 0 && cell->text[cell->length - 1] == ' ')
		cell->length--;
	cell->text[cell->length] = '\0';
	if (rest->length == 0) {
		rest->at = NULL;
		return 1;
	}
	rest->at++;
	rest->length--;
	return 1;
}

static char
separator_of(struct piece line)
{
	return memchr(line.at, '\t', line.length) != NULL ? '\t'
	    : memchr(line.at, ';', line.length) != NULL   ? ';'
							  : ',';
}

static int
is_address(const struct cell *cell)
{
	const struct piece word = { cell->text, cell->length };
	struct target target;
	char unused[8];

	return cell->length > 0 &&
	    memchr(cell->text, ' ', cell->length) == NULL &&
	    target_read(&target, word, unused, sizeof(unused)) == 0 &&
	    (target.kind == TARGET_NETWORK || target.kind == TARGET_RANGE);
}

static void
read_row(struct piece line, struct row *row)
{
	const char separator = separator_of(line);
	struct cell cell;

	memset(row, 0, sizeof(*row));
	while (next_cell(&line, separator, &cell)) {
		row->cells += cell.length > 0;
		if (!row->has_address && is_address(&cell)) {
			row->address = cell;
			row->has_address = 1;
		} else if (strcasecmp(cell.text, "deny") == 0) {
			row->denies = 1;
		} else if (strcasecmp(cell.text, "allow") != 0 &&
		    cell.length > 0) {
			row->note = cell;
		}
	}
}

static int
tell_row(struct foreign_run *run, const struct row *row)
{
	const char *options = run->foreign->options;
	char note[CELL_MAX];

	foreign_plain((struct piece){ row->note.text, row->note.length }, note,
	    sizeof(note));
	return foreign_tell(run, "%s %s%s%s%s%s",
	    row->denies ? "deny" : "allow", row->address.text,
	    options != NULL ? " " : "", options != NULL ? options : "",
	    note[0] != '\0' ? " # " : "", note);
}

int
foreign_csv(const struct foreign *foreign, const char *text, size_t size)
{
	struct foreign_run run = { .foreign = foreign };
	struct piece rest = { text, size }, line;
	int r = 0, has_end;
	struct row row;

	if (size > FOREIGN_SIZE_MAX)
		return GATE_ETOOBIG;
	while (r == 0 && foreign_line(&rest, &line, &has_end)) {
		run.line++;
		if (line.length > 0 && line.at[0] == '#')
			continue;
		read_row(line, &row);
		if (row.has_address)
			r = tell_row(&run, &row);
		else if (row.cells > 0 && run.line > 1)
			foreign_say(&run, 1,
			    "left out: no cell is an address, a network or a "
			    "range");
	}
	return r == 0 && run.is_lossy ? GATE_EINVAL : r;
}
