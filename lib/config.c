/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config.h"

#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config_rules.h"
#include "lib/config_value.h"
#include "lib/error.h"
#include "lib/file.h"

/* Many times what all keys at their longest come to. */
#define CONFIG_FILE_MAX (256u << 10)

#define BLANKS          " \t\r\v\f"

/* What a file has said of one key so far. */
struct given {
	int line; /* 0: nothing */
	int bad;
};

/* One reading of one file. */
struct load {
	const char *file;
	config_complaint *complain;
	void *data;
	struct config *config;
	const struct config_key *keys;
	size_t key_count;
	struct given *given; /* for each of keys */
	const char *next;    /* the text that inih has not seen yet */
	const char *end;
	int line;     /* the one that inih has seen last */
	int awaiting; /* it should come back from inih as a key */
	int skipping; /* we are in a section that does not exist */
	int errors;
	int no_memory;
};

static void complain(struct load *load, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
complain(struct load *load, int line, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	load->errors++;
	load->complain(load->file, line, text, load->data);
}

static int
min3(int a, int b, int c)
{
	int least = a < b ? a : b;

	return least < c ? least : c;
}

/* Blanks that may stand around things on a line. */
static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* How many letters to add, drop or change to get from a to b (Levenshtein). */
static int
distance(const char *a, const char *b)
{
	int row[64], above, corner, i, j;

	if (strlen(b) >= sizeof(row) / sizeof(row[0]))
		return INT32_MAX / 2;
	for (j = 0; j == 0 || b[j - 1] != '\0'; j++)
		row[j] = j;
	for (i = 0; a[i] != '\0'; i++) {
		corner = row[0];
		row[0] = i + 1;
		for (j = 0; b[j] != '\0'; j++) {
			above = row[j + 1];
			row[j + 1] = min3(
			    above + 1, row[j] + 1, corner + (a[i] != b[j]));
			corner = above;
		}
	}
	return row[strlen(b)];
}

/* Is word such a slip of the pen for name that it is worth a question? */
static int
resembles(const char *word, const char *name)
{
	int slips = distance(word, name);

	return slips <= 2 && (size_t)slips * 2 <= strlen(word);
}

static int
is_section(const struct load *load, const char *name)
{
	size_t i;

	for (i = 0; i < load->key_count; i++) {
		if (strcmp(load->keys[i].section, name) == 0)
			return 1;
	}
	return 0;
}

static void
complain_section(struct load *load, const char *name)
{
	size_t i;

	for (i = 0; i < load->key_count; i++) {
		if (resembles(name, load->keys[i].section)) {
			complain(load, load->line,
			    "unknown section [%s]; did you mean [%s]?", name,
			    load->keys[i].section);
			return;
		}
	}
	complain(load, load->line, "unknown section [%s]", name);
}

/*
 * Looks at a line that begins with "[". inih takes more than one would wish:
 * it drops what follows the "]", and where that is missing it stays in the
 * section before.
 */
static void
begin_section(struct load *load, const char *line)
{
	size_t length = strcspn(line + 1, "]");
	const char *rest = line + 1 + length;
	char name[256];

	load->skipping = 1;
	if (*rest == ']')
		rest += 1 + strspn(rest + 1, " \t");
	/* strchr finds the end, too. */
	if (line[1 + length] != ']' || strchr("#;", *rest) == NULL) {
		complain(load, load->line,
		    "a section is written [name], alone on its line");
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)length, line + 1);
	if (is_section(load, name))
		load->skipping = 0;
	else
		complain_section(load, name);
}

/*
 * Takes the next line, without the blanks around it. inih would read a line
 * that begins with blanks as more of the value before: nothing here has
 * several lines, but some people like to indent keys.
 */
static void
take_line(struct load *load, const char **line, size_t *length)
{
	size_t left = (size_t)(load->end - load->next);
	const char *start = load->next;
	const char *stop = memchr(start, '\n', left);

	load->next = stop != NULL ? stop + 1 : load->end;
	if (stop == NULL)
		stop = load->end;
	while (start < stop && is_blank(*start))
		start++;
	while (start < stop && is_blank(stop[-1]))
		stop--;
	load->line++;
	*line = start;
	*length = (size_t)(stop - start);
}

static int
has_control(const char *line, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') ||
		    line[i] == 127)
			return 1;
	}
	return 0;
}

/*
 * Gives inih one line (ini_reader). Lines that say nothing, and those that
 * inih would not get as they were written, reach it as empty ones.
 */
static char *
read_line(char *buffer, int size, void *stream)
{
	struct load *load = stream;
	size_t length, max = (size_t)size - 2;
	const char *line;

	if (load->awaiting)
		complain(load, load->line,
		    "neither a [section], a key = value nor a comment");
	load->awaiting = 0;
	if (load->next == load->end)
		return NULL;
	take_line(load, &line, &length);
	if (length == 0 || *line == '#' || *line == ';') {
		length = 0;
	} else if (has_control(line, length)) {
		complain(load, load->line, "a control character in the line");
		length = 0;
	} else if (length > max) {
		complain(load, load->line,
		    "the line has %zu bytes: it may have at most %zu", length,
		    max);
		length = 0;
	}
	memcpy(buffer, line, length);
	buffer[length] = '\0';
	if (*buffer == '[')
		begin_section(load, buffer);
	else
		load->awaiting = length > 0;
	return buffer;
}

static const struct config_key *
find_key(const struct load *load, const char *section, const char *name)
{
	size_t i;

	for (i = 0; i < load->key_count; i++) {
		if (strcmp(load->keys[i].name, name) == 0 &&
		    (section == NULL ||
			strcmp(load->keys[i].section, section) == 0))
			return &load->keys[i];
	}
	return NULL;
}

static void
complain_key(struct load *load, const char *section, const char *name)
{
	const struct config_key *other = find_key(load, NULL, name);
	size_t i;

	if (*section == '\0') {
		complain(load, load->line,
		    "key \"%s\" stands before the first [section]", name);
		return;
	}
	if (other != NULL) {
		complain(load, load->line,
		    "unknown key \"%s\" in [%s]; it belongs into [%s]", name,
		    section, other->section);
		return;
	}
	for (i = 0; i < load->key_count; i++) {
		if (strcmp(load->keys[i].section, section) == 0 &&
		    resembles(name, load->keys[i].name)) {
			complain(load, load->line,
			    "unknown key \"%s\" in [%s]; did you mean \"%s\"?",
			    name, section, load->keys[i].name);
			return;
		}
	}
	complain(load, load->line, "unknown key \"%s\" in [%s]", name, section);
}

/* What other programs would not take for a part of the value, or NULL. */
static const char *
misread(const char *value)
{
	const char *hash = strchr(value, '#');

	for (; hash != NULL; hash = strchr(hash + 1, '#')) {
		if (hash == value || hash[-1] == ' ' || hash[-1] == '\t')
			return "a comment behind a value begins with \";\"";
	}
	if (*value == '"' || *value == '\'')
		return "values are written without quotes";
	return NULL;
}

/*
 * Reads the value of a key: NULL, or what is wrong with it, which may stand
 * in why.
 */
static const char *
read_value(struct load *load, const struct config_key *key, const char *value,
    char *why, size_t why_size)
{
	const char *broken = misread(value);
	int r;

	if (broken != NULL)
		return broken;
	r = config_value_set(load->config, key, value, why, why_size);
	if (r == GATE_EINVAL)
		return why;
	if (r == GATE_ENOMEM)
		load->no_memory = 1;
	return config_rule_broken(key, value);
}

static void
set_key(struct load *load, const struct config_key *key, const char *value)
{
	struct given *given = &load->given[key - load->keys];
	const char *broken;
	char why[256];

	if (given->line != 0) {
		complain(load, load->line,
		    "[%s] %s is given twice, first in line %d", key->section,
		    key->name, given->line);
		return;
	}
	broken = read_value(load, key, value, why, sizeof(why));
	given->line = load->line;
	given->bad = broken != NULL;
	if (broken != NULL)
		complain(load, load->line, "[%s] %s = %s: %s", key->section,
		    key->name, value, broken);
}

/* Takes one key from inih (ini_handler). */
static int
take_key(void *user, const char *section, const char *name, const char *value)
{
	struct load *load = user;
	const struct config_key *key;

	load->awaiting = 0;
	if (load->skipping)
		return 1;
	key = find_key(load, section, name);
	if (key != NULL)
		set_key(load, key, value);
	else
		complain_key(load, section, name);
	return 1;
}

static int
is_empty(const struct load *load, const struct config_key *key)
{
	return **(char *const *)((const char *)load->config + key->offset) ==
	    '\0';
}

/* Keys that need others; a bad value was complained of already. */
static void
check_needs(struct load *load)
{
	const struct config_need *need;
	const struct config_key *key, *other;
	size_t i, count;

	need = config_needs(&count);
	for (i = 0; i < count; i++, need++) {
		key = find_key(load, need->section, need->name);
		other = find_key(load, need->section, need->needs);
		if (!is_empty(load, key) && is_empty(load, other) &&
		    !load->given[other - load->keys].bad)
			complain(load, load->given[key - load->keys].line,
			    "[%s] %s needs %s, which is not set", need->section,
			    need->name, need->needs);
	}
}

static int
parse(struct load *load, const char *text, size_t size)
{
	static const char bom[] = "\xef\xbb\xbf";
	int r;

	load->next = text;
	load->end = text + size;
	if (size >= 3 && memcmp(text, bom, 3) == 0)
		load->next += 3;
	r = ini_parse_stream(read_line, load, take_key, load);
	check_needs(load);
	if (r < 0 || load->no_memory) {
		complain(load, 0, "%s", gate_strerror(GATE_ENOMEM));
		return GATE_ENOMEM;
	}
	/* inih knows its first bad line only: ours should have been there. */
	if (r > 0 && load->errors == 0)
		complain(load, r, "not understood");
	return load->errors > 0 ? GATE_ECONFIG : 0;
}

static int
read_file(struct load *load, char **text, size_t *size)
{
	char why[256] = "";
	int r;

	r = file_read(load->file, FILE_TRUSTED, CONFIG_FILE_MAX, text, size,
	    why, sizeof(why));
	if (r != 0)
		complain(load, 0, "cannot be read: %s",
		    why[0] != '\0' ? why : gate_strerror(r));
	return r == GATE_ETOOBIG ? GATE_ECONFIG : r;
}

int
config_load(struct config **config, const char *path,
    config_complaint *complaint, void *data)
{
	struct load load = {
		.file = path, .complain = complaint, .data = data
	};
	char *text = NULL;
	size_t size;
	int r;

	load.keys = config_keys(&load.key_count);
	load.given = calloc(load.key_count, sizeof(*load.given));
	r = load.given != NULL ? config_new(&load.config) : GATE_ENOMEM;
	if (r != 0) {
		complain(&load, 0, "%s", gate_strerror(r));
		goto out;
	}
	if ((r = read_file(&load, &text, &size)) != 0)
		goto out;
	if ((r = parse(&load, text, size)) != 0)
		goto out;
	*config = load.config;
	load.config = NULL;
out:
	config_free(&load.config);
	free(load.given);
	free(text);
	return r;
}

int
config_new(struct config **config)
{
	const struct config_key *keys;
	size_t i, count;
	char why[256];
	int r = 0;

	if ((*config = calloc(1, sizeof(**config))) == NULL)
		return GATE_ENOMEM;
	keys = config_keys(&count);
	for (i = 0; i < count && r == 0; i++)
		r = config_value_set(
		    *config, &keys[i], keys[i].fallback, why, sizeof(why));
	if (r != 0)
		config_free(config);
	return r;
}

void
config_free(struct config **config)
{
	const struct config_key *keys;
	size_t i, count;

	if (*config == NULL)
		return;
	keys = config_keys(&count);
	for (i = 0; i < count; i++)
		config_value_free(*config, &keys[i]);
	free(*config);
	*config = NULL;
}
