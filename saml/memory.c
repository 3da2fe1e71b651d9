/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <libxml/xmlmemory.h>
#include <openssl/crypto.h>

#include "lib/error.h"
#include "saml/process.h"

static void *
or_die(void *memory, size_t size)
{
	if (memory == NULL && size > 0)
		_exit(SAML_PROCESS_MEMORY);
	return memory;
}

static void *
xml_malloc(size_t size)
{
	return or_die(malloc(size), size);
}

static void *
xml_realloc(void *memory, size_t size)
{
	return or_die(realloc(memory, size), size);
}

static char *
xml_strdup(const char *text)
{
	return or_die(strdup(text), 1);
}

static void *
crypto_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return xml_malloc(size);
}

static void *
crypto_realloc(void *memory, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return xml_realloc(memory, size);
}

static void
crypto_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	free(memory);
}

int
memory_strict(void)
{
	if (xmlMemSetup(free, xml_malloc, xml_realloc, xml_strdup) != 0 ||
	    CRYPTO_set_mem_functions(
		crypto_malloc, crypto_realloc, crypto_free) != 1)
		return GATE_ECRYPTO;
	return 0;
}

int
memory_limit(int64_t bytes)
{
#ifdef __SANITIZE_ADDRESS__
	/* its shadow is terabytes of address space, all of it data */
	(void)bytes;
	return 0;
#else
	/*
	 * Not RLIMIT_AS, which also counts the text of libraries: tens of
	 * megabytes that say nothing of what a document costs. Since Linux 4.7
	 * RLIMIT_DATA covers the heap and all private writable mappings, and
	 * the sandbox grants no others.
	 */
	const struct rlimit limit = { (rlim_t)bytes, (rlim_t)bytes };

	return setrlimit(RLIMIT_DATA, &limit) == 0 ? 0 : GATE_EIO;
#endif
}
