/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/form.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "gatehousectl/command.h"
#include "gatehousectl/say.h"
#include "lib/error.h"

#define RESPONSE    "SAMLResponse"
#define REQUEST     "SAMLRequest"
#define RELAY_STATE "RelayState"

int
form_is(const char *text)
{
	return strncmp(text, RESPONSE "=", strlen(RESPONSE "=")) == 0 ||
	    strncmp(text, RELAY_STATE "=", strlen(RELAY_STATE "=")) == 0;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, tolower((unsigned char)c));

	return c != '\0' && at != NULL ? (int)(at - digits) : -1;
}

/* Undoes the escapes of text[0..*size) in place: 0 or GATE_EPROTO. */
static int
unescape(char *text, size_t *size)
{
	const char *from = text, *end = text + *size;
	char *to = text;
	int high, low;

	for (; from < end; from++) {
		if (*from == '%') {
			high = end - from > 2 ? hex_digit(from[1]) : -1;
			low = high >= 0 ? hex_digit(from[2]) : -1;
			if (low < 0 || high * 16 + low == 0)
				return GATE_EPROTO;
			*to++ = (char)(high * 16 + low);
			from += 2;
		} else if (*from > ' ' && *from < 0x7f) {
			*to++ = *from == '+' ? ' ' : *from;
		} else {
			return GATE_EPROTO;
		}
	}
	*size = (size_t)(to - text);
	*to = '\0';
	return 0;
}

/* One NAME=VALUE, which a byte that may be written follows. */
static int
take_field(struct form *form, char *field, size_t size)
{
	char *value = memchr(field, '=', size);
	size_t name_size, value_size;
	const char **text;
	size_t ignored, *length;

	if (value == NULL)
		return GATE_EPROTO;
	name_size = (size_t)(value - field);
	value++;
	value_size = size - name_size - 1;
	if (unescape(value, &value_size) != 0 ||
	    unescape(field, &name_size) != 0)
		return GATE_EPROTO;
	if (strcmp(field, RESPONSE) == 0) {
		text = &form->response;
		length = &form->response_size;
	} else if (strcmp(field, REQUEST) == 0) {
		text = &form->request;
		length = &form->request_size;
	} else if (strcmp(field, RELAY_STATE) == 0) {
		text = &form->relay_state;
		length = &ignored;
	} else {
		return 0;
	}
	if (*text != NULL)
		return GATE_EPROTO;
	*text = value;
	*length = value_size;
	return 0;
}

int
form_read(struct form *form, char *text, size_t size)
{
	char *end = text + size, *next;
	int r = 0;

	*form = (struct form){ 0 };
	/* a file of it may end with a line */
	if (size > 0 && end[-1] == '\n')
		*--end = '\0';
	for (; r == 0 && text < end; text = next + 1) {
		next = memchr(text, '&', (size_t)(end - text));
		if (next == NULL)
			next = end;
		r = take_field(form, text, (size_t)(next - text));
	}
	if (r == 0 && (form->response == NULL) == (form->request == NULL))
		r = GATE_EPROTO;
	return r;
}

/* A page that a browser shows, as the one in which an IdP sends a Response. */
static int
is_page(const char *text)
{
	text += strspn(text, " \t\r\n");
	return strncasecmp(text, "<!DOCTYPE html", 14) == 0 ||
	    strncasecmp(text, "<html", 5) == 0;
}

int
form_response(struct form *form, struct input *input, const char *path)
{
	*form = (struct form){ .response = input->bytes,
		.response_size = input->size };
	if (strcmp(path, "-") == 0)
		path = "standard input";
	if (input->size > 0 && is_page(input->bytes)) {
		complain("%s: this is an HTML page, and no Response: that is "
			 "the value of its field " RESPONSE,
		    path);
		return CTL_NO;
	}
	if (input->size == 0 || !form_is(input->bytes) ||
	    (form_read(form, input->bytes, input->size) == 0 &&
		form->response != NULL))
		return CTL_DONE;
	complain("%s: it begins like a form, but is none that a browser sends: "
		 "SAMLResponse=...&RelayState=...",
	    path);
	return CTL_NO;
}
