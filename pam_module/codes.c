/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pam_module/codes.h"

#include <security/pam_modules.h>

/*
 * PAM_AUTHINFO_UNAVAIL exists for authenticate alone; in the other hooks a
 * gate that cannot decide is an error of the service. "Not a token" has a code
 * of its own, so that a stack can tell a password, which is for the next line
 * to check, from an assertion that was refused.
 */
/* clang-format off */
static const int codes[OUTCOME_COUNT][HOOK_COUNT] = {
	/* authenticate, account, open, close, chauthtok */
	[OUTCOME_GRANTED] = {
		PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS,
		PAM_SUCCESS },
	[OUTCOME_DENIED] = {
		PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR, PAM_SESSION_ERR,
		PAM_PERM_DENIED },
	[OUTCOME_UNAVAILABLE] = {
		PAM_AUTHINFO_UNAVAIL, PAM_SERVICE_ERR, PAM_SESSION_ERR,
		PAM_SESSION_ERR, PAM_SERVICE_ERR },
	[OUTCOME_USER_UNKNOWN] = {
		PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_SESSION_ERR,
		PAM_SESSION_ERR, PAM_USER_UNKNOWN },
	[OUTCOME_NEW_AUTHTOK] = {
		PAM_AUTH_ERR, PAM_NEW_AUTHTOK_REQD, PAM_SESSION_ERR,
		PAM_SESSION_ERR, PAM_AUTHTOK_ERR },
	[OUTCOME_EXPIRED] = {
		PAM_AUTH_ERR, PAM_ACCT_EXPIRED, PAM_SESSION_ERR,
		PAM_SESSION_ERR, PAM_PERM_DENIED },
	[OUTCOME_MAXTRIES] = {
		PAM_MAXTRIES, PAM_PERM_DENIED, PAM_SESSION_ERR, PAM_SESSION_ERR,
		PAM_PERM_DENIED },
	[OUTCOME_TRY_AGAIN] = {
		PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR, PAM_SESSION_ERR,
		PAM_AUTHTOK_ERR },
	[OUTCOME_NOT_TOKEN] = {
		PAM_CRED_INSUFFICIENT, PAM_PERM_DENIED, PAM_SESSION_ERR,
		PAM_SESSION_ERR, PAM_AUTHTOK_ERR },
};
/* clang-format on */

int
codes_pam(enum hook hook, enum outcome outcome)
{
	if ((unsigned int)outcome >= OUTCOME_COUNT)
		outcome = OUTCOME_UNAVAILABLE;
	/* A gap in the table would read as PAM_SUCCESS. */
	if (outcome != OUTCOME_GRANTED && codes[outcome][hook] == PAM_SUCCESS)
		return PAM_SERVICE_ERR;
	return codes[outcome][hook];
}
