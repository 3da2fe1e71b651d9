/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_QR_H
#define TWOFACTOR_QR_H

/*
 * QR codes (ISO/IEC 18004) for terminals, two modules to a character: the
 * half blocks of Unicode, with the four light modules around it that scanners
 * need. Black on white whatever the terminal's own colours are; or plain, light
 * in the terminal's foreground, where what is between would show an escape as
 * text: right on a dark terminal, and on a light one with the two reversed
 * (ISO/IEC 18004, 6.2), as all but old scanners read it too.
 */

/* Where it is to be shown. */
struct qr_terminal {
	int columns; /* 0: unknown, and nothing is shown */
	int rows;    /* 0: any number: it scrolls */
	int utf8;    /* nonzero: it shows UTF-8 */
	int plain;   /* nonzero: no colours, and no escapes */
};

/*
 * Writes text as lines for a terminal: 0 and *drawing, the caller's, to be
 * freed by secret_str_free as it holds what text does. GATE_ETOOBIG if it does
 * not fit or could not be shown there: show the text alone; GATE_EINVAL for no
 * text, or one that no QR code holds; GATE_ENOMEM. What libqrencode kept of the
 * text on the way is not wiped: a process that ends soon should draw.
 */
int qr_draw(
    const char *text, const struct qr_terminal *terminal, char **drawing);

#endif
