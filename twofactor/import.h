/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_IMPORT_H
#define TWOFACTOR_IMPORT_H

#include <stddef.h>

#include "twofactor/factor.h"

/*
 * Second factors of other modules: the file that google-authenticator leaves
 * in a home directory, one user's, and the users file of pam_oath and
 * mod_authn_otp. People go on with the app or the token that they have.
 *
 * What cannot be known is which codes were used so far: of a clock's factor
 * none is good that is not younger than the import.
 */

#define IMPORT_SIZE_MAX    (64u << 20)
#define IMPORT_USER_MAX    256
#define IMPORT_SCRATCH_MAX 10
#define IMPORT_SCRATCH     8 /* digits */

struct import_entry {
	char user[IMPORT_USER_MAX];
	int line;             /* where it begins */
	struct factor factor; /* confirmed: it was in use */
	struct factor_seed seed;
	/* scratch codes not used so far, for recovery_keep */
	char scratch[IMPORT_SCRATCH_MAX][IMPORT_SCRATCH + 1];
	size_t scratch_count;
};

/* Takes a factor; what it returns ends the import and is returned. The entry
 * is wiped afterwards. */
typedef int import_each(const struct import_entry *entry, void *data);

/*
 * Says what was not taken, or is worth knowing, of a line (0: of all). It
 * never quotes a secret; what it quotes may be anything: see reason_plain.
 */
typedef void import_note(int line, const char *text, void *data);

struct import {
	const char *user; /* of a file that names none */
	int64_t now;      /* epoch seconds */
	import_each *each;
	import_note *note;
	void *data;
};

/*
 * Reads a whole file, whichever of the two it is. 0; GATE_EINVAL if anything
 * that looked like a factor was not taken (a note says which), after all that
 * were; GATE_ETOOBIG; GATE_ENOMEM; or what each returned.
 */
int import_read(const struct import *import, const char *text, size_t size);

#endif
