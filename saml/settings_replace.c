/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/error.h"
#include "saml/settings_parts.h"

/* The document that was read from this file, or NULL. */
static struct saml_document *
find_document(struct saml_settings *settings, const struct stat *file)
{
	struct stat st;
	size_t i;

	for (i = 0; i < settings->document_count; i++)
		if (stat(settings->documents[i].name, &st) == 0 &&
		    st.st_dev == file->st_dev && st.st_ino == file->st_ino)
			return &settings->documents[i];
	return NULL;
}

int
saml_settings_replace(struct saml_settings *settings, const char *file,
    const char *text, size_t size, int64_t fetched)
{
	struct saml_document *document;
	struct stat st;
	char *copy;

	if (stat(file, &st) == 0)
		document = find_document(settings, &st);
	else if ((document = saml_settings_add_document(settings, file)) ==
	    NULL)
		return GATE_ENOMEM;
	if (document == NULL)
		return GATE_ENOTFOUND;
	copy = malloc(size + 1);
	if (copy == NULL)
		return GATE_ENOMEM;
	memcpy(copy, text, size);
	copy[size] = '\0';
	free(document->text);
	document->text = copy;
	document->size = size;
	document->fetched = fetched;
	return 0;
}
