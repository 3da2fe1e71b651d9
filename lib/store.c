/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/store_commit.h"
#include "lib/store_engine.h"
#include "lib/store_readers.h"

struct store {
	struct store_options options;
	char *path;
	struct store_commit *commit;
	struct store_readers *readers;
};

static const struct store_engine *const engines[] = {
	&store_sqlite,
};

static const struct store_engine *
engine_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		if (strcmp(engines[i]->name, name) == 0)
			return engines[i];
	return NULL;
}

int
store_open(struct store **store, const struct store_options *options, char *why,
    size_t why_size)
{
	const struct store_engine *engine;
	struct store_db *writer;
	struct store *opened = NULL;
	int r;

	*store = NULL;
	engine = engine_named(options->engine);
	if (engine == NULL) {
		snprintf(why, why_size, "there is no engine \"%s\"",
		    options->engine);
		return GATE_ECONFIG;
	}
	snprintf(why, why_size, "%s", gate_strerror(GATE_ENOMEM));
	r = GATE_ENOMEM;
	opened = calloc(1, sizeof(*opened));
	if (opened == NULL)
		goto out;
	opened->path = strdup(options->path);
	if (opened->path == NULL)
		goto out;
	opened->options.engine = engine->name;
	opened->options.path = opened->path;
	r = store_readers_new(&opened->readers, engine, &opened->options);
	if (r != 0)
		goto out;
	r = engine->open(
	    &writer, &opened->options, STORE_WRITER, why, why_size);
	if (r != 0)
		goto out;
	r = store_commit_new(&opened->commit, writer);
	if (r != 0)
		goto out;
	*store = opened;
	opened = NULL;
out:
	store_free(&opened);
	return r;
}

void
store_free(struct store **store)
{
	if (store == NULL || *store == NULL)
		return;
	store_readers_free(&(*store)->readers);
	store_commit_free(&(*store)->commit);
	free((*store)->path);
	free(*store);
	*store = NULL;
}

int
store_write(struct store *store, store_change *change, void *data)
{
	return store_commit_run(store->commit, change, data, 1);
}

int
store_write_soon(struct store *store, store_change *change, void *data)
{
	return store_commit_run(store->commit, change, data, 0);
}

static int
nothing(struct store_tx *tx, void *data)
{
	(void)tx;
	(void)data;
	return 0;
}

int
store_settle(struct store *store)
{
	return store_commit_run(store->commit, nothing, NULL, 1);
}

int
store_read(struct store *store, store_change *look, void *data)
{
	return store_readers_run(store->readers, look, data);
}
