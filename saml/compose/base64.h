/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMPOSE_BASE64_H
#define COMPOSE_BASE64_H

#include <stddef.h>

/* Base64 without line breaks (RFC 4648, 4), freed by the caller; NULL when
 * there is no memory. */
char *base64_encode(const void *bytes, size_t size);

#endif
