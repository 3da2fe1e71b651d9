/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pam_module/conversation.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

#include "lib/protocol.h"
#include "lib/secret.h"

/* One message and what comes back; *reply is NULL where nothing does. */
static int
converse(pam_handle_t *pamh, int style, const char *text, char **reply)
{
	const struct pam_message message = { .msg_style = style, .msg = text };
	const struct pam_message *messages = &message;
	struct pam_response *response = NULL;
	const struct pam_conv *conv = NULL;
	int r;

	*reply = NULL;
	r = pam_get_item(pamh, PAM_CONV, (const void **)&conv);
	if (r != PAM_SUCCESS || conv == NULL || conv->conv == NULL)
		return PAM_CONV_ERR;
	r = conv->conv(1, &messages, &response, conv->appdata_ptr);
	if (response != NULL) {
		*reply = response->resp;
		free(response);
	}
	if (r != PAM_SUCCESS) {
		secret_str_free(reply);
		return PAM_CONV_ERR;
	}
	return PAM_SUCCESS;
}

int
conversation_ask(pam_handle_t *pamh, int style, const char *text, char **answer)
{
	int r;

	r = converse(pamh, style, text, answer);
	if (r != PAM_SUCCESS)
		return r;
	if (*answer == NULL)
		return PAM_CONV_ERR;
	if (strnlen(*answer, ANSWER_MAX + 1) > ANSWER_MAX) {
		pam_syslog(pamh, LOG_ERR,
		    "the answer to a prompt is longer than %u bytes",
		    ANSWER_MAX);
		secret_str_free(answer);
		return PAM_CONV_ERR;
	}
	return PAM_SUCCESS;
}

int
conversation_tell(pam_handle_t *pamh, int flags, int style, const char *text)
{
	char *reply;
	int r;

	if ((flags & PAM_SILENT) != 0)
		return PAM_SUCCESS;
	r = converse(pamh, style, text, &reply);
	secret_str_free(&reply);
	return r;
}
