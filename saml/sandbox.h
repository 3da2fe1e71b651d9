/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SANDBOX_H
#define SAML_SANDBOX_H

/*
 * Gives up what the process might have inherited: capabilities, what setuid
 * programs could give it, being traced or dumped, its working directory. To be
 * called first of all. 0 or GATE_EIO.
 */
int sandbox_drop(void);

/*
 * Shuts the process in for good: limits of 0, and a seccomp filter that kills
 * it on any system call but those that take memory and speak on open
 * descriptors. Libraries must have been set up before. 0 or GATE_EIO.
 */
int sandbox_enter(void);

#endif
