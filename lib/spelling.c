/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/spelling.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static int
min3(int a, int b, int c)
{
	int least = a < b ? a : b;

	return least < c ? least : c;
}

/* How many letters to add, drop or change to get from a to b (Levenshtein). */
static int
distance(const char *a, const char *b)
{
	int row[256], above, corner, i, j;

	if (strlen(b) >= sizeof(row) / sizeof(row[0]))
		return INT32_MAX / 2;
	for (j = 0; j == 0 || b[j - 1] != '\0'; j++)
		row[j] = j;
	for (i = 0; a[i] != '\0'; i++) {
		corner = row[0];
		row[0] = i + 1;
		for (j = 0; b[j] != '\0'; j++) {
			above = row[j + 1];
			row[j + 1] = min3(
			    above + 1, row[j] + 1, corner + (a[i] != b[j]));
			corner = above;
		}
	}
	return row[strlen(b)];
}

int
spelling_resembles(const char *word, const char *name)
{
	size_t letters = strlen(word), others = strlen(name);
	int slips;

	/* most are told apart by that alone, of which there may be thousands */
	if (letters > others + 2 || others > letters + 2)
		return 0;
	slips = distance(word, name);
	return slips <= 2 && (size_t)slips * 2 <= letters;
}
