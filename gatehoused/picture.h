/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_PICTURE_H
#define GATEHOUSED_PICTURE_H

#include <stddef.h>

/* Room for any that is drawn. */
#define PICTURE_SIZE (16u << 10)

/*
 * Draws text as a QR code (twofactor/qr.h) for a terminal that the daemon knows
 * nothing of: 80 columns, UTF-8, no escapes, which ssh(1) would show as text.
 * It is done in a process that ends right after, because libqrencode leaves
 * copies of the text in its heap. 0 and picture, as secret as text;
 * GATE_ETOOBIG for one that is too wide, or drawn larger than size; GATE_EIO,
 * GATE_ETIMEOUT: show the text alone.
 */
int picture_draw(const char *text, char *picture, size_t size);

#endif
