/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config.h"

#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config_conflict.h"
#include "lib/config_line.h"
#include "lib/config_preset.h"
#include "lib/config_rules.h"
#include "lib/config_section.h"
#include "lib/config_value.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/spelling.h"

/* Many times what all keys at their longest come to. */
#define CONFIG_FILE_MAX (256u << 10)

/* The longest line that is a rule: what inih gives one does not bound it. */
#define RULE_MAX 1024

/* The section of access rules, which has no keys; and the one that has both. */
static const char access_word[] = "access";
static const char idle_word[] = "idle";

/* What a file has said of one key so far. */
struct given {
	int line; /* 0: nothing */
	int bad;
};

/* The section that we are in. */
struct place {
	const char *section; /* "" before the first; NULL: one that is none */
	enum config_section kind;
	void *object;      /* what its keys are read into */
	char heading[256]; /* as it stands in the file */
	int line;
	const char *service; /* of the rules here; NULL: this is not [access] */
	int rules;           /* how many of them so far */
};

/* One reading of one file. */
struct load {
	const char *file;
	config_complaint *complain;
	void *data;
	struct config *config;
	const struct config_key *keys;
	size_t key_count;
	struct given *given; /* for each of keys; of a kind, in this section */
	struct place place;
	struct config_text text; /* what inih has not seen yet */
	int awaiting; /* the last line should come back from inih as a key */
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

/* The section of the table that has this name, or NULL. */
static const char *
find_section(const struct load *load, const char *name)
{
	size_t i;

	for (i = 0; i < load->key_count; i++) {
		if (strcmp(load->keys[i].section, name) == 0)
			return load->keys[i].section;
	}
	return NULL;
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

/* " NAME" for a section that is written with one. */
static const char *
name_form(const char *section)
{
	return config_section_kind(section) != SECTION_ONE ? " NAME" : "";
}

static void
complain_section(struct load *load, const char *word)
{
	const char *heading = load->place.heading;
	const char *meant = NULL;
	size_t i;

	for (i = 0; i < load->key_count && meant == NULL; i++) {
		if (spelling_resembles(word, load->keys[i].section))
			meant = load->keys[i].section;
	}
	if (meant == NULL && spelling_resembles(word, access_word))
		meant = access_word;
	if (meant != NULL)
		complain(load, load->text.line,
		    "unknown section [%s]; did you mean [%s%s]?", heading,
		    meant, name_form(meant));
	else
		complain(
		    load, load->text.line, "unknown section [%s]", heading);
}

/*
 * Opens [access] or [access SERVICE]. Of rules the first that fits decides, so
 * that they have to stand in one place.
 */
static void
open_access(struct load *load, const char *service)
{
	struct place *place = &load->place;
	size_t i;

	for (i = 0; i < load->config->rule_count; i++) {
		if (strcmp(load->config->rules[i].service, service) != 0)
			continue;
		complain(load, load->text.line,
		    "[%s] is there already: its rules belong together",
		    place->heading);
		return;
	}
	place->section = access_word;
	place->service = service;
}

/* Opens a section with a name of its own. */
static void
open_named(struct load *load, enum config_section kind, const char *name)
{
	struct place *place = &load->place;
	size_t i;

	if (name[0] == '\0') {
		complain(load, load->text.line,
		    "[%s] needs a name, as in [%s corporate]", place->heading,
		    config_section_word(kind));
		return;
	}
	if (config_section_add(load->config, kind, name, load->text.line,
		&place->object) != 0) {
		load->no_memory = 1;
		return;
	}
	for (i = 0; i < load->key_count; i++) {
		if (load->keys[i].kind == kind)
			load->given[i] = (struct given){ 0 };
	}
	place->section = config_section_word(kind);
	place->kind = kind;
}

/* Leaves one blank in front of the name that begins in a heading, none behind
 * it, and gives what follows that blank. */
static char *
tidy_name(char *name)
{
	size_t length = strlen(name);
	size_t blanks = strspn(name, " ");

	while (length > blanks && name[length - 1] == ' ')
		length--;
	name[length] = '\0';
	if (length == blanks) {
		name[0] = '\0';
		return name;
	}
	memmove(name + 1, name + blanks, length - blanks + 1);
	return name + 1;
}

/* Opens the section of the heading, "WORD" or "WORD NAME". */
static void
open_section(struct load *load)
{
	struct place *place = &load->place;
	size_t length = strcspn(place->heading, " ");
	char *name = place->heading + length;
	enum config_section kind;
	char word[256];

	snprintf(word, sizeof(word), "%.*s", (int)length, place->heading);
	kind = config_section_kind(word);
	if (kind != SECTION_ONE) {
		open_named(load, kind, tidy_name(name));
	} else if (strcmp(word, access_word) == 0) {
		open_access(load, tidy_name(name));
	} else {
		place->section = find_section(load, place->heading);
		place->object = load->config;
		if (place->section == NULL)
			complain_section(load, word);
	}
}

static void end_section(struct load *load);

/*
 * Looks at a line that begins with "[". inih takes more than one would wish:
 * it drops what follows the "]", it stays in the section before where that is
 * missing, and it cuts long names. So it does not get to see them.
 */
static void
begin_section(struct load *load, const char *line)
{
	struct place *place = &load->place;
	size_t length = strcspn(line + 1, "]");
	const char *rest = line + 1 + length;

	end_section(load);
	*place = (struct place){ .line = load->text.line };
	if (*rest == ']')
		rest += 1 + strspn(rest + 1, " \t");
	snprintf(place->heading, sizeof(place->heading), "%.*s", (int)length,
	    line + 1);
	/* strchr finds the end, too. */
	if (strchr(line, ']') == NULL || strchr("#;", *rest) == NULL)
		complain(load, load->text.line,
		    "a section is written [name], alone on its line");
	else if (strchr(place->heading, '\t') != NULL)
		complain(load, load->text.line, "a section's name has no tabs");
	else
		open_section(load);
}

/*
 * Is this line one of those that inih is not shown, as it splits at ":" as well
 * as at "=": all of [access]; of [idle] "group:NAME = LIMIT" and the like? A
 * ":" behind the name of a key is but another way to write the key.
 */
static int
is_rule(const struct load *load, const char *line, size_t length)
{
	const struct place *place = &load->place;
	char name[64];

	if (*line == '[' || place->section == NULL)
		return 0;
	if (place->service != NULL)
		return 1;
	return strcmp(place->section, idle_word) == 0 &&
	    config_line_has_prefix(line, length, name, sizeof(name)) &&
	    find_key(load, idle_word, name) == NULL;
}

/* Keeps a rule as it stands. */
static void
take_rule(struct load *load, const char *line, size_t length)
{
	struct config *config = load->config;
	char rule[RULE_MAX + 1];
	const char *broken;
	int r;

	length = config_line_uncommented(line, length);
	memcpy(rule, line, length);
	rule[length] = '\0';
	load->place.rules++;
	if ((broken = config_rule_misread(rule)) != NULL) {
		complain(load, load->text.line, "%s", broken);
		return;
	}
	if (load->place.service != NULL)
		r = config_section_add_rule(
		    config, load->place.service, rule, load->text.line);
	else
		r = config_section_add_idle_rule(config, rule, load->text.line);
	if (r != 0)
		load->no_memory = 1;
}

/* Whether a line can be read at all, of which max bytes fit. */
static int
is_readable(struct load *load, const char *line, size_t length, size_t max)
{
	if (config_line_has_control(line, length)) {
		complain(
		    load, load->text.line, "a control character in the line");
		return 0;
	}
	if (length > max) {
		complain(load, load->text.line,
		    "the line has %zu bytes: it may have at most %zu", length,
		    max);
		return 0;
	}
	return 1;
}

/*
 * Gives inih one line (ini_reader). It gets the keys only, and empty lines
 * for all others: those it would not get as they were written.
 */
static char *
read_line(char *buffer, int size, void *stream)
{
	struct load *load = stream;
	size_t length, max = (size_t)size - 2;
	const char *line;
	int rule;

	if (load->awaiting)
		complain(load, load->text.line,
		    "neither a [section], a key = value nor a comment");
	load->awaiting = 0;
	buffer[0] = '\0';
	if (load->text.next == load->text.end)
		return NULL;
	/* without blanks before it: inih would take it for more of the value
	 * before. Nothing here has several lines, but some people like to
	 * indent keys. */
	config_line_take(&load->text, &line, &length);
	if (length == 0 || *line == '#' || *line == ';')
		return buffer;
	rule = is_rule(load, line, length);
	if (!is_readable(load, line, length, rule ? RULE_MAX : max))
		return buffer;
	if (rule) {
		take_rule(load, line, length);
		return buffer;
	}
	memcpy(buffer, line, length);
	buffer[length] = '\0';
	load->awaiting = *buffer != '[';
	if (*buffer == '[') {
		begin_section(load, buffer);
		buffer[0] = '\0';
	}
	return buffer;
}

static void
complain_key(struct load *load, const char *name)
{
	const struct place *place = &load->place;
	const struct config_key *other = find_key(load, NULL, name);
	size_t i;

	if (*place->section == '\0') {
		complain(load, load->text.line,
		    "key \"%s\" stands before the first [section]", name);
		return;
	}
	if (other != NULL) {
		complain(load, load->text.line,
		    "unknown key \"%s\" in [%s]; it belongs into [%s%s]", name,
		    place->heading, other->section, name_form(other->section));
		return;
	}
	for (i = 0; i < load->key_count; i++) {
		if (strcmp(load->keys[i].section, place->section) == 0 &&
		    spelling_resembles(name, load->keys[i].name)) {
			complain(load, load->text.line,
			    "unknown key \"%s\" in [%s]; did you mean \"%s\"?",
			    name, place->heading, load->keys[i].name);
			return;
		}
	}
	complain(load, load->text.line, "unknown key \"%s\" in [%s]", name,
	    place->heading);
}

/*
 * Reads the value of a key: NULL, or what is wrong with it, which may stand
 * in why.
 */
static const char *
read_value(struct load *load, const struct config_key *key, const char *value,
    char *why, size_t why_size)
{
	const char *broken = config_rule_misread(value);
	int r;

	if (broken != NULL)
		return broken;
	r = config_value_set(load->place.object, key, value, why, why_size);
	if (r == GATE_EINVAL)
		return why;
	if (r == GATE_ENOMEM)
		load->no_memory = 1;
	return config_rule_broken(key, value);
}

/* Puts on record that the value of a key stands in this line. */
static void
note_origin(struct load *load, const struct config_key *key)
{
	size_t place = config_section_count(load->config, key->kind) - 1;

	if (config_section_origin(load->config, key, place, load->text.line) !=
	    0)
		load->no_memory = 1;
}

static void
set_key(struct load *load, const struct config_key *key, const char *value)
{
	struct given *given = &load->given[key - load->keys];
	const char *broken;
	char why[256];

	if (given->line != 0) {
		complain(load, load->text.line,
		    "[%s] %s is given twice, first in line %d",
		    load->place.heading, key->name, given->line);
		return;
	}
	broken = read_value(load, key, value, why, sizeof(why));
	given->line = load->text.line;
	given->bad = broken != NULL;
	note_origin(load, key);
	if (broken != NULL)
		complain(load, load->text.line, "[%s] %s = %s: %s",
		    load->place.heading, key->name, value, broken);
}

/* Takes one key from inih (ini_handler), which need not know the section. */
static int
take_key(void *user, const char *section, const char *name, const char *value)
{
	struct load *load = user;
	const struct config_key *key;

	(void)section;
	load->awaiting = 0;
	if (load->place.section == NULL)
		return 1;
	key = find_key(load, load->place.section, name);
	if (key != NULL)
		set_key(load, key, value);
	else
		complain_key(load, name);
	return 1;
}

static int
is_empty(const void *object, const struct config_key *key)
{
	return **(char *const *)((const char *)object + key->offset) == '\0';
}

/*
 * Keys of a kind that need others, and sections that need keys. A bad value
 * was complained of already.
 */
static void
check_needs(struct load *load, enum config_section kind, const void *object)
{
	const struct config_need *need;
	const struct config_key *key, *other;
	size_t i, count;

	need = config_needs(&count);
	for (i = 0; i < count; i++, need++) {
		other = find_key(load, need->section, need->needs);
		if (other->kind != kind || !is_empty(object, other) ||
		    load->given[other - load->keys].bad)
			continue;
		if (need->name == NULL) {
			complain(load, load->place.line,
			    "[%s] needs %s, which is not set",
			    load->place.heading, need->needs);
			continue;
		}
		key = find_key(load, need->section, need->name);
		if (!is_empty(object, key))
			complain(load, load->given[key - load->keys].line,
			    "[%s] %s needs %s, which is not set", need->section,
			    need->name, need->needs);
	}
}

/* Looks back at the section that ends here. */
static void
end_section(struct load *load)
{
	const struct place *place = &load->place;

	if (place->section == NULL)
		return;
	/* Nobody who opens it wants it to be as if it were not there. */
	if (place->service != NULL && place->service[0] != '\0' &&
	    place->rules == 0)
		complain(load, place->line,
		    "[%s] has no rule: the general ones would hold",
		    place->heading);
	else if (place->kind != SECTION_ONE)
		check_needs(load, place->kind, place->object);
}

static void
take_conflict(int line, const char *text, void *data)
{
	complain(data, line, "%s", text);
}

static int
parse(struct load *load, const char *text, size_t size)
{
	static const char bom[] = "\xef\xbb\xbf";
	int r;

	load->text = (struct config_text){ text, text + size, 0 };
	load->place.section = "";
	if (size >= 3 && memcmp(text, bom, 3) == 0)
		load->text.next += 3;
	r = ini_parse_stream(read_line, load, take_key, load);
	end_section(load);
	if (config_preset_apply(load->config) != 0)
		load->no_memory = 1;
	check_needs(load, SECTION_ONE, load->config);
	config_conflicts(load->config, take_conflict, load);
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
