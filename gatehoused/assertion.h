/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_ASSERTION_H
#define GATEHOUSED_ASSERTION_H

#include "lib/reason.h"
#include "lib/store.h"
#include "saml/identity.h"

/*
 * Uses a validated assertion up, within the transaction that makes something
 * of it: 0, or GATE_EREFUSED (replay), or an error of the store. SAML profiles
 * 4.1.4.5.
 */
int assertion_claim(struct store_tx *tx, const struct saml_identity *identity,
    struct refusal *refusal);

#endif
