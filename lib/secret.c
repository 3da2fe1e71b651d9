/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/error.h"

/* Whole pages: locking and leaving out of a dump work by the page. */
static size_t
pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

void *
secret_alloc(size_t size)
{
	void *memory;

	if (size == 0 || size > SIZE_MAX / 2)
		return NULL;
	size = pages(size);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	/*
	 * Both may fail (RLIMIT_MEMLOCK, an old kernel), and a login must not
	 * depend on them: the wiping does not.
	 */
	(void)mlock(memory, size);
	(void)madvise(memory, size, MADV_DONTDUMP);
	return memory;
}

void
secret_free(void *memory, size_t size)
{
	if (memory == NULL)
		return;
	explicit_bzero(memory, size);
	(void)munmap(memory, pages(size));
}

void *
secret_grow(void *memory, size_t size, size_t new_size)
{
	void *larger = secret_alloc(new_size);

	if (larger == NULL)
		return NULL;
	if (memory != NULL)
		memcpy(larger, memory, size < new_size ? size : new_size);
	secret_free(memory, size);
	return larger;
}

/* Not inlined: its frame must be gone when the caller goes on. */
__attribute__((noinline)) void
secret_wipe_stack(void)
{
	uint8_t below[SECRET_STACK];

	explicit_bzero(below, sizeof(below));
}

void
secret_str_free(char **text)
{
	if (*text == NULL)
		return;
	explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

int
secret_equal(const void *a, size_t a_size, const void *b, size_t b_size)
{
	const volatile uint8_t *x = a;
	const volatile uint8_t *y = b;
	size_t differ = a_size ^ b_size;
	size_t i;

	for (i = 0; i < a_size; i++)
		differ |= (size_t)(x[i] ^ (b_size > 0 ? y[i % b_size] : 1));
	return differ == 0;
}

int
secret_random(void *bytes, size_t size)
{
	uint8_t *at = bytes;
	ssize_t n;

	while (size > 0) {
		n = getrandom(at, size, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return GATE_EIO;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

void
secret_text(const void *bytes, size_t size, char *text)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const uint8_t *at = bytes;
	uint32_t bits = 0;
	int held = 0;

	for (; size > 0; size--) {
		bits = bits << 8 | *at++;
		for (held += 8; held >= 6; held -= 6)
			*text++ = alphabet[bits >> (held - 6) & 63];
	}
	if (held > 0)
		*text++ = alphabet[bits << (6 - held) & 63];
	*text = '\0';
}
