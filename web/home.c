/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/home.h"

#include <stddef.h>
#include <string.h>

#include "lib/network.h"

int
home_is(const struct exchange *x, const struct address *signed_in)
{
	int64_t bind = x->site->config->web_bind;
	struct address then, now = x->client;
	int prefix;

	if (bind == BIND_NONE)
		return 1;
	if (signed_in == NULL)
		return 0;
	then = *signed_in;
	if (bind == BIND_PREFIX) {
		prefix = address_is_v4(&then) ? NETWORK_PREFIX_V4 + 24 : 64;
		(void)network_mask(&then, prefix);
		(void)network_mask(&now, prefix);
	}
	return memcmp(then.bytes, now.bytes, sizeof(then.bytes)) == 0;
}
