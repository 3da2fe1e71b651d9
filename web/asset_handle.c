/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "web/asset.h"
#include "web/routes.h"

void
asset_activity_handle(struct exchange *x)
{
	exchange_asset(x, "text/javascript; charset=utf-8", asset_activity,
	    strlen(asset_activity));
}

void
asset_style_handle(struct exchange *x)
{
	exchange_asset(
	    x, "text/css; charset=utf-8", asset_style, strlen(asset_style));
}

void
asset_logo_handle(struct exchange *x)
{
	const struct site *site = x->site;

	if (site->logo == NULL)
		exchange_text(x, 404, "There is nothing here.\n");
	else
		exchange_asset(x, site->logo_type, site->logo, site->logo_size);
}
