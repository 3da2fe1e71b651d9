/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_OFFLINE_H
#define GATEHOUSECTL_OFFLINE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/config.h"
#include "saml/composer.h"
#include "saml/worker.h"

/*
 * Starts a SAML worker of our own by the configuration, as gatehoused does: 0;
 * GATE_ENOTFOUND where SSO is not configured; or an error of
 * saml_settings_load or saml_worker_new. why gets a sentence. Run by root, the
 * process becomes gatehoused's user first, for good.
 */
int offline_worker(struct saml_worker **worker, const struct config *config,
    char *why, size_t why_size);

/* Starts a composer of our own in the same way: errors of saml_speaker_load
 * and saml_composer_new. */
int offline_composer(struct saml_composer **composer,
    const struct config *config, char *why, size_t why_size);

/* When the worker's time for one thing is over ([saml] worker_timeout). */
int64_t offline_deadline(const struct config *config);

#endif
