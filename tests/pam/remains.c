/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks for secrets in files, and in the memory of running processes, also of
 * those that are not dumpable: needs root.
 *
 *	remains [-a | -u] SECRETS PID|FILE...
 *
 * SECRETS has one in each line: a name, a blank, and its bytes in hex, at least
 * WINDOW of them. A FILE has a slash in its name. Of a process all mappings are
 * looked at that madvise(2) has not kept out of core dumps, whatever else does;
 * with -a all; with -u those that are not locked, and so may come to be
 * swapped.
 *
 * A secret is looked for in every spelling that a program is likely to have
 * made of it, and in pieces, for a freed block loses its first bytes to the
 * allocator: any 2 * WINDOW - 1 bytes of it in a row are found.
 *
 * Prints each that is found: the secret, the spelling, where. Exit status 0 if
 * there was none, 1 if there were, 2 if it could not look.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define WINDOW        8
#define PIECE_MAX     32
#define SECRET_MAX    2048
#define SPELLED_MAX   (SECRET_MAX * 8)
#define BLOCK         (1u << 20)
#define SLOTS         (1u << 16)

/* --- the spellings ----------------------------------------------------------
 */

typedef size_t spelling(const uint8_t *in, size_t size, uint8_t *out);

static size_t
plain(const uint8_t *in, size_t size, uint8_t *out)
{
	memcpy(out, in, size);
	return size;
}

/* As cracklib looks at a word, and as a big number lies in memory. */
static size_t
reversed(const uint8_t *in, size_t size, uint8_t *out)
{
	size_t i;

	for (i = 0; i < size; i++)
		out[i] = in[size - 1 - i];
	return size;
}

/* As cracklib tries it. */
static size_t
upper(const uint8_t *in, size_t size, uint8_t *out)
{
	size_t i;

	for (i = 0; i < size; i++)
		out[i] = (uint8_t)toupper(in[i]);
	return memcmp(in, out, size) != 0 ? size : 0;
}

/* Code points. */
static size_t
wide(const uint8_t *in, size_t size, uint8_t *out)
{
	uint32_t letter;
	size_t i;

	for (i = 0; i < size; i++) {
		letter = in[i];
		memcpy(out + i * sizeof(letter), &letter, sizeof(letter));
	}
	return size * sizeof(letter);
}

static size_t
masked(const uint8_t *in, size_t size, uint8_t *out, uint8_t mask)
{
	size_t i;

	for (i = 0; i < size; i++)
		out[i] = in[i] ^ mask;
	return size;
}

/* The two keys that an HMAC makes of one: RFC 2104. */
static size_t
inner(const uint8_t *in, size_t size, uint8_t *out)
{
	return masked(in, size, out, 0x36);
}

static size_t
outer(const uint8_t *in, size_t size, uint8_t *out)
{
	return masked(in, size, out, 0x5c);
}

static size_t
hex_with(const uint8_t *in, size_t size, uint8_t *out, const char *digits)
{
	size_t i;

	for (i = 0; i < size; i++) {
		out[2 * i] = (uint8_t)digits[in[i] >> 4];
		out[2 * i + 1] = (uint8_t)digits[in[i] & 15];
	}
	return 2 * size;
}

static size_t
hex(const uint8_t *in, size_t size, uint8_t *out)
{
	return hex_with(in, size, out, "0123456789abcdef");
}

static size_t
upper_hex(const uint8_t *in, size_t size, uint8_t *out)
{
	return hex_with(in, size, out, "0123456789ABCDEF");
}

/* By groups of bits, without padding: RFC 4648. */
static size_t
grouped(const uint8_t *in, size_t size, uint8_t *out, const char *alphabet,
    int group)
{
	uint32_t bits = 0;
	size_t i, n = 0;
	int held = 0;

	for (i = 0; i < size; i++) {
		bits = bits << 8 | in[i];
		for (held += 8; held >= group; held -= group)
			out[n++] = (uint8_t)alphabet[bits >> (held - group) &
			    ((1u << group) - 1)];
	}
	return n;
}

static size_t
base32(const uint8_t *in, size_t size, uint8_t *out)
{
	return grouped(in, size, out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5);
}

static size_t
base64(const uint8_t *in, size_t size, uint8_t *out)
{
	return grouped(in, size, out,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	    6);
}

/* As text lies in a QR code, behind half a byte: ISO/IEC 18004, 7.4.5. */
static size_t
shifted(const uint8_t *in, size_t size, uint8_t *out)
{
	size_t i;

	for (i = 0; i + 1 < size; i++)
		out[i] = (uint8_t)(in[i] << 4 | in[i + 1] >> 4);
	return size - 1;
}

/* A byte for each, as libqrencode puts them together. */
static size_t
bits(const uint8_t *in, size_t size, uint8_t *out)
{
	size_t i;

	for (i = 0; i < 8 * size; i++)
		out[i] = in[i / 8] >> (7 - i % 8) & 1;
	return 8 * size;
}

static const struct {
	const char *name;
	spelling *spell;
	size_t piece; /* how many bytes in a row are no accident */
} spellings[] = {
	{ "plain", plain, WINDOW },
	{ "reversed", reversed, WINDOW },
	{ "upper", upper, WINDOW },
	{ "wide", wide, WINDOW * sizeof(uint32_t) },
	{ "HMAC inner key", inner, WINDOW },
	{ "HMAC outer key", outer, WINDOW },
	{ "hex", hex, 2 * WINDOW },
	{ "HEX", upper_hex, 2 * WINDOW },
	{ "base32", base32, WINDOW },
	{ "base64", base64, WINDOW },
	{ "shifted", shifted, WINDOW },
	{ "bits", bits, PIECE_MAX },
};

/* --- what is looked for -----------------------------------------------------
 */

/* A secret in one of its spellings, and what of it was found in a mapping. */
struct spelled {
	const char *name;
	const char *spelling;
	size_t found;
	unsigned long first; /* where */
	struct spelled *next;
};

static struct spelled *all_spelled;

/* A piece of it. */
struct piece {
	uint8_t bytes[PIECE_MAX];
	size_t size;
	struct spelled *of;
	struct piece *next;
};

static struct piece *slots[SLOTS];

/* By its first WINDOW bytes. */
static struct piece **
slot_of(const uint8_t *bytes)
{
	uint64_t window;

	memcpy(&window, bytes, sizeof(window));
	return &slots[window * 0x9e3779b97f4a7c15u >> 48];
}

static void *new (size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL)
		err(2, "memory");
	return memory;
}

static void
add_piece(struct spelled *of, const uint8_t *bytes, size_t size)
{
	struct piece *piece = new (sizeof(*piece));
	struct piece **slot = slot_of(bytes);

	piece->of = of;
	piece->size = size;
	piece->next = *slot;
	memcpy(piece->bytes, bytes, size);
	*slot = piece;
}

/* A part that says nothing, as of a password that repeats, is found anywhere.
 */
static int
says_something(const uint8_t *bytes, size_t size)
{
	size_t i, changes = 0;

	for (i = 1; i < size; i++)
		changes += bytes[i] != bytes[i - 1];
	return changes > 2;
}

/* Digits are the same in small letters and in large ones. */
static int
is_known(const uint8_t *bytes, size_t size)
{
	const struct piece *piece = *slot_of(bytes);

	while (piece != NULL &&
	    (piece->size != size || memcmp(piece->bytes, bytes, size) != 0))
		piece = piece->next;
	return piece != NULL;
}

static void
add_spelling(const char *name, const char *spelling_name, const uint8_t *bytes,
    size_t size, size_t piece)
{
	struct spelled *spelled = new (sizeof(*spelled));
	size_t at;

	spelled->name = name;
	spelled->spelling = spelling_name;
	spelled->next = all_spelled;
	all_spelled = spelled;
	for (at = 0; at + piece <= size; at += piece)
		if (says_something(bytes + at, piece) &&
		    !is_known(bytes + at, piece))
			add_piece(spelled, bytes + at, piece);
}

static void
add_secret(const char *name, const uint8_t *bytes, size_t size)
{
	static uint8_t out[SPELLED_MAX];
	size_t i, length;

	for (i = 0; i < LENGTH(spellings); i++) {
		length = spellings[i].spell(bytes, size, out);
		add_spelling(
		    name, spellings[i].name, out, length, spellings[i].piece);
	}
}

static size_t
read_hex(const char *text, uint8_t *bytes, size_t size)
{
	unsigned int byte;
	size_t n = 0;

	while (n < size && sscanf(text, "%2x", &byte) == 1 &&
	    isxdigit((unsigned char)text[0]) &&
	    isxdigit((unsigned char)text[1])) {
		bytes[n++] = (uint8_t)byte;
		text += 2;
	}
	return *text == '\n' || *text == '\0' ? n : 0;
}

static void
read_secrets(const char *path)
{
	static char line[2 * SECRET_MAX + 256];
	uint8_t bytes[SECRET_MAX];
	FILE *file = fopen(path, "re");
	size_t size;
	char *blank;

	if (file == NULL)
		err(2, "%s", path);
	while (fgets(line, sizeof(line), file) != NULL) {
		blank = strchr(line, ' ');
		size = blank == NULL
		    ? 0
		    : read_hex(blank + 1, bytes, sizeof(bytes));
		if (size < WINDOW)
			errx(2, "no name and secret: %s", line);
		*blank = '\0';
		add_secret(strdup(line), bytes, size);
	}
	fclose(file);
}

/* --- where it is looked for -------------------------------------------------
 */

/* Which mappings are left out, by their flags in smaps: proc(5). */
static const char *skipped = " dd";

struct mapping {
	unsigned long from, to;
	char name[256];
	char flags[256];
};

/* What has been found in a mapping; nonzero if anything was. */
static int
report(const char *who, const struct mapping *mapping)
{
	struct spelled *s;
	int any = 0;

	for (s = all_spelled; s != NULL; s = s->next) {
		if (s->found == 0)
			continue;
		printf("%s: %s (%s), %zu pieces, from %lx on%s%s%s\n", who,
		    s->name, s->spelling, s->found, s->first,
		    mapping->name[0] != '\0' ? ", in " : "", mapping->name,
		    mapping->flags);
		s->found = 0;
		any = 1;
	}
	return any;
}

static void
search(unsigned long address, const uint8_t *bytes, size_t size)
{
	const struct piece *piece;
	size_t at;

	for (at = 0; at + WINDOW <= size; at++)
		for (piece = *slot_of(bytes + at); piece != NULL;
		     piece = piece->next)
			if (at + piece->size <= size &&
			    memcmp(piece->bytes, bytes + at, piece->size) ==
				0 &&
			    piece->of->found++ == 0)
				piece->of->first = address + at;
}

/* From where to where: one that lies across two blocks is met in the second. */
static void
search_range(int fd, unsigned long at, unsigned long to)
{
	static uint8_t block[BLOCK];
	size_t size;
	ssize_t n;

	while (at < to) {
		size = to - at < BLOCK ? to - at : BLOCK;
		n = pread(fd, block, size, (off_t)at);
		if (n <= 0)
			return; /* no memory of a kind that can be read */
		search(at, block, (size_t)n);
		if ((size_t)n < BLOCK)
			return;
		at += (size_t)n - PIECE_MAX + 1;
	}
}

/* The head of a mapping in smaps, if the line is one. */
static void
read_head(const char *line, struct mapping *mapping)
{
	struct mapping head = { 0 };

	if (sscanf(line, "%lx-%lx %*s %*x %*s %*d %255s", &head.from, &head.to,
		head.name) >= 2)
		*mapping = head;
}

static int
is_looked_at(const struct mapping *mapping)
{
	return strstr(mapping->flags, " rd") != NULL &&
	    (skipped == NULL || strstr(mapping->flags, skipped) == NULL);
}

/* Nonzero if anything was found. */
static int
search_process(const char *pid)
{
	struct mapping mapping = { 0 };
	char path[64], line[4096];
	size_t looked_at = 0;
	FILE *smaps;
	int mem, any = 0;

	snprintf(path, sizeof(path), "/proc/%s/smaps", pid);
	if ((smaps = fopen(path, "re")) == NULL)
		err(2, "%s", path);
	snprintf(path, sizeof(path), "/proc/%s/mem", pid);
	if ((mem = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		err(2, "%s", path);
	while (fgets(line, sizeof(line), smaps) != NULL) {
		read_head(line, &mapping);
		if (sscanf(line, "VmFlags:%255[^\n]", mapping.flags) != 1 ||
		    !is_looked_at(&mapping))
			continue;
		looked_at++;
		search_range(mem, mapping.from, mapping.to);
		any |= report(pid, &mapping);
	}
	if (looked_at == 0)
		errx(2, "nothing to be seen of process %s", pid);
	close(mem);
	fclose(smaps);
	return any;
}

static int
search_file(const char *path)
{
	static const struct mapping all = { .to = ULONG_MAX };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		err(2, "%s", path);
	search_range(fd, all.from, all.to);
	close(fd);
	return report(path, &all);
}

int
main(int argc, char **argv)
{
	int c, any = 0;

	while ((c = getopt(argc, argv, "au")) != -1) {
		if (c == '?')
			errx(2, "see the top of remains.c");
		skipped = c == 'a' ? NULL : " lo";
	}
	if (argc - optind < 2)
		errx(2, "see the top of remains.c");
	read_secrets(argv[optind++]);
	for (; optind < argc; optind++)
		any |= strchr(argv[optind], '/') != NULL
		    ? search_file(argv[optind])
		    : search_process(argv[optind]);
	return any;
}
