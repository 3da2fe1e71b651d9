/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"

#include <stddef.h>

static const char *const texts[] = {
	[-GATE_OK] = "success",
	[-GATE_ENOMEM] = "out of memory",
	[-GATE_EINVAL] = "not an acceptable value",
	[-GATE_EIO] = "input or output failed",
	[-GATE_ETIMEOUT] = "timed out",
	[-GATE_EPROTO] = "the peer does not speak the gate's protocol",
	[-GATE_EPEER] = "the peer is not who it must be",
	[-GATE_ETOOBIG] = "too large",
	[-GATE_ECLOSED] = "the peer hung up",
	[-GATE_ESTORE] = "the store failed",
	[-GATE_EFULL] = "no space left for the store",
	[-GATE_ENOTFOUND] = "not found",
	[-GATE_EEXISTS] = "exists already",
	[-GATE_EREFUSED] = "refused",
	[-GATE_ECONFIG] = "the configuration is not acceptable",
	[-GATE_EUNSAFE] = "the file's owner, type or mode is not safe",
	[-GATE_ECRYPTO] = "a cryptographic operation failed",
	[-GATE_EPERM] = "not permitted",
	[-GATE_ESCHEMA] = "the store was written by a newer version",
};

const char *
gate_strerror(int error)
{
	const int count = (int)(sizeof(texts) / sizeof(texts[0]));

	if (error > 0 || error <= -count || texts[-error] == NULL)
		return "unknown error";
	return texts[-error];
}
