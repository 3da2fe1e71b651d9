/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/table_layout.h"

/* With fewer, counting is not worth its while. */
#define FEW 1024

/* Of struct network: an address, and right behind it the prefix. */
#define KEY_BYTES 17
_Static_assert(offsetof(struct table_item, network.address) == 0 &&
	offsetof(struct table_item, network.prefix) == KEY_BYTES - 1,
    "an item begins with what it is sorted by");

/* Whether all of a family have the same byte at this place. */
static int
counts_are_one(const size_t counts[256], const struct table_item *items,
    size_t count, int place)
{
	return counts[((const uint8_t *)items)[place]] == count;
}

/*
 * Sorts by one byte of the key, the order of what has the same byte being kept
 * (Knuth, volume 3, 5.2.5). Returns where they are afterwards.
 */
static struct table_item *
distribute(
    struct table_item *from, struct table_item *to, size_t count, int place)
{
	size_t counts[256] = { 0 }, next[256], i, sum = 0;

	for (i = 0; i < count; i++)
		counts[((const uint8_t *)&from[i])[place]]++;
	if (count == 0 || counts_are_one(counts, from, count, place))
		return from;
	for (i = 0; i < 256; i++) {
		next[i] = sum;
		sum += counts[i];
	}
	for (i = 0; i < count; i++)
		to[next[((const uint8_t *)&from[i])[place]]++] = from[i];
	return to;
}

/* Sorts those of one family, from one array into the other; first is the first
 * byte that differs. */
static void
sort_family(struct table_item *items, struct table_item *other, size_t count,
    int first, struct table_item *target)
{
	struct table_item *sorted;
	int place;

	for (place = KEY_BYTES - 1; place >= first; place--) {
		sorted = distribute(items, other, count, place);
		other = sorted == items ? other : items;
		items = sorted;
	}
	if (items != target)
		memcpy(target, items, count * sizeof(*items));
}

int
table_compare_all(const void *a, const void *b)
{
	const struct table_item *x = a, *y = b;
	int c = table_compare(a, b);

	return c != 0 ? c : (x->value > y->value) - (x->value < y->value);
}

/* Sorts by value what is about the same network. */
static void
sort_values(struct table_item *items, size_t count)
{
	size_t i, end, j;

	for (i = 0; i < count; i = end) {
		for (end = i + 1;
		     end < count && table_compare(&items[i], &items[end]) == 0;)
			end++;
		/* mostly they came in order */
		for (j = i + 1; j < end; j++)
			if (items[j - 1].value > items[j].value)
				break;
		if (j < end)
			qsort(items + i, end - i, sizeof(*items),
			    table_compare_all);
	}
}

static int
is_sorted(const struct table_item *items, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (table_compare_all(&items[i - 1], &items[i]) > 0)
			return 0;
	return 1;
}

void
table_sort(struct table_item *items, size_t count)
{
	struct table_item *other;
	size_t i, v4 = 0, v6 = 0;

	/* as lists that somebody keeps mostly are */
	if (is_sorted(items, count))
		return;
	other = count > FEW ? reallocarray(NULL, count, sizeof(*items)) : NULL;
	if (other == NULL) {
		qsort(items, count, sizeof(*items), table_compare_all);
		return;
	}
	for (i = 0; i < count; i++)
		v4 += (size_t)is_v4(&items[i].network);
	v6 = v4;
	for (i = 0, v4 = 0; i < count; i++)
		other[is_v4(&items[i].network) ? v4++ : v6++] = items[i];
	sort_family(other, items, v4, 12, items);
	sort_family(other + v4, items + v4, count - v4, 0, items + v4);
	free(other);
	sort_values(items, count);
}
