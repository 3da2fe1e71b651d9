/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/blocklist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"

#define BLOCKLIST_MAX (64u << 20)

/*
 * Folded passwords, one behind the other, and where each begins; in the order
 * of compare(). Characters are code points: folding may change how many bytes
 * of UTF-8 they take.
 */
struct blocklist {
	int32_t *letters;
	size_t used, room;
	struct entry {
		size_t at;
		size_t count;
	} * entries;
	size_t count, entry_room;
};

static int
compare(const int32_t *a, size_t a_count, const int32_t *b, size_t b_count)
{
	if (a_count != b_count)
		return a_count < b_count ? -1 : 1;
	return memcmp(a, b, a_count * sizeof(*a));
}

static int
by_letters(const void *a, const void *b, void *data)
{
	const struct entry *x = a, *y = b;
	const int32_t *letters = data;

	return compare(letters + x->at, x->count, letters + y->at, y->count);
}

/* Room for more of an array, which grows by half. */
static int
grow(void *array, size_t *room, size_t needs, size_t size)
{
	void **items = array, *larger;
	size_t more = *room + *room / 2 + 1024;

	if (needs <= *room)
		return 0;
	if (more < needs)
		more = needs;
	if ((larger = reallocarray(*items, more, size)) == NULL)
		return GATE_ENOMEM;
	*items = larger;
	*room = more;
	return 0;
}

static int
add(struct blocklist *list, const struct letters *folded)
{
	int r = grow(&list->letters, &list->room, list->used + folded->count,
	    sizeof(*list->letters));

	if (r == 0)
		r = grow(&list->entries, &list->entry_room, list->count + 1,
		    sizeof(*list->entries));
	if (r != 0)
		return r;
	list->entries[list->count++] =
	    (struct entry){ list->used, folded->count };
	memcpy(list->letters + list->used, folded->at,
	    folded->count * sizeof(*list->letters));
	list->used += folded->count;
	return 0;
}

/* Takes one line, whose end is a NUL now. */
static int
take_line(struct blocklist *list, char *line)
{
	struct letters letters;
	size_t length = strlen(line);

	if (length > 0 && line[length - 1] == '\r')
		line[--length] = '\0';
	if (length == 0 || line[0] == '#')
		return 0;
	if (length > PASSWORD_MAX || letters_read(&letters, line) != 0)
		return GATE_EINVAL;
	letters_fold(&letters);
	return add(list, &letters);
}

static int
take_lines(struct blocklist *list, char *text, char *why, size_t why_size)
{
	size_t number = 0;
	char *line;
	int r = 0;

	while (r == 0 && (line = strsep(&text, "\n")) != NULL) {
		number++;
		r = take_line(list, line);
	}
	if (r == GATE_EINVAL)
		snprintf(why, why_size, "line %zu is too long, or not UTF-8",
		    number);
	return r;
}

int
blocklist_load(
    struct blocklist **blocklist, const char *path, char *why, size_t why_size)
{
	struct blocklist *list = NULL;
	char *text = NULL;
	size_t size;
	int r;

	why[0] = '\0';
	r = file_read(
	    path, FILE_TRUSTED, BLOCKLIST_MAX, &text, &size, why, why_size);
	if (r != 0)
		goto out;
	if ((list = calloc(1, sizeof(*list))) == NULL) {
		r = GATE_ENOMEM;
		goto out;
	}
	r = take_lines(list, text, why, why_size);
	if (r != 0)
		goto out;
	if (list->count > 0)
		qsort_r(list->entries, list->count, sizeof(*list->entries),
		    by_letters, list->letters);
	*blocklist = list;
	list = NULL;
out:
	if (r != 0 && why[0] == '\0')
		snprintf(why, why_size, "%s", gate_strerror(r));
	blocklist_free(&list);
	free(text);
	return r;
}

void
blocklist_free(struct blocklist **blocklist)
{
	if (*blocklist == NULL)
		return;
	free((*blocklist)->letters);
	free((*blocklist)->entries);
	free(*blocklist);
	*blocklist = NULL;
}

int
blocklist_has(const struct blocklist *list, const struct letters *folded)
{
	size_t from = 0, to = list->count, middle;
	const struct entry *entry;
	int order = 1;

	while (from < to && order != 0) {
		middle = from + (to - from) / 2;
		entry = &list->entries[middle];
		order = compare(folded->at, folded->count,
		    list->letters + entry->at, entry->count);
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return order == 0 && list->count > 0;
}

size_t
blocklist_count(const struct blocklist *list)
{
	return list->count;
}
