/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

#include <stdint.h>

#include "web/buffer.h"

/* What gatehouse-web counts, for Prometheus. All may be called by any thread.
 */
struct metrics;

enum metric {
	METRIC_CHECK_GRANTED,
	METRIC_CHECK_REFUSED,     /* 401 */
	METRIC_CHECK_FORBIDDEN,   /* 403 */
	METRIC_CHECK_UNAVAILABLE, /* 503 */
	METRIC_ANSWERS_2XX,
	METRIC_ANSWERS_3XX,
	METRIC_ANSWERS_4XX,
	METRIC_ANSWERS_5XX,
	METRIC_OVERLOAD,    /* turned away for want of room */
	METRIC_TIMEOUT,     /* clients that were too slow */
	METRIC_CONNECTIONS, /* just now */
	METRIC_WAITING,     /* requests in threads that may wait, just now */
	METRIC_LOGIN_GRANTED,
	METRIC_LOGIN_REFUSED,
	METRIC_LOGINS, /* under way, just now */
	METRIC_COUNT
};

int metrics_new(struct metrics **metrics); /* 0 or GATE_ENOMEM */
void metrics_free(struct metrics **metrics);

void metrics_add(struct metrics *metrics, enum metric metric, int64_t amount);
int64_t metrics_get(const struct metrics *metrics, enum metric metric);

/* Writes them in Prometheus' text format, version 0.0.4. */
void metrics_write(const struct metrics *metrics, struct buffer *buffer);

#endif
