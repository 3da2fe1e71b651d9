/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "gatehousectl/command.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/error.h"
#include "password/breached_import.h"

#define PREFIX_SIZE 6 /* 5 digits and a NUL */

/* How often somebody at a terminal hears how far it is, in milliseconds; and
 * after how many lines the clock is looked at. */
#define PROGRESS_EVERY 500
#define PROGRESS_LINES 65536

struct progress {
	struct breached_import *import;
	int64_t next; /* clock_mono_ms; 0: there is no terminal */
	int shown;
};

static void
show_progress(struct progress *progress, const char *what)
{
	if (progress->next == 0 || clock_mono_ms() < progress->next)
		return;
	progress->next = clock_mono_ms() + PROGRESS_EVERY;
	progress->shown = 1;
	fprintf(stderr, "\r%llu lines read, %s\033[K",
	    (unsigned long long)breached_import_taken(progress->import), what);
}

static void
end_progress(const struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
}

/* The five digits that a file of the published ranges is named by, or "". */
static void
read_prefix(const char *path, char prefix[PREFIX_SIZE])
{
	const char *name = strrchr(path, '/');
	size_t length;

	name = name != NULL ? name + 1 : path;
	length = strspn(name, "0123456789abcdefABCDEF");
	prefix[0] = '\0';
	if (length == PREFIX_SIZE - 1 &&
	    (name[length] == '\0' || strcmp(name + length, ".txt") == 0))
		snprintf(prefix, PREFIX_SIZE, "%.5s", name);
}

static int
failed(const char *path)
{
	complain("%s: %s", path, strerror(errno));
	return CTL_FAILED;
}

static int
take_lines(struct progress *progress, FILE *from, const char *path)
{
	char prefix[PREFIX_SIZE], *line = NULL;
	size_t room = 0, number = 0;
	ssize_t size;
	int r = CTL_DONE, error;

	read_prefix(path, prefix);
	while (r == CTL_DONE && (size = getline(&line, &room, from)) >= 0) {
		number++;
		if (size > 0 && line[size - 1] == '\n')
			size--;
		error = breached_import_line(progress->import,
		    prefix[0] != '\0' ? prefix : NULL, line, (size_t)size);
		if (error == GATE_EINVAL) {
			complain("%s:%zu: neither SHA-1[:COUNT] nor, in a file "
				 "named by 5 digits, a range of such",
			    path, number);
			r = CTL_NO;
		} else if (error == GATE_EIO) {
			r = failed("the new file");
		} else if (error != 0) {
			complain("%s", gate_strerror(error));
			r = CTL_FAILED;
		}
		if (number % PROGRESS_LINES == 0)
			show_progress(progress, "sorting them");
	}
	if (r == CTL_DONE && ferror(from))
		r = failed(path);
	free(line);
	return r;
}

static int
take_file(struct progress *progress, const char *path)
{
	FILE *from = fopen(path, "re");
	int r;

	if (from == NULL)
		return failed(path);
	r = take_lines(progress, from, path);
	fclose(from);
	return r;
}

/* A file, or all those in a folder: the published ranges are a million. */
static int
take_tree(struct progress *progress, const char *path)
{
	char *copy = strdup(path);
	char *paths[] = { copy, NULL };
	FTS *tree = copy != NULL
	    ? fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL)
	    : NULL;
	FTSENT *entry;
	int r = tree != NULL ? CTL_DONE : failed(path);

	while (r == CTL_DONE && (entry = fts_read(tree)) != NULL) {
		show_progress(progress, "sorting them");
		if (entry->fts_info == FTS_F || entry->fts_info == FTS_DEFAULT)
			r = take_file(progress, entry->fts_path);
		errno = entry->fts_errno;
		if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
		    entry->fts_info == FTS_ERR)
			r = failed(entry->fts_path);
	}
	if (tree != NULL)
		fts_close(tree);
	free(copy);
	return r;
}

static int
take_all(struct progress *progress, const struct options *options)
{
	size_t i;
	int r = CTL_DONE;

	for (i = 0; i < options->argument_count && r == CTL_DONE; i++)
		r = strcmp(options->arguments[i], "-") == 0
		    ? take_lines(progress, stdin, "-")
		    : take_tree(progress, options->arguments[i]);
	return r;
}

static int
finish(const struct options *options, struct breached_import *import,
    const char *path)
{
	uint64_t count;
	json_t *object;
	int r = breached_import_finish(import, &count);

	if (r == GATE_EINVAL) {
		complain("there is no hash in it; nothing was changed");
		return CTL_NO;
	}
	if (r != 0)
		return failed(path);
	if (!options->json) {
		printf("%s: %llu passwords\n", path, (unsigned long long)count);
		return CTL_DONE;
	}
	object = json_object();
	json_put_text(object, "file", path);
	json_put(object, "passwords", json_integer((json_int_t)count));
	return json_show(object);
}

int
password_breached_import(const struct options *options)
{
	const char *file = options_config(options), *path;
	struct progress progress = { 0 };
	struct config *config = NULL;
	int r = CTL_FAILED;

	if (config_load(&config, file, complain_file, NULL) != 0)
		goto out;
	path = config->password_breached;
	if (path[0] == '\0') {
		complain("%s: [password] breached has to say where it is to be",
		    file);
		goto out;
	}
	if (breached_import_new(
		&progress.import, path, BREACHED_IMPORT_ENTRIES) != 0) {
		r = failed(path);
		goto out;
	}
	if (isatty(STDERR_FILENO))
		progress.next = clock_mono_ms() + PROGRESS_EVERY;
	r = take_all(&progress, options);
	if (r == CTL_DONE && progress.shown) {
		progress.next = 1;
		show_progress(&progress, "merging them");
	}
	if (r == CTL_DONE)
		r = finish(options, progress.import, path);
	end_progress(&progress);
out:
	breached_import_free(&progress.import);
	config_free(&config);
	return r;
}
