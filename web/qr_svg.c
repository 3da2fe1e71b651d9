/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/qr_svg.h"

#include <errno.h>
#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "web/escape.h"

#define QUIET 4 /* light modules on every side: ISO/IEC 18004, 5.3.8 */

/* Each run of dark modules in a row is a part of one path. */
static void
add_row(struct buffer *buffer, const QRcode *code, int y)
{
	const unsigned char *row = code->data + y * code->width;
	char part[48];
	int x, end;

	for (x = 0; x < code->width; x = end) {
		for (end = x; end < code->width && (row[end] & 1) != 0; end++)
			;
		if (end == x) {
			end++;
			continue;
		}
		snprintf(part, sizeof(part), "M%d %dh%dv1h-%dz", x + QUIET,
		    y + QUIET, end - x, end - x);
		buffer_add_text(buffer, part);
	}
}

int
qr_svg(struct buffer *buffer, const char *text, const char *label)
{
	char size[64];
	QRcode *code;
	int y, side;

	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	if (code == NULL)
		return errno == ENOMEM ? GATE_ENOMEM : GATE_EINVAL;
	side = code->width + 2 * QUIET;
	snprintf(size, sizeof(size), "%d %d", side, side);
	buffer_add_text(buffer,
	    "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" "
	    "role=\"img\" shape-rendering=\"crispEdges\" viewBox=\"0 0 ");
	buffer_add_text(buffer, size);
	buffer_add_text(buffer, "\" aria-label=\"");
	escape_html(buffer, label);
	buffer_add_text(buffer,
	    "\"><path fill=\"#fff\" d=\"M0 0h999v999h-999z\"/>"
	    "<path fill=\"#000\" d=\"");
	for (y = 0; y < code->width; y++)
		add_row(buffer, code, y);
	buffer_add_text(buffer, "\"/></svg>");
	explicit_bzero(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return buffer->error;
}
