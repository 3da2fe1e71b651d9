/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"

struct audit {
	pthread_mutex_t lock; /* over fd: a reopening must not split a line */
	int fd;               /* -1: syslog */
	int torn; /* the last line was written in part: the disk was full */
};

static int
open_target(const char *to, int *fd)
{
	if (strcmp(to, "syslog") == 0) {
		*fd = -1;
		return 0;
	}
	if (strcmp(to, "stderr") == 0)
		*fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		*fd = open(to,
		    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC |
			O_NOCTTY,
		    0600);
	return *fd < 0 ? GATE_EIO : 0;
}

int
audit_new(struct audit **audit, const char *to)
{
	struct audit *a = calloc(1, sizeof(*a));
	int r;

	if (a == NULL)
		return GATE_ENOMEM;
	r = open_target(to, &a->fd);
	if (r != 0) {
		free(a);
		return r;
	}
	pthread_mutex_init(&a->lock, NULL);
	*audit = a;
	return 0;
}

void
audit_free(struct audit **audit)
{
	if (*audit == NULL)
		return;
	if ((*audit)->fd >= 0)
		close((*audit)->fd);
	pthread_mutex_destroy(&(*audit)->lock);
	free(*audit);
	*audit = NULL;
}

int
audit_reopen(struct audit *audit, const char *to)
{
	int fd, old;
	int r = open_target(to, &fd);

	if (r != 0)
		return r;
	pthread_mutex_lock(&audit->lock);
	old = audit->fd;
	audit->fd = fd;
	pthread_mutex_unlock(&audit->lock);
	if (old >= 0)
		close(old);
	return 0;
}

/* A text that is not UTF-8 has no place in JSON: what is odd becomes '?'. */
static json_t *
json_text(const char *text)
{
	json_t *json = json_string(text);
	char *copy, *at;

	if (json != NULL)
		return json;
	copy = strdup(text);
	if (copy == NULL)
		return NULL;
	for (at = copy; *at != '\0'; at++)
		if ((unsigned char)*at >= 0x7f)
			*at = '?';
	json = json_string(copy);
	free(copy);
	return json;
}

static void
add(json_t *line, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		(void)json_object_set_new(line, name, json_text(text));
}

static char *
format_event(const struct audit_event *event)
{
	char now[CLOCK_TEXT_SIZE];
	json_t *line = json_object();
	char *text;

	clock_text(clock_wall(), now);
	add(line, "time", now);
	add(line, "verb", event->verb);
	add(line, "step", event->step);
	add(line, "user", event->user);
	add(line, "address", event->address);
	add(line, "service", event->service);
	add(line, "outcome",
	    event->reason == REASON_NONE ? "granted" : "refused");
	add(line, "reason", reason_word(event->reason));
	add(line, "detail", event->detail);
	add(line, "session", event->session);
	add(line, "method", event->method);
	add(line, "issuer", event->issuer);
	(void)json_object_set_new(
	    line, "peer_uid", json_integer(event->peer_uid));
	(void)json_object_set_new(
	    line, "peer_pid", json_integer(event->peer_pid));
	/* ASCII only: no terminal and no log viewer is fooled by a name */
	text = json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(line);
	return text;
}

/* One write for one line, so that lines of two daemons cannot mix. */
static int
write_line(struct audit *audit, char *text)
{
	size_t size = strlen(text);
	char newline[] = "\n";
	struct iovec parts[] = { { newline, audit->torn ? 1 : 0 },
		{ text, size + 1 } };
	ssize_t n;

	text[size] = '\n';
	do
		n = writev(audit->fd, parts, 2);
	while (n < 0 && errno == EINTR);
	text[size] = '\0';
	if (n == (ssize_t)(size + 1 + parts[0].iov_len)) {
		audit->torn = 0;
		return 0;
	}
	if (n > 0) {
		audit->torn = 1;
		errno = ENOSPC;
	}
	return GATE_EIO;
}

void
audit_write(struct audit *audit, const struct audit_event *event)
{
	char *text = format_event(event);
	int r = text != NULL ? 0 : GATE_ENOMEM;

	pthread_mutex_lock(&audit->lock);
	if (r == 0 && audit->fd < 0)
		syslog(LOG_AUTHPRIV | LOG_INFO, "%s", text);
	else if (r == 0)
		r = write_line(audit, text);
	pthread_mutex_unlock(&audit->lock);
	if (r != 0)
		log_error("the audit log cannot be written: %s",
		    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	free(text);
}
