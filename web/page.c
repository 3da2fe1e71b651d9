/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/page.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "web/asset.h"

#define NONCE_BYTES 16
#define FIELDS_MAX  32

_Static_assert(PAGE_NONCE_SIZE == SECRET_TEXT_SIZE(NONCE_BYTES), "nonce");

static const struct kind {
	const char *template;
	const char *title;
	int is_wide;
} kinds[PAGE_COUNT] = {
	[PAGE_CHOOSE] = { asset_choose, "Sign in", 0 },
	[PAGE_PASSWORD] = { asset_password, "Sign in with a password", 0 },
	[PAGE_CODE] = { asset_code, "Enter your code", 0 },
	[PAGE_ENROL] = { asset_enrol, "Set up a second factor", 0 },
	[PAGE_RECOVERY] = { asset_recovery, "Recovery codes", 0 },
	[PAGE_CHANGE] = { asset_change, "Change your password", 0 },
	[PAGE_WARNING] = { asset_warning, "Your session is about to end", 0 },
	[PAGE_ENDED] = { asset_ended, "Signed out", 0 },
	[PAGE_DENIED] = { asset_denied, "You may not open this", 0 },
	[PAGE_ERROR] = { asset_error, "That did not work", 0 },
	[PAGE_SESSIONS] = { asset_sessions, "Your sessions", 1 },
	[PAGE_QUESTION] = { asset_question, "One more question", 0 },
	[PAGE_LOGOUT] = { asset_logout, "Sign out", 0 },
	[PAGE_CONTINUE] = { asset_continue, "One more step", 0 },
	[PAGE_DONE] = { asset_continue, "Done", 0 },
	[PAGE_ENROLMENT] = { asset_continue, "Set up a second factor", 0 },
};

int
page_nonce(char nonce[PAGE_NONCE_SIZE])
{
	uint8_t bytes[NONCE_BYTES];

	if (secret_random(bytes, sizeof(bytes)) != 0)
		return GATE_EIO;
	secret_text(bytes, sizeof(bytes), nonce);
	return 0;
}

const char *
page_template(enum page_id id)
{
	return kinds[id].template;
}

const char *
page_title(enum page_id id)
{
	return kinds[id].title;
}

/* The page's own fields, and the one that all have. */
static int
write_content(struct buffer *content, const struct page *page)
{
	struct template_field fields[FIELDS_MAX + 2];
	size_t count = 0;

	for (; page->fields != NULL && page->fields[count].name != NULL;
	     count++) {
		if (count == FIELDS_MAX)
			return GATE_EINVAL;
		fields[count] = page->fields[count];
	}
	fields[count] =
	    (struct template_field){ .name = "problem", .text = page->problem };
	fields[count + 1] = (struct template_field){ .name = NULL };
	return template_write(
	    content, kinds[page->id].template, fields, page->catalogue);
}

/* What is in the configuration was checked, and nothing else is written. */
static int
write_accents(char *text, size_t size, const struct theme *theme)
{
	char why[128];
	int n;

	if (theme_check(theme, why, sizeof(why)) != 0)
		return GATE_EINVAL;
	n = snprintf(text, size, ":root{--accent-light:%s;--accent-dark:%s}\n",
	    theme->accent_light, theme->accent_dark);
	return n > 0 && (size_t)n < size ? 0 : GATE_ETOOBIG;
}

int
page_write(struct buffer *buffer, const struct page *page)
{
	const struct kind *kind = &kinds[page->id];
	struct buffer content = { 0 };
	char accents[128];
	int r;

	r = write_accents(accents, sizeof(accents), page->theme);
	if (r == 0)
		r = write_content(&content, page);
	if (r == 0) {
		const struct template_field fields[] = {
			{ .name = "language", .text = page->language },
			{ .name = "title",
			    .text =
				catalogue_get(page->catalogue, kind->title) },
			{ .name = "site", .text = page->theme->site },
			{ .name = "logo", .text = page->theme->logo },
			{ .name = "nonce", .text = page->nonce },
			{ .name = "accents", .text = accents, .is_markup = 1 },
			{ .name = "style",
			    .text = asset_style,
			    .is_markup = 1 },
			{ .name = "wide", .text = kind->is_wide ? "1" : NULL },
			{ .name = "problem", .text = page->problem },
			{ .name = "note", .text = page->note },
			{ .name = "content",
			    .text = content.text,
			    .is_markup = 1 },
			{ .name = "reference", .text = page->reference },
			{ .name = NULL },
		};

		r = template_write(
		    buffer, asset_layout, fields, page->catalogue);
	}
	buffer_clear(&content);
	if (r != 0)
		buffer_clear(buffer);
	return r;
}

int
page_policy(const char *nonce, const struct origin *targets, size_t count,
    char *text, size_t size)
{
	char target[ORIGIN_TEXT_SIZE];
	size_t used, i;

	used = (size_t)snprintf(text, size,
	    "default-src 'none'; style-src 'nonce-%s'; img-src 'self'; "
	    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
	    nonce);
	for (i = 0; i < count && used < size; i++) {
		origin_text(&targets[i], target);
		used +=
		    (size_t)snprintf(text + used, size - used, " %s", target);
	}
	if (used < size)
		return 0;
	if (size > 0)
		text[0] = '\0';
	return GATE_ETOOBIG;
}
