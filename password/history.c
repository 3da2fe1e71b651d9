/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/history.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "lib/error.h"
#include "password/verifier.h"

struct search {
	const char *const *verifiers;
	size_t count;
	const char *password;
	atomic_size_t next;  /* the first that nobody has taken */
	atomic_size_t found; /* count: none */
	atomic_int failed;
};

static void *
work(void *data)
{
	struct search *search = data;
	size_t i;
	int r;

	while (search->found == search->count && search->failed == 0 &&
	    (i = search->next++) < search->count) {
		/* nobody's would be refused, but cost the time of a check */
		if (search->verifiers[i] == NULL ||
		    search->verifiers[i][0] == '\0')
			continue;
		r = verifier_check(search->verifiers[i], search->password);
		if (r == 0)
			search->found = i;
		else if (r != GATE_EREFUSED && r != GATE_ECRYPTO)
			search->failed = r;
	}
	return NULL;
}

/* How many threads are of use, with this one. */
static size_t
thread_count(size_t count, size_t most)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (processors > 0 && (size_t)processors < most)
		most = (size_t)processors;
	if (count < most)
		most = count;
	return most > 0 ? most : 1;
}

int
history_check(const char *const *verifiers, size_t count, const char *password,
    size_t most, size_t *place)
{
	struct search search = { .verifiers = verifiers,
		.count = count,
		.password = password,
		.found = count };
	pthread_t threads[HISTORY_MAX];
	size_t i, started = 0;

	if (count > HISTORY_MAX)
		return GATE_EINVAL;
	/* with fewer threads than wished for it only takes longer */
	for (i = 1; i < thread_count(count, most); i++)
		if (pthread_create(&threads[started], NULL, work, &search) == 0)
			started++;
	work(&search);
	for (i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	if (place != NULL)
		*place = search.found;
	if (search.found < count)
		return GATE_EREFUSED;
	return search.failed;
}
