#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2034,SC2153 # what sessions.bash sets, and reads
#
# The processes of sessions that end: each is hung up once, whatever becomes of
# the daemon meanwhile, and none that goes on rightly.

bats_require_minimum_version 1.5.0
load fault.bash
load sessions.bash

@test "a process that will not end holds up no other session" {
	gate_set idle limit 2s
	gate_set idle warn 0s
	gate_set idle grace 30s
	gate_start
	hold_on stubborn env --ignore-signal=HUP,TERM
	local stubborn=$LEADER
	sleep 1
	hold_on alice
	arrive bob
	until_true all_ended 3 idle
	until_true gone "$LEADER"
	kill -0 "$stubborn"
	[ "$(ends_told idle)" -eq 2 ]
	[ "$(status_of sessions_hanging_up)" -eq 1 ]
	# nor a stop, and it does not outlive that
	local begun
	begun=$(uptime_ms)
	gate_stop
	[ $(($(uptime_ms) - begun)) -lt 5000 ]
	until_true gone "$stubborn"
	[ "$(ends_told idle)" -eq 3 ]
}

@test "processes that will not end do not stop all threads that serve" {
	gate_set gate threads 2
	gate_set idle grace 10s
	gate_start
	local begun user id pid ids=()
	for user in alice bob carol; do
		hold_on "$user" env --ignore-signal=HUP,TERM
		ids+=("$ID")
	done
	begun=$(uptime_ms)
	for id in "${ids[@]}"; do
		ctl session end "$id" > /dev/null 2>&1 3>&- &
		until_true ended "$id" administrator
	done
	ctl status > /dev/null
	[ $(($(uptime_ms) - begun)) -lt 8000 ]
	gate_stop
	gate_start
	for pid in "${LEADERS[@]}"; do
		until_true gone "$pid"
	done
	[ "$(ends_told administrator)" -eq 3 ]
}

# keeps_going PID: it is neither hung up nor killed, after all that is due.
keeps_going() {
	sleep 1
	kill -0 "$1"
}

@test "SIGKILL while a process is hung up: the next start does it" {
	gate_set idle grace 60s
	gate_start
	hold_on alice env --ignore-signal=HUP,TERM
	local alice=$LEADER over=$ID
	hold_on bob
	local bob=$LEADER on=$ID
	ctl session end "$over" > /dev/null 2>&1 3>&- &
	until_true ended "$over" administrator
	gate_stop KILL
	kill -0 "$alice"
	gate_set idle grace 1s
	gate_start
	until_true gone "$alice"
	until_true told_once "$over" administrator
	goes_on "$on"
	keeps_going "$bob"
	# and that was it
	gate_stop KILL
	gate_start
	goes_on "$on"
	keeps_going "$bob"
	told_once "$over" administrator
}

@test "a process that closes its sessions itself is left alone, by a start too" {
	gate_start
	# a server that goes on
	hold_on alice
	local alice=$LEADER
	close_for alice "$ID"
	ended "$ID" closed
	# and one of whose two sessions one was ended
	HELD_BY="$COMES $COMES"
	hold_on bob
	local bob=$LEADER last=$ID first
	first=$(sessions '.user == "bob" and .state == "open"' |
	    grep -v "^$last" | cut -d ' ' -f 1)
	run -1 ctl session end "$first"
	ended "$first" administrator
	close_for bob "$last"
	ended "$last" closed
	gate_stop KILL
	gate_start
	keeps_going "$alice"
	keeps_going "$bob"
}

# close_for USER ID: the application closes a session.
close_for() {
	"$BUILD/tests/session_client" "$GATE/gate.sock" ask close \
	    user="$1" service=portal session="$2"
}

# told_once ID REASON: the audit log has its end, once.
told_once() {
	[ "$(jq -r --arg id "$1" 'select(.verb == "session_end" and
	    .session == $id) | .detail' "$GATE/audit.log")" = "$2" ]
}
