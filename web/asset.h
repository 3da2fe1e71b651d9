/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_ASSET_H
#define WEB_ASSET_H

/*
 * Files that are built into the program, as texts that a NUL ends: the pages
 * (template.h), what they look like, and the script that portals load.
 */
extern const char asset_style[], asset_activity[], asset_layout[],
    asset_choose[], asset_password[], asset_code[], asset_enrol[],
    asset_recovery[], asset_change[], asset_warning[], asset_ended[],
    asset_denied[], asset_error[], asset_sessions[], asset_question[],
    asset_logout[], asset_continue[];

#endif
