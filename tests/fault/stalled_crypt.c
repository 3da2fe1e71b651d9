/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LD_PRELOAD: a crypt_r(3) that stands still while the file $STALL is there, so
 * that working on a password takes as long as a test wants it to.
 */
#include <crypt.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_US 2000

__attribute__((visibility("default"))) char *
crypt_r(const char *phrase, const char *setting, struct crypt_data *data)
{
	static char *(*next)(const char *, const char *, struct crypt_data *);
	const char *stall = getenv("STALL");

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "crypt_r");
	while (stall != NULL && access(stall, F_OK) == 0)
		usleep(LOOK_US);
	return next(phrase, setting, data);
}
