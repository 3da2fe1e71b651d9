#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a person sees, in Debian's Chromium: the whole of the front door behind
# nginx, used by pointer and keys. A picture of each page is kept in
# $BUILD/screens.

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
# shellcheck source=SCRIPTDIR/door.bash
. "$BATS_TEST_DIRNAME/door.bash"
# shellcheck source=SCRIPTDIR/browser.bash
. "$BATS_TEST_DIRNAME/browser.bash"

setup_file() {
	browser_make
	[ -z "$left_out" ] || return 0
	door_make "$BATS_FILE_TMPDIR/door"
	gate_set idle warn 1m
	# one half of it is the warning's
	gate_set idle attribute:role=brief 20s
	gate_set session handover 10m
	gate_set 2fa enroll yes
	gate_set lockout tries 3
	gate_set lockout address_tries 0
	gate_set web login_rate 1000
	gate_set web title 'Example portal'
	door_start nginx alice,groups=agents ivan,role=brief hanna,role=brief \
	    tara,role=brief sven sara mia
	people > "$GATE/people.log" 2>&1
}

people() {
	local name
	for name in bob walt lena petra nora kim oscar; do
		door_user "$name"
		door_factor "$name"
	done
	door_user dave
	door_user --must-change erin
	door_factor erin
}

teardown_file() {
	[ -n "$left_out" ] || door_stop
}

setup() {
	[ -z "$left_out" ] || skip "$left_out"
}

teardown() {
	[ -n "$left_out" ] || tail -q -n 6 "$GATE/audit.log" "$GATE/web.log"
}

@test "signing in by the IdP" {
	walk sign_in sso
}

@test "signing in by password and code" {
	walk sign_in password
}

@test "a wrong code, and no word of which was wrong" {
	walk sign_in wrongCode
}

@test "a second factor is set up on the way, by its QR code" {
	walk sign_in enrolment
}

@test "who is locked out is told for how long; whoever guesses is not" {
	walk sign_in lockout
}

@test "a password that has expired is changed on the way" {
	walk sign_in expired
}

@test "the password is changed, and the session has a new secret" {
	walk sign_in change
}

@test "a login that begins at the IdP, where that is allowed" {
	walk sign_in unsolicited
}

@test "everything without JavaScript" {
	walk sign_in noScript
}

@test "everything by the keyboard alone" {
	walk sign_in keyboard
}

@test "idle: warned, kept by a click, signed out while the page polls, back again" {
	walk session idle
}

@test "a call holds the session" {
	walk session hold
}

@test "signing out in one tab is seen in the other" {
	walk session tabs
}

@test "what is done in one tab keeps the other" {
	walk session twoTabs
}

@test "signing out" {
	walk session logout
}

@test "signing out here signs out at the IdP" {
	walk session logoutByUs
}

@test "signing out at the IdP signs out here" {
	walk session slo
}

@test "a person's own sessions, and the end of the others" {
	walk session sessions
}

@test "who may not come from there is told so" {
	walk session denied
}

@test "the pages in three languages" {
	walk pages languages
}

@test "the pages in the dark and in the light" {
	walk pages dark
}

@test "the pages on a narrow screen" {
	walk pages phone
}

@test "a login that begins at the IdP, where that is not allowed" {
	gate_set saml allow_unsolicited no
	ctl reload
	kill "$FRONT_PID"
	front_start
	chmod o+rw "$GATE/web.sock"
	walk sign_in unsolicitedOff
	front_stop
}
