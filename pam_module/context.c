/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pam_module/context.h"

#include <stdio.h>
#include <string.h>

#include "lib/prompt_kind.h"
#include "lib/protocol.h"
#include "lib/wire.h"
#include "pam_module/language.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

/* Far more than any id needs: what does not fit is no id. */
#define SESSION_ENTRY_SIZE 128

static const struct {
	enum tag tag;
	int item;
} items[] = {
	{ TAG_SERVICE, PAM_SERVICE },
	{ TAG_USER, PAM_USER },
	{ TAG_RHOST, PAM_RHOST },
	{ TAG_TTY, PAM_TTY },
};

static const struct {
	enum tag tag;
	const char *name;
} environment[] = {
	{ TAG_SSH, "SSH_CONNECTION" },
	{ TAG_SESSION, CONTEXT_SESSION },
};

/* Applications set empty items where they have nothing to say. */
static const char *
filled(const char *value)
{
	return value != NULL && value[0] != '\0' ? value : NULL;
}

static const char *
item_get(pam_handle_t *pamh, int item)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS)
		return NULL;
	return filled(value);
}

void
context_put(pam_handle_t *pamh, struct wire_msg *msg)
{
	char language[LANGUAGE_SIZE];

	for (size_t i = 0; i < LENGTH(items); i++)
		wire_put_str(msg, items[i].tag, item_get(pamh, items[i].item));
	for (size_t i = 0; i < LENGTH(environment); i++)
		wire_put_str(msg, environment[i].tag,
		    filled(pam_getenv(pamh, environment[i].name)));
	if (language_read(pamh, language) == 0)
		wire_put_str(msg, TAG_LANGUAGE, language);
}

const char *
context_user(pam_handle_t *pamh)
{
	return item_get(pamh, PAM_USER);
}

int
context_set_user(pam_handle_t *pamh, const char *user)
{
	if (pam_set_item(pamh, PAM_USER, user) != PAM_SUCCESS)
		return PAM_SYSTEM_ERR;
	return PAM_SUCCESS;
}

/* Puts an id, or a word, into the PAM environment. */
static int
put_id(pam_handle_t *pamh, const char *name, const char *id)
{
	char entry[SESSION_ENTRY_SIZE];
	int size;

	size = snprintf(entry, sizeof(entry), "%s=%s", name, id);
	if (size < 0 || (size_t)size >= sizeof(entry))
		return PAM_SYSTEM_ERR;
	return pam_putenv(pamh, entry) == PAM_SUCCESS ? PAM_SUCCESS
						      : PAM_SYSTEM_ERR;
}

int
context_set_session(pam_handle_t *pamh, const char *session)
{
	return put_id(pamh, CONTEXT_SESSION, session);
}

/* NULL removes it; libpam complains of what was not there. */
static int
put_or_remove(pam_handle_t *pamh, const char *name, const char *value)
{
	if (value != NULL)
		return put_id(pamh, name, value);
	if (pam_getenv(pamh, name) == NULL)
		return PAM_SUCCESS;
	return pam_putenv(pamh, name) == PAM_SUCCESS ? PAM_SUCCESS
						     : PAM_SYSTEM_ERR;
}

int
context_set_previous(pam_handle_t *pamh, const char *previous)
{
	return put_or_remove(pamh, CONTEXT_PREVIOUS, previous);
}

int
context_wants_kinds(pam_handle_t *pamh)
{
	const char *wanted = pam_getenv(pamh, PROMPT_KINDS_WANTED);

	return wanted != NULL && strcmp(wanted, "1") == 0;
}

int
context_set_kind(pam_handle_t *pamh, const char *word)
{
	return put_or_remove(pamh, PROMPT_KIND, word);
}
