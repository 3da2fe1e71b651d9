/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config_rules.h"

#include <string.h>
#include <sys/un.h>

static int
fits_socket(const char *text)
{
	return strlen(text) < sizeof(((struct sockaddr_un *)0)->sun_path);
}

static int
fits_entity_id(const char *text)
{
	return strpbrk(text, " \t") == NULL;
}

static int
fits_user_from(const char *text)
{
	static const char attribute[] = "attribute:";
	const size_t length = sizeof(attribute) - 1;

	return strcmp(text, "name_id") == 0 ||
	    (strncmp(text, attribute, length) == 0 && text[length] != '\0');
}

static int
fits_log(const char *text)
{
	return strcmp(text, "syslog") == 0 || strcmp(text, "stderr") == 0 ||
	    text[0] == '/';
}

static const struct {
	const char *section;
	const char *name;
	int (*fits)(const char *text);
	const char *what;
} rules[] = {
	{ "gate", "socket", fits_socket,
	    "must be at most 107 bytes long, as unix(7) says" },
	{ "saml", "entity_id", fits_entity_id, "must have no blanks" },
	{ "saml", "user_from", fits_user_from,
	    "must be name_id or attribute:NAME" },
	{ "log", "to", fits_log, "must be syslog, stderr or an absolute path" },
};

static const struct config_need needs[] = {
	{ "saml", "idp_metadata", "entity_id" },
	{ "saml", "idp_metadata", "acs_url" },
	{ "saml", "key", "certificate" },
	{ "saml", "certificate", "key" },
};

const char *
config_rule_broken(const struct config_key *key, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].section, key->section) == 0 &&
		    strcmp(rules[i].name, key->name) == 0 &&
		    !rules[i].fits(text))
			return rules[i].what;
	}
	return NULL;
}

const struct config_need *
config_needs(size_t *count)
{
	*count = sizeof(needs) / sizeof(needs[0]);
	return needs;
}
