/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metadata/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/source_state.h"
#include "metadata/fetch.h"
#include "metadata/judge.h"
#include "metadata/schedule.h"
#include "saml/settings.h"

/* Some certificates, and what people write around them. */
#define CERTIFICATE_MAX (256u << 10)

/* SHA-256 in hex. */
#define HASH_SIZE 65

/* A look at one source. */
struct look {
	const struct config *config;
	const struct config_source *source;
	const struct source_options *options;
	struct source_state state;
	int64_t now;
	char *certificate; /* NULL: none is configured */
	/* the document in place; NULL: none, or none that is good */
	char *bytes;
	size_t size;
	char hash[HASH_SIZE];
	struct saml_metadata_facts facts; /* of it, where it is good */
	int good;
	char why[768];
};

static int
hash_of(const char *bytes, size_t size, char hash[HASH_SIZE])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned length = 0, i;

	if (EVP_Digest(bytes, size, sum, &length, EVP_sha256(), NULL) != 1)
		return GATE_ECRYPTO;
	for (i = 0; i < length && 2 * i + 2 < HASH_SIZE; i++)
		snprintf(hash + 2 * i, 3, "%02x", sum[i]);
	return 0;
}

static struct judge_case
case_of(const struct look *look, const char *bytes, size_t size)
{
	return (struct judge_case){ .config = look->config,
		.source = look->source,
		.certificate = look->certificate,
		.text = bytes,
		.size = size,
		.now = look->now };
}

static int
read_certificate(struct look *look)
{
	const char *path = look->source->certificate;
	char phrase[256] = "";
	size_t size;
	int r;

	if (path[0] == '\0')
		return 0;
	r = file_read(path, FILE_TRUSTED, CERTIFICATE_MAX, &look->certificate,
	    &size, phrase, sizeof(phrase));
	if (r != 0)
		snprintf(look->why, sizeof(look->why), "%s: %s", path, phrase);
	return r;
}

/*
 * Reads what is in place and judges it as if it came anew: its signer may have
 * been changed in the configuration, and its time may be over.
 */
static int
read_present(struct look *look)
{
	struct judge_case judged;
	int r;

	r = file_read(look->source->file, FILE_TRUSTED, SAML_DOCUMENT_MAX,
	    &look->bytes, &look->size, look->why, sizeof(look->why));
	if (r == GATE_EIO && errno == ENOENT) {
		look->why[0] = '\0';
		return 0;
	}
	if (r == 0)
		r = hash_of(look->bytes, look->size, look->hash);
	if (r != 0)
		return r;
	judged = case_of(look, look->bytes, look->size);
	r = judge_document(&judged, &look->facts, look->why, sizeof(look->why));
	look->good = r == 0;
	if (r == GATE_ECONFIG)
		log_warn("%s: what is in %s will not do: %s",
		    look->source->name, look->source->file, look->why);
	if (r != GATE_ECONFIG)
		return r;
	look->why[0] = '\0';
	return 0;
}

/* Whether a state is of the URL that is configured now. */
static int
is_of(const struct look *look, const struct source_state *state)
{
	return state->url != NULL && strcmp(state->url, look->source->url) == 0;
}

/* Whether what is in place is what the marks of the last answer are of. */
static int
is_known(const struct look *look)
{
	const struct source_state *state = &look->state;

	return look->good && is_of(look, state) && state->sha256 != NULL &&
	    strcmp(state->sha256, look->hash) == 0;
}

static int
get(struct look *look, struct fetch *fetch)
{
	const struct source_state *state = &look->state;
	int known = is_known(look);
	const struct fetch_request request = { .url = look->source->url,
		.etag = known ? state->etag : NULL,
		.last_modified = known ? state->last_modified : NULL,
		.proxy = look->options->proxy,
		.max = (size_t)look->source->max_size,
		.timeout = look->options->timeout };

	return fetch_run(&request, fetch, look->why, sizeof(look->why));
}

/* A document that has lost many of its IdPs has lost them by mistake. */
static int
check_shrunken(struct look *look, size_t idps)
{
	uint64_t before =
	    look->good ? look->facts.idps : (uint64_t)look->state.entities;

	if (look->options->accept_shrunken ||
	    idps * 100 >= before * (uint64_t)look->source->min_entities)
		return 0;
	snprintf(look->why, sizeof(look->why),
	    "it has %zu IdPs, fewer than %lld %% of the %llu before: if that "
	    "is right, say --accept-shrunken once",
	    idps, (long long)look->source->min_entities,
	    (unsigned long long)before);
	return GATE_EREFUSED;
}

/*
 * One that ends before the one in place was signed before it: whoever hands it
 * out need not be its signer, and it may have keys that were withdrawn.
 */
static int
check_older(struct look *look, int64_t valid_until)
{
	char until[CLOCK_TEXT_SIZE], before[CLOCK_TEXT_SIZE];

	if (look->options->accept_older || look->certificate == NULL ||
	    !look->good || valid_until == 0 ||
	    valid_until >= look->facts.valid_until)
		return 0;
	clock_text(valid_until, until);
	clock_text(look->facts.valid_until, before);
	snprintf(look->why, sizeof(look->why),
	    "it is valid until %s, and the one before until %s: it is an old "
	    "one, or if that is right, say --accept-older once",
	    until, before);
	return GATE_EREFUSED;
}

/* Judges what was fetched: 0 if it may take its place. */
static int
judge(struct look *look, const struct fetch *fetch,
    struct saml_metadata_facts *facts)
{
	struct judge_case judged = case_of(look, fetch->bytes, fetch->size);
	int r;

	r = judge_document(&judged, facts, look->why, sizeof(look->why));
	if (r == 0)
		r = check_shrunken(look, facts->idps);
	if (r == 0)
		r = check_older(look, facts->valid_until);
	if (r == 0)
		r = judge_together(&judged, look->why, sizeof(look->why));
	return r;
}

/* What is in place is the newest: its time says so, which gatehoused reads. */
static int
touch(struct look *look)
{
	if (utimensat(AT_FDCWD, look->source->file, NULL, 0) == 0)
		return 0;
	snprintf(look->why, sizeof(look->why), "%s: %s", look->source->file,
	    strerror(errno));
	return GATE_EIO;
}

static int
put_in_place(struct look *look, const struct fetch *fetch)
{
	int r =
	    file_replace(look->source->file, 0644, fetch->bytes, fetch->size);

	if (r != 0)
		snprintf(look->why, sizeof(look->why),
		    "%s cannot be written: %s", look->source->file,
		    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	return r;
}

/* Notes the document that is in place now, and where it came from. */
static int
note(struct look *look, const struct fetch *fetch,
    const struct saml_metadata_facts *facts, const char *hash, int news)
{
	struct source_state *state = &look->state;
	int r = source_state_set(&state->url, look->source->url);

	if (r == 0)
		r = source_state_set(&state->sha256, hash);
	if (r == 0 && !fetch->unchanged)
		r = source_state_set(&state->etag, fetch->etag);
	if (r == 0 && !fetch->unchanged)
		r = source_state_set(
		    &state->last_modified, fetch->last_modified);
	if (r == 0)
		r = source_state_set(&state->last_error, NULL);
	state->fetched = look->now;
	state->entities = (int64_t)facts->idps;
	state->valid_until = facts->valid_until;
	state->cache_duration = facts->cache_duration;
	state->failures = 0;
	state->unread |= news;
	return r;
}

/* Takes over what came. */
static int
take(struct look *look, const struct fetch *fetch)
{
	struct saml_metadata_facts facts = look->facts;
	char hash[HASH_SIZE];
	int same = fetch->unchanged;
	int news, r = 0;

	memcpy(hash, look->hash, sizeof(hash));
	if (!fetch->unchanged) {
		r = hash_of(fetch->bytes, fetch->size, hash);
		if (r == 0)
			r = judge(look, fetch, &facts);
		same = look->good && strcmp(hash, look->hash) == 0;
	}
	if (r == 0)
		r = same ? touch(look) : put_in_place(look, fetch);
	/* a cacheDuration counts from the file's time; and what is in place,
	 * but was never noted, is of a run that was cut off */
	news = !same || facts.cache_duration > 0 || !is_known(look);
	if (r == 0)
		r = note(look, fetch, &facts, hash, news);
	if (r != 0)
		return r;
	log_info("%s: %zu IdPs, %s", look->source->name, facts.idps,
	    same ? "unchanged" : "put in place");
	return 0;
}

static void
fail(struct look *look, int error)
{
	struct source_state *state = &look->state;
	char fetched[CLOCK_TEXT_SIZE];

	if (look->why[0] == '\0')
		snprintf(
		    look->why, sizeof(look->why), "%s", gate_strerror(error));
	clock_text(state->fetched, fetched);
	log_error("%s: %s: %s; %s stays as it is, fetched %s",
	    look->source->name, look->source->url, look->why,
	    look->source->file, state->fetched > 0 ? fetched : "never");
	(void)source_state_set(&state->last_error, look->why);
	state->failures++;
	if (is_of(look, state))
		return;
	/* the marks are another URL's */
	(void)source_state_set(&state->etag, NULL);
	(void)source_state_set(&state->last_modified, NULL);
	(void)source_state_set(&state->url, look->source->url);
}

/* Notes when it was looked at, and when to look again. */
static int
close_look(struct look *look)
{
	struct source_state *state = &look->state;
	uint32_t random = 0;
	int r;

	(void)secret_random(&random, sizeof(random));
	state->checked = look->now;
	state->next =
	    schedule_next(state, look->source->refresh, look->now, random);
	r = source_state_save(state, look->source->file);
	if (r != 0)
		log_error("%s: %s.state cannot be written: %s",
		    look->source->name, look->source->file,
		    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	return r;
}

/* What is known so far; a state that cannot be read is as good as none. */
static int
open_look(struct look *look)
{
	const struct config_source *source = look->source;
	int r = source_state_load(&look->state, source->file);

	if (r != 0 && r != GATE_ENOTFOUND)
		log_warn("%s: %s.state is passed over: %s", source->name,
		    source->file, gate_strerror(r));
	if (look->options->force || !is_of(look, &look->state))
		return 1;
	/* one that was removed comes back at once */
	if (look->state.failures == 0 && access(source->file, F_OK) != 0)
		return 1;
	return schedule_due(&look->state, source->refresh, look->now);
}

static enum source_outcome
run(struct look *look)
{
	struct fetch fetch = { 0 };
	int r;

	if (!open_look(look))
		return look->state.unread ? SOURCE_NEWS : SOURCE_NOTHING;
	r = read_certificate(look);
	if (r == 0)
		r = read_present(look);
	if (r == 0)
		r = get(look, &fetch);
	if (r == 0)
		r = take(look, &fetch);
	if (r != 0)
		fail(look, r);
	fetch_clear(&fetch);
	if (close_look(look) != 0 || r != 0)
		return SOURCE_FAILED;
	return look->state.unread ? SOURCE_NEWS : SOURCE_SAME;
}

/*
 * What root would leave in the folder of another user, that user's runs could
 * not open; and where another has the say, root has no business.
 */
static int
check_folder(const struct config_source *source)
{
	const char *slash = strrchr(source->file, '/');
	char *folder =
	    strndup(source->file, (size_t)(slash - source->file) + 1);
	struct stat st;
	int r = folder != NULL ? 0 : GATE_ENOMEM;

	if (r == 0 && geteuid() == 0 && stat(folder, &st) == 0 &&
	    st.st_uid != 0) {
		log_error("%s: %s belongs to uid %u: run this as that user",
		    source->name, folder, (unsigned)st.st_uid);
		r = GATE_EUNSAFE;
	}
	free(folder);
	return r;
}

/* Two runs at once would write what the other has just judged. */
static int
lock(const struct config_source *source, int *fd)
{
	char *path;
	int r = check_folder(source);

	if (r != 0)
		return r;
	if (asprintf(&path, "%s.lock", source->file) == -1)
		return GATE_ENOMEM;
	*fd = open(
	    path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
	if (*fd < 0)
		log_error("%s: %s: %s; its folder must be there, and belong to "
			  "the user who runs this",
		    source->name, path, strerror(errno));
	free(path);
	if (*fd < 0)
		return GATE_EIO;
	return flock(*fd, LOCK_EX | LOCK_NB) == 0 ? 0 : GATE_EEXISTS;
}

enum source_outcome
source_refresh(const struct config *config, const struct config_source *source,
    const struct source_options *options)
{
	struct look look = { .config = config,
		.source = source,
		.options = options,
		.now = clock_wall() };
	enum source_outcome outcome = SOURCE_NOTHING;
	int fd = -1;
	int r = lock(source, &fd);

	if (r == 0)
		outcome = run(&look);
	else if (r == GATE_EEXISTS)
		log_info("%s: another run is at it", source->name);
	else
		outcome = SOURCE_FAILED;
	if (fd >= 0)
		close(fd);
	source_state_clear(&look.state);
	free(look.certificate);
	free(look.bytes);
	return outcome;
}

void
source_read(const struct config_source *source)
{
	struct source_state state = { 0 };
	int fd = -1;
	int r = lock(source, &fd);

	if (r == 0)
		r = source_state_load(&state, source->file);
	if (r == 0 && state.unread) {
		state.unread = 0;
		r = source_state_save(&state, source->file);
	}
	/* then it is read once more, and no harm is done */
	if (r != 0)
		log_debug("%s: %s", source->name, gate_strerror(r));
	if (fd >= 0)
		close(fd);
	source_state_clear(&state);
}
