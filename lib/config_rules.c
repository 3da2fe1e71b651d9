/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config_rules.h"

#include <ctype.h>
#include <string.h>
#include <sys/un.h>

#include "lib/config_web.h"
#include "lib/mail_address.h"
#include "lib/utf8.h"

static int
fits_socket(const char *text)
{
	return strlen(text) < sizeof(((struct sockaddr_un *)0)->sun_path);
}

/* An entityID, the URI of a format: what has no blanks. */
static int
fits_word(const char *text)
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

/* Of [idp NAME]: empty is as in [saml]. */
static int
fits_idp_user_from(const char *text)
{
	return text[0] == '\0' || fits_user_from(text);
}

/* A scope begins with the "@", so that "@a.example" is not in "@evil-a.example"
 * and the like. */
static int
fits_scope(const char *text)
{
	return text[0] == '\0' || strcmp(text, "metadata") == 0 ||
	    (text[0] == '@' && text[1] != '\0' && fits_word(text) &&
		strchr(text + 1, '@') == NULL);
}

static int
fits_mail_from(const char *text)
{
	return text[0] == '\0' || mail_address_is_sound(text);
}

static int
fits_mail(const char *text)
{
	const char *at = strchr(text, '@');

	return text[0] == '\0' ||
	    (fits_word(text) && at != NULL && at > text && at[1] != '\0' &&
		strchr(text, ':') == NULL);
}

/* Of [password]: 0 is as without a second factor. */
static int
fits_min_length_mfa(const char *text)
{
	return strcmp(text, "0") == 0 || text[1] != '\0' || text[0] >= '8';
}

static int
fits_log(const char *text)
{
	return strcmp(text, "syslog") == 0 || strcmp(text, "stderr") == 0 ||
	    text[0] == '/';
}

/* As libpam takes it: it is a file's name. */
static int
fits_service(const char *text)
{
	return config_rule_no_service(text) == NULL &&
	    strpbrk(text, " \t/") == NULL && text[0] != '.';
}

static int
fits_utf8(const char *text)
{
	return utf8_check(text, strlen(text)) == 0;
}

static const struct {
	const char *section;
	const char *name;
	int (*fits)(const char *text);
	const char *what;
} rules[] = {
	{ "gate", "socket", fits_socket,
	    "must be at most 107 bytes long, as unix(7) says" },
	{ "saml", "entity_id", fits_word, "must have no blanks" },
	{ "saml", "user_from", fits_user_from,
	    "must be name_id or attribute:NAME" },
	{ "saml", "user_scope", fits_scope, "must be @DOMAIN or metadata" },
	{ "saml", "name_id_format", fits_word, "must have no blanks" },
	{ "saml", "contact", fits_mail, "must be an e-mail address" },
	{ "password", "min_length_mfa", fits_min_length_mfa,
	    "must be 0, or 8 and more" },
	{ "mail", "from", fits_mail_from,
	    "must be one mail address, as gate@clinic.example" },
	{ "web", "listen", config_web_listen,
	    "must be an absolute path, of at most 107 bytes, or 127.0.0.1:PORT "
	    "or [::1]:PORT" },
	{ "web", "run_as", fits_word, "must be one user" },
	{ "web", "base_url", config_web_origin,
	    "must be a scheme and a host, as https://portal.example" },
	{ "web", "prefix", config_web_prefix,
	    "must be a path, as /gate, of letters, digits and -._~, without "
	    "\"/\" at its end" },
	{ "web", "login_socket", fits_socket,
	    "must be at most 107 bytes long, as unix(7) says" },
	{ "web", "service", fits_service,
	    "must be a PAM service, in lower case, as gatehouse" },
	{ "web", "return_to", config_web_hosts,
	    "must be hosts, as portal.example or portal.example:8443, "
	    "separated by blanks" },
	{ "web", "proxies", config_web_networks,
	    "must be addresses and networks, as 192.0.2.7 or 10.1.0.0/24, "
	    "separated by blanks, and not all there are" },
	{ "web", "groups", fits_word, "must be the name of one attribute" },
	{ "web", "title", fits_utf8, "must be UTF-8" },
	{ "web", "color", config_web_color, "must be a colour, as #1a5fb4" },
	{ "web", "dark_color", config_web_color,
	    "must be a colour, as #78aeed" },
	{ "log", "to", fits_log, "must be syslog, stderr or an absolute path" },
	{ "idp", "entity_id", fits_word, "must have no blanks" },
	{ "idp", "user_from", fits_idp_user_from,
	    "must be name_id or attribute:NAME" },
	{ "idp", "user_scope", fits_scope, "must be @DOMAIN or metadata" },
};

static const struct config_need needs[] = {
	{ "saml", "idp_metadata", "entity_id" },
	{ "saml", "idp_metadata", "acs_url" },
	{ "saml", "key", "certificate" },
	{ "saml", "certificate", "key" },
	{ "saml", "rollover_key", "rollover_certificate" },
	{ "saml", "rollover_key", "key" },
	{ "saml", "rollover_certificate", "rollover_key" },
	{ "web", "identity_key", "identity_audience" },
	{ "web", "identity_key", "base_url" },
	{ "idp", NULL, "entity_id" },
	{ "metadata", NULL, "url" },
	{ "metadata", NULL, "file" },
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

const char *
config_rule_misread(const char *value)
{
	const char *hash = strchr(value, '#');

	if (config_web_color(value))
		return NULL;
	for (; hash != NULL; hash = strchr(hash + 1, '#')) {
		if (hash == value || hash[-1] == ' ' || hash[-1] == '\t')
			return "a comment behind a value begins with \";\"";
	}
	if (*value == '"' || *value == '\'')
		return "values are written without quotes";
	return NULL;
}

/* As a request has it. */
#define SERVICE_MAX 63
#define TEXT(n)     #n
#define NUMBER(n)   TEXT(n)

const char *
config_rule_no_service(const char *name)
{
	const char *at = name;

	while (*at != '\0' && !isupper((unsigned char)*at))
		at++;
	if (*at != '\0')
		return "PAM knows them in lower case";
	if (at - name > SERVICE_MAX)
		return "a name has at most " NUMBER(SERVICE_MAX) " bytes";
	return NULL;
}

const struct config_need *
config_needs(size_t *count)
{
	*count = sizeof(needs) / sizeof(needs[0]);
	return needs;
}
