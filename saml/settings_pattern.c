/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/config.h"
#include "lib/error.h"
#include "saml/settings_parts.h"

int
saml_settings_pattern(const char *path, char *pattern, size_t size)
{
	struct stat st;
	int exists = stat(path, &st) == 0;
	size_t n = 0;

	for (; *path != '\0'; path++) {
		if (n + sizeof("\\c/*.xml") > size)
			return GATE_ETOOBIG;
		if (exists && strchr("\\*?[", *path) != NULL)
			pattern[n++] = '\\';
		pattern[n++] = *path;
	}
	snprintf(pattern + n, size - n, "%s",
	    exists && S_ISDIR(st.st_mode) ? "/*.xml" : "");
	return 0;
}

/* Whether a pattern finds the file or folder that this is. */
static int
finds(const char *pattern, const struct stat *wanted)
{
	glob_t found = { 0 };
	struct stat st;
	int same = 0;
	size_t i;

	if (glob(pattern, 0, NULL, &found) == 0)
		for (i = 0; !same && i < found.gl_pathc; i++)
			same = stat(found.gl_pathv[i], &st) == 0 &&
			    st.st_dev == wanted->st_dev &&
			    st.st_ino == wanted->st_ino;
	globfree(&found);
	return same;
}

/* Cuts a path in two behind its last slash; NULL: there is none. */
static const char *
cut(const char *path, char folder[SAML_PATTERN_SIZE])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL || (size_t)(slash - path) + 2 > SAML_PATTERN_SIZE)
		return NULL;
	snprintf(
	    folder, SAML_PATTERN_SIZE, "%.*s", (int)(slash - path) + 1, path);
	return slash + 1;
}

int
saml_settings_takes(const struct config *config, const char *file)
{
	char pattern[SAML_PATTERN_SIZE], folders[SAML_PATTERN_SIZE];
	char folder[SAML_PATTERN_SIZE];
	const char *names, *name;
	struct stat st;

	if (config->idp_metadata[0] == '\0' ||
	    saml_settings_pattern(
		config->idp_metadata, pattern, sizeof(pattern)) != 0)
		return 0;
	if (stat(file, &st) == 0)
		return finds(pattern, &st);
	/* not there yet: its folder and its name have to be such */
	names = cut(pattern, folders);
	name = cut(file, folder);
	return names != NULL && name != NULL && stat(folder, &st) == 0 &&
	    finds(folders, &st) && fnmatch(names, name, FNM_PERIOD) == 0;
}
