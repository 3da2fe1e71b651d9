/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_MAIL_MESSAGE_H
#define TWOFACTOR_MAIL_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The mail that a code goes with: the six digits, and not a word besides. Who
 * reads it on the way, or on a locked screen, learns neither what it is for nor
 * whose it is; so there is no Subject either.
 */
#define MAIL_MESSAGE_SIZE 1024

struct mail_message {
	const char *from;
	const char *to;
	const char *code;
	int64_t now; /* epoch seconds */
};

/*
 * Writes it by RFC 5322, with a Message-ID of its own and Auto-Submitted by RFC
 * 3834, in lines that end as sendmail wants them, LF. Wipe it. 0, *size;
 * GATE_EINVAL for an address that is not sound (lib/mail_address.h) or a code
 * that is none; GATE_EIO.
 */
int mail_message_write(const struct mail_message *message,
    char text[MAIL_MESSAGE_SIZE], size_t *size);

/*
 * Whether a text of others holds the code, in one piece or with anything but
 * digits in between: such a text is not to be kept.
 */
int mail_message_tells(const char *text, const char *code);

#endif
