/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/buffer.h"

#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"

#define FIRST_SIZE 16384

static int
make_room(struct buffer *buffer, size_t size)
{
	size_t new_size = buffer->size > 0 ? buffer->size : FIRST_SIZE;
	char *larger;

	if (size > BUFFER_MAX - buffer->used)
		return GATE_ETOOBIG;
	while (new_size <= buffer->used + size)
		new_size *= 2;
	if (new_size == buffer->size)
		return 0;
	larger = secret_grow(buffer->text, buffer->size, new_size);
	if (larger == NULL)
		return GATE_ENOMEM;
	buffer->text = larger;
	buffer->size = new_size;
	return 0;
}

void
buffer_add(struct buffer *buffer, const char *text, size_t size)
{
	if (buffer->error == 0)
		buffer->error = make_room(buffer, size);
	if (buffer->error != 0)
		return;
	memcpy(buffer->text + buffer->used, text, size);
	buffer->used += size;
	buffer->text[buffer->used] = '\0';
}

void
buffer_add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void
buffer_clear(struct buffer *buffer)
{
	secret_free(buffer->text, buffer->size);
	memset(buffer, 0, sizeof(*buffer));
}
