/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_CONDITIONS_H
#define SAML_CONDITIONS_H

#include <stdint.h>

#include <libxml/tree.h>

#include "saml/check.h"

/*
 * Checks saml:Conditions (core 2.5.1): they must be there, in time, and hold
 * nothing that is unknown; all AudienceRestrictions, of which there must be
 * one, name this SP; OneTimeUse is what the gate does anyway, ProxyRestriction
 * is for those who issue assertions on. node may be NULL. 0 and the end
 * (SAML_TIME_NONE: none is set), or GATE_EREFUSED.
 */
int saml_conditions_check(
    const struct saml_check *check, const xmlNode *node, int64_t *end);

#endif
