/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/location.h"

#include <string.h>
#include <strings.h>

#include "saml/identity.h"

/* RFC 3986, 2.2 and 2.3: reserved and unreserved characters, and '%'; but '#',
 * behind which the query of a message could not follow. */
static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz"
				 "0123456789-._~:/?[]@!$&'()*+,;=%";

/* What follows the scheme, or NULL. */
static const char *
after_scheme(const char *text)
{
	static const char *const schemes[] = { "https://", "http://" };
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
			return text + strlen(schemes[i]);
	return NULL;
}

int
saml_location_good(const char *text)
{
	const char *host = after_scheme(text);

	return host != NULL && strcspn(host, "/?") > 0 &&
	    strspn(text, characters) == strlen(text) &&
	    strlen(text) <= SAML_URI_MAX;
}
