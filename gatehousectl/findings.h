/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_FINDINGS_H
#define GATEHOUSECTL_FINDINGS_H

#include <jansson.h>
#include <stddef.h>

/*
 * What a check of files finds wrong with them, for standard output: a line
 * each as it is found, or a JSON array in the end.
 */
struct findings {
	json_t *array; /* NULL: as text */
	size_t count;
};

#define FINDINGS(json)                                                         \
	{                                                                      \
		(json) ? json_array() : NULL, 0                                \
	}

/* Takes one; fits the callbacks of config.h and of the allowlist. */
void findings_add(const char *file, int line, const char *text, void *data);

/* Takes what is allowed, and still to be known: it is no error. */
void findings_warn(const char *file, int line, const char *text, void *data);

/*
 * Ends it: CTL_NO where there was one, else CTL_DONE and "FILE: good". No more
 * are taken after it.
 */
int findings_show(struct findings *findings, const char *file);

#endif
