#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# pam_gatehouse.so alone: what PAM is told when things do not go well.

bats_require_minimum_version 1.5.0
load module.bash

# --- when the daemon fails ---

# every_hook TEXT: all fail, none with PAM_IGNORE, and the log says TEXT.
every_hook() {
	for type in auth account password session; do
		line $type required
	done
	loader -u alice -a secret gate authenticate acct_mgmt chauthtok \
		open_session close_session
	[ "$status" -eq 1 ]
	has "authenticate: 9 "
	has "acct_mgmt: 3 "
	has "chauthtok: 3 "
	has "open_session: 14 "
	has "close_session: 14 "
	has "no answer from gatehoused at $socket: $1"
	[ "$(grep -c 'no answer from gatehoused' <<<"$output")" -eq 5 ]
}

@test "no daemon: every hook fails" {
	within 1000 every_hook "No such file or directory"
}

@test "a daemon that is gone: every hook fails" {
	daemon hang
	undaemon
	every_hook "Connection refused"
}

@test "a daemon that hangs: every hook fails, in time" {
	daemon hang
	within 6500 every_hook "timed out"
}

@test "a daemon that drips bytes: fails in time" {
	daemon slow
	line auth required
	within 1500 loader -u alice gate authenticate
	has "authenticate: 9 "
	has "timed out"
}

@test "a daemon that hangs after a prompt: the typing is not counted" {
	daemon prompt:hidden:authtok:Password: hang
	line auth required
	within 2500 loader -u alice -a secret gate authenticate
	has "authenticate: 9 "
	heard "answer text=secret"
}

@test "a daemon that hangs up: every hook fails" {
	daemon close
	every_hook "the peer hung up"
}

@test "a daemon that talks garbage: every hook fails" {
	daemon garbage
	every_hook "the peer does not speak the gate's protocol"
}

@test "half an answer, or the wrong one: fails" {
	daemon half -- wrongverb -- nooutcome -- result:beyond -- \
		prompt:hidden:code:
	line auth required
	for answer in half wrongverb nooutcome beyond; do
		loader -u alice gate authenticate
		echo "after: $answer"
		has "authenticate: 9 "
		has "the peer does not speak the gate's protocol"
	done
}

@test "prompts without end: fails" {
	daemon endless:1000 result:granted:user=alice
	line auth required
	loader -u alice -q gate authenticate
	has "authenticate: 9 "
	has "its prompts have no end"
	[ "$(grep -c '^answer' "$log")" -le 40 ]
}

@test "a directory that others may write to: not trusted" {
	daemon result:granted:user=alice
	chmod 0777 "$rundir"
	line auth required
	loader -u alice gate authenticate
	has "authenticate: 9 "
	has "the peer is not who it must be"
	[ ! -s "$log" ]
}

@test "pamtester sees the same" {
	daemon hang
	line auth required
	within 1500 run env LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 \
		PAM_WRAPPER_SERVICE_DIR="$confdir" \
		pamtester gate alice authenticate
	[ "$status" -eq 1 ]
	has "Authentication service cannot retrieve authentication info"
}

# --- outcomes ---

@test "each outcome has its code in each hook" {
	rows="granted 0 0 0 0 0
denied 7 6 6 14 14
unavailable 9 3 3 14 14
user_unknown 10 10 10 14 14
new_authtok 7 12 20 14 14
expired 7 13 6 14 14
maxtries 11 6 6 14 14
try_again 7 6 20 14 14
not_token 8 6 20 14 14"
	for type in auth account password session; do
		line $type required
	done
	while read -r outcome auth account password open close; do
		daemon "result:$outcome"
		loader -u alice gate authenticate acct_mgmt chauthtok \
			open_session close_session
		undaemon
		echo "outcome: $outcome"
		has "authenticate: $auth "
		has "acct_mgmt: $account "
		has "chauthtok: $password "
		has "open_session: $open "
		has "close_session: $close "
	done <<<"$rows"
}

@test "setcred asks nobody and succeeds" {
	line auth required
	loader -u alice gate setcred
	[ "$status" -eq 0 ]
	has "setcred: 0 "
}

@test "a delay is handed to PAM after a refusal" {
	daemon result:denied:delay=400000
	line auth required
	# libpam varies it by up to a half.
	start=${EPOCHREALTIME/./}
	loader -u alice gate authenticate
	[ $((${EPOCHREALTIME/./} - start)) -ge 200000 ]
}
