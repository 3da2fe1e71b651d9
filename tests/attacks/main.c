/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * attacks DIR WORKER SHAPES: writes the corpus to a folder that must be there,
 * and empty; its configurations name WORKER as the program that verifies.
 * SHAPES is the folder of that name beside this file.
 */
#include "tests/attacks/attack.h"

static const struct {
	const char *name;
	attack_class *write;
} classes[] = {
	{ "wrapping", attack_wrapping },
	{ "ids", attack_ids },
	{ "texts", attack_texts },
	{ "dtd", attack_dtd },
	{ "transforms", attack_transforms },
	{ "references", attack_references },
	{ "algorithms", attack_algorithms },
	{ "key_info", attack_key_info },
	{ "issuers", attack_issuers },
	{ "times", attack_times },
	{ "conditions", attack_conditions },
	{ "confirmations", attack_confirmations },
	{ "responses", attack_responses },
	{ "statements", attack_statements },
	{ "attributes", attack_attributes },
	{ "identities", attack_identities },
	{ "scopes", attack_scopes },
	{ "encryption", attack_encryption },
	{ "decryption", attack_decryption },
	{ "encrypted_ids", attack_encrypted_ids },
	{ "malformed", attack_malformed },
	{ "encodings", attack_encodings },
	{ "base64", attack_base64 },
	{ "bombs", attack_bombs },
	{ "canonical", attack_canonical },
	{ "vendors", attack_vendors },
};

int
main(int argc, char **argv)
{
	struct attacks attacks = { 0 };
	char *path;
	size_t i;

	if (argc != 4) {
		fprintf(stderr, "usage: attacks DIR WORKER SHAPES\n");
		return 2;
	}
	attacks.dir = argv[1];
	attacks.worker = argv[2];
	attacks.shapes = argv[3];
	if (xmlSecInit() < 0 || xmlSecOpenSSLInit() < 0)
		return 1;
	world_make(&attacks);
	path = fixture_text("%s/manifest", attacks.dir);
	if ((attacks.manifest = fopen(path, "we")) == NULL) {
		perror(path);
		return 1;
	}
	for (i = 0; i < COUNT(classes); i++) {
		attacks.class = classes[i].name;
		classes[i].write(&attacks);
	}
	if (fclose(attacks.manifest) != 0) {
		perror(path);
		return 1;
	}
	free(path);
	world_free(&attacks);
	return 0;
}
