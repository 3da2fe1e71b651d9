/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_MAIL_ADDRESS_H
#define GATE_MAIL_ADDRESS_H

/*
 * Whether a text is one mail address and nothing else: LOCAL@DOMAIN in ASCII,
 * a Dot-string and a Domain by RFC 5321, 4.1.2, within its 4.5.3.1. No quotes,
 * no comments, no blank and no line's end: nothing that would make a header
 * name another recipient, or hold another header; and no "-" in front, which a
 * mail program might take for an option.
 */
int mail_address_is_sound(const char *text);

/* What stands behind the "@" of a sound one. */
const char *mail_address_domain(const char *text);

#endif
