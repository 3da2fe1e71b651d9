/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this header declares is what the module exports. */
#pragma GCC visibility push(default)
#include <security/pam_modules.h>
#pragma GCC visibility pop

#include <stddef.h>
#include <syslog.h>

#include <security/pam_ext.h>

#include "pam_module/arguments.h"
#include "pam_module/codes.h"
#include "pam_module/exchange.h"

/* What each hook asks the daemon, and the keywords that it knows. */
static const struct {
	const char *name;
	enum verb verb;
	unsigned int steps;
} hooks[HOOK_COUNT] = {
	[HOOK_AUTHENTICATE] = { "authenticate", VERB_LOGIN,
	    STEP_BIT(STEP_GATE) | STEP_BIT(STEP_ALLOWLIST) |
		STEP_BIT(STEP_SSO) | STEP_BIT(STEP_PASSWORD) |
		STEP_BIT(STEP_OTP) },
	[HOOK_ACCOUNT] = { "acct_mgmt", VERB_ACCOUNT,
	    STEP_BIT(STEP_GATE) | STEP_BIT(STEP_ALLOWLIST) },
	[HOOK_OPEN] = { "open_session", VERB_OPEN,
	    STEP_BIT(STEP_GATE) | STEP_OF_SESSION },
	[HOOK_CLOSE] = { "close_session", VERB_CLOSE,
	    STEP_BIT(STEP_GATE) | STEP_OF_SESSION },
	[HOOK_CHAUTHTOK] = { "chauthtok", VERB_CHAUTHTOK,
	    STEP_BIT(STEP_GATE) | STEP_BIT(STEP_CHECK) |
		STEP_BIT(STEP_RECORD) },
};

static int
run(enum hook hook, pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct arguments arguments;
	enum outcome outcome = OUTCOME_UNAVAILABLE;
	int r, code;

	r = arguments_parse(&arguments, pamh, hooks[hook].steps, argc, argv);
	if (r != 0)
		return PAM_SERVICE_ERR;
	r = exchange_run(pamh, flags, &arguments, hooks[hook].verb, &outcome);
	if (r > 0)
		code = r;
	else if (r < 0)
		code = codes_pam(hook, OUTCOME_UNAVAILABLE);
	else
		code = codes_pam(hook, outcome);
	if (arguments.debug)
		pam_syslog(pamh, LOG_DEBUG, "%s: %s", hooks[hook].name,
		    pam_strerror(pamh, code));
	return code;
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(HOOK_AUTHENTICATE, pamh, flags, argc, argv);
}

/*
 * The gate hands out no credentials. libpam takes the same way through the
 * stack as in authenticate, each line as if it were required: anything but
 * success would take back a login.
 */
int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(HOOK_ACCOUNT, pamh, flags, argc, argv);
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(HOOK_OPEN, pamh, flags, argc, argv);
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(HOOK_CLOSE, pamh, flags, argc, argv);
}

/*
 * Where the line is but required, the lines that follow are run when it fails.
 * What was not found good must not be left for them to store, whoever put it
 * there.
 */
int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	int r = run(HOOK_CHAUTHTOK, pamh, flags, argc, argv);

	if (r != PAM_SUCCESS)
		(void)pam_set_item(pamh, PAM_AUTHTOK, NULL);
	return r;
}
