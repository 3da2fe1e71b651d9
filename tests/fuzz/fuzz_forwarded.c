/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whatever a client writes into X-Forwarded-For or Forwarded before our proxy
 * adds his address, there or in a line of its own: it is that address, or
 * none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/forwarded.h"

#define LINES_MAX 6
#define CLIENT    "192.0.2.77"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct field_lines none;

static void
must_be_the_client(enum forwarded_kind kind, const struct field_lines *lines)
{
	struct forwarded_request request = { 0 };
	struct network proxy;
	const struct forwarded_rules rules = {
		.kind = kind, .proxies = &proxy, .proxy_count = 1
	};
	struct address client;
	char text[ADDRESS_TEXT_SIZE];

	if (network_parse("10.0.0.0/8", &proxy, text, sizeof(text)) != 0)
		abort();
	request.x_for = kind == FORWARDED_STANDARD ? none : *lines;
	request.standard = kind == FORWARDED_STANDARD ? *lines : none;
	if (forwarded_client(&rules, &request, &client) != 0)
		return;
	address_text(&client, text);
	if (strcmp(text, CLIENT) != 0)
		abort();
}

/* The proxy adds to the last line, or a line. */
static void
try_kind(enum forwarded_kind kind, const char *const *texts, size_t count,
    const char *added)
{
	const char *lines[LINES_MAX + 1];
	struct field_lines field = { .lines = lines, .count = count };
	char *joined;

	memcpy(lines, texts, count * sizeof(lines[0]));
	joined = malloc(strlen(texts[count - 1]) + strlen(added) + 3);
	if (joined == NULL)
		abort();
	strcpy(joined, texts[count - 1]);
	strcat(joined, ", ");
	strcat(joined, added);
	lines[count - 1] = joined;
	must_be_the_client(kind, &field);
	lines[count - 1] = texts[count - 1];
	lines[count] = added;
	field.count++;
	must_be_the_client(kind, &field);
	free(joined);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = strndup((const char *)bytes, size), *at = text;
	const char *texts[LINES_MAX];
	size_t count = 0;

	if (text == NULL)
		abort();
	while (count < LINES_MAX && at != NULL)
		texts[count++] = strsep(&at, "\n");
	try_kind(FORWARDED_FOR, texts, count, CLIENT);
	try_kind(FORWARDED_EITHER, texts, count, CLIENT ":5");
	try_kind(FORWARDED_STANDARD, texts, count, "for=" CLIENT);
	try_kind(FORWARDED_STANDARD, texts, count,
	    "for=\"" CLIENT ":5\";by=\"[2001:db8::1]\"");
	free(text);
	return 0;
}
