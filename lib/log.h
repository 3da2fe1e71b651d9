/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_LOG_H
#define GATE_LOG_H

#include <stdarg.h>

/*
 * Messages of the daemon, the worker and the command to whoever runs them.
 * Decisions about people go to the audit log instead (gatehoused/audit.h).
 * Never a secret, never an assertion.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* They go to standard error, with this name in front. */
void log_to_stderr(const char *program);

/* Leaves out what is less urgent than level; LOG_LEVEL_INFO at first. */
void log_level_set(enum log_level level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Logs one complaint about a line of a file (0: the file as a whole) as an
 * error: fits the callbacks of config.h and of the allowlist.
 */
void log_complaint(const char *file, int line, const char *text, void *data);

#endif
