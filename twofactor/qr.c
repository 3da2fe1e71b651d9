/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

#define QUIET 4 /* light modules on every side: ISO/IEC 18004, 5.3.8 */

/*
 * Black on white from the fixed part of the palette of 256 colours: "black"
 * and "white" of the first 16 are what the theme makes of them.
 */
#define LINE_BEGIN "\033[38;5;16;48;5;231m"
#define LINE_END   "\033[0m"
#define CELL_MAX   3 /* bytes of a half block in UTF-8 */

/* A character by its upper and its lower module, 1 for the foreground. */
static const char *const cells[2][2] = {
	{ " ", "\xe2\x96\x84" },
	{ "\xe2\x96\x80", "\xe2\x96\x88" },
};

/* Nonzero for a module in the foreground, dark, or light where it is plain;
 * all around the code is light. */
static int
is_inked(const QRcode *code, int plain, int x, int y)
{
	int dark = 0;

	x -= QUIET;
	y -= QUIET;
	/* below the last of an odd number of rows there is nothing */
	if (y >= code->width + QUIET)
		return 0;
	if (x >= 0 && y >= 0 && x < code->width && y < code->width)
		dark = code->data[y * code->width + x] & 1;
	return dark != plain;
}

static char *
draw(const QRcode *code, int plain)
{
	const int side = code->width + 2 * QUIET;
	const size_t line =
	    strlen(LINE_BEGIN LINE_END "\n") + (size_t)side * CELL_MAX;
	char *drawing = malloc((size_t)(side + 1) / 2 * line + 1);
	char *at = drawing;
	int x, y;

	if (drawing == NULL)
		return NULL;
	for (y = 0; y < side; y += 2) {
		at = stpcpy(at, plain ? "" : LINE_BEGIN);
		for (x = 0; x < side; x++)
			at = stpcpy(at,
			    cells[is_inked(code, plain, x, y)]
				 [is_inked(code, plain, x, y + 1)]);
		at = stpcpy(at, plain ? "\n" : LINE_END "\n");
	}
	return drawing;
}

int
qr_draw(const char *text, const struct qr_terminal *terminal, char **drawing)
{
	QRcode *code;
	int side, r;

	*drawing = NULL;
	if (!terminal->utf8 || terminal->columns <= 0)
		return GATE_ETOOBIG;
	/* the least correction: a screen is not torn, and a small code fits */
	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (code == NULL)
		return errno == ENOMEM ? GATE_ENOMEM : GATE_EINVAL;
	side = code->width + 2 * QUIET;
	r = GATE_ETOOBIG;
	if (side > terminal->columns ||
	    (terminal->rows > 0 && (side + 1) / 2 > terminal->rows))
		goto out;
	*drawing = draw(code, terminal->plain != 0);
	r = *drawing != NULL ? 0 : GATE_ENOMEM;
out:
	explicit_bzero(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return r;
}
