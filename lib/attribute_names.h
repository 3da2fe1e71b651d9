/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_ATTRIBUTE_NAMES_H
#define GATE_ATTRIBUTE_NAMES_H

#include "lib/digest.h"

#define ATTRIBUTE_NAMES_SIZE DIGEST_TEXT_SIZE

/*
 * A short text that stands for the set of names in a blank-separated list, as
 * attributes_encode takes one ("*": all there are): the same for two lists of
 * the same names, in whatever order and however often, and for no others. 0,
 * GATE_ENOMEM, GATE_ECRYPTO.
 */
int attribute_names(const char *list, char text[ATTRIBUTE_NAMES_SIZE]);

#endif
