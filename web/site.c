/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/words.h"
#include "web/conversations.h"
#include "web/gate.h"
#include "web/hold_tokens.h"
#include "web/identities.h"
#include "web/memo.h"
#include "web/metrics.h"
#include "web/rate.h"

#define LOGO_MAX (512u << 10)
/* A form is good for so long, in seconds. */
#define FORM_LIFETIME 3600

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))

struct holder {
	struct site site;
	struct network *proxies;
	struct origin *others;
	char *logo_path;
};

static int
complain(const char *key, const char *word, const char *why)
{
	log_error("[web] %s: \"%s\": %s", key, word, why);
	return GATE_ECONFIG;
}

/* --- lists of words --- */

typedef int take_word(struct holder *holder, size_t place, const char *word);

/* Has each word of a list taken, in its place; *count of them. */
static int
take_all(
    struct holder *holder, const char *list, take_word *take, size_t *count)
{
	char word[512];
	const char *at;
	size_t length;
	int r = 0;

	*count = 0;
	while (r == 0 && (at = words_next(&list, &length)) != NULL) {
		if (length >= sizeof(word))
			return GATE_ECONFIG;
		memcpy(word, at, length);
		word[length] = '\0';
		r = take(holder, *count, word);
		(*count)++;
	}
	return r;
}

static int
take_proxy(struct holder *h, size_t place, const char *word)
{
	char why[256];
	struct network *more =
	    reallocarray(h->proxies, place + 1, sizeof(*more));

	if (more == NULL)
		return GATE_ENOMEM;
	h->proxies = more;
	if (network_parse(word, &more[place], why, sizeof(why)) != 0)
		return complain("proxies", word, why);
	return 0;
}

/* A whole origin, or a host that is asked by https. */
static int
take_other(struct holder *h, size_t place, const char *word)
{
	struct origin *more = reallocarray(h->others, place + 1, sizeof(*more));
	char text[ORIGIN_TEXT_SIZE + 512];

	if (more == NULL)
		return GATE_ENOMEM;
	h->others = more;
	snprintf(text, sizeof(text), "%s%s",
	    strstr(word, "://") == NULL ? "https://" : "", word);
	if (origin_read(&more[place], text) != 0)
		return complain("return_to", word, "no host");
	return 0;
}

/* --- parts --- */

static int
set_place(struct site *s, const struct config *config)
{
	if (config->web_base_url[0] == '\0') {
		log_error("[web] base_url is not set: there is no front door");
		return GATE_ECONFIG;
	}
	if (origin_read(&s->own, config->web_base_url) != 0)
		return complain("base_url", config->web_base_url,
		    "not https://HOST and nothing behind it");
	s->prefix_length = strlen(config->web_prefix);
	if (s->prefix_length >= sizeof(s->prefix))
		return complain("prefix", config->web_prefix, "too long");
	memcpy(s->prefix, config->web_prefix, s->prefix_length + 1);
	return 0;
}

static int
set_lists(struct holder *h, const struct config *config)
{
	struct site *s = &h->site;
	size_t count;
	int r = take_all(h, config->web_proxies, take_proxy, &count);

	s->forwarded.kind = (enum forwarded_kind)config->web_forwarded;
	s->forwarded.proxies = h->proxies;
	s->forwarded.proxy_count = count;
	if (r == 0)
		r = take_all(h, config->web_return_to, take_other, &count);
	s->return_rules = (struct return_rules){ .own = &s->own,
		.others = h->others,
		.other_count = count,
		.prefix = s->prefix };
	return r;
}

static const struct {
	const char *ending, *type;
} image_types[] = {
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".jpg", "image/jpeg" },
	{ ".jpeg", "image/jpeg" },
	{ ".webp", "image/webp" },
	{ ".gif", "image/gif" },
};

static int
read_logo(struct holder *h, const char *path)
{
	struct site *s = &h->site;
	const char *ending = strrchr(path, '.');
	char why[256] = "";
	size_t i;

	for (i = 0; i < COUNT(image_types); i++)
		if (ending != NULL &&
		    strcmp(ending, image_types[i].ending) == 0)
			s->logo_type = image_types[i].type;
	if (s->logo_type == NULL)
		return complain("logo", path,
		    "ends with none of .svg .png .jpg .jpeg .webp .gif");
	if (file_read(path, FILE_TRUSTED, LOGO_MAX, &s->logo, &s->logo_size,
		why, sizeof(why)) != 0)
		return complain(
		    "logo", path, why[0] != '\0' ? why : "cannot be read");
	if (asprintf(&h->logo_path, "%s/logo", s->prefix) < 0) {
		h->logo_path = NULL;
		return GATE_ENOMEM;
	}
	s->theme.logo = h->logo_path;
	return 0;
}

static int
set_theme(struct holder *h, const struct config *config)
{
	struct theme *theme = &h->site.theme;
	char why[256];
	int r = 0;

	theme->site =
	    config->web_title[0] != '\0' ? config->web_title : h->site.own.host;
	theme->accent_light = config->web_color[0] != '\0' ? config->web_color
							   : THEME_ACCENT_LIGHT;
	theme->accent_dark = config->web_dark_color[0] != '\0'
	    ? config->web_dark_color
	    : THEME_ACCENT_DARK;
	if (config->web_logo[0] != '\0')
		r = read_logo(h, config->web_logo);
	if (r == 0 && theme_check(theme, why, sizeof(why)) != 0) {
		log_error("[web] color, dark_color: %s", why);
		r = GATE_ECONFIG;
	}
	return r;
}

static void
complain_of_language(const char *language, int error, void *data)
{
	(void)data;
	log_warn("language %s: %s", language, gate_strerror(error));
}

static int
make_parts(struct site *s, const struct config *config)
{
	int r = languages_open(
	    &s->languages, config->catalogues, complain_of_language, NULL);

	if (r == 0)
		r = csrf_new(&s->csrf, FORM_LIFETIME);
	if (r == 0)
		r = gate_new(&s->gate, config->socket);
	if (r == 0)
		r = identities_new(&s->identities);
	if (r == 0)
		r = metrics_new(&s->metrics);
	if (r == 0)
		r = conversations_new(&s->conversations, config->web_logins,
		    config->answer_timeout * 1000);
	if (r == 0)
		r = rate_new(&s->rate, config->web_login_rate);
	if (r == 0)
		r = rate_new(&s->arrivals, config->web_login_rate);
	if (r == 0)
		r = hold_tokens_new(&s->hold_tokens, config->web_hold_tokens);
	if (r == 0)
		r = memo_new(&s->idps);
	if (r == 0)
		r = memo_new(&s->metadata);
	return r;
}

int
site_new(struct site **site, const struct config *config)
{
	struct holder *h = calloc(1, sizeof(*h));
	struct site *s;
	int r;

	if (h == NULL)
		return GATE_ENOMEM;
	s = &h->site;
	s->config = config;
	r = set_place(s, config);
	if (r == 0)
		r = set_lists(h, config);
	if (r == 0)
		r = set_theme(h, config);
	if (r == 0)
		r = make_parts(s, config);
	if (r == 0) {
		*site = s;
		return 0;
	}
	if (r != GATE_ECONFIG)
		log_error("%s", gate_strerror(r));
	site_free(&s);
	return r;
}

void
site_free(struct site **site)
{
	struct site *s = *site;
	struct holder *h = (struct holder *)s; /* its first member */

	if (s == NULL)
		return;
	languages_free(&s->languages);
	csrf_free(&s->csrf);
	gate_free(&s->gate);
	identities_free(&s->identities);
	metrics_free(&s->metrics);
	conversations_free(&s->conversations);
	rate_free(&s->rate);
	rate_free(&s->arrivals);
	hold_tokens_free(&s->hold_tokens);
	memo_free(&s->idps);
	memo_free(&s->metadata);
	free(s->logo);
	free(h->proxies);
	free(h->others);
	free(h->logo_path);
	free(h);
	*site = NULL;
}
