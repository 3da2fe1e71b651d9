/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_BREACHED_IMPORT_H
#define PASSWORD_BREACHED_IMPORT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Makes a file for breached.h from lists of SHA-1 hashes, in any order and of
 * any size: what does not fit into memory is sorted piece by piece, put aside
 * without a name beside the file to be made, and merged in the end.
 */
struct breached_import;

/* The entries sorted at once where the caller has no wish; each takes 16 bytes
 * of memory: 256 MB. */
#define BREACHED_IMPORT_ENTRIES ((size_t)16 << 20)

/*
 * Begins one that is to become path, with memory to sort so many
 * entries at once; path is the caller's, and must live as long. 0, or
 * GATE_EIO (errno), GATE_ENOMEM.
 */
int breached_import_new(
    struct breached_import **import, const char *path, size_t entries);

/* Ends it; what was not finished leaves nothing behind. */
void breached_import_free(struct breached_import **import);

/*
 * Takes one line without its end, of size bytes: 40 hexadecimal digits; or 35,
 * after the 5 of prefix (NULL: there is none), as in the ranges of the
 * published lists; and then nothing, or a colon and how often it was seen. One
 * seen 0 times is padding, and passed over, as are empty lines. 0; GATE_EINVAL
 * for any other line; GATE_EIO (errno).
 */
int breached_import_line(struct breached_import *import, const char *prefix,
    const char *line, size_t size);

/*
 * Puts the file into its place, on disk, of mode 0644: the old one or the new
 * one is there, whatever happens. *count is its number of entries. 0; or
 * GATE_EINVAL where nothing was taken; GATE_EIO (errno). Only free it then.
 */
int breached_import_finish(struct breached_import *import, uint64_t *count);

/* How many lines were taken so far. */
uint64_t breached_import_taken(const struct breached_import *import);

#endif
