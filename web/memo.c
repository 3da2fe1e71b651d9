/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/memo.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

struct memo {
	pthread_mutex_t mutex;
	char *text;
	int64_t until;
};

int
memo_new(struct memo **memo)
{
	struct memo *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return GATE_ENOMEM;
	pthread_mutex_init(&m->mutex, NULL);
	*memo = m;
	return 0;
}

void
memo_free(struct memo **memo)
{
	struct memo *m = *memo;

	if (m == NULL)
		return;
	pthread_mutex_destroy(&m->mutex);
	free(m->text);
	free(m);
	*memo = NULL;
}

int
memo_get(struct memo *memo, int64_t now, struct buffer *text)
{
	int r = GATE_ENOTFOUND;

	pthread_mutex_lock(&memo->mutex);
	if (memo->text != NULL && now < memo->until) {
		buffer_add_text(text, memo->text);
		r = text->error;
	}
	pthread_mutex_unlock(&memo->mutex);
	return r;
}

void
memo_put(struct memo *memo, const char *text, int64_t until)
{
	char *copy = strdup(text), *old;

	pthread_mutex_lock(&memo->mutex);
	old = memo->text;
	memo->text = copy;
	memo->until = until;
	pthread_mutex_unlock(&memo->mutex);
	free(old);
}
