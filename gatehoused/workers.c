/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/workers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"

/* For all of them; it includes reading the metadata, of which may be much. */
#define START_TIMEOUT 30000

struct workers {
	char *program;
	int64_t timeout;
	struct saml_settings *settings;
	pthread_mutex_t lock;
	pthread_cond_t idle_one;
	struct saml_worker **idle; /* NULL: one that has yet to be started */
	size_t idle_count;
	size_t count;
	int64_t idps;
	int64_t verified;
	int64_t replaced;
};

static int
start(struct workers *workers, int64_t deadline, struct saml_worker **worker,
    char *why, size_t why_size)
{
	return saml_worker_new(worker, workers->program, workers->settings,
	    deadline, why, why_size);
}

int
workers_new(struct workers **workers, const struct workers_options *options,
    struct saml_settings *settings, char *why, size_t why_size)
{
	struct workers *w = calloc(1, sizeof(*w));
	pthread_condattr_t monotonic;
	int64_t deadline = clock_mono_ms() + START_TIMEOUT;
	const char *warning;
	size_t warnings = 0;
	int r = GATE_ENOMEM;

	if (w == NULL) {
		saml_settings_free(&settings);
		return r;
	}
	w->settings = settings;
	w->timeout = options->timeout;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->idle_one, &monotonic);
	pthread_condattr_destroy(&monotonic);
	w->program = strdup(options->program);
	w->idle = calloc(options->count, sizeof(struct saml_worker *));
	if (w->program == NULL || w->idle == NULL)
		goto out;
	for (; w->count < options->count; w->count++) {
		r = start(w, deadline, &w->idle[w->count], why, why_size);
		if (r != 0)
			goto out;
		w->idle_count++;
	}
	w->idps = saml_worker_idp_count(w->idle[0]);
	while ((warning = saml_worker_warning(w->idle[0], warnings++)) != NULL)
		log_warn("%s", warning);
	*workers = w;
	w = NULL;
	r = 0;
out:
	workers_free(&w);
	return r;
}

void
workers_free(struct workers **workers)
{
	struct workers *w = *workers;
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < w->idle_count; i++)
		saml_worker_free(&w->idle[i]);
	free(w->idle);
	free(w->program);
	saml_settings_free(&w->settings);
	pthread_cond_destroy(&w->idle_one);
	pthread_mutex_destroy(&w->lock);
	free(w);
	*workers = NULL;
}

/* Takes an idle worker out of the pool, or refuses with overload. */
static int
take(struct workers *w, int64_t patience, struct saml_worker **worker,
    struct refusal *refusal)
{
	int64_t deadline = clock_mono_ms() + patience;
	struct timespec until = { .tv_sec = deadline / 1000,
		.tv_nsec = deadline % 1000 * 1000000 };
	int r = 0;

	pthread_mutex_lock(&w->lock);
	while (w->idle_count == 0 && r == 0)
		if (pthread_cond_timedwait(&w->idle_one, &w->lock, &until) != 0)
			r = refuse(refusal, REASON_OVERLOAD,
			    "none of %zu SAML workers became idle in %lld ms; see "
			    "[saml] workers",
			    w->count, (long long)patience);
	if (r == 0)
		*worker = w->idle[--w->idle_count];
	pthread_mutex_unlock(&w->lock);
	return r;
}

/* The last to be put back is the first to be taken, unless it has yet to be
 * started: while another is idle, nobody has to wait for that. */
static void
put_back(struct workers *w, struct saml_worker *worker, int failed)
{
	size_t at;

	pthread_mutex_lock(&w->lock);
	at = worker != NULL ? w->idle_count : 0;
	memmove(w->idle + at + 1, w->idle + at,
	    (w->idle_count - at) * sizeof(*w->idle));
	w->idle[at] = worker;
	w->idle_count++;
	w->verified += !failed;
	w->replaced += failed;
	pthread_cond_signal(&w->idle_one);
	pthread_mutex_unlock(&w->lock);
}

/* The worker is of no more use, the refusal says why: starts another. */
static void
replace(struct workers *w, struct saml_worker **worker,
    const struct refusal *refusal)
{
	char why[256] = "";
	int r;

	log_warn("%s; starting another SAML worker", refusal->detail);
	saml_worker_free(worker);
	r = start(w, clock_mono_ms() + w->timeout, worker, why, sizeof(why));
	if (r != 0)
		log_error("cannot start %s: %s %s", w->program,
		    gate_strerror(r), why);
}

/*
 * One that died while it had nothing to do: no Response was its end, so none
 * is refused for it.
 */
static void
bury(struct workers *w, struct saml_worker **worker)
{
	log_warn("SAML worker %d has ended; starting another",
	    (int)saml_worker_pid(*worker));
	saml_worker_free(worker);
	pthread_mutex_lock(&w->lock);
	w->replaced++;
	pthread_mutex_unlock(&w->lock);
}

/* What a worker is to do, as saml/worker.h has it. */
typedef int worker_job(struct saml_worker *worker, int64_t deadline, void *data,
    struct refusal *refusal);

/*
 * Has the next idle worker do a job: what came of it, or GATE_EREFUSED and
 * *refusal where the machinery failed. Any error but a refusal that the worker
 * survived is the job's own.
 */
static int
run(struct workers *w, int64_t patience, worker_job *job, void *data,
    struct refusal *refusal)
{
	struct saml_worker *worker = NULL;
	char why[256] = "";
	int failed;
	int r;

	r = take(w, patience, &worker, refusal);
	if (r != 0)
		return r;
	if (worker != NULL && !saml_worker_ready(worker))
		bury(w, &worker);
	if (worker == NULL)
		r = start(
		    w, clock_mono_ms() + w->timeout, &worker, why, sizeof(why));
	if (worker == NULL) {
		failed = 1;
		refuse(refusal, REASON_WORKER_FAILED, "cannot start %s: %s %s",
		    w->program, gate_strerror(r), why);
	} else {
		r = job(worker, clock_mono_ms() + w->timeout, data, refusal);
		failed = saml_worker_pid(worker) < 0;
		if (failed)
			replace(w, &worker, refusal);
	}
	put_back(w, worker, failed);
	return failed ? GATE_EREFUSED : r;
}

struct verification {
	const struct saml_request *request;
	struct saml_identity **identity;
};

static int
verify(struct saml_worker *worker, int64_t deadline, void *data,
    struct refusal *refusal)
{
	struct verification *v = data;

	return saml_worker_verify(
	    worker, v->request, deadline, v->identity, refusal);
}

int
workers_verify(struct workers *workers, const struct saml_request *request,
    int64_t patience, struct saml_identity **identity, struct refusal *refusal)
{
	struct verification v = { request, identity };

	return run(workers, patience, verify, &v, refusal);
}

struct enquiry {
	const char *entity_id;
	struct saml_idp_info *info;
};

static int
enquire(struct saml_worker *worker, int64_t deadline, void *data,
    struct refusal *refusal)
{
	struct enquiry *e = data;

	return saml_worker_idp(
	    worker, e->entity_id, deadline, e->info, refusal);
}

int
workers_idp(struct workers *workers, const char *entity_id, int64_t patience,
    struct saml_idp_info *info, struct refusal *refusal)
{
	struct enquiry e = { entity_id, info };

	return run(workers, patience, enquire, &e, refusal);
}

struct listing {
	const char *after;
	int64_t limit;
	saml_worker_idp_each *each;
	void *data;
};

static int
list(struct saml_worker *worker, int64_t deadline, void *data,
    struct refusal *refusal)
{
	struct listing *l = data;

	return saml_worker_idps(
	    worker, l->after, l->limit, deadline, l->each, l->data, refusal);
}

int
workers_idps(struct workers *workers, const char *after, int64_t limit,
    int64_t patience, saml_worker_idp_each *each, void *data,
    struct refusal *refusal)
{
	struct listing l = { after, limit, each, data };

	return run(workers, patience, list, &l, refusal);
}

struct logout {
	const struct saml_logout_input *input;
	struct saml_logout *logout;
};

static int
log_out(struct saml_worker *worker, int64_t deadline, void *data,
    struct refusal *refusal)
{
	struct logout *l = data;

	return saml_worker_logout(
	    worker, l->input, deadline, l->logout, refusal);
}

int
workers_logout(struct workers *workers, const struct saml_logout_input *input,
    int64_t patience, struct saml_logout *logout, struct refusal *refusal)
{
	struct logout l = { input, logout };

	return run(workers, patience, log_out, &l, refusal);
}

void
workers_status(struct workers *w, struct workers_status *status)
{
	pthread_mutex_lock(&w->lock);
	status->count = w->count;
	status->idps = w->idps;
	status->verified = w->verified;
	status->replaced = w->replaced;
	pthread_mutex_unlock(&w->lock);
}
