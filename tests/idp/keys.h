/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDP_KEYS_H
#define IDP_KEYS_H

#include "tests/idp/options.h"

struct _xmlSecKey;

/*
 * Makes an IdP in the folder options->dir, made if need be: key.pem (mode
 * 0600), the self-signed cert.pem and metadata.xml. What is there already is
 * overwritten. 0, or GATE_EIO, GATE_ECRYPTO, GATE_ENOMEM, logged.
 */
int keys_make(const struct options *options);

/* What keys_make has made, read back for use. */
struct keys;

int keys_load(struct keys **keys, const char *dir);
void keys_free(struct keys **keys);

/* The signing key with its certificate, and the metadata's text; borrowed. */
struct _xmlSecKey *keys_signing(const struct keys *keys);
const char *keys_metadata(const struct keys *keys);

#endif
