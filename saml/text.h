/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_TEXT_H
#define SAML_TEXT_H

#include <stddef.h>

/*
 * What is wrong with a text that is to name somebody: NULL, or a phrase such
 * as "holds a control character". Refused are the empty text, more than max
 * bytes, blanks at either end, and all characters that would make it look like
 * another one in a log or on a screen: controls, line and paragraph
 * separators, bidirectional marks, invisible ones.
 */
const char *saml_text_flaw(const char *text, size_t max);

#endif
