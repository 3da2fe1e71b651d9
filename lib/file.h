/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_FILE_H
#define GATE_FILE_H

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* What a file must be like before it is believed. */
enum file_safety {
	FILE_TRUSTED, /* regular, root's or ours, not writable by others */
	FILE_SECRET,  /* that, and not readable by others either */
};

/*
 * Opens a file for reading without following a last symbolic link, and looks
 * at what was opened: 0 and *fd, or GATE_EIO (errno), GATE_EUNSAFE. why (of
 * why_size bytes, may be NULL) gets a phrase such as "mode 0666: others may
 * write to it; chmod go-w FILE".
 */
int file_open(const char *path, enum file_safety safety, int *fd, char *why,
    size_t why_size);

/*
 * Reads a whole file, opened as above, of at most max bytes. *bytes is
 * followed by a NUL and freed by the caller; GATE_ETOOBIG where it is larger.
 */
int file_read(const char *path, enum file_safety safety, size_t max,
    char **bytes, size_t *size, char *why, size_t why_size);

/*
 * Makes a new file of mode 0600 with these contents, on disk when it returns:
 * either the whole of it is there afterwards or nothing. 0, GATE_EEXISTS
 * where there is anything of that name, GATE_EIO (errno), GATE_ENOMEM.
 */
int file_create(const char *path, const void *bytes, size_t size);

/*
 * Puts a file of this mode and contents in the place of the one that has the
 * name, or where none is. Whatever happens meanwhile, one of the two is there
 * as a whole. On disk when it returns 0; else GATE_EIO (errno), GATE_ENOMEM.
 */
int file_replace(const char *path, mode_t mode, const void *bytes, size_t size);

/*
 * The same for a file that is written piece by piece: it is made beside its
 * place, with a name of its own, and fd is open to write and read it.
 */
struct file_draft {
	const char *path; /* the place; the caller's */
	char *name;       /* NULL: there is no draft */
	int fd;
};

/* Begins one: 0, or GATE_EIO (errno), GATE_ENOMEM. */
int file_draft_open(struct file_draft *draft, const char *path, mode_t mode);

/* Puts it into its place, on disk: 0 or GATE_EIO (errno). It is closed. */
int file_draft_commit(struct file_draft *draft);

/* Leaves nothing of it behind; takes one that is in its place, or zeroed. */
void file_draft_drop(struct file_draft *draft);

/*
 * Removes the drafts of path that a process has left which was killed over
 * them. Only for whoever is the only one to write there: who is at one of them
 * just now fails.
 */
void file_draft_sweep(const char *path);

/* A file without a name in the folder of path, open to write and read: its
 * descriptor, or -1 (errno). It is gone when it is closed. */
int file_scratch(const char *path);

/*
 * The file of a program that is to be run: where its path leads to, on most
 * systems through links. It must be FILE_TRUSTED, and one that may be run: 0,
 * or the errors of file_open; why as there.
 */
int file_program(
    const char *program, char path[PATH_MAX], char *why, size_t why_size);

#endif
