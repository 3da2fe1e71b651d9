/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/log.h"

#include <stdio.h>

static struct {
	const char *program;
	enum log_level level;
} sink = { "gatehouse", LOG_LEVEL_INFO };

static const char *const words[] = {
	[LOG_LEVEL_ERROR] = "error: ",
	[LOG_LEVEL_WARN] = "warning: ",
	[LOG_LEVEL_INFO] = "",
	[LOG_LEVEL_DEBUG] = "debug: ",
};

void
log_to_stderr(const char *program)
{
	sink.program = program;
}

void
log_level_set(enum log_level level)
{
	sink.level = level;
}

static void
emit(enum log_level level, const char *format, va_list ap)
{
	char text[1024], *at;

	if (level > sink.level)
		return;
	vsnprintf(text, sizeof(text), format, ap);
	/* what it quotes may be a stranger's: it cannot begin a line */
	for (at = text; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	fprintf(stderr, "%s: %s%s\n", sink.program, words[level], text);
}

#define LOG_FUNCTION(name, level)                                              \
	void log_##name(const char *format, ...)                               \
	{                                                                      \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, format);                                          \
		emit(level, format, ap);                                       \
		va_end(ap);                                                    \
	}

LOG_FUNCTION(error, LOG_LEVEL_ERROR)
LOG_FUNCTION(warn, LOG_LEVEL_WARN)
LOG_FUNCTION(info, LOG_LEVEL_INFO)
LOG_FUNCTION(debug, LOG_LEVEL_DEBUG)

void
log_complaint(const char *file, int line, const char *text, void *data)
{
	(void)data;
	if (line > 0)
		log_error("%s:%d: %s", file, line, text);
	else
		log_error("%s: %s", file, text);
}
