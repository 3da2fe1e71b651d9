/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include <stddef.h>

#include "web/exchange.h"

/*
 * Answers one request, by one of the functions of exchange.h. Without
 * ROUTE_SLOW it runs in a thread that serves everybody: it may ask gatehoused
 * what is answered from memory (gate_check), and nothing else.
 */
typedef void route_handler(struct exchange *exchange);

enum route_needs {
	ROUTE_SLOW = 1,    /* runs in a thread that may wait */
	ROUTE_ADDRESS = 2, /* the client's address; without one, 403 */
	ROUTE_QUERY = 4,   /* arguments; where they are none, 400 */
	ROUTE_FORM = 8,    /* of POST: a form; where it is none, 400 or 415 */
	ROUTE_ORIGIN = 16, /* of POST: from a page of ours, or 403 */
	ROUTE_LOCAL = 32,  /* from this machine, past the proxy; else 404 */
	ROUTE_TALK = 64 /* POST speaks with gatehouse-login: however long that
			 * takes, other pages do not wait for it */
};

struct route {
	const char *path; /* below the prefix */
	unsigned methods; /* of enum exchange_method */
	route_handler *handler;
	unsigned needs;
	size_t body_max; /* of POST; more is 413 */
};

/* What a form of ours has at most. */
#define ROUTE_FORM_MAX (16u << 10)

/* The route of a path, or NULL. */
const struct route *routes_find(const char *path);

/* The handlers, each in the file of its name. */
route_handler check_handle;
route_handler health_handle, health_metrics;
route_handler login_handle, acs_handle, logout_handle, slo_handle;
route_handler metadata_handle, status_handle, activity_handle, hold_handle;
route_handler sessions_handle, password_handle, enroll_handle;
route_handler asset_activity_handle, asset_style_handle, asset_logo_handle;

#endif
