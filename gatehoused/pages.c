/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/pages.h"

#include <pthread.h>
#include <stdlib.h>

#include "lib/error.h"

/* One that is read, and one that is taken. */
#define PAGES 2

struct page {
	struct store_live rows[PAGES_ROWS];
	size_t count;
};

struct pages {
	struct store *store;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t moved;
	unsigned read;  /* so many pages; the thread's alone to change */
	unsigned taken; /* so many of them */
	int read_all;   /* the thread is through: */
	int result;
	int stopped; /* none is wanted any more */
	struct page page[PAGES];
};

/* --- the thread that reads --- */

/* Gives away the page that is full, and waits for room for the next; nonzero if
 * none is wanted. */
static int
turn(struct pages *pages)
{
	int stopped;

	pthread_mutex_lock(&pages->lock);
	pages->read++;
	pthread_cond_signal(&pages->moved);
	while (pages->read - pages->taken == PAGES && !pages->stopped)
		pthread_cond_wait(&pages->moved, &pages->lock);
	stopped = pages->stopped;
	pthread_mutex_unlock(&pages->lock);
	pages->page[pages->read % PAGES].count = 0;
	return stopped;
}

static int
put_row(const struct store_live *row, void *data)
{
	struct pages *pages = data;
	struct page *page = &pages->page[pages->read % PAGES];

	page->rows[page->count++] = *row;
	return page->count == PAGES_ROWS ? turn(pages) : 0;
}

static int
read_rows(struct store_tx *tx, void *data)
{
	return store_session_live(tx, "", INT64_MAX, put_row, data);
}

static void *
read_all(void *data)
{
	struct pages *pages = data;
	int r = store_read(pages->store, read_rows, pages);

	pthread_mutex_lock(&pages->lock);
	pages->read += pages->page[pages->read % PAGES].count > 0;
	pages->result = r;
	pages->read_all = 1;
	pthread_cond_signal(&pages->moved);
	pthread_mutex_unlock(&pages->lock);
	return NULL;
}

/* --- who takes --- */

/* The page that is next; NULL behind the last. */
static const struct page *
next(struct pages *pages)
{
	const struct page *page;

	pthread_mutex_lock(&pages->lock);
	while (pages->taken == pages->read && !pages->read_all)
		pthread_cond_wait(&pages->moved, &pages->lock);
	page = pages->taken != pages->read ? &pages->page[pages->taken % PAGES]
					   : NULL;
	pthread_mutex_unlock(&pages->lock);
	return page;
}

static void
done(struct pages *pages, int stopped)
{
	pthread_mutex_lock(&pages->lock);
	pages->taken++;
	pages->stopped = stopped;
	pthread_cond_signal(&pages->moved);
	pthread_mutex_unlock(&pages->lock);
}

static int
take_all(struct pages *pages, pages_take *take, void *data)
{
	const struct page *page;
	int r = 0;

	while (r == 0 && (page = next(pages)) != NULL) {
		r = take(page->rows, page->count, data);
		done(pages, r != 0);
	}
	return r;
}

int
pages_read(struct store *store, pages_take *take, void *data)
{
	struct pages *pages = calloc(1, sizeof(*pages));
	pthread_t thread;
	int r = GATE_EIO;

	if (pages == NULL)
		return GATE_ENOMEM;
	pages->store = store;
	pthread_mutex_init(&pages->lock, NULL);
	pthread_cond_init(&pages->moved, NULL);
	if (pthread_create(&thread, NULL, read_all, pages) == 0) {
		r = take_all(pages, take, data);
		pthread_join(thread, NULL);
		r = r != 0 ? r : pages->result;
	}
	pthread_cond_destroy(&pages->moved);
	pthread_mutex_destroy(&pages->lock);
	free(pages);
	return r;
}
