/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "gatehousectl/terminal.h"
#include "lib/error.h"
#include "lib/secret.h"

#define FIRST_ROOM (16u << 10)

/* Far beyond any password policy, and what a terminal's line can hold. */
#define PASSWORD_BYTES 4096

void
input_free(struct input *input)
{
	secret_free(input->bytes, input->room);
	*input = (struct input){ 0 };
}

static int
grow(struct input *input)
{
	size_t room = input->room == 0 ? FIRST_ROOM : input->room * 2;
	char *larger = secret_grow(input->bytes, input->room, room);

	if (larger == NULL)
		return GATE_ENOMEM;
	input->bytes = larger;
	input->room = room;
	return 0;
}

static int
read_all(int fd, struct input *input, size_t max)
{
	ssize_t n;
	int r = 0;

	while (r == 0) {
		/* one byte for the NUL */
		if (input->size + 1 >= input->room && (r = grow(input)) != 0)
			break;
		n = read(fd, input->bytes + input->size,
		    input->room - input->size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			break;
		if (n < 0)
			r = GATE_EIO;
		else if ((input->size += (size_t)n) > max)
			r = GATE_ETOOBIG;
	}
	return r;
}

int
input_read(struct input *input, const char *path, size_t max)
{
	int standard = strcmp(path, "-") == 0;
	int fd, saved, r;

	*input = (struct input){ 0 };
	fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return GATE_EIO;
	r = read_all(fd, input, max);
	saved = errno;
	if (!standard)
		close(fd);
	errno = saved;
	return r;
}

/* One line, with or without its end, that has something in it. */
static int
cut_line(struct input *input)
{
	char *end = memchr(input->bytes, '\n', input->size);

	if (end != NULL && end != input->bytes + input->size - 1)
		return GATE_EINVAL;
	if (end != NULL) {
		*end = '\0';
		input->size--;
	}
	if (input->size == 0 || strlen(input->bytes) != input->size)
		return GATE_EINVAL;
	return 0;
}

/* At the terminal, into memory of its own. */
static int
ask_once(struct input *input, const char *prompt)
{
	int r;

	*input = (struct input){ .room = PASSWORD_BYTES };
	input->bytes = secret_alloc(input->room);
	if (input->bytes == NULL)
		return GATE_ENOMEM;
	r = terminal_ask(prompt, input->bytes, input->room);
	if (r == 0)
		input->size = strlen(input->bytes);
	return r == 0 && input->size == 0 ? GATE_EINVAL : r;
}

static int
read_once(struct input *input)
{
	int r = input_read(input, "-", PASSWORD_BYTES);

	return r == 0 ? cut_line(input) : r;
}

int
input_line(struct input *input, const char *prompt)
{
	if (!isatty(STDIN_FILENO))
		return read_once(input);
	return ask_once(input, prompt);
}

int
input_password_once(struct input *input)
{
	return input_line(input, "Password: ");
}

int
input_password(struct input *input)
{
	struct input again = { 0 };
	int r;

	if (!isatty(STDIN_FILENO))
		return read_once(input);
	r = ask_once(input, "New password: ");
	if (r == 0)
		r = ask_once(&again, "The same again: ");
	if (r == 0 &&
	    !secret_equal(input->bytes, input->size, again.bytes, again.size))
		r = GATE_EREFUSED;
	input_free(&again);
	return r;
}
