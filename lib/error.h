/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_ERROR_H
#define GATE_ERROR_H

/*
 * What went wrong with the machinery. Functions return 0 or one of these;
 * why a login was refused is a matter of its own, see reason.h.
 */
enum gate_error {
	GATE_OK = 0,
	GATE_ENOMEM = -1,     /* no memory */
	GATE_EINVAL = -2,     /* an argument or a value is not acceptable */
	GATE_EIO = -3,        /* a system call failed; errno says how */
	GATE_ETIMEOUT = -4,   /* a deadline passed */
	GATE_EPROTO = -5,     /* the peer does not speak the wire protocol */
	GATE_EPEER = -6,      /* the peer is not who it must be */
	GATE_ETOOBIG = -7,    /* over a size cap */
	GATE_ECLOSED = -8,    /* the peer hung up */
	GATE_ESTORE = -9,     /* the store failed */
	GATE_EFULL = -10,     /* the store has no space left */
	GATE_ENOTFOUND = -11, /* there is no such thing */
	GATE_EEXISTS = -12,   /* there is such a thing already */
	GATE_EREFUSED = -13,  /* a decision against; struct refusal says why */
	GATE_ECONFIG = -14,   /* the configuration is not acceptable */
	GATE_EUNSAFE = -15,   /* a file's owner, type or mode is not safe */
	GATE_ECRYPTO = -16,   /* a cryptographic primitive failed */
	GATE_EPERM = -17,     /* the peer may not ask this */
	GATE_ESCHEMA = -18,   /* the store was written by a newer version */
};

/*
 * The text of an error, for a log line or a terminal: a phrase without a
 * final stop. Never NULL, static storage, knows every value above.
 */
const char *gate_strerror(int error);

#endif
