/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <sys/platform/x86.h> /* no variable, as the compiler's way has */
#endif

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

/*
 * What was copied last is in the registers that it was copied by: a thread that
 * waits keeps them, and a core has them.
 */
#if defined(__x86_64__)
#define WIPE(number) "vpxorq %zmm" #number ", %zmm" #number ", %zmm" #number ";"

/* Those above 15 are nobody's but glibc's here: no compiler has to be told. */
__attribute__((noinline)) static void
wipe_registers(void)
{
	if (CPU_FEATURE_ACTIVE(AVX512F))
		__asm__ volatile(WIPE(16) WIPE(17) WIPE(18) WIPE(19) WIPE(20)
			WIPE(21) WIPE(22) WIPE(23) WIPE(24) WIPE(25) WIPE(26)
			    WIPE(27) WIPE(28) WIPE(29) WIPE(30) WIPE(31));
	if (CPU_FEATURE_ACTIVE(AVX))
		__asm__ volatile("vzeroall"
				 :
				 :
				 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
				 "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
				 "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
				 "xmm15");
}
#else
static void
wipe_registers(void)
{
}
#endif

/* Not inlined: its frame must be gone when the caller goes on. */
__attribute__((noinline)) void
secret_wipe_stack(void)
{
	uint8_t below[SECRET_STACK];

	explicit_bzero(below, sizeof(below));
	wipe_registers();
}

__attribute__((noinline)) void
secret_wipe_stack_shallow(void)
{
	uint8_t below[SECRET_STACK_SHALLOW];

	explicit_bzero(below, sizeof(below));
	wipe_registers();
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
