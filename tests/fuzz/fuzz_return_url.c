/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where people are sent after signing in: to us or to the other, never to pages
 * of the gate, by characters that stand in a URL alone, and what was written is
 * taken again and stays as it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "web/return_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
must_lead_to_us(const char *url)
{
	static const char *const bases[] = { "https://portal.example/",
		"https://app.example:8443/" };
	const char *path = NULL, *at;
	size_t i;

	for (i = 0; i < 2; i++)
		if (strncmp(url, bases[i], strlen(bases[i])) == 0)
			path = url + strlen(bases[i]) - 1;
	if (path == NULL || path[1] == '/' || path[1] == '\\')
		abort();
	if (strncasecmp(path, "/gate", 5) == 0 &&
	    (path[5] == '\0' || strchr("/?#;", path[5]) != NULL))
		abort();
	for (at = url; *at != '\0'; at++)
		if (*at <= ' ' || *at >= 0x7f || strchr("\"<>\\^`{|}", *at))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char url[RETURN_URL_SIZE], again[RETURN_URL_SIZE];
	struct origin own, other;
	const struct return_rules rules = { .own = &own,
		.others = &other,
		.other_count = 1,
		.prefix = "/gate" };
	char *text = strndup((const char *)bytes, size);

	if (text == NULL || origin_read(&own, "https://portal.example") != 0 ||
	    origin_read(&other, "https://app.example:8443") != 0)
		abort();
	if (return_url_make(&rules, text, url) == 0) {
		must_lead_to_us(url);
		if (return_url_make(&rules, url, again) != 0 ||
		    strcmp(url, again) != 0)
			abort();
	} else if (url[0] != '\0') {
		abort();
	}
	free(text);
	return 0;
}
