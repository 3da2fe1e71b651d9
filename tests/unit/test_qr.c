/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "tests/unit/scratch.h"
#include "twofactor/otpauth.h"
#include "twofactor/qr.h"

#define LINE_BEGIN "\033[38;5;16;48;5;231m"
#define LINE_END   "\033[0m\n"

static const struct qr_terminal large = {
	.columns = 200, .rows = 0, .utf8 = 1
};

/* What a terminal shows: a dot for each half of a character, 1 for black. */
struct screen {
	int width;  /* of the widest line, in characters */
	int height; /* in dots: two for each line */
	char dots[400][400];
};

/* The upper and the lower half of the character at *at, which is moved on. */
static void
read_cell(const char **at, char *upper, char *lower)
{
	static const struct {
		const char *text;
		char upper, lower;
	} cells[] = { { " ", 0, 0 }, { "\xe2\x96\x80", 1, 0 },
		{ "\xe2\x96\x84", 0, 1 }, { "\xe2\x96\x88", 1, 1 } };
	size_t i;

	for (i = 0; i < 4; i++)
		if (strncmp(*at, cells[i].text, strlen(cells[i].text)) == 0) {
			*at += strlen(cells[i].text);
			*upper = cells[i].upper;
			*lower = cells[i].lower;
			return;
		}
	fail_msg("a character that is no half block");
}

static void
show_lines(const char *drawing, const char *begin, const char *end,
    struct screen *screen)
{
	const char *at = drawing;
	int x;

	memset(screen, 0, sizeof(*screen));
	while (*at != '\0') {
		assert_int_equal(strncmp(at, begin, strlen(begin)), 0);
		at += strlen(begin);
		for (x = 0; strncmp(at, end, strlen(end)) != 0; x++)
			read_cell(&at, &screen->dots[screen->height][x],
			    &screen->dots[screen->height + 1][x]);
		at += strlen(end);
		/* no line is longer than another: it is a white square */
		if (screen->height > 0)
			assert_int_equal(x, screen->width);
		screen->width = x;
		screen->height += 2;
	}
}

/* Every line sets its colours, and resets them before it ends. */
static void
show(const char *drawing, struct screen *screen)
{
	show_lines(drawing, LINE_BEGIN, LINE_END, screen);
}

/* A photograph of the screen, with what is around it in a shade of grey. */
static void
photograph(const struct screen *screen, const char *path, int around)
{
	const int dot = 4, edge = 40;
	int width = screen->width * dot + 2 * edge;
	int height = screen->height * dot + 2 * edge;
	FILE *file = fopen(path, "w");
	int x, y, sx, sy;

	assert_non_null(file);
	fprintf(file, "P5 %d %d 255\n", width, height);
	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++) {
			sx = (x - edge) / dot;
			sy = (y - edge) / dot;
			if (x < edge || y < edge || sx >= screen->width ||
			    sy >= screen->height)
				fputc(around, file);
			else
				fputc(screen->dots[sy][sx] ? 0 : 255, file);
		}
	assert_int_equal(fclose(file), 0);
}

/* What a scanner reads from it. */
static void
scan(const char *path, char *text, size_t size)
{
	char command[PATH_MAX + 64];
	FILE *pipe;
	size_t n;

	snprintf(
	    command, sizeof(command), "zbarimg -q --raw --nodbus %s", path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	n = fread(text, 1, size - 1, pipe);
	text[n] = '\0';
	assert_int_equal(pclose(pipe), 0);
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
}

/* On a black terminal, on a white one and on one in between. */
static void
is_read_by_a_scanner(void **state)
{
	static const int around[] = { 0, 255, 128 };
	static struct screen screen;
	struct factor factor;
	struct factor_seed seed;
	char uri[OTPAUTH_SIZE], read[OTPAUTH_SIZE], *drawing;
	size_t i;
	int algorithm;

	(void)state;
	for (algorithm = FACTOR_SHA1; algorithm <= FACTOR_SHA512; algorithm++) {
		factor_init(&factor, FACTOR_TOTP);
		factor.algorithm = (enum factor_algorithm)algorithm;
		assert_int_equal(factor_seed_make(&factor, &seed), 0);
		assert_int_equal(
		    otpauth_write(&factor, &seed, "Gatehouse \xc3\xa4&b",
			"alice@example.org", uri, sizeof(uri)),
		    0);
		assert_int_equal(qr_draw(uri, &large, &drawing), 0);
		show(drawing, &screen);
		secret_str_free(&drawing);
		for (i = 0; i < 3; i++) {
			photograph(&screen, scratch_path("qr.pgm"), around[i]);
			scan(scratch_path("qr.pgm"), read, sizeof(read));
			assert_string_equal(read, uri);
		}
	}
}

/* ISO/IEC 18004: four light modules on each side, three finder patterns. */
static void
has_a_quiet_zone_and_finders(void **state)
{
	static const char *const finder[] = { "1111111", "1000001", "1011101",
		"1011101", "1011101", "1000001", "1111111" };
	static struct screen screen;
	char *drawing;
	int side, i, x, y;

	(void)state;
	assert_int_equal(qr_draw("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ",
			     &large, &drawing),
	    0);
	show(drawing, &screen);
	secret_str_free(&drawing);
	side = screen.width;
	/* an odd number of modules: the last line has a lower half to spare */
	assert_int_equal(side % 2, 1);
	assert_int_equal(screen.height, side + 1);
	assert_int_equal((side - 8 - 17) % 4, 0);
	for (i = 0; i < side; i++)
		for (x = 0; x < 4; x++) {
			assert_int_equal(screen.dots[i][x], 0);
			assert_int_equal(screen.dots[i][side - 1 - x], 0);
			assert_int_equal(screen.dots[x][i], 0);
			assert_int_equal(screen.dots[side - 1 - x][i], 0);
			assert_int_equal(screen.dots[side][i], 0);
		}
	for (y = 0; y < 7; y++)
		for (x = 0; x < 7; x++) {
			assert_int_equal(
			    screen.dots[4 + y][4 + x], finder[y][x] - '0');
			assert_int_equal(screen.dots[4 + y][side - 11 + x],
			    finder[y][x] - '0');
			assert_int_equal(screen.dots[side - 11 + y][4 + x],
			    finder[y][x] - '0');
		}
}

/* The same code, with light in the foreground and no escape at all. */
static void
is_the_same_without_colours(void **state)
{
	static struct screen coloured, plain;
	struct qr_terminal terminal = large;
	const char *text = "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ";
	char *drawing;
	int x, y;

	(void)state;
	assert_int_equal(qr_draw(text, &terminal, &drawing), 0);
	show(drawing, &coloured);
	secret_str_free(&drawing);
	terminal.plain = 1;
	assert_int_equal(qr_draw(text, &terminal, &drawing), 0);
	show_lines(drawing, "", "\n", &plain);
	secret_str_free(&drawing);
	assert_int_equal(plain.width, coloured.width);
	assert_int_equal(plain.height, coloured.height);
	for (x = 0; x < plain.width; x++) {
		for (y = 0; y < plain.width; y++)
			assert_int_equal(
			    plain.dots[y][x], !coloured.dots[y][x]);
		/* half a line that is no part of the code */
		assert_int_equal(plain.dots[plain.width][x], 0);
	}
}

/* What an app takes as it is fits the terminal that everybody has. */
static void
fits_the_usual_terminal(void **state)
{
	static const struct qr_terminal usual = {
		.columns = 80, .rows = 24, .utf8 = 1
	};
	struct factor factor;
	struct factor_seed seed;
	char uri[OTPAUTH_SIZE], *drawing;

	(void)state;
	factor_init(&factor, FACTOR_TOTP);
	assert_int_equal(factor_seed_make(&factor, &seed), 0);
	assert_int_equal(otpauth_write(&factor, &seed, "Gatehouse",
			     "alice.example", uri, sizeof(uri)),
	    0);
	assert_int_equal(qr_draw(uri, &usual, &drawing), 0);
	secret_str_free(&drawing);
}

static void
says_where_it_does_not_fit(void **state)
{
	static struct screen screen;
	struct qr_terminal terminal = large;
	const char *text = "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ";
	char *drawing;

	(void)state;
	assert_int_equal(qr_draw(text, &terminal, &drawing), 0);
	show(drawing, &screen);
	secret_str_free(&drawing);

	terminal.columns = screen.width;
	terminal.rows = screen.height / 2;
	assert_int_equal(qr_draw(text, &terminal, &drawing), 0);
	secret_str_free(&drawing);
	terminal.columns--;
	assert_int_equal(qr_draw(text, &terminal, &drawing), GATE_ETOOBIG);
	assert_null(drawing);
	terminal.columns++;
	terminal.rows--;
	assert_int_equal(qr_draw(text, &terminal, &drawing), GATE_ETOOBIG);
	terminal = large;
	terminal.utf8 = 0;
	assert_int_equal(qr_draw(text, &terminal, &drawing), GATE_ETOOBIG);
	terminal = large;
	terminal.columns = 0;
	assert_int_equal(qr_draw(text, &terminal, &drawing), GATE_ETOOBIG);
}

static void
refuses_what_no_code_holds(void **state)
{
	char *drawing, text[3000];

	(void)state;
	assert_int_equal(qr_draw("", &large, &drawing), GATE_EINVAL);
	assert_null(drawing);
	/* 2953 bytes is what the largest one holds */
	memset(text, 'x', sizeof(text));
	text[2953] = '\0';
	assert_int_equal(qr_draw(text, &large, &drawing), 0);
	secret_str_free(&drawing);
	text[2953] = 'x';
	text[2954] = '\0';
	assert_int_equal(qr_draw(text, &large, &drawing), GATE_EINVAL);
	assert_null(drawing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    is_read_by_a_scanner, scratch_setup, scratch_teardown),
		cmocka_unit_test(has_a_quiet_zone_and_finders),
		cmocka_unit_test(is_the_same_without_colours),
		cmocka_unit_test(fits_the_usual_terminal),
		cmocka_unit_test(says_where_it_does_not_fit),
		cmocka_unit_test(refuses_what_no_code_holds),
	};

	return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
