/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/mail_message.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/error.h"
#include "lib/mail_address.h"
#include "lib/secret.h"
#include "twofactor/mail_code.h"

#define DIGITS    "0123456789"
#define ID_SIZE   16
#define DATE_SIZE 40

/* RFC 5322, 3.3. Not strftime(3): its names are the locale's. */
static int
write_date(int64_t now, char date[DATE_SIZE])
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t when = (time_t)now;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL)
		return GATE_EINVAL;
	snprintf(date, DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d +0000",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
	return 0;
}

static int
is_code(const char *text)
{
	return strlen(text) == MAIL_CODE_DIGITS &&
	    strspn(text, DIGITS) == MAIL_CODE_DIGITS;
}

int
mail_message_write(const struct mail_message *message,
    char text[MAIL_MESSAGE_SIZE], size_t *size)
{
	uint8_t random[ID_SIZE];
	char id[SECRET_TEXT_SIZE(ID_SIZE)], date[DATE_SIZE];
	int n, r;

	if (!mail_address_is_sound(message->from) ||
	    !mail_address_is_sound(message->to) || !is_code(message->code))
		return GATE_EINVAL;
	r = secret_random(random, sizeof(random));
	if (r == 0)
		r = write_date(message->now, date);
	if (r != 0)
		return r;
	secret_text(random, sizeof(random), id);
	n = snprintf(text, MAIL_MESSAGE_SIZE,
	    "From: %s\n"
	    "To: %s\n"
	    "Date: %s\n"
	    "Message-ID: <%s@%s>\n"
	    "Auto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=us-ascii\n"
	    "Content-Transfer-Encoding: 7bit\n"
	    "\n"
	    "%s\n",
	    message->from, message->to, date, id,
	    mail_address_domain(message->from), message->code);
	*size = (size_t)n;
	return 0;
}

int
mail_message_tells(const char *text, const char *code)
{
	size_t length = strlen(code), have = 0;
	char last[MAIL_CODE_TEXT_SIZE];

	for (; *text != '\0'; text++) {
		if (strchr(DIGITS, *text) == NULL)
			continue;
		if (have == length)
			memmove(last, last + 1, --have);
		last[have++] = *text;
		if (have == length && memcmp(last, code, length) == 0)
			break;
	}
	explicit_bzero(last, sizeof(last));
	return *text != '\0';
}
