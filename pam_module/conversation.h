/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONVERSATION_H
#define GATE_CONVERSATION_H

#include <security/pam_modules.h>

/*
 * Asks the person through the application; style is PAM_PROMPT_ECHO_OFF or
 * PAM_PROMPT_ECHO_ON. PAM_SUCCESS and *answer, at most ANSWER_MAX bytes, which
 * the caller gives to secret_str_free; or PAM_CONV_ERR, for every way in which
 * an application can fail to answer.
 */
int conversation_ask(
    pam_handle_t *pamh, int style, const char *text, char **answer);

/*
 * Shows a message; style is PAM_ERROR_MSG or PAM_TEXT_INFO. With PAM_SILENT
 * in the hook's flags nothing is shown, and that is a success. PAM_SUCCESS
 * or PAM_CONV_ERR.
 */
int conversation_tell(
    pam_handle_t *pamh, int flags, int style, const char *text);

#endif
