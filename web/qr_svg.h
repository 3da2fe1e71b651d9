/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_QR_SVG_H
#define WEB_QR_SVG_H

#include "web/buffer.h"

/*
 * Adds a QR code (ISO/IEC 18004) of the text as an SVG in a page, black on
 * white whatever the page's colours are, with the light modules around it that
 * scanners need. label is what it is to who cannot see it. 0; GATE_EINVAL for
 * no text, or one that no QR code holds; GATE_ENOMEM, GATE_ETOOBIG. What
 * libqrencode kept of the text on the way is not wiped.
 */
int qr_svg(struct buffer *buffer, const char *text, const char *label);

#endif
