/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/store_readers.h"

#include <pthread.h>
#include <stdlib.h>

#include "lib/error.h"
#include "lib/log.h"
#include "lib/store_tx.h"

/* More readers than this wait: a look is short, a connection has a cache. */
#define READERS_MAX 8

struct store_readers {
	const struct store_engine *engine;
	const struct store_options *options;
	pthread_mutex_t lock;
	pthread_cond_t freed;
	int open; /* connections there are, idle or in use */
	int idle;
	struct store_db *idle_db[READERS_MAX];
};

int
store_readers_new(struct store_readers **readers,
    const struct store_engine *engine, const struct store_options *options)
{
	*readers = calloc(1, sizeof(**readers));
	if (*readers == NULL)
		return GATE_ENOMEM;
	(*readers)->engine = engine;
	(*readers)->options = options;
	pthread_mutex_init(&(*readers)->lock, NULL);
	pthread_cond_init(&(*readers)->freed, NULL);
	return 0;
}

void
store_readers_free(struct store_readers **readers)
{
	struct store_readers *gone;

	if (readers == NULL || *readers == NULL)
		return;
	gone = *readers;
	while (gone->idle > 0)
		gone->engine->close(&gone->idle_db[--gone->idle]);
	pthread_cond_destroy(&gone->freed);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
	*readers = NULL;
}

/* An idle connection, or a new one, or the next that is given back. */
static int
reader_get(struct store_readers *readers, struct store_db **db)
{
	char why[256];
	int r = 0;

	*db = NULL;
	pthread_mutex_lock(&readers->lock);
	while (readers->idle == 0 && readers->open == READERS_MAX)
		pthread_cond_wait(&readers->freed, &readers->lock);
	if (readers->idle > 0)
		*db = readers->idle_db[--readers->idle];
	else
		readers->open++;
	pthread_mutex_unlock(&readers->lock);
	if (*db != NULL)
		return 0;
	r = readers->engine->open(
	    db, readers->options, STORE_READER, why, sizeof(why));
	if (r != 0) {
		log_error("store: %s: %s", readers->options->path, why);
		r = r == GATE_EFULL ? r : GATE_ESTORE;
	}
	return r;
}

/* Keeps *db for the next reader; one that failed, or none, is given up. */
static void
reader_put(struct store_readers *readers, struct store_db **db, int failed)
{
	if (*db != NULL && failed)
		readers->engine->close(db);
	pthread_mutex_lock(&readers->lock);
	if (*db != NULL)
		readers->idle_db[readers->idle++] = *db;
	else
		readers->open--;
	pthread_cond_signal(&readers->freed);
	pthread_mutex_unlock(&readers->lock);
}

int
store_readers_run(struct store_readers *readers, store_change *look, void *data)
{
	struct store_tx tx = { 0 };
	int r = 0;

	tx.error = reader_get(readers, &tx.db);
	if (tx.error != 0)
		goto out;
	tx.error = tx.db->engine->begin(tx.db, 1);
	if (tx.error != 0)
		goto out;
	r = look(&tx, data);
	tx.db->engine->rollback(tx.db);
out:
	reader_put(readers, &tx.db, tx.error != 0);
	return tx.error != 0 ? tx.error : r;
}
