/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/utf8.h"
#include "saml/scan.h"

/* What differs between the kinds of documents. */
struct rules {
	int elements, attributes;
	int tag, namespaces; /* of one tag */
	int scope;           /* namespaces of it and all tags around it */
	int remarks;         /* comments and processing instructions pass */
};

static const struct rules of_message = {
	.elements = SCAN_ELEMENTS_MAX,
	.attributes = SCAN_ATTRIBUTES_MAX,
	.tag = SCAN_TAG_MAX,
	.namespaces = SCAN_NAMESPACES_MAX,
	.scope = SCAN_SCOPE_MAX,
};
static const struct rules of_metadata = {
	.elements = SCAN_METADATA_ELEMENTS_MAX,
	.attributes = SCAN_METADATA_ATTRIBUTES_MAX,
	.tag = SCAN_METADATA_TAG_MAX,
	.namespaces = SCAN_METADATA_TAG_MAX,
	.scope = SCAN_METADATA_TAG_MAX * SCAN_DEPTH_MAX,
	.remarks = 1,
};

/*
 * Knows just enough of XML to tell where a tag begins and ends, and insists on
 * that much: a '<' that begins nothing, or stands within a tag, is refused.
 * So no text makes this scanner and the parser see different tags.
 */
struct scanner {
	const struct rules *rules;
	const char *start, *p, *end;
	int depth, elements, attributes;
	int scope[SCAN_DEPTH_MAX + 1]; /* by depth */
	struct refusal *refusal;
};

struct span {
	const char *bytes;
	size_t size;
};

static int
refuse_cut(struct scanner *s)
{
	return refuse(s->refusal, REASON_RESPONSE_CUT, NULL);
}

static int
refuse_at(struct scanner *s, const char *what)
{
	return refuse(s->refusal, REASON_BAD_XML, "%s, at offset %td", what,
	    s->p - s->start);
}

static int
refuse_limit(struct scanner *s, int limit, const char *what)
{
	return refuse(s->refusal, REASON_XML_LIMIT,
	    "more than %d %s, at offset %td", limit, what, s->p - s->start);
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int
starts_with(const struct scanner *s, const char *word)
{
	size_t size = strlen(word);

	return (size_t)(s->end - s->p) >= size && memcmp(s->p, word, size) == 0;
}

static int
span_is(const struct span *span, const char *word)
{
	return span->size == strlen(word) &&
	    memcmp(span->bytes, word, span->size) == 0;
}

static int
is_namespace(const struct span *name)
{
	return name->size >= 5 && memcmp(name->bytes, "xmlns", 5) == 0;
}

static void
skip_blanks(struct scanner *s)
{
	while (s->p < s->end && is_blank(*s->p))
		s->p++;
}

/* A name, by what it cannot hold; which characters it may, libxml2 knows. */
static int
scan_name(struct scanner *s, struct span *name)
{
	name->bytes = s->p;
	while (s->p < s->end && !is_blank(*s->p) &&
	    strchr("<>/=\"'", *s->p) == NULL)
		s->p++;
	name->size = (size_t)(s->p - name->bytes);
	if (s->p == s->end)
		return refuse_cut(s);
	return name->size > 0 ? 0 : refuse_at(s, "a name is missing");
}

/* name = "value", without anything before or after. */
static int
scan_attribute(struct scanner *s, struct span *name, struct span *value)
{
	const char *quote;
	int r;

	if ((r = scan_name(s, name)) != 0)
		return r;
	skip_blanks(s);
	if (s->p == s->end)
		return refuse_cut(s);
	if (*s->p != '=')
		return refuse_at(s, "an attribute without a value");
	s->p++;
	skip_blanks(s);
	if (s->p == s->end)
		return refuse_cut(s);
	if (*s->p != '"' && *s->p != '\'')
		return refuse_at(s, "an attribute's value without quotes");
	value->bytes = s->p + 1;
	quote = memchr(value->bytes, *s->p, (size_t)(s->end - value->bytes));
	if (quote == NULL)
		return refuse_cut(s);
	value->size = (size_t)(quote - value->bytes);
	if (memchr(value->bytes, '<', value->size) != NULL)
		return refuse_at(s, "a '<' in an attribute's value");
	s->p = quote + 1;
	return 0;
}

/* From the element's name to its '>'. */
static int
scan_start_tag(struct scanner *s)
{
	struct span name, value;
	int attributes = 0, namespaces = 0;
	int r;

	if (++s->elements > s->rules->elements)
		return refuse_limit(s, s->rules->elements, "elements");
	if (++s->depth > SCAN_DEPTH_MAX)
		return refuse_limit(s, SCAN_DEPTH_MAX, "levels of elements");
	if ((r = scan_name(s, &name)) != 0)
		return r;
	for (;;) {
		skip_blanks(s);
		if (s->p == s->end)
			return refuse_cut(s);
		if (*s->p == '>' || *s->p == '/')
			break;
		if ((r = scan_attribute(s, &name, &value)) != 0)
			return r;
		if (++attributes > s->rules->tag)
			return refuse_limit(
			    s, s->rules->tag, "attributes in one tag");
		if (is_namespace(&name) && ++namespaces > s->rules->namespaces)
			return refuse_limit(s, s->rules->namespaces,
			    "namespace declarations in one tag");
		if (++s->attributes > s->rules->attributes)
			return refuse_limit(
			    s, s->rules->attributes, "attributes");
	}
	s->scope[s->depth] = s->scope[s->depth - 1] + namespaces;
	if (s->scope[s->depth] > s->rules->scope)
		return refuse_limit(
		    s, s->rules->scope, "namespaces declared at one place");
	if (*s->p == '/') {
		s->p++;
		s->depth--;
	}
	if (s->p == s->end)
		return refuse_cut(s);
	return *s->p++ == '>' ? 0 : refuse_at(s, "a tag does not end");
}

static int
scan_end_tag(struct scanner *s)
{
	struct span name;
	int r;

	if (s->depth == 0)
		return refuse_at(s, "an end tag too many");
	s->p++;
	if ((r = scan_name(s, &name)) != 0)
		return r;
	skip_blanks(s);
	if (s->p == s->end)
		return refuse_cut(s);
	s->depth--;
	return *s->p++ == '>' ? 0 : refuse_at(s, "an end tag does not end");
}

/* Up to the end of what nothing but its last characters end. */
static int
skip_past(struct scanner *s, const char *last)
{
	const char *close =
	    memmem(s->p, (size_t)(s->end - s->p), last, strlen(last));

	if (close == NULL)
		return refuse_cut(s);
	s->p = close + strlen(last);
	return 0;
}

static int
scan_forbidden(struct scanner *s)
{
	const char *what = "a processing instruction";

	if (starts_with(s, "!--"))
		what = "a comment";
	else if (starts_with(s, "!DOCTYPE"))
		what = "a DTD";
	else if (*s->p == '!')
		what = "a declaration";
	return refuse(s->refusal, REASON_XML_FORBIDDEN,
	    "%s at offset %td: a SAML message must not hold one", what,
	    s->p - s->start);
}

/* What begins after a '<'. */
static int
scan_markup(struct scanner *s)
{
	/* The longest of the words below may be cut in its middle. */
	static const char *const words[] = { "![CDATA[", "!--", "!DOCTYPE" };
	size_t i, left = (size_t)(s->end - s->p);

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (left < strlen(words[i]) &&
		    memcmp(s->p, words[i], left) == 0)
			return refuse_cut(s);
	}
	if (*s->p == '/')
		return scan_end_tag(s);
	if (starts_with(s, "![CDATA[") && s->depth > 0)
		return skip_past(s, "]]>");
	if (s->rules->remarks && *s->p == '?')
		return skip_past(s, "?>");
	if (s->rules->remarks && starts_with(s, "!--")) {
		s->p += 3; /* "<!-->" does not end one */
		return skip_past(s, "-->");
	}
	if (*s->p == '!' || *s->p == '?')
		return scan_forbidden(s);
	return scan_start_tag(s);
}

/* <?xml version="1.0" encoding="UTF-8"?>: any other version or encoding is
 * refused, the rest of its grammar is left to libxml2. */
static int
scan_declaration(struct scanner *s)
{
	struct span name, value;
	int r;

	if (!starts_with(s, "<?xml") || s->end - s->p < 6 || !is_blank(s->p[5]))
		return 0;
	s->p += 5;
	for (skip_blanks(s); s->p < s->end && *s->p != '?'; skip_blanks(s)) {
		if ((r = scan_attribute(s, &name, &value)) != 0)
			return r;
		if (span_is(&name, "version") && !span_is(&value, "1.0"))
			return refuse_at(s, "not XML 1.0");
		if (span_is(&name, "encoding") &&
		    (value.size != 5 ||
			strncasecmp(value.bytes, "utf-8", 5) != 0))
			return refuse(s->refusal, REASON_BAD_ENCODING,
			    "declared as another encoding than UTF-8");
	}
	if (s->end - s->p < 2)
		return refuse_cut(s);
	s->p += 2;
	return s->p[-1] == '>' ? 0 : refuse_at(s, "a malformed declaration");
}

static int
check_encoding(struct scanner *s)
{
	switch (utf8_check(s->p, (size_t)(s->end - s->p))) {
	case 0:
		return 0;
	case UTF8_CUT:
		return refuse_cut(s);
	default:
		return refuse(s->refusal, REASON_BAD_ENCODING, NULL);
	}
}

/* What decides how a parser reads all the rest. */
static int
scan_prolog(struct scanner *s)
{
	int r = check_encoding(s);

	if (r == 0 && starts_with(s, "\xef\xbb\xbf")) /* a byte order mark */
		s->p += 3;
	return r == 0 ? scan_declaration(s) : r;
}

int
saml_scan_prolog(const char *text, size_t size, struct refusal *refusal)
{
	struct scanner s = {
		.start = text, .p = text, .end = text + size, .refusal = refusal
	};

	return scan_prolog(&s);
}

static int
scan(const struct rules *rules, const char *text, size_t size,
    struct refusal *refusal)
{
	struct scanner s = { .rules = rules,
		.start = text,
		.p = text,
		.end = text + size,
		.refusal = refusal };
	int r;

	if ((r = scan_prolog(&s)) != 0)
		return r;
	while ((s.p = memchr(s.p, '<', (size_t)(s.end - s.p))) != NULL) {
		if (++s.p == s.end)
			return refuse_cut(&s);
		if ((r = scan_markup(&s)) != 0)
			return r;
	}
	/* A document that never began is for libxml2 to complain of. */
	return s.depth > 0 ? refuse_cut(&s) : 0;
}

int
saml_scan(const char *text, size_t size, struct refusal *refusal)
{
	return scan(&of_message, text, size, refusal);
}

int
saml_scan_metadata(const char *text, size_t size, struct refusal *refusal)
{
	return scan(&of_metadata, text, size, refusal);
}
