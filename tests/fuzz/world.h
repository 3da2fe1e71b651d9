/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>
#include <openssl/evp.h>

#include "saml/encryption.h"
#include "saml/metadata.h"
#include "saml/settings.h"

/*
 * The world that the fuzzed code is shown messages in: one IdP and one SP,
 * whose keys are the same in every run, so that what was found can be found
 * again.
 */
#define WORLD_IDP     "https://idp.example/metadata"
#define WORLD_SP      "https://sp.example/metadata"
#define WORLD_ACS     "https://sp.example/acs"
#define WORLD_SLO     "https://sp.example/slo"
#define WORLD_REQUEST "_request1"

/* The time of tests/unit/saml_fixture.h, 2026-11-22T03:25:43Z. */
#define WORLD_NOW 1795317943

/* One target is run in one process. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

struct fuzz_world {
	struct saml_settings settings;
	struct saml_idps *idps;
	struct saml_decryption_keys *keys;
	EVP_PKEY *idp_key; /* P-256: signs fast */
	EVP_PKEY *sp_key;  /* RSA */
};

/* Made at its first use; ends the process where it cannot be. */
struct fuzz_world *fuzz_world(void);

/*
 * Signs each Signature of a message that has one in a place where it counts, as
 * far as that can be done, with the IdP's key. The text is freed by the caller;
 * NULL where the message is not even XML.
 */
char *fuzz_sign(const char *message, size_t size);

#endif
