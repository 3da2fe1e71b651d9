/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_MEMORY_H
#define SAML_MEMORY_H

#include <stdint.h>

/*
 * Has libxml2, xmlsec1 and OpenSSL end the process (SAML_PROCESS_MEMORY) where
 * they get no memory: a parser that carries on after a failure half-way might
 * take a document for something that it is not. Before anything else of
 * theirs. 0 or GATE_ECRYPTO when they were in use already.
 */
int memory_strict(void);

/*
 * Bounds what the process may allocate from now on, in bytes, for good. 0 or
 * GATE_EIO.
 */
int memory_limit(int64_t bytes);

#endif
