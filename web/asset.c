/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/asset.h"

/* The assembler reads the file: the compiler is run at the top of the tree. */
#define ASSET(name, path)                                                      \
	__asm__(".pushsection .rodata\n"                                       \
		".global asset_" name "\n"                                     \
		".hidden asset_" name "\n"                                     \
		"asset_" name ":\n"                                            \
		".incbin \"web/" path "\"\n"                                   \
		".byte 0\n"                                                    \
		".popsection\n")

ASSET("style", "style.css");
ASSET("activity", "activity.js");
ASSET("layout", "pages/layout.html");
ASSET("choose", "pages/choose.html");
ASSET("password", "pages/password.html");
ASSET("code", "pages/code.html");
ASSET("enrol", "pages/enrol.html");
ASSET("recovery", "pages/recovery.html");
ASSET("change", "pages/change.html");
ASSET("warning", "pages/warning.html");
ASSET("ended", "pages/ended.html");
ASSET("denied", "pages/denied.html");
ASSET("error", "pages/error.html");
ASSET("sessions", "pages/sessions.html");
ASSET("question", "pages/question.html");
ASSET("logout", "pages/logout.html");
ASSET("continue", "pages/continue.html");
