/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOGIN_TRANSACTION_H
#define LOGIN_TRANSACTION_H

#include "lib/config.h"
#include "web/login/conversation.h"

/*
 * Does what gatehouse-web asks for with the request that the conversation has
 * heard: signs somebody in, or changes a password, by the PAM stack of [web]
 * service, and answers. What was opened is closed again where the other end
 * does not say that it has the session's token. 0, whatever PAM decided; or
 * GATE_EPROTO, GATE_ENOMEM, ... where it was not answered.
 */
int transaction_run(
    struct conversation *conversation, const struct config *config);

#endif
