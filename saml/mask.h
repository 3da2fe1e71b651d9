/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_MASK_H
#define SAML_MASK_H

#include <stddef.h>

/*
 * Decisions about secrets, without a branch that somebody could time. A mask
 * has all bits set for yes and none for no.
 */
static inline size_t
mask_equal(size_t a, size_t b)
{
	size_t difference = a ^ b;

	/* the highest bit of it or of its negative is set unless it is 0 */
	return ((difference | (0 - difference)) >> (sizeof(size_t) * 8 - 1)) -
	    1;
}

static inline size_t
mask_select(size_t mask, size_t yes, size_t no)
{
	return (yes & mask) | (no & ~mask);
}

#endif
