/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

/* A line of memory each, so that threads do not wait for one another. */
struct metrics {
	struct {
		_Alignas(64) int64_t value;
	} counts[METRIC_COUNT];
};

/* Those of one family stand together. */
static const struct {
	const char *family, *type, *help, *labels;
} kinds[METRIC_COUNT] = {
#define CHECKS                                                                 \
	"gatehouse_web_checks_total", "counter", "Requests to check, by answer"
	[METRIC_CHECK_GRANTED] = { CHECKS, "{answer=\"granted\"}" },
	[METRIC_CHECK_REFUSED] = { CHECKS, "{answer=\"refused\"}" },
	[METRIC_CHECK_FORBIDDEN] = { CHECKS, "{answer=\"forbidden\"}" },
	[METRIC_CHECK_UNAVAILABLE] = { CHECKS, "{answer=\"unavailable\"}" },
#define ANSWERS                                                                \
	"gatehouse_web_answers_total", "counter", "Answers, by class of status"
	[METRIC_ANSWERS_2XX] = { ANSWERS, "{status=\"2xx\"}" },
	[METRIC_ANSWERS_3XX] = { ANSWERS, "{status=\"3xx\"}" },
	[METRIC_ANSWERS_4XX] = { ANSWERS, "{status=\"4xx\"}" },
	[METRIC_ANSWERS_5XX] = { ANSWERS, "{status=\"5xx\"}" },
	[METRIC_OVERLOAD] = { "gatehouse_web_overload_total", "counter",
	    "Requests turned away for want of room", "" },
	[METRIC_TIMEOUT] = { "gatehouse_web_timeouts_total", "counter",
	    "Connections closed on clients that were too slow", "" },
	[METRIC_CONNECTIONS] = { "gatehouse_web_connections", "gauge",
	    "Connections that are open", "" },
	[METRIC_WAITING] = { "gatehouse_web_waiting", "gauge",
	    "Requests that wait for something", "" },
#define SIGN_INS "gatehouse_web_logins_total", "counter", "Sign-ins, by outcome"
	[METRIC_LOGIN_GRANTED] = { SIGN_INS, "{outcome=\"granted\"}" },
	[METRIC_LOGIN_REFUSED] = { SIGN_INS, "{outcome=\"refused\"}" },
	[METRIC_LOGINS] = { "gatehouse_web_logins", "gauge",
	    "Sign-ins under way", "" },
};

int
metrics_new(struct metrics **metrics)
{
	size_t size = sizeof(**metrics);

	*metrics = aligned_alloc(64, size);
	if (*metrics == NULL)
		return GATE_ENOMEM;
	memset(*metrics, 0, size);
	return 0;
}

void
metrics_free(struct metrics **metrics)
{
	free(*metrics);
	*metrics = NULL;
}

void
metrics_add(struct metrics *metrics, enum metric metric, int64_t amount)
{
	(void)__atomic_add_fetch(
	    &metrics->counts[metric].value, amount, __ATOMIC_RELAXED);
}

int64_t
metrics_get(const struct metrics *metrics, enum metric metric)
{
	return __atomic_load_n(
	    &metrics->counts[metric].value, __ATOMIC_RELAXED);
}

void
metrics_write(const struct metrics *metrics, struct buffer *buffer)
{
	char line[512];
	int i;

	for (i = 0; i < METRIC_COUNT; i++) {
		if (i == 0 ||
		    strcmp(kinds[i].family, kinds[i - 1].family) != 0) {
			snprintf(line, sizeof(line),
			    "# HELP %s %s\n# TYPE %s %s\n", kinds[i].family,
			    kinds[i].help, kinds[i].family, kinds[i].type);
			buffer_add_text(buffer, line);
		}
		snprintf(line, sizeof(line), "%s%s %" PRId64 "\n",
		    kinds[i].family, kinds[i].labels, metrics_get(metrics, i));
		buffer_add_text(buffer, line);
	}
}
