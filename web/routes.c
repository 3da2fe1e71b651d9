/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/routes.h"

#include <string.h>

#define GET  METHOD_GET
#define POST METHOD_POST

/* For people, with forms of ours. */
#define PAGE                                                                   \
	(ROUTE_SLOW | ROUTE_ADDRESS | ROUTE_QUERY | ROUTE_FORM | ROUTE_ORIGIN)

/* What an IdP may post: all that a buffer holds. */
#define MESSAGE_MAX (BUFFER_MAX - 1)

/* The most asked for stands first. */
static const struct route routes[] = {
	{ "check", GET, check_handle, 0, 0 },
	{ "healthz", GET, health_handle, 0, 0 },
	{ "metrics", GET, health_metrics, ROUTE_LOCAL, 0 },
	{ "activity.js", GET, asset_activity_handle, 0, 0 },
	{ "login", GET | POST, login_handle, PAGE | ROUTE_TALK,
	    ROUTE_FORM_MAX },
	{ "acs", POST, acs_handle,
	    ROUTE_SLOW | ROUTE_ADDRESS | ROUTE_FORM | ROUTE_TALK, MESSAGE_MAX },
	{ "status", GET, status_handle, ROUTE_ADDRESS, 0 },
	{ "activity", GET | POST, activity_handle,
	    ROUTE_ADDRESS | ROUTE_QUERY | ROUTE_FORM | ROUTE_ORIGIN,
	    ROUTE_FORM_MAX },
	{ "logout", GET | POST, logout_handle, PAGE, ROUTE_FORM_MAX },
	{ "slo", GET | POST, slo_handle,
	    ROUTE_SLOW | ROUTE_ADDRESS | ROUTE_FORM, MESSAGE_MAX },
	{ "metadata", GET, metadata_handle, ROUTE_SLOW, 0 },
	{ "hold", POST, hold_handle, ROUTE_SLOW | ROUTE_FORM, ROUTE_FORM_MAX },
	{ "sessions", GET | POST, sessions_handle, PAGE, ROUTE_FORM_MAX },
	{ "password", GET | POST, password_handle, PAGE | ROUTE_TALK,
	    ROUTE_FORM_MAX },
	{ "enroll", GET, enroll_handle, ROUTE_SLOW, 0 },
	{ "style.css", GET, asset_style_handle, 0, 0 },
	{ "logo", GET, asset_logo_handle, 0, 0 },
};

const struct route *
routes_find(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}
