/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_LOCATION_H
#define SAML_LOCATION_H

/*
 * Nonzero for a place that a browser may be sent to: an http or https URL with
 * a host and no fragment, of at most SAML_URI_MAX bytes, in the characters of
 * RFC 3986 alone. So a query can be added to it, and it holds no blank, quote,
 * control character or line break that could make it something else in a header
 * or a page.
 */
int saml_location_good(const char *text);

#endif
