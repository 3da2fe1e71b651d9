#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The wall clock jumps under the daemon. By libfaketime, in the daemon alone:
# IdP and test stay in the real time unless told otherwise.

bats_require_minimum_version 1.5.0
load fault.bash

HOUR=3600

setup() {
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set saml ticket_lifetime 10m
	clock 0
	start_faked
	ctl user add bob <<< "$SECRET"
	uri=$(ctl otp enroll --no-confirm bob)
}

# fresh USER: a Response that is good by the daemon's clock.
fresh() {
	sso "$1" --now $(($(date +%s) + SHIFT))
}

code() {
	otp_code "$uri" "$SHIFT"
}

@test "the clock of the daemon can be set here" {
	is_in alice "$(fresh alice)"
	is_refused expired 7 alice "$(sso alice --now $(($(date +%s) - HOUR)))"
	clock -$HOUR
	is_refused issue_instant 7 alice "$(sso alice)"
	clock $HOUR
	is_refused expired 7 alice "$(sso alice)"
	is_in alice "$(fresh alice)"
}

@test "set back: no SSO, but password and code, until it is accepted" {
	is_in alice "$(fresh alice)"
	ticket=$(ctl ticket <<< "$(fresh alice)")
	clock -$HOUR
	is_refused clock_backward 7 alice "$(fresh alice)"
	[[ $(decision detail) == *"gatehousectl clock accept"* ]]
	is_refused clock_backward 7 alice "$ticket"
	run ctl ticket <<< "$(fresh alice)"
	[ "$status" -eq 1 ]
	[ "$(decision reason)" = clock_backward ]
	is_in bob "$SECRET" "$(code)"
	ctl clock accept
	is_in alice "$(fresh alice)"
}

@test "set back while the daemon was down: no SSO either" {
	is_in alice "$(fresh alice)"
	gate_stop
	clock -$HOUR
	start_faked
	is_refused clock_backward 7 alice "$(fresh alice)"
	clock 0
	is_in alice "$(fresh alice)"
}

@test "set back by less than the skew: SSO goes on" {
	is_in alice "$(fresh alice)"
	clock -20
	is_in alice "$(fresh alice)"
}

@test "what was refused for the clock was not used up" {
	is_in alice "$(fresh alice)"
	clock -$HOUR
	response=$(fresh alice)
	is_refused clock_backward 7 alice "$response"
	ctl clock accept
	is_in alice "$response"
	is_refused replay 7 alice "$response"
}

@test "set forward: what was good for a while is not any more" {
	response=$(fresh alice)
	ticket=$(ctl ticket <<< "$(fresh alice)")
	clock 601
	is_refused ticket_expired 7 alice "$ticket"
	is_refused expired 7 alice "$response"
	is_in alice "$(fresh alice)"
	# and back: they are as good as new, the clock is not
	clock 0
	is_refused clock_backward 7 alice "$ticket"
	is_refused clock_backward 7 alice "$response"
}

# tidied: the daemon has dropped what is past its time.
tidied() {
	[ "$(sqlite3 "$GATE/gate.db" \
	    'SELECT count(*) FROM replay WHERE until = 1')" -eq 0 ]
}

# tidies_at SECONDS: the daemon is started then, and has tidied up.
tidies_at() {
	gate_stop
	clock "$1"
	sqlite3 "$GATE/gate.db" "INSERT INTO replay VALUES (zeroblob(32), 1)"
	start_faked
	until_true tidied
}

@test "ahead for a while: what was used before does not pass again" {
	response=$(fresh alice)
	is_in alice "$response"
	tidies_at $((2 * HOUR))
	clock 0
	is_refused clock_backward 7 alice "$response"
}

@test "set back by less than the skew: what was used does not pass again" {
	response=$(sso alice --not-on-or-after 100)
	is_in alice "$response"
	# with the skew of 60 s it is good until 160
	tidies_at 200
	clock 145
	is_refused replay 7 alice "$response"
}

@test "a larger skew: what was used before does not pass again" {
	gate_stop
	gate_set saml clock_skew 0s
	start_faked
	response=$(sso alice --not-on-or-after 60)
	is_in alice "$response"
	tidies_at 100
	is_refused expired 7 alice "$response"
	gate_set saml clock_skew 5m
	tidies_at 100
	is_refused replay 7 alice "$response"
}

@test "set back: a code that was used stays used" {
	code=$(code)
	is_in bob "$SECRET" "$code"
	clock 120
	is_in bob "$SECRET" "$(code)"
	clock 0
	is_refused code_used 7 bob "$SECRET" "$code"
	clock 60
	is_refused code_used 7 bob "$SECRET" "$(code)"
}

# asked: the ID of a request that went out.
asked() {
	ctl --json sso start | jq -r .request_id
}

# answer_to ID: alice's, good by the daemon's clock.
answer_to() {
	sso alice --in-response-to "$1" --now $(($(date +%s) + SHIFT))
}

@test "a request is answered within its lifetime, or not at all" {
	gate_stop
	gate_set saml request_lifetime 10m
	start_faked
	early=$(asked)
	late=$(asked)
	clock 590
	is_in alice "$(answer_to "$early")"
	clock 610
	is_refused request_unknown 7 alice "$(answer_to "$late")"
	[[ $(decision detail) == *expired* ]]
	is_in alice "$(answer_to "$(asked)")"
}
