/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_WARNING_H
#define SAML_WARNING_H

#include <stdint.h>

#include "saml/service.h"

/*
 * Puts what is no error about the settings, but somebody should know, into the
 * answer to them, each as a sentence of its own (TAG_DETAIL): IdPs that verify
 * nothing at now (epoch seconds); a section [idp NAME] of an IdP that is not
 * there; IdPs whose users nothing bounds, where there are several; a rollover
 * key that decrypts nothing.
 */
void saml_warnings_put(struct service *service, int64_t now);

#endif
