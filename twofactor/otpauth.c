/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/otpauth.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/error.h"
#include "twofactor/base32.h"

#define SCHEME       "otpauth://"
#define VALUE_MAX    320

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 3986, section 2.3: all but the unreserved is escaped. */
static int
escape(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (n + 4 > size)
			return GATE_ETOOBIG;
		if (isalnum((unsigned char)*text) ||
		    strchr("-._~", *text) != NULL)
			out[n++] = *text;
		else
			n += (size_t)snprintf(
			    out + n, size - n, "%%%02X", (unsigned char)*text);
	}
	if (n >= size)
		return GATE_ETOOBIG;
	out[n] = '\0';
	return 0;
}

/* A text that grows, until it does not fit. */
struct growing {
	char *text;
	size_t size;
	size_t used; /* size once it did not fit */
};

static void add(struct growing *growing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct growing *growing, const char *format, ...)
{
	size_t room = growing->size - growing->used;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(growing->text + growing->used, room, format, ap);
	va_end(ap);
	growing->used += n < 0 || (size_t)n >= room ? room : (size_t)n;
}

static void
add_parameters(struct growing *growing, const struct factor *factor)
{
	struct factor usual;

	factor_init(&usual, factor->kind);
	if (factor->algorithm != usual.algorithm)
		add(growing, "&algorithm=%s",
		    factor_algorithms[factor->algorithm]);
	if (factor->digits != usual.digits)
		add(growing, "&digits=%d", factor->digits);
	if (factor->period != usual.period)
		add(growing, "&period=%d", factor->period);
	if (factor->kind == FACTOR_HOTP)
		add(growing, "&counter=%lld", (long long)factor->last + 1);
}

int
otpauth_write(const struct factor *factor, const struct factor_seed *seed,
    const char *issuer, const char *user, char *uri, size_t uri_size)
{
	char secret[BASE32_TEXT_SIZE(FACTOR_SEED_MAX)];
	char by[3 * OTPAUTH_NAME_MAX], who[3 * OTPAUTH_NAME_MAX];
	struct growing growing = { .text = uri, .size = uri_size };

	if (uri_size == 0)
		return GATE_ETOOBIG;
	uri[0] = '\0';
	if (!factor_is_sound(factor) || seed->size > FACTOR_SEED_MAX)
		return GATE_EINVAL;
	/* no longer than what otpauth_read takes */
	if (strlen(issuer) >= OTPAUTH_NAME_MAX ||
	    strlen(user) >= OTPAUTH_NAME_MAX ||
	    escape(issuer, by, sizeof(by)) != 0 ||
	    escape(user, who, sizeof(who)) != 0)
		return GATE_ETOOBIG;
	base32_encode(BASE32_RFC4648, seed->bytes, seed->size, secret);
	add(&growing, SCHEME "%s/", factor_kinds[factor->kind]);
	if (by[0] != '\0')
		add(&growing, "%s:", by);
	add(&growing, "%s?secret=%s", who, secret);
	if (by[0] != '\0')
		add(&growing, "&issuer=%s", by);
	add_parameters(&growing, factor);
	explicit_bzero(secret, sizeof(secret));
	if (growing.used < growing.size)
		return 0;
	explicit_bzero(uri, uri_size);
	return GATE_ETOOBIG;
}

/* The reading of one. */
struct reading {
	struct otpauth *otpauth;
	char value[VALUE_MAX];
	unsigned seen; /* which parameters, by their place in the table */
	int64_t counter;
	char *why;
	size_t why_size;
};

static int wrong(struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int
wrong(struct reading *reading, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(reading->why, reading->why_size, format, ap);
	va_end(ap);
	return GATE_EINVAL;
}

static int
hex(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0'
					 : tolower((unsigned char)c) - 'a' + 10;
}

/* Undoes escapes; no control characters, and no NUL above all. */
static int
unescape(struct reading *reading, const char *text, size_t length)
{
	char *out = reading->value;
	int c, high, low;
	size_t taken;

	if (length >= sizeof(reading->value))
		return wrong(reading, "a part of it is too long");
	for (; length > 0; text += taken, length -= taken) {
		c = (unsigned char)*text;
		taken = 1;
		if (c == '%') {
			high = length > 2 ? hex(text[1]) : -1;
			low = length > 2 ? hex(text[2]) : -1;
			c = high < 0 || low < 0 ? 0 : high << 4 | low;
			taken = 3;
		}
		if (c < ' ' || c == 0x7f)
			return wrong(reading,
			    "a control character, or a %% that is no escape");
		*out++ = (char)c;
	}
	*out = '\0';
	return 0;
}

/* A number of digits alone, from 0 to max; -1 if it is none. */
static int64_t
number(const char *text, int64_t max)
{
	size_t length = strspn(text, "0123456789");
	int64_t n;

	if (length == 0 || length > 19 || text[length] != '\0')
		return -1;
	n = strtoll(text, NULL, 10);
	return n > max ? -1 : n;
}

static int
read_secret(struct reading *reading)
{
	struct factor_seed *seed = &reading->otpauth->seed;
	int r = base32_decode(BASE32_RFC4648, reading->value, seed->bytes,
	    sizeof(seed->bytes), &seed->size);

	if (r != 0)
		return wrong(reading, "the secret is %s",
		    r == GATE_ETOOBIG ? "longer than 64 bytes" : "not base32");
	if (seed->size < FACTOR_SEED_MIN)
		return wrong(reading, "the secret is shorter than %d bytes",
		    FACTOR_SEED_MIN);
	return 0;
}

static int
copy_name(
    struct reading *reading, const char *text, char name[OTPAUTH_NAME_MAX])
{
	size_t length = strlen(text);

	if (length >= OTPAUTH_NAME_MAX)
		return wrong(reading, "a name is too long");
	memcpy(name, text, length + 1);
	return 0;
}

static int
read_issuer(struct reading *reading)
{
	return copy_name(reading, reading->value, reading->otpauth->issuer);
}

static int
read_algorithm(struct reading *reading)
{
	if (factor_algorithm_find(
		reading->value, &reading->otpauth->factor.algorithm) == 0)
		return 0;
	return wrong(reading, "the algorithm is none of SHA1, SHA256, SHA512");
}

static int
read_digits(struct reading *reading)
{
	int64_t digits = number(reading->value, FACTOR_DIGITS_MAX);

	if (digits < FACTOR_DIGITS_MIN)
		return wrong(reading, "codes have 6 to 8 digits");
	reading->otpauth->factor.digits = (int)digits;
	return 0;
}

static int
read_period(struct reading *reading)
{
	int64_t period = number(reading->value, 60);

	if (period != 30 && period != 60)
		return wrong(reading, "a period is 30 or 60 seconds");
	if (reading->otpauth->factor.kind == FACTOR_TOTP)
		reading->otpauth->factor.period = (int)period;
	return 0;
}

static int
read_counter(struct reading *reading)
{
	reading->counter = number(reading->value, FACTOR_COUNT_MAX);
	if (reading->counter < 0)
		return wrong(reading, "the counter is not a number");
	return 0;
}

static const struct {
	const char *name;
	int (*read)(struct reading *reading);
} parameters[] = {
	{ "secret", read_secret },
	{ "issuer", read_issuer },
	{ "algorithm", read_algorithm },
	{ "digits", read_digits },
	{ "period", read_period },
	{ "counter", read_counter },
};
enum {
	SECRET = 0,
	ISSUER = 1,
	COUNTER = 5,
};

/* Reads one NAME=VALUE of length bytes. */
static int
read_parameter(struct reading *reading, const char *text, size_t length)
{
	const char *equals = memchr(text, '=', length);
	size_t name = equals != NULL ? (size_t)(equals - text) : length;
	size_t i;
	int r;

	for (i = 0; i < COUNT(parameters); i++)
		if (strlen(parameters[i].name) == name &&
		    strncasecmp(parameters[i].name, text, name) == 0)
			break;
	if (i == COUNT(parameters) || equals == NULL)
		return 0;
	if (reading->seen & 1u << i)
		return wrong(
		    reading, "\"%s\" is given twice", parameters[i].name);
	reading->seen |= 1u << i;
	r = unescape(reading, equals + 1, length - name - 1);
	return r != 0 ? r : parameters[i].read(reading);
}

static int
read_parameters(struct reading *reading, const char *query)
{
	size_t length;
	int r = 0;

	for (; r == 0 && *query != '\0'; query += length) {
		query += *query == '&';
		length = strcspn(query, "&");
		r = read_parameter(reading, query, length);
	}
	return r;
}

/*
 * The label: ISSUER:USER or USER; blanks may follow the colon, which some
 * escape. One that is not escaped is the one that parts them.
 */
static int
read_label(struct reading *reading, const char *label, size_t length)
{
	struct otpauth *otpauth = reading->otpauth;
	const char *parting = memchr(label, ':', length);
	char *colon, *user = reading->value;
	size_t issuer = parting != NULL ? (size_t)(parting - label) : 0;
	int r = unescape(reading, label, issuer);

	if (r == 0)
		r = copy_name(reading, reading->value, otpauth->issuer);
	if (parting != NULL)
		issuer++;
	if (r == 0)
		r = unescape(reading, label + issuer, length - issuer);
	if (r != 0)
		return r;
	colon = parting == NULL ? strchr(reading->value, ':') : NULL;
	if (colon != NULL) {
		*colon = '\0';
		r = copy_name(reading, reading->value, otpauth->issuer);
		user = colon + 1;
	}
	user += strspn(user, " ");
	return r != 0 ? r : copy_name(reading, user, otpauth->user);
}

/* The scheme and the kind; *rest is what follows them. */
static int
read_kind(struct reading *reading, const char *uri, const char **rest)
{
	size_t i, length;

	if (strncasecmp(uri, SCHEME, strlen(SCHEME)) != 0)
		return wrong(reading, "it does not begin with " SCHEME);
	uri += strlen(SCHEME);
	for (i = 0; i < FACTOR_KINDS; i++) {
		length = strlen(factor_kinds[i]);
		if (strncasecmp(uri, factor_kinds[i], length) == 0 &&
		    uri[length] == '/') {
			factor_init(
			    &reading->otpauth->factor, (enum factor_kind)i);
			*rest = uri + length + 1;
			return 0;
		}
	}
	return wrong(reading, "it is neither of totp nor of hotp");
}

/* What must be there, once all was read. */
static int
complete(struct reading *reading)
{
	struct factor *factor = &reading->otpauth->factor;

	if (!(reading->seen & 1u << SECRET))
		return wrong(reading, "there is no secret in it");
	if (factor->kind == FACTOR_HOTP) {
		if (!(reading->seen & 1u << COUNTER))
			return wrong(reading, "there is no counter in it");
		factor->last = reading->counter - 1;
	}
	return 0;
}

int
otpauth_read(
    const char *uri, struct otpauth *otpauth, char *why, size_t why_size)
{
	struct reading reading = {
		.otpauth = otpauth, .why = why, .why_size = why_size
	};
	const char *label = uri;
	size_t length;
	int r;

	memset(otpauth, 0, sizeof(*otpauth));
	r = read_kind(&reading, uri, &label);
	if (r != 0)
		goto out;
	length = strcspn(label, "?#");
	r = read_label(&reading, label, length);
	if (r == 0 && label[length] == '?')
		r = read_parameters(&reading, label + length + 1);
	if (r == 0)
		r = complete(&reading);
out:
	explicit_bzero(&reading.value, sizeof(reading.value));
	if (r != 0)
		explicit_bzero(otpauth, sizeof(*otpauth));
	return r;
}
