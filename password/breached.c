/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/breached.h"

#include <endian.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/error.h"
#include "lib/file.h"

/* More than it takes where entries are spread evenly. */
#define GUESSES 16

struct breached {
	void *map;
	size_t size;
	const uint64_t *entries; /* big-endian */
	uint64_t count;
};

static uint64_t
entry_at(const struct breached *breached, uint64_t place)
{
	return be64toh(breached->entries[place]);
}

/* The header says what is in the file, and the size has to agree. */
static int
read_header(struct breached *breached)
{
	uint64_t count;

	if (breached->size < BREACHED_HEADER_SIZE ||
	    memcmp(breached->map, BREACHED_MAGIC, BREACHED_MAGIC_SIZE) != 0)
		return GATE_EPROTO;
	memcpy(
	    &count, (char *)breached->map + BREACHED_MAGIC_SIZE, sizeof(count));
	breached->count = be64toh(count);
	if (breached->count !=
		(breached->size - BREACHED_HEADER_SIZE) / sizeof(uint64_t) ||
	    breached->size % sizeof(uint64_t) != 0)
		return GATE_EPROTO;
	breached->entries =
	    (const uint64_t *)((char *)breached->map + BREACHED_HEADER_SIZE);
	return 0;
}

static int
map(struct breached *breached, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return GATE_EIO;
	if (st.st_size < BREACHED_HEADER_SIZE)
		return GATE_EPROTO;
	breached->size = (size_t)st.st_size;
	breached->map =
	    mmap(NULL, breached->size, PROT_READ, MAP_SHARED, fd, 0);
	if (breached->map == MAP_FAILED) {
		breached->map = NULL;
		return GATE_EIO;
	}
	/* what is near an entry is of no use to the next lookup */
	(void)madvise(breached->map, breached->size, MADV_RANDOM);
	/* gigabytes that anybody may read: nothing for mlockall(2) to keep */
	(void)munlock(breached->map, breached->size);
	return read_header(breached);
}

int
breached_open(
    struct breached **breached, const char *path, char *why, size_t why_size)
{
	struct breached *new;
	int fd = -1, saved, r;

	why[0] = '\0';
	if ((new = calloc(1, sizeof(*new))) == NULL) {
		r = GATE_ENOMEM;
		goto out;
	}
	r = file_open(path, FILE_TRUSTED, &fd, why, why_size);
	if (r == 0)
		r = map(new, fd);
	if (r == 0) {
		*breached = new;
		new = NULL;
	}
out:
	saved = errno;
	if (r == GATE_EPROTO)
		snprintf(why, why_size,
		    "not made by gatehousectl password breached import, or "
		    "cut short");
	else if (r == GATE_EIO && saved == ENOENT)
		snprintf(why, why_size,
		    "there is no such file yet: gatehousectl password breached "
		    "import makes it");
	else if (r != 0 && why[0] == '\0')
		snprintf(why, why_size, "%s",
		    r == GATE_EIO ? strerror(saved) : gate_strerror(r));
	if (fd != -1)
		close(fd);
	breached_free(&new);
	errno = saved;
	return r;
}

void
breached_free(struct breached **breached)
{
	if (*breached == NULL)
		return;
	if ((*breached)->map != NULL)
		munmap((*breached)->map, (*breached)->size);
	free(*breached);
	*breached = NULL;
}

int
breached_has_entry(const struct breached *breached, uint64_t entry)
{
	uint64_t from = 0, to = breached->count; /* it is between these, */
	uint64_t low = 0, high = UINT64_MAX;     /* which are between those */
	uint64_t middle, found;
	int step = 0;

	/*
	 * By where it should be, if those between are spread evenly. Every step
	 * squares how near it is, so that the third looks at the same page as
	 * those behind it; no other value is read than the one compared. A file
	 * that is not spread evenly is searched by halves after some steps.
	 */
	while (from < to) {
		middle = from + (to - from) / 2;
		if (step++ < GUESSES && high > low)
			middle = from +
			    (uint64_t)((unsigned __int128)(entry - low) *
				(to - from - 1) / (high - low));
		found = entry_at(breached, middle);
		if (found == entry)
			return 1;
		if (found < entry) {
			from = middle + 1;
			low = found;
		} else {
			to = middle;
			high = found;
		}
	}
	return 0;
}

uint64_t
breached_entry(const uint8_t sha1[20])
{
	uint64_t entry;

	memcpy(&entry, sha1, sizeof(entry));
	return be64toh(entry);
}

int
breached_has(const struct breached *breached, const char *password)
{
	uint8_t sha1[20];
	int r = GATE_ECRYPTO;

	if (EVP_Digest(
		password, strlen(password), sha1, NULL, EVP_sha1(), NULL) == 1)
		r = breached_has_entry(breached, breached_entry(sha1))
		    ? GATE_EREFUSED
		    : 0;
	explicit_bzero(sha1, sizeof(sha1));
	return r;
}

uint64_t
breached_count(const struct breached *breached)
{
	return breached->count;
}
