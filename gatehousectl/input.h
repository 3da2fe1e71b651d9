/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_INPUT_H
#define GATEHOUSECTL_INPUT_H

#include <stddef.h>

/*
 * What is read in: Responses and passwords. The memory is of secret_alloc,
 * and a NUL follows the bytes.
 */
struct input {
	char *bytes;
	size_t size;
	size_t room;
};

/*
 * Reads a file, or standard input for "-", of at most max bytes. 0, or
 * GATE_EIO (errno), GATE_ETOOBIG, GATE_ENOMEM. Free it in any case.
 */
int input_read(struct input *input, const char *path, size_t max);

/*
 * Asks for a new password twice, without echo, at the terminal of the
 * process; or reads it as one line from standard input, if that is none. 0 or
 * an error of input_read; GATE_EINVAL for none or several lines; GATE_EREFUSED
 * where the two differ; GATE_ECLOSED where the person gave up.
 */
int input_password(struct input *input);

/* The same for one that is not set, only tried: asked for once. */
int input_password_once(struct input *input);

/* The same for something else that is secret, with a prompt of its own. */
int input_line(struct input *input, const char *prompt);

void input_free(struct input *input);

#endif
