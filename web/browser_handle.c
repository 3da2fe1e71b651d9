/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/browser_handle.h"

#include <stdint.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"

#define BYTES 32
#define BASE64URL                                                              \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

_Static_assert(BROWSER_HANDLE_SIZE == SECRET_TEXT_SIZE(BYTES), "handle");

int
browser_handle_mint(char handle[BROWSER_HANDLE_SIZE])
{
	uint8_t bytes[BYTES];

	if (secret_random(bytes, sizeof(bytes)) != 0)
		return GATE_EIO;
	secret_text(bytes, sizeof(bytes), handle);
	explicit_bzero(bytes, sizeof(bytes));
	return 0;
}

int
browser_handle_is(const char *text)
{
	return strspn(text, BASE64URL) == BROWSER_HANDLE_SIZE - 1 &&
	    text[BROWSER_HANDLE_SIZE - 1] == '\0';
}
