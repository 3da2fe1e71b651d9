/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metadata/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "lib/error.h"

#define CONNECT_SECONDS 30L
#define REDIRECTS_MAX   5L

/* One that is slower than this, in bytes per second, for so long, has died. */
#define SLOW_BYTES   100L
#define SLOW_SECONDS 60L

/* The longest ETag or Last-Modified that is kept. */
#define MARK_MAX 512

struct transfer {
	const struct fetch_request *request;
	struct fetch *fetch;
	CURL *curl;
	struct curl_slist *headers;
	size_t room;
	int too_big, no_memory;
	char error[CURL_ERROR_SIZE];
};

int
fetch_init(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0
								 : GATE_ECRYPTO;
}

void
fetch_clear(struct fetch *fetch)
{
	free(fetch->bytes);
	free(fetch->etag);
	free(fetch->last_modified);
	memset(fetch, 0, sizeof(*fetch));
}

/* Takes what comes, doubling the room, and stops at the cap. */
static size_t
receive(char *bytes, size_t one, size_t size, void *data)
{
	struct transfer *t = data;
	struct fetch *fetch = t->fetch;
	size_t room = t->room != 0 ? t->room : 64 << 10;
	char *larger;

	(void)one;
	if (size > t->request->max - fetch->size) {
		t->too_big = 1;
		return 0;
	}
	while (room < fetch->size + size + 1)
		room *= 2;
	if (room != t->room) {
		larger = realloc(fetch->bytes, room);
		if (larger == NULL) {
			t->no_memory = 1;
			return 0;
		}
		fetch->bytes = larger;
		t->room = room;
	}
	memcpy(fetch->bytes + fetch->size, bytes, size);
	fetch->size += size;
	fetch->bytes[fetch->size] = '\0';
	return size;
}

static int
add_header(struct transfer *t, const char *name, const char *value)
{
	struct curl_slist *longer;
	char *line;

	if (value == NULL)
		return 0;
	if (asprintf(&line, "%s: %s", name, value) == -1)
		return GATE_ENOMEM;
	longer = curl_slist_append(t->headers, line);
	free(line);
	if (longer == NULL)
		return GATE_ENOMEM;
	t->headers = longer;
	return 0;
}

#define SET(option, value) curl_easy_setopt(t->curl, option, value) != CURLE_OK

/* Where it goes, and nowhere else. */
static int
set_route(struct transfer *t)
{
	const char *proxy = t->request->proxy != NULL ? t->request->proxy : "";

	if (SET(CURLOPT_URL, t->request->url) ||
	    SET(CURLOPT_PROTOCOLS_STR, "https,http") ||
	    SET(CURLOPT_REDIR_PROTOCOLS_STR, "https") ||
	    SET(CURLOPT_FOLLOWLOCATION, 1L) ||
	    SET(CURLOPT_MAXREDIRS, REDIRECTS_MAX) ||
	    SET(CURLOPT_PROXY, proxy) ||
	    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) ||
	    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ||
	    SET(CURLOPT_SSL_VERIFYPEER, 1L) ||
	    SET(CURLOPT_SSL_VERIFYHOST, 2L) ||
	    SET(CURLOPT_USERAGENT, "gatehouse-metadata/" GATE_VERSION))
		return GATE_ENOMEM;
	return 0;
}

/* How much may come, and for how long. */
static int
set_bounds(struct transfer *t)
{
	if (SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->request->max) ||
	    SET(CURLOPT_TIMEOUT, (long)t->request->timeout) ||
	    SET(CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) ||
	    SET(CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES) ||
	    SET(CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS) ||
	    SET(CURLOPT_NOSIGNAL, 1L) || SET(CURLOPT_WRITEFUNCTION, receive) ||
	    SET(CURLOPT_WRITEDATA, t) || SET(CURLOPT_ERRORBUFFER, t->error))
		return GATE_ENOMEM;
	return 0;
}

static int
set_headers(struct transfer *t)
{
	int r = add_header(t, "If-None-Match", t->request->etag);

	if (r == 0)
		r = add_header(
		    t, "If-Modified-Since", t->request->last_modified);
	if (r == 0 && t->headers != NULL && SET(CURLOPT_HTTPHEADER, t->headers))
		r = GATE_ENOMEM;
	return r;
}

/* A header of the answer that the redirects led to; one too long is none. */
static int
copy_mark(struct transfer *t, const char *name, char **copy)
{
	struct curl_header *header;

	if (curl_easy_header(t->curl, name, 0, CURLH_HEADER, -1, &header) !=
		CURLHE_OK ||
	    header->value[0] == '\0' || strlen(header->value) > MARK_MAX)
		return 0;
	*copy = strdup(header->value);
	return *copy != NULL ? 0 : GATE_ENOMEM;
}

/* Why nothing came, or not all of it. */
static int
explain(struct transfer *t, CURLcode code, char *why, size_t why_size)
{
	if (t->no_memory || code == CURLE_OUT_OF_MEMORY)
		return GATE_ENOMEM;
	if (t->too_big || code == CURLE_FILESIZE_EXCEEDED) {
		snprintf(why, why_size, "larger than %zu bytes: see max_size",
		    t->request->max);
		return GATE_ETOOBIG;
	}
	snprintf(why, why_size, "%s",
	    t->error[0] != '\0' ? t->error : curl_easy_strerror(code));
	return code == CURLE_OPERATION_TIMEDOUT ? GATE_ETIMEOUT : GATE_EREFUSED;
}

/* What the server said. */
static int
judge_status(struct transfer *t, char *why, size_t why_size)
{
	int asked = t->headers != NULL, r;
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	t->fetch->unchanged = status == 304 && asked;
	if (t->fetch->unchanged)
		return 0;
	if (status != 200) {
		snprintf(
		    why, why_size, "the server answers with HTTP %ld", status);
		return GATE_EREFUSED;
	}
	if (t->fetch->size == 0) {
		snprintf(why, why_size, "the server sent nothing");
		return GATE_EREFUSED;
	}
	r = copy_mark(t, "ETag", &t->fetch->etag);
	if (r == 0)
		r = copy_mark(t, "Last-Modified", &t->fetch->last_modified);
	return r;
}

int
fetch_run(const struct fetch_request *request, struct fetch *fetch, char *why,
    size_t why_size)
{
	struct transfer t = { .request = request, .fetch = fetch };
	CURLcode code;
	int r;

	memset(fetch, 0, sizeof(*fetch));
	t.curl = curl_easy_init();
	r = t.curl != NULL ? set_route(&t) : GATE_ENOMEM;
	if (r == 0)
		r = set_bounds(&t);
	if (r == 0)
		r = set_headers(&t);
	if (r != 0)
		goto out;
	code = curl_easy_perform(t.curl);
	r = code == CURLE_OK ? judge_status(&t, why, why_size)
			     : explain(&t, code, why, why_size);
out:
	if (r == GATE_ENOMEM)
		snprintf(why, why_size, "%s", gate_strerror(r));
	if (t.curl != NULL)
		curl_easy_cleanup(t.curl);
	curl_slist_free_all(t.headers);
	if (r != 0)
		fetch_clear(fetch);
	return r;
}
