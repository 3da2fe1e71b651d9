/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/file.h"
#include "tests/unit/scratch.h"

static const char *
file_with(const char *name, const char *text, mode_t mode)
{
	const char *path = scratch_path(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

/* What file_open says of a path; *why for the caller to look at. */
static int
judge(const char *path, enum file_safety safety, char why[128])
{
	int fd, r;

	r = file_open(path, safety, &fd, why, 128);
	if (r == 0) {
		assert_string_equal(why, "");
		assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		close(fd);
	} else {
		assert_int_equal(fd, -1);
		assert_string_not_equal(why, "");
	}
	return r;
}

static void
test_modes(void **state)
{
	static const struct {
		mode_t mode;
		int trusted, secret;
		const char *cure;
	} cases[] = {
		{ 0600, 0, 0, NULL },
		{ 0400, 0, 0, NULL },
		{ 0700, 0, 0, NULL },
		{ 0644, 0, GATE_EUNSAFE, "mode 0644: others may read" },
		{ 0640, 0, GATE_EUNSAFE, "chmod 600" },
		{ 0604, 0, GATE_EUNSAFE, "chmod 600" },
		{ 0601, 0, GATE_EUNSAFE, "chmod 600" },
		{ 0620, GATE_EUNSAFE, GATE_EUNSAFE, "mode 0620: others may w" },
		{ 0602, GATE_EUNSAFE, GATE_EUNSAFE, "chmod 600" },
		{ 0666, GATE_EUNSAFE, GATE_EUNSAFE, "mode 0666" },
	};
	char why[128];
	const char *path;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path = file_with("file", "text", cases[i].mode);
		assert_int_equal(
		    judge(path, FILE_TRUSTED, why), cases[i].trusted);
		if (cases[i].trusted != 0)
			assert_non_null(strstr(why, "chmod go-w FILE"));
		assert_int_equal(
		    judge(path, FILE_SECRET, why), cases[i].secret);
		if (cases[i].cure != NULL)
			assert_non_null(strstr(why, cases[i].cure));
		assert_int_equal(unlink(path), 0);
	}
}

static void
test_what_is_no_file(void **state)
{
	const char *file = file_with("file", "text", 0600);
	const char *link = scratch_path("link");
	const char *fifo = scratch_path("fifo");
	char why[128];

	(void)state;
	assert_int_equal(symlink(file, link), 0);
	assert_int_equal(judge(link, FILE_TRUSTED, why), GATE_EUNSAFE);
	assert_non_null(strstr(why, "symbolic link"));
	/* A FIFO that nobody writes to must not hang the reader either. */
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(judge(fifo, FILE_TRUSTED, why), GATE_EUNSAFE);
	assert_string_equal(why, "not a regular file");
	assert_int_equal(judge(scratch, FILE_TRUSTED, why), GATE_EUNSAFE);
	assert_int_equal(judge("/dev/null", FILE_TRUSTED, why), GATE_EUNSAFE);
	assert_int_equal(
	    judge(scratch_path("absent"), FILE_TRUSTED, why), GATE_EIO);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(why, "No such file or directory");
}

static void
test_owner(void **state)
{
	const char *path = file_with("file", "text", 0600);
	char why[128];

	(void)state;
	assert_int_equal(judge("/etc/passwd", FILE_TRUSTED, why), 0);
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	assert_int_equal(chown(path, 1234, 0), 0);
	assert_int_equal(judge(path, FILE_TRUSTED, why), GATE_EUNSAFE);
	assert_non_null(strstr(why, "owned by uid 1234"));
}

static void
test_read(void **state)
{
	const char *path = file_with("file", "twelve bytes", 0600);
	char *bytes = NULL, why[128];
	size_t size = 0;

	(void)state;
	assert_int_equal(
	    file_read(path, FILE_SECRET, 12, &bytes, &size, why, sizeof(why)),
	    0);
	assert_int_equal(size, 12);
	assert_string_equal(bytes, "twelve bytes");
	free(bytes);
	assert_int_equal(
	    file_read(path, FILE_SECRET, 11, &bytes, &size, why, sizeof(why)),
	    GATE_ETOOBIG);
	assert_null(bytes);
	assert_string_equal(why, "12 bytes: at most 11 are read");

	path = file_with("empty", "", 0600);
	assert_int_equal(
	    file_read(path, FILE_SECRET, 0, &bytes, &size, NULL, 0), 0);
	assert_int_equal(size, 0);
	assert_string_equal(bytes, "");
	free(bytes);

	path = file_with("open", "secret", 0644);
	assert_int_equal(
	    file_read(path, FILE_SECRET, 99, &bytes, &size, NULL, 0),
	    GATE_EUNSAFE);
	assert_null(bytes);
}

/* Nonzero at the first thing in the folder: a draft that was left behind. */
static int
count_files(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)path;
	(void)st;
	(void)walk;
	return type == FTW_D ? 0 : 1;
}

static void
test_create(void **state)
{
	const char *path = scratch_path("new"), *link = scratch_path("link");
	char *bytes = NULL;
	size_t size = 0;
	struct stat st;
	mode_t mask = umask(0277);

	(void)state;
	assert_int_equal(file_create(path, "a\0b", 3), 0);
	umask(mask);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(file_create(path, "other", 5), GATE_EEXISTS);
	assert_int_equal(
	    file_read(path, FILE_SECRET, 9, &bytes, &size, NULL, 0), 0);
	assert_int_equal(size, 3);
	assert_memory_equal(bytes, "a\0b", 4);
	free(bytes);
	assert_int_equal(unlink(path), 0);

	/* A dangling link is something of that name too. */
	assert_int_equal(symlink("nowhere", link), 0);
	assert_int_equal(file_create(link, "text", 4), GATE_EEXISTS);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(
	    file_create(scratch_path("no/folder"), "", 0), GATE_EIO);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(nftw(scratch, count_files, 4, FTW_PHYS), 0);
}

static void
test_replace(void **state)
{
	const char *path = scratch_path("file"), *link = scratch_path("link");
	const char *other = file_with("other", "theirs", 0600);
	char *bytes = NULL;
	size_t size = 0;
	struct stat st;
	mode_t mask = umask(0277);

	(void)state;
	assert_int_equal(file_replace(path, 0644, "first", 5), 0);
	assert_int_equal(file_replace(path, 0640, "a\0b", 3), 0);
	umask(mask);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0640);
	assert_int_equal(
	    file_read(path, FILE_TRUSTED, 9, &bytes, &size, NULL, 0), 0);
	assert_int_equal(size, 3);
	assert_memory_equal(bytes, "a\0b", 4);
	free(bytes);

	/* It takes a link's place, not that of what it points to. */
	assert_int_equal(symlink("other", link), 0);
	assert_int_equal(file_replace(link, 0644, "ours", 4), 0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(
	    file_read(other, FILE_TRUSTED, 9, &bytes, &size, NULL, 0), 0);
	assert_string_equal(bytes, "theirs");
	free(bytes);

	/* Where it cannot be done, what is there stays, and nothing more. */
	assert_int_equal(
	    file_replace(scratch_path("no/folder"), 0644, "", 0), GATE_EIO);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(file_replace(path, 0644, "x", 1), GATE_EIO);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(nftw(scratch, count_files, 4, FTW_PHYS), 0);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_modes),
		TEST(test_what_is_no_file),
		TEST(test_owner),
		TEST(test_read),
		TEST(test_create),
		TEST(test_replace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
