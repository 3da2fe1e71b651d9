/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/catalogue.h"

#include <byteswap.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"

/* Many times what all our sentences come to. */
#define CATALOGUE_MAX (1u << 20)

#define MAGIC         0x950412deu

/* GNU gettext manual, "The Format of GNU MO Files". */
struct header {
	uint32_t magic;
	uint32_t revision;
	uint32_t count;
	uint32_t messages;     /* where the table of them begins */
	uint32_t translations; /* the same */
};

/* A row of such a table. A NUL follows the text, and is not counted. */
struct row {
	uint32_t length;
	uint32_t offset;
};

struct catalogue {
	char *bytes;
	size_t size;
	int swapped; /* made on a machine of the other byte order */
	struct header header;
};

static uint32_t
number(const struct catalogue *catalogue, uint32_t value)
{
	return catalogue->swapped ? bswap_32(value) : value;
}

/* The text in a table's row: NULL where it is not inside the file. */
static const char *
text_at(const struct catalogue *catalogue, uint32_t table, size_t place)
{
	uint64_t at = table + (uint64_t)place * sizeof(struct row);
	struct row row;
	uint64_t end;

	if (at + sizeof(row) > catalogue->size)
		return NULL;
	memcpy(&row, catalogue->bytes + at, sizeof(row));
	row.offset = number(catalogue, row.offset);
	end = (uint64_t)row.offset + number(catalogue, row.length);
	if (end >= catalogue->size || catalogue->bytes[end] != '\0')
		return NULL;
	return catalogue->bytes + row.offset;
}

static const char *
message_at(const struct catalogue *catalogue, size_t place)
{
	return text_at(catalogue, catalogue->header.messages, place);
}

static const char *
translation_at(const struct catalogue *catalogue, size_t place)
{
	return text_at(catalogue, catalogue->header.translations, place);
}

/* Every text is inside, the messages are in order, and all is UTF-8. */
static int
is_sound(const struct catalogue *catalogue)
{
	const char *before = NULL, *message, *about;
	size_t i;

	for (i = 0; i < catalogue->header.count; i++) {
		message = message_at(catalogue, i);
		if (message == NULL || translation_at(catalogue, i) == NULL ||
		    (before != NULL && strcmp(before, message) >= 0))
			return 0;
		before = message;
	}
	/* the translation of "" tells about the catalogue */
	about = catalogue_get(catalogue, "");
	return strcasestr(about, "charset=utf-8") != NULL;
}

static int
read_header(struct catalogue *catalogue)
{
	struct header *header = &catalogue->header;

	if (catalogue->size < sizeof(*header))
		return GATE_EPROTO;
	memcpy(header, catalogue->bytes, sizeof(*header));
	catalogue->swapped = header->magic == bswap_32(MAGIC);
	if (number(catalogue, header->magic) != MAGIC ||
	    number(catalogue, header->revision) >> 16 != 0)
		return GATE_EPROTO;
	header->count = number(catalogue, header->count);
	header->messages = number(catalogue, header->messages);
	header->translations = number(catalogue, header->translations);
	return is_sound(catalogue) ? 0 : GATE_EPROTO;
}

static int
open_file(
    struct catalogue **catalogue, const char *directory, const char *language)
{
	struct catalogue *new = NULL;
	char *path = NULL;
	int r = GATE_ENOMEM;

	if (asprintf(&path, "%s/%s/LC_MESSAGES/gatehouse.mo", directory,
		language) == -1) {
		path = NULL;
		goto out;
	}
	if ((new = calloc(1, sizeof(*new))) == NULL)
		goto out;
	r = file_read(path, FILE_TRUSTED, CATALOGUE_MAX, &new->bytes,
	    &new->size, NULL, 0);
	if (r == GATE_EIO && errno == ENOENT)
		r = GATE_ENOTFOUND;
	if (r == 0)
		r = read_header(new);
	if (r == 0) {
		*catalogue = new;
		new = NULL;
	}
out:
	catalogue_free(&new);
	free(path);
	return r;
}

static int
is_english(const char *name)
{
	return strcmp(name, "c") == 0 || strcmp(name, "posix") == 0 ||
	    strcmp(name, "en") == 0 || strncmp(name, "en_", 3) == 0;
}

int
catalogue_language(char name[CATALOGUE_LANGUAGE_SIZE], const char *language)
{
	size_t i, length = strcspn(language, ".@");
	int in_region = 0;

	if (length >= CATALOGUE_LANGUAGE_SIZE)
		return GATE_ENOTFOUND;
	for (i = 0; i < length; i++) {
		name[i] = language[i];
		if (name[i] == '-' || name[i] == '_') {
			name[i] = '_';
			in_region = 1;
		} else if (name[i] >= 'a' && name[i] <= 'z') {
			name[i] = (char)(name[i] & ~(in_region ? 0x20 : 0));
		} else if (name[i] >= 'A' && name[i] <= 'Z') {
			name[i] = (char)(name[i] | (in_region ? 0 : 0x20));
		} else {
			return GATE_ENOTFOUND;
		}
	}
	name[length] = '\0';
	if (is_english(name))
		name[0] = '\0';
	return 0;
}

int
catalogue_open(
    struct catalogue **catalogue, const char *directory, const char *language)
{
	char name[CATALOGUE_LANGUAGE_SIZE];
	int r;

	*catalogue = NULL;
	if (language == NULL)
		return 0;
	r = catalogue_language(name, language);
	if (r != 0 || name[0] == '\0')
		return r;
	r = open_file(catalogue, directory, name);
	if (r == GATE_ENOTFOUND && strchr(name, '_') != NULL) {
		*strchr(name, '_') = '\0';
		r = name[0] != '\0' ? open_file(catalogue, directory, name) : r;
	}
	return r;
}

void
catalogue_free(struct catalogue **catalogue)
{
	if (*catalogue == NULL)
		return;
	free((*catalogue)->bytes);
	free(*catalogue);
	*catalogue = NULL;
}

const char *
catalogue_get(const struct catalogue *catalogue, const char *message)
{
	size_t from = 0, to, middle;
	const char *translation;
	int order;

	to = catalogue != NULL ? catalogue->header.count : 0;
	while (from < to) {
		middle = from + (to - from) / 2;
		order = strcmp(message, message_at(catalogue, middle));
		if (order == 0) {
			translation = translation_at(catalogue, middle);
			return translation[0] != '\0' ? translation : message;
		}
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return message;
}

/* The field that "{name}" at this place stands for, or NULL. */
static const struct catalogue_field *
find_field(const struct catalogue_field *fields, const char *at, size_t length)
{
	for (; fields->name != NULL; fields++)
		if (strlen(fields->name) == length &&
		    memcmp(fields->name, at, length) == 0)
			return fields;
	return NULL;
}

/* Not in the middle of a character of UTF-8. */
static void
end_whole(char *text, size_t length)
{
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	text[length] = '\0';
}

size_t
catalogue_fill(const struct catalogue *catalogue, const char *message,
    const struct catalogue_field *fields, char *text, size_t size)
{
	const char *at = catalogue_get(catalogue, message);
	const struct catalogue_field *field;
	size_t used = 0, length, room;
	const char *piece;

	while (*at != '\0') {
		piece = at;
		length = 1;
		if (*at == '{' && strchr(at, '}') != NULL) {
			field =
			    find_field(fields, at + 1, strcspn(at + 1, "}"));
			if (field != NULL) {
				piece = field->text;
				length = strlen(piece);
				at = strchr(at, '}');
			}
		}
		room = used < size ? size - used : 0;
		memcpy(text + (room > 0 ? used : 0), piece,
		    length < room ? length : room);
		used += length;
		at++;
	}
	if (used < size)
		text[used] = '\0';
	else if (size > 0)
		end_whole(text, size - 1);
	return used;
}
