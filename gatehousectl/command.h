/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_COMMAND_H
#define GATEHOUSECTL_COMMAND_H

#include <stddef.h>
#include <stdio.h>

#include "gatehousectl/options.h"

/*
 * Carries out a verb: an exit status of enum ctl_exit. What it has to say goes
 * to standard output, what went wrong through complain().
 */
typedef int command_run(const struct options *options);

#define COMMAND_MANY 99

struct command {
	const char *noun;
	const char *verb; /* of one word or two; NULL: the noun says it all */
	const char *arguments; /* as the help shows them */
	int least, most;       /* arguments it takes: 0, 1 or COMMAND_MANY */
	option_set takes;
	command_run *run;
	const char *help; /* one line */
};

/*
 * The verb that the words of the options stand for, with options->argument
 * set; NULL and a complaint where there is none, or where it does not take
 * what was given.
 */
const struct command *command_find(struct options *options);

/* Lists the verbs that begin with the words given: all of them for none. 0, or
 * GATE_ENOTFOUND where there are none. */
int command_list(const struct options *options, FILE *to);

/* tickets.c */
command_run ticket;
/* sso.c */
command_run sso_check;
/* sso_start.c */
command_run sso_start;
/* sp.c */
command_run sp_metadata;
/* idps.c */
command_run idp_list;
/* configuration.c */
command_run config_check;
command_run config_show;
command_run config_list_keys;
/* sessions.c */
command_run session_list;
command_run session_show;
command_run session_end;
/* holds.c */
command_run session_hold;
command_run session_release;
command_run session_holds;
/* checks.c */
command_run session_check;
command_run session_token;
/* watch.c */
command_run session_watch;
/* logout.c */
command_run logout_start;
command_run logout_receive;
/* users.c */
command_run user_add;
command_run user_remove;
command_run user_list;
command_run user_show;
command_run user_set;
command_run user_disable;
command_run user_enable;
command_run password_expire;
command_run password_set;
/* enrolment.c */
command_run otp_enroll;
command_run otp_confirm;
/* second_factors.c */
command_run otp_recovery;
command_run otp_show;
command_run otp_remove;
command_run otp_forget;
/* import.c */
command_run otp_import;
/* keys.c */
command_run key_rotate;
/* lockouts.c */
command_run lockout_list;
command_run lockout_show;
command_run lockout_reset;
/* emergencies.c */
command_run emergency_issue;
command_run emergency_list;
command_run emergency_revoke;
/* passwords.c */
command_run password_check;
/* breached.c */
command_run password_breached_import;
/* allowlist.c */
command_run allowlist_check;
command_run allowlist_test;
/* access.c */
command_run access_test;
/* metadata.c */
command_run metadata_check;
/* status.c */
command_run status;
command_run reload;
command_run clock_accept;

#endif
