/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config_conflict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/config_rules.h"
#include "lib/config_section.h"
#include "lib/config_web.h"

/* Who is to be told. */
struct listener {
	config_conflict *tell;
	void *data;
};

/* What no two sections of a kind may have alike: a text of theirs. */
static const struct {
	enum config_section kind;
	size_t offset;
	const char *what;
} uniques[] = {
	{ SECTION_IDP, offsetof(struct config_idp, name), "name" },
	{ SECTION_SERVICE, offsetof(struct config_service, name), "name" },
	{ SECTION_SOURCE, offsetof(struct config_source, name), "name" },
	{ SECTION_IDP, offsetof(struct config_idp, entity_id), "entity_id" },
	{ SECTION_SOURCE, offsetof(struct config_source, file), "file" },
};

static void tell(const struct listener *listener, int line, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static void
tell(const struct listener *listener, int line, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	listener->tell(line, text, listener->data);
}

static const char *
text_at(const void *object, size_t offset)
{
	return *(char *const *)((const char *)object + offset);
}

/* The first section that has this text in this place. */
static const struct config_named *
first_with(const struct config *config, enum config_section kind, size_t offset,
    const char *text)
{
	const struct config_named *named;
	size_t i = 0;

	do
		named = config_section_at(config, kind, i++);
	while (strcmp(text_at(named, offset), text) != 0);
	return named;
}

static void
check_unique(const struct config *config, const struct listener *listener,
    enum config_section kind, size_t offset, const char *what)
{
	const struct config_named *named, *first;
	const char *text;
	size_t i;

	for (i = 0; i < config_section_count(config, kind); i++) {
		named = config_section_at(config, kind, i);
		text = text_at(named, offset);
		if (text[0] == '\0')
			continue;
		first = first_with(config, kind, offset, text);
		if (first != named)
			tell(listener, named->line,
			    "[%s %s] has the %s of the section in line %d, %s",
			    config_section_word(kind), named->name, what,
			    first->line, text);
	}
}

/*
 * A name without its scope is told apart from no other: only one IdP, and only
 * with one scope, can be believed to name people so.
 */
static void
check_strip(const struct config *config, const struct listener *listener)
{
	const struct config_idp *idp, *first = NULL;
	const char *scope;
	size_t i;

	for (i = 0; i < config->idp_count; i++) {
		idp = &config->idps[i];
		if (!idp->strip_scope)
			continue;
		scope = idp->user_scope[0] != '\0' ? idp->user_scope
						   : config->user_scope;
		if (scope[0] != '@')
			tell(listener, idp->line,
			    "[idp %s] strip_scope needs a user_scope = "
			    "@DOMAIN: without one, or with several, two people "
			    "could have one name",
			    idp->name);
		if (first == NULL)
			first = idp;
		else
			tell(listener, idp->line,
			    "[idp %s] and [idp %s] both have strip_scope: each "
			    "could name the other's users",
			    first->name, idp->name);
	}
}

/* A section of one that cannot be would protect nothing, without a word. */
static void
check_service(const struct listener *listener, int line, const char *section,
    const char *service)
{
	const char *why = config_rule_no_service(service);

	if (why != NULL)
		tell(listener, line, "[%s %s] is of no service: %s", section,
		    service, why);
}

static void
check_services(const struct config *config, const struct listener *listener)
{
	const struct config_rule *rule = config->rules;
	size_t i;

	for (i = 0; i < config->service_count; i++)
		check_service(listener, config->services[i].line, "service",
		    config->services[i].name);
	/* those of a section stand together: told once, at the first */
	for (i = 0; i < config->rule_count; i++)
		if (i == 0 || strcmp(rule[i].service, rule[i - 1].service) != 0)
			check_service(
			    listener, rule[i].line, "access", rule[i].service);
}

/* Across sections: config_rules.h knows of one only. */
static void
check_mail(const struct config *config, const struct listener *listener)
{
	if (config->otp_mail && config->mail_from[0] == '\0')
		tell(listener, 0,
		    "[2fa] mail needs [mail] from, which is not set");
	if (config->otp_mail && config->sendmail[0] == '\0')
		tell(listener, 0,
		    "[2fa] mail needs [mail] sendmail, which is not set");
}

/* The fewest characters that a password has by what the others ask for. */
static int64_t
least_length(const struct config *c)
{
	int64_t letters = c->password_min_lower + c->password_min_upper;
	int64_t least;

	if (letters < c->password_min_letters)
		letters = c->password_min_letters;
	least = letters + c->password_min_digits + c->password_min_others;
	if (least < c->password_min_length)
		least = c->password_min_length;
	return least < c->password_min_length_mfa ? c->password_min_length_mfa
						  : least;
}

/* Bounds that cross: nobody could choose a password; a block would be another
 * than the one that is written there. */
static void
check_bounds(const struct config *config, const struct listener *listener)
{
	int64_t least = least_length(config);

	if (config->password_max_length < least)
		tell(listener, 0,
		    "[password] max_length = %lld, but the other keys ask for "
		    "%lld characters: there would be no such password",
		    (long long)config->password_max_length, (long long)least);
	if (config->lockout_address_block > config->lockout_address_block_max)
		tell(listener, 0,
		    "[lockout] address_block is longer than "
		    "address_block_max: raise the one, or lower the other");
}

/* The line of a key, 0 where the file does not set it. */
static int
line_of(const struct config *config, const char *section, const char *name)
{
	int origin = config_origin(config, config_find_key(section, name), 0);

	return origin > 0 ? origin : 0;
}

void
config_conflicts(
    const struct config *config, config_conflict *conflict, void *data)
{
	const struct listener listener = { conflict, data };
	size_t i;

	for (i = 0; i < sizeof(uniques) / sizeof(uniques[0]); i++)
		check_unique(config, &listener, uniques[i].kind,
		    uniques[i].offset, uniques[i].what);
	check_strip(config, &listener);
	check_services(config, &listener);
	check_mail(config, &listener);
	check_bounds(config, &listener);
	config_web_conflicts(config, conflict, data);
}

void
config_oddities(const struct config *config, config_conflict *odd, void *data)
{
	const struct listener listener = { odd, data };
	const int64_t limit = config->idle_limit;

	if (limit > 0 && config->idle_warn > limit / 2)
		tell(&listener, line_of(config, "idle", "warn"),
		    "[idle] warn is more than half of limit: people are warned "
		    "at half of it");
	if (config->max_age > 0 && limit >= config->max_age)
		tell(&listener, line_of(config, "session", "max_age"),
		    "[session] max_age is no more than [idle] limit: sessions "
		    "end by their age before they are idle");
	if (config->max_age > 0 && config->hold_max > config->max_age)
		tell(&listener, line_of(config, "hold", "max"),
		    "[hold] max is more than [session] max_age, at which a "
		    "session ends whatever holds it");
	config_web_oddities(config, odd, data);
}
