/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include "web/exchange.h"

struct MHD_Connection;

/*
 * Gives the answer of an exchange to libmicrohttpd, with the headers that all
 * answers have. The exchange lives until it is sent. 0 or GATE_ENOMEM.
 */
int reply_send(struct exchange *x, struct MHD_Connection *mhd);

#endif
