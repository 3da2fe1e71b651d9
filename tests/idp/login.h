/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDP_LOGIN_H
#define IDP_LOGIN_H

#include <libxml/tree.h>

/* The two sides of a login and what was asked. */
struct login {
	const char *idp_metadata;
	const char *sp_metadata;
	const char *sp;      /* entityID; only where nothing was asked */
	const char *request; /* query string or base64; NULL: unsolicited */
};

/*
 * Has lasso's IdP role build the Response of a login: *doc, which the caller
 * frees, with a random NameID and no signature. 0, or GATE_EREFUSED where
 * lasso does not accept metadata or request, logged; GATE_ENOMEM.
 */
int login_build(const struct login *login, xmlDoc **doc);

#endif
